"""Alembic's entry: runs migrations on the connection that `storage.migrate` lends, inside its transaction."""

from alembic import context

from server_push.storage.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by building it anew
)
context.run_migrations()

"""One database for the whole head office: engine, tables, migrations.

- `Storage.open(directory)` opens directory/office.db, migrated to what this version expects.
- `with storage.write() as connection:` is one transaction, on disk when the block ends.
- `with storage.read() as connection:` is one consistent view; a write in it is an error.
"""

from server_push.storage.engine import Storage
from server_push.storage.rows import insert_new, total_of, upsert

__all__ = ["Storage", "insert_new", "total_of", "upsert"]

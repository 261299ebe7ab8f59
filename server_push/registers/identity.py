"""Who this head office is: an id made at random when it was founded, the audience of every register's token."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from poscore.errors import Fault
from poscore.instants import instant_text
from server_push.storage import Storage, insert_new
from server_push.storage.tables.registers import office


def found(storage: Storage, office_id: str, now: datetime) -> None:
    with storage.write() as connection:
        insert_new(connection, office, [{"office_id": office_id, "made_at": instant_text(now)}])


def office_id_of(storage: Storage) -> str:
    """Raises Fault `office-unfinished` when founding was cut off."""
    with storage.read() as connection:
        found_id = connection.execute(select(office.c.office_id)).scalar()
    if found_id is None:
        hint = "remove the folder and run `server-push init` again"
        raise Fault("office-unfinished", "this head office was not founded to the end", hint=hint)
    return str(found_id)

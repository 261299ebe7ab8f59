"""The journal's row in the health list: whether it can be written."""

from __future__ import annotations

import sqlite3

from register_svc.health import FAIL, PASS, Check
from register_svc.journal.journal import Journal


def journal_check(journal: Journal) -> Check:
    """Takes the writer's place for a moment and gives it back: a read-only or broken disk shows here, not at a sale."""
    head = journal.head
    value = {"epoch": head.epoch, "seq": head.seq}
    try:
        with journal.write(durable=False):
            pass
    except sqlite3.Error as error:
        hint = "Nothing can be sold. Check the register's disk, then restart the service."
        return Check("journal", FAIL, {**value, "error": str(error)}, hint)
    return Check("journal", PASS, value)

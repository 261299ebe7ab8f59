"""A register that runs as every register does, with two calls more: one that does nothing and one that only commits.

    python -m _bench.yardstick DIR BYTES

Both go through the till's own Api, session check, body model and Idempotency-Key. `/yardstick/noop` answers. Before it
answers, `/yardstick/commit` puts a record of BYTES bytes on disk through the register's own Database, in a file beside
the journal: the least that a completed sale costs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from flask import Flask

from poscore.http import Answer, Api, Call, Model
from register_svc import service
from register_svc.database import Database
from register_svc.register import Register
from register_svc.web import till_app
from register_svc.web.sales_routes import AddLine, Nothing

_ANSWER = {"ok": True}
_till_alone = till_app.build_till_app


class Done(Model):
    """What both calls answer."""

    ok: bool


def with_yardsticks(register: Register, bytes_: int) -> tuple[Flask, Api]:
    """The till app and the two calls."""
    app, api = _till_alone(register)
    yardstick = Database(register.directory / "yardstick.db", (_first,))
    record = (b"0123456789abcdef" * (bytes_ // 16 + 1))[:bytes_]

    @api.route("POST", "/yardstick/noop", access="session", body=AddLine, ok={200: Done}, idempotent=True)
    def noop(_: Call) -> Answer:
        """Nothing."""
        return Answer(_ANSWER)

    @api.route("POST", "/yardstick/commit", access="session", body=Nothing, ok={200: Done}, idempotent=True)
    def commit(_: Call) -> Answer:
        """One durable commit."""
        with yardstick.write() as connection:
            connection.execute("INSERT INTO committed(record) VALUES(?)", (record,))
        return Answer(_ANSWER)

    return app, api


def _first(db: Any) -> None:
    db.execute("CREATE TABLE committed(id INTEGER PRIMARY KEY, record BLOB NOT NULL)")


def main() -> None:
    directory, bytes_ = Path(sys.argv[1]), int(sys.argv[2])
    vars(till_app)["build_till_app"] = lambda register: with_yardsticks(register, bytes_)
    service.run(directory, lambda till, lan: print("ready", till, lan, flush=True))


if __name__ == "__main__":
    main()

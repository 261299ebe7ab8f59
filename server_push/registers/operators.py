"""Operators and ERPs: bearer tokens with scopes. A token is shown once; only its hash is kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from poscore.errors import Refused
from poscore.instants import instant_text
from server_push.storage import Storage, insert_new
from server_push.storage.tables.registers import operator_token

PREFIX = "ok-"  # so that a token found in a log or a repository is known for what it is
TOKEN_BYTES = 32

EVERYTHING = "*"
READ_REGISTERS, READ_SALES, READ_QUARANTINE = "registers:read", "sales:read", "quarantine:read"
READ_ACCOUNTS, WRITE_ACCOUNTS = "accounts:read", "accounts:write"
READ_ROLLOUTS, WRITE_ROLLOUTS = "rollouts:read", "rollouts:write"  # the schedule among them
READ_ARTICLES, WRITE_ARTICLES, READ_AUDIT = "articles:read", "articles:write", "audit:read"
SETTLE_QUARANTINE = "quarantine:settle"
READ_POSTING, RUN_POSTING, READ_INVOICES = "posting:read", "posting:run", "invoices:read"
READ_REPORTS, CLOSE_PERIODS = "reports:read", "periods:close"
SCOPES = (
    *(READ_REGISTERS, READ_SALES, READ_QUARANTINE, READ_ACCOUNTS, WRITE_ACCOUNTS),
    *(READ_ROLLOUTS, WRITE_ROLLOUTS),
    *(READ_ARTICLES, WRITE_ARTICLES, READ_AUDIT),
    *(SETTLE_QUARANTINE, READ_POSTING, RUN_POSTING, READ_INVOICES, READ_REPORTS, CLOSE_PERIODS),
)


@dataclass(frozen=True, slots=True)
class Operator:
    name: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Raises Refused `permission-missing`."""
        if scope not in self.scopes and EVERYTHING not in self.scopes:
            raise Refused("permission-missing", f"this token lacks the scope {scope}", scope=scope)


class Operators:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def add(self, operator: Operator, secret: bytes, now: datetime) -> str:
        """The token for `operator`, made of TOKEN_BYTES of randomness. Raises Refused `scope-unknown`."""
        unknown = operator.scopes - {*SCOPES, EVERYTHING}
        if unknown:
            raise Refused("scope-unknown", f"there is no scope {', '.join(sorted(unknown))}")
        token = PREFIX + secret.hex()
        row = {
            "token_hash": _hash(token),
            "name": operator.name,
            "scopes": json.dumps(sorted(operator.scopes)),
            "made_at": instant_text(now),
        }
        with self._storage.write() as connection:
            insert_new(connection, operator_token, [row])
        return token

    def of_token(self, token: str) -> Operator:
        """Raises Refused `token`."""
        query = select(operator_token.c.name, operator_token.c.scopes).where(
            operator_token.c.token_hash == _hash(token), operator_token.c.revoked_at.is_(None)
        )
        with self._storage.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise Refused("token", "this token is not known here")
        return Operator(row.name, frozenset(json.loads(row.scopes)))

    def list(self) -> list[Operator]:
        """Whose tokens hold."""
        query = select(operator_token.c.name, operator_token.c.scopes).where(operator_token.c.revoked_at.is_(None))
        with self._storage.read() as connection:
            rows = connection.execute(query.order_by(operator_token.c.name)).all()
        return [Operator(row.name, frozenset(json.loads(row.scopes))) for row in rows]

    def revoke(self, name: str, now: datetime) -> int:
        """End every token of that name; how many there were."""
        standing = (operator_token.c.name == name, operator_token.c.revoked_at.is_(None))
        with self._storage.write() as connection:
            ended = connection.execute(update(operator_token).where(*standing).values(revoked_at=instant_text(now)))
        return ended.rowcount


def _hash(token: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()

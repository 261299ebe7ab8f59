"""The fleet as a page shows it: every store and register with what it has, how old it is, and what is wrong.

What a register says of itself (errors, queue, backup, disk) is its own health list, as its last check-in brought it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from poscore.instants import parse_instant
from server_push.fleet.deployments import Deployments
from server_push.fleet.rows import Deployment
from server_push.fleet.states import CLAIMED, ERRORS, SUCCEEDED, State
from server_push.registers.registers import Register, Registers
from server_push.registers.stores import Stores
from server_push.storage import Storage
from server_push.storage.tables.bundles import publication
from server_push.storage.tables.registers import register as register_table

_HISTORY = 50
# Two check-ins and a half: one that was lost is no news.
_SILENT = timedelta(minutes=13)

# What a register's row is painted as, the worst first.
FAILED, UNREACHABLE, SILENT, WORKING, WAITING, WARNING, GOOD, NEW = CONDITIONS = (
    *("failed", "unreachable", "silent", "working", "waiting", "warning", "good", "new"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A health list, and when it came. Everything in it is a register's own word: nothing is taken for granted."""

    checks: tuple[Mapping[str, Any], ...]

    @classmethod
    def parse(cls, text: str | None) -> Said:
        health = json.loads(text) if text else None
        checks = health.get("checks") if isinstance(health, dict) else None
        listed = checks if isinstance(checks, list) else []
        return cls(tuple(one for one in listed if isinstance(one, dict)))

    def errors(self) -> list[dict[str, Any]]:
        """Checks that are not well, the worst first."""
        bad = [dict(one) for one in self.checks if one.get("status") in ("warn", "fail")]
        return sorted(bad, key=lambda one: one["status"] != "fail")

    def value(self, name: str, member: str) -> Any:
        for one in self.checks:
            value = one.get("value")
            if one.get("name") == name and isinstance(value, dict):
                return value.get(member)
        return None


class FleetView:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._stores, self._registers, self._deployments = Stores(storage), Registers(storage), Deployments(storage)

    def all(self, now: datetime) -> dict[str, Any]:
        """Counts, and each store with its registers, the worst first in both."""
        health, published = self._health(), self._published()
        latest = self._deployments.newest()
        rows = [
            self._row(one, Said.parse(health.get(one.register)), latest.get(one.register), (published, now))
            for one in self._registers.list()
        ]
        by_store: dict[str, list[dict[str, Any]]] = {store.store: [] for store in self._stores.all()}
        for row in rows:
            by_store.setdefault(row["store"], []).append(row)
        stores: list[dict[str, Any]] = [
            {
                "store": store.store,
                "name": store.name,
                "delivery": store.delivery,
                "published": published.newest(store.store),
                "registers": sorted(by_store[store.store], key=_badness),
            }
            for store in self._stores.all()
        ]
        stores.sort(key=lambda store: min(map(_badness, store["registers"]), default=(len(CONDITIONS), "")))
        return {
            "registers": len(rows),
            "counts": dict(Counter(row["condition"] for row in rows)),
            "deployments": dict(Counter(row["deployment"]["state"] for row in rows if row["deployment"])),
            "stores": stores,
        }

    def one(self, register: str, now: datetime) -> dict[str, Any]:
        """A register whole: what it said last, and what was sent to it. Raises Refused `register-not-found`."""
        found = self._registers.get(register)
        text = self._health(register).get(register)
        history = self._deployments.of_register(register, _HISTORY)
        latest = self._deployments.newest().get(register)
        row = self._row(found, Said.parse(text), latest, (self._published(), now))
        return {
            **row,
            "inventory": json.loads(text) if text else None,
            "history": [one.in_full() for one in history],
        }

    def _row(
        self, one: Register, said: Said, latest: Deployment | None, known: tuple[_Published, datetime]
    ) -> dict[str, Any]:
        published, now = known
        has = published.at(one.store, one.snapshot_active)
        errors = said.errors()
        return {
            **one.to_wire(),
            "condition": _condition(one, latest, errors, now),
            "snapshot": {
                "active": one.snapshot_active,
                "seen": one.snapshot_seen,
                "published_at": has,
                "age_s": _age_s(has, now),
                "is_newest": one.snapshot_active is not None
                and one.snapshot_active == (published.newest(one.store) or {}).get("version"),
            },
            "clock_offset_ms": one.clock_offset_ms,
            "errors": errors,
            "queue": {"records": one.queued_records, "oldest": said.value("queue", "oldest")},
            "backup_age_s": _age_s(said.value("backup", "made_at"), now),
            "deployment": latest and latest.in_full(),
        }

    def _health(self, register: str | None = None) -> dict[str, str]:
        query = select(register_table.c.register, register_table.c.health)
        if register is not None:
            query = query.where(register_table.c.register == register)
        with self._storage.read() as connection:
            return {row.register: row.health for row in connection.execute(query) if row.health is not None}

    def _published(self) -> _Published:
        c = publication.c
        with self._storage.read() as connection:
            rows = connection.execute(select(c.store, c.version, c.published_at).order_by(c.version)).all()
        at = {(row.store, row.version): row.published_at for row in rows}
        return _Published(at, {row.store: {"version": row.version, "published_at": row.published_at} for row in rows})


@dataclass(frozen=True, slots=True)
class _Published:
    instants: Mapping[tuple[str, int], str]
    newest_of: Mapping[str, dict[str, Any]]

    def at(self, store: str, version: int | None) -> str | None:
        return None if version is None else self.instants.get((store, version))

    def newest(self, store: str) -> dict[str, Any] | None:
        return self.newest_of.get(store)


def _condition(one: Register, latest: Deployment | None, errors: Sequence[Mapping[str, Any]], now: datetime) -> str:
    """The worst that can be said of a register."""
    if one.epoch == 0:
        return NEW
    state = latest.state if latest else None
    if state in ERRORS or any(error["status"] == "fail" for error in errors):
        return FAILED
    if state is State.UNREACHABLE:
        return UNREACHABLE
    if one.last_seen is None or now - parse_instant(one.last_seen) > _SILENT:
        return SILENT
    if state in CLAIMED:
        return WORKING
    if state is not None and state not in SUCCEEDED and state not in (State.SUPERSEDED, State.CANCELED):
        return WAITING
    return WARNING if errors else GOOD


def _badness(row: Mapping[str, Any]) -> tuple[int, str]:
    return CONDITIONS.index(row["condition"]), row["register"]


def _age_s(instant: Any, now: datetime) -> int | None:
    try:
        return max(0, int((now - parse_instant(instant)).total_seconds())) if isinstance(instant, str) else None
    except Exception:  # noqa: BLE001 - a register's own word; an age that cannot be told is no reason to show nothing
        return None

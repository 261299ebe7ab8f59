"""What a person, an ERP or the clock asks of the fleet: who is meant, and one transaction for all of it.

- The rollout, the audit log's line and the kept answer of an Idempotency-Key are one commit.
- Whoever asks is woken work for: `wake` tells the engine of this process, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from poscore.errors import Refused
from poscore.idempotency import Kept
from server_push.assortment.upserts import ArticleChange, put_articles
from server_push.fleet.fleet import Fleet, Order
from server_push.fleet.plan import Plan
from server_push.fleet.schedule import Run
from server_push.fleet.schedules import Schedules
from server_push.registers.answers import Once
from server_push.registers.audit import Audit, Deed
from server_push.registers.registers import ENROLLED, Register, Registers
from server_push.registers.stores import Stores
from server_push.storage import Storage

SCHEDULE, PRICE, API = "schedule", "price", "api"


@dataclass(frozen=True, slots=True)
class Whom:
    """Stores, registers, or both; neither means everybody. `must_be_enrolled`: others are left out in silence."""

    stores: Sequence[str] = ()
    registers: Sequence[str] = ()
    must_be_enrolled: bool = True


class Distribution:
    def __init__(self, storage: Storage, fleet: Fleet, schedules: Schedules) -> None:
        self._storage, self._fleet, self._schedules = storage, fleet, schedules
        self._registers, self._stores, self._audit = Registers(storage), Stores(storage), Audit(storage)
        self.wake: Callable[[], None] = lambda: None

    def members(self, whom: Whom) -> list[Register]:
        """Raises Refused `store-not-found`, `register-not-found`."""
        found = {one: self._registers.get(one) for one in whom.registers}
        for store in whom.stores:
            self._stores.get(store)
            found |= {one.register: one for one in self._registers.list(store)}
        if not whom.stores and not whom.registers:
            found = {one.register: one for one in self._registers.list()}
        return [one for one in found.values() if one.state == ENROLLED or not whom.must_be_enrolled]

    def begin(self, whom: Whom, order: Order, once: Once, now: datetime) -> Kept:
        """A rollout, begun once for its key: `{rollout}`. Raises Refused `nothing-to-push`, …"""
        members = self.members(whom)
        strangers = set(order.plan.canary) - {one.register for one in members}
        if strangers:
            raise Refused("body-invalid", f"canaries that are not in the rollout: {', '.join(sorted(strangers))}")
        with self._storage.write() as connection:

            def change() -> dict[str, Any]:
                return {"rollout": self._fleet.begin_within(connection, members, order)}

            kept = once.carry_out(connection, now, 201, change)
        self.wake()
        return kept

    def put_articles(
        self, changes: Sequence[ArticleChange], who: str, now: datetime, *, push: bool
    ) -> tuple[dict[str, Any], str | None]:
        """Change prices; with `push` their stores' registers get them at once: the report, and the rollout."""
        report = put_articles(self._storage, changes, now)
        detail = {"added": report.added, "changed": report.changed, "rejected": len(report.rejected), "now": push}
        about = changes[0].article_id if len(changes) == 1 else f"{len(changes)} articles"
        self._audit.note(Deed(who, "articles-put", about, detail), now)
        if not push or not report.taken:
            return report.to_wire(), None
        stores = {one.store for one in changes}
        return report.to_wire(), self.push_prices(Whom() if "" in stores else Whom(sorted(stores)), who)

    def push_prices(self, whom: Whom, who: str) -> str | None:
        """To everybody who is meant, at once; None when nobody is enrolled."""
        members = self.members(whom)
        if not members:
            return None
        rollout = self._fleet.begin(members, Order(PRICE, who, Plan.at_once()))
        self.wake()
        return rollout

    # -- the schedule ----------------------------------------------------------------------------------------------

    def look_at_the_clock(self, now: datetime) -> None:
        """Begin the night's distribution when its time has come. Any number of times."""
        self._schedules.tick(self._begin_run, now)

    def run_now(self, who: str) -> str:
        """The night's distribution now, as a test; the night's own run is not touched by it."""
        rollout = self._fleet.begin(self.members(Whom()), Order(SCHEDULE, who, Plan.staged()))
        self.wake()
        return rollout

    def _begin_run(self, connection: Connection, run: Run) -> str:
        order = Order(SCHEDULE, SCHEDULE, Plan.staged(), run.ends_at)
        return self._fleet.begin_within(connection, self.members(Whom()), order)

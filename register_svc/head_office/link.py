"""The link to head office, as the rest of the register sees it.

- `is_offline` is a plain attribute: the sale path reads it and waits for nothing.
- Going OFFLINE always works. Going ONLINE asks head office first, for two seconds; without its yes it stays OFFLINE.
- The mode is on disk before anybody is told, and survives a restart.
- OFFLINE nothing is sent; only the probe runs. (When staff go OFFLINE one last check-in says so.)

    link.start(); link.wake(); link.state(); link.go_offline("101", "line works"); link.go_online("101"); link.stop()
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from poscore.errors import Fault, PosError, Refused
from register_svc.database import Database
from register_svc.head_office.client import PROBE_S, HeadOfficeClient
from register_svc.head_office.clock import OfficeClock
from register_svc.head_office.courier import Courier
from register_svc.head_office.fetching import Fetching
from register_svc.head_office.journal_port import JournalPort, Unsent
from register_svc.head_office.memory import LinkMemory
from register_svc.head_office.mode import Mode, Policy
from register_svc.head_office.rounds import Rhythm
from register_svc.head_office.world import World
from register_svc.identity import Identity
from register_svc.settings import AUTOMATIC, Settings

_LOG = logging.getLogger("offline-kassa.link")

# Nobody waits for the link's first steps, and what they import would make a starting till's first answer wait.
_FIRST_PROBE_AFTER_S = 0.3
_FIRST_CHECK_IN_AFTER_S = 0.6
_CHECK_IN_EVERY_S = 300.0  # until head office says how often
_SHORTEST_S, _LONGEST_S = 5.0, 3600.0


@dataclass(slots=True)
class Neighbours:
    """What the link is told by the rest of the register, and tells it.

    `report`: `{lan_url, snapshot: {active, seen, slots}, health}` for a check-in. `on_mode_changed`: journals a change
    that is on disk already.
    """

    report: Callable[[], dict[str, Any]]
    on_mode_changed: Callable[[Mode], None] = lambda _: None


class Link:
    """Raises Refused `plain-http` when the settings do not allow the line to head office."""

    def __init__(
        self, settings: Settings, identity: Identity, journal: JournalPort, db: Database, world: World | None = None
    ) -> None:
        self._world = world or World()
        self._memory = LinkMemory(db)
        self._offline = settings.offline
        self._policy = Policy(settings.offline.fail_after if settings.offline.mode == AUTOMATIC else None)
        self.clock = OfficeClock(self._world.now, self._memory)
        self.client = HeadOfficeClient(settings.head_office, identity, self.clock, self._world.new_id)
        self.courier = Courier(journal, self.client, self._memory, identity, self._world)
        self.neighbours = Neighbours(report=dict)
        self._changing = threading.Lock()  # never held while the network works
        self._mode = self._first_mode()
        self.is_offline = self._mode.is_offline
        self._reachable = False
        self._contacts = 0
        self._check_in_failures = 0
        self._refusal: str | None = None
        self._parting = False
        self._probing = Rhythm("probe", self._probe)
        self._checking_in = Rhythm("check-in", self._check_in)
        self.fetching = Fetching(self.client, self._world.jittered, self._checking_in.act_now)

    def _first_mode(self) -> Mode:
        mode = self._memory.mode()
        if mode is None:
            mode = Mode.first(self._world.instant())
            self._memory.keep_mode(mode)
        return mode

    def start(self) -> None:
        if not self.is_offline:
            self.courier.set_out()
        self.courier.rounds.start(_FIRST_PROBE_AFTER_S)
        self._probing.start(_FIRST_PROBE_AFTER_S)
        self.fetching.start()
        self._checking_in.start(self._world.jittered(_FIRST_CHECK_IN_AFTER_S))

    def stop(self) -> None:
        self.client.close()
        for part in (self.fetching, self._probing, self._checking_in, self.courier.rounds):
            part.stop()

    # -- the sale path ---------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """A record is on disk. Returns at once."""
        self.courier.wake()

    # -- what anybody may ask --------------------------------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def reachable(self) -> bool:
        """Whether head office answered the last time it was asked."""
        return self._reachable

    @property
    def has_asked(self) -> bool:
        """Whether head office has been asked since this register started."""
        return self._contacts > 0

    @property
    def refusal(self) -> str | None:
        """Why head office refuses this register, as of the last call; None when it does not."""
        return self._refusal or self.courier.refusal

    def unsent(self) -> Unsent:
        return self.courier.unsent()

    def state(self) -> dict[str, Any]:
        """The answer of GET /offline."""
        mode, unsent, returning = self._mode, self.unsent(), self.courier.returning
        return {
            "offline": mode.is_offline,
            "since": mode.since,
            "reason": mode.reason,
            "by": mode.by,
            "head_office_reachable": self._reachable,
            "queued_records": unsent.records,
            "queued_sales": unsent.sales,
            "oldest_queued_at": unsent.oldest_at,
            "returning": returning
            and {"total": returning.total, "acked": returning.acked, "started_at": returning.started_at},
        }

    # -- the mode --------------------------------------------------------------------------------------------------

    def go_offline(self, by: str, reason: str | None) -> dict[str, Any]:
        """Staff go OFFLINE; it stays until staff end it."""
        was_online = not self.is_offline
        self._change(lambda mode: mode.staff_offline(by, reason, self._world.instant()))
        if was_online:
            self._parting = True
            self._checking_in.act_now()
        return self.state()

    def go_online(self, by: str) -> dict[str, Any]:
        """Staff go ONLINE once head office has answered and knows this register.

        Raises Refused `head-office-unreachable` or `head-office-refused`; the register is OFFLINE then as before.
        """
        if not self.is_offline:
            return self.state()
        moment = self.courier.moment()
        try:
            answer = self.client.check_in(self._report(offline=False), PROBE_S)
        except Refused as refused:
            self._met(refused)
            raise Refused("head-office-refused", refused.detail, refused.hint) from refused
        except Fault as fault:
            self._met(fault)
            raise Refused("head-office-unreachable", fault.detail, fault.hint) from fault
        self._met(None)
        self._parting = False
        self.courier.hear(moment, answer.acked)
        self._change(lambda mode: mode.staff_online(by, self._world.instant()))
        self._offer(answer.snapshot)
        return self.state()

    def _change(self, step: Callable[[Mode], Mode]) -> None:
        """Take one step: on disk, then for everybody, then told. A broken disk keeps nobody from going OFFLINE."""
        with self._changing:
            before, self._mode = self._mode, step(self._mode)
            after = self._mode
            if after.state is before.state:
                return
            try:
                self._memory.keep_mode(after)
            except sqlite3.Error:
                _LOG.exception("the mode %s could not be kept; it holds until the register stops", after.name)
            self.is_offline = after.is_offline
            _LOG.info("%s by %s: %s", after.name, after.by, after.reason or "no reason given")
            try:
                self.neighbours.on_mode_changed(after)
            except Exception:  # noqa: BLE001 - the mode stands; whoever could not note it down must not undo it
                _LOG.exception("the change to %s could not be noted", after.name)
            # Still under the lock, so that of two changes the later one has the last word; neither call waits.
            if after.is_offline:
                self.courier.stay()
            elif before.is_offline:
                self.courier.set_out()
                self._checking_in.act_now()

    # -- the two rhythms -------------------------------------------------------------------------------------------

    def _probe(self) -> float:
        mended = not self._reachable
        try:
            self.client.probe(min(PROBE_S, max(self._offline.probe_every_s, 0.2)))
            answered = True
        except PosError:
            answered = False
        self._contact(answered)
        self._change(lambda mode: mode.after_probe(answered, self._policy, self._world.instant()))
        if answered and mended and not self.is_offline:
            self.courier.set_out()
            if self._check_in_failures:
                self._checking_in.act_now()
        return self._world.jittered(self._offline.probe_every_s, 0.1)

    def _check_in(self) -> float:
        if self.is_offline and not self._parting:
            return _LONGEST_S
        self._parting = False
        moment = self.courier.moment()
        try:
            self.client.breaker.enter()
            answer = self.client.check_in(self._report(self.is_offline))
        except PosError as error:
            self._met(error)
            self._check_in_failures += 1
            _LOG.info("no check-in: %s", error.detail)
            wait_s = min(_CHECK_IN_EVERY_S, _SHORTEST_S * 2 ** min(self._check_in_failures, 10))
            asked_s = min(float(error.extra.get("retry_after_s") or 0.0), _LONGEST_S)  # a busy head office says when
            return max(self._world.jittered(wait_s), asked_s)
        self._check_in_failures = 0
        self._met(None)
        self.courier.hear(moment, answer.acked)
        if not self.is_offline:
            self._offer(answer.snapshot)
        wait_s = answer.next_check_in_s if answer.next_check_in_s is not None else _CHECK_IN_EVERY_S
        return self._world.jittered(min(_LONGEST_S, max(_SHORTEST_S, wait_s)))

    def _report(self, offline: bool) -> dict[str, Any]:
        said = {"lan_url": None, "snapshot": {"active": None, "seen": None}, "health": None, **self.neighbours.report()}
        if self.fetching.refused is not None:
            said["snapshot"] = {**said["snapshot"], "refused": self.fetching.refused}
        return {**said, "offline": offline, "queued_records": self.unsent().records, "clock": self._world.instant()}

    def _offer(self, snapshot: dict[str, Any] | None) -> None:
        if snapshot is not None:
            self.fetching.offered(snapshot)

    def _met(self, error: PosError | None) -> None:
        """What a call with the register's own name came to."""
        self._refusal = error.detail if isinstance(error, Refused) else None if error is None else self._refusal
        self._contact(not isinstance(error, Fault))

    def _contact(self, reachable: bool) -> None:
        self._contacts += 1
        self._reachable = reachable

"""A head office: its folder, its rooms, and the few things that need more than one of them.

office = Office.open(directory, Clock.real())
office.stores.add(Store("s1", "Keskusta", pepper), office.now())
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from poscore import __version__
from poscore.errors import Fault, Refused
from poscore.idempotency import Idempotency
from poscore.instants import parse_instant
from poscore.tokens import SigningKey
from server_push.accounts.accounts import Accounts
from server_push.accounts.authorizations import Authorizations
from server_push.accounts.balances import Limits
from server_push.accounts.exports import Exports
from server_push.accounts.proof import Proof
from server_push.assortment.shop_settings import ShopSettings
from server_push.assortment.upserts import article_of
from server_push.bundles.keys import Keys
from server_push.bundles.publishing import Publisher
from server_push.distribution import Distribution
from server_push.engines.embedded import Embedded
from server_push.fleet.check_ins import CheckIns, Inventory, Offer
from server_push.fleet.containers import Containers
from server_push.fleet.delivering import Progress, Silence, Tools
from server_push.fleet.deployments import Deployments
from server_push.fleet.fetching import Fetches
from server_push.fleet.fleet import Fleet, Order, Outcome, Served
from server_push.fleet.plan import Member, Plan
from server_push.fleet.rollouts import Rollouts
from server_push.fleet.schedules import Schedules
from server_push.fleet.view import FleetView
from server_push.fleet.wire import Sender
from server_push.intake.incidents import Incidents
from server_push.intake.intake import Delivery, Intake, Receipt
from server_push.intake.journals import Journals
from server_push.intake.repairs import Repairs
from server_push.intake.rescue import Rescue
from server_push.intake.sales import Sales
from server_push.posting.day_reports import DayReports
from server_push.posting.invoices import Invoices
from server_push.posting.runs import PostingRuns
from server_push.posting.ubl import ubl_of
from server_push.registers import identity
from server_push.registers.answers import Asking
from server_push.registers.audit import Audit
from server_push.registers.callers import Caller, Callers
from server_push.registers.enrolment import Enrolments, HeadOffice
from server_push.registers.operators import EVERYTHING, TOKEN_BYTES, Operator, Operators
from server_push.registers.registers import ENROLLED, CheckIn, Register, Registers
from server_push.registers.stores import Stores
from server_push.reports.closings import Closings
from server_push.reports.matching import Matching
from server_push.reports.poslog import PosLog
from server_push.reports.sums import Reports
from server_push.returns.claims import Claims
from server_push.returns.flags import Flags
from server_push.settings import Chain, Settings, write_first
from server_push.storage import Storage

CLOCK_WARN_S = 5 * 60  # what a call's time may differ by
CLOCK_INCIDENT_S = 24 * 3600  # beyond it business days are wrong
SILENT = timedelta(hours=24)  # a register that is switched off for the night is no news; a day is


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class World:
    """`now`: the clock, aware UTC. `random_bytes`: secrets. `new_id`: ids nobody has had before. `chance`: 0…1."""

    now: Callable[[], datetime] = _utc_now
    random_bytes: Callable[[int], bytes] = os.urandom
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)
    chance: Callable[[], float] = random.random


class Office:
    """Use `found` or `open`."""

    def __init__(self, directory: Path, storage: Storage, world: World) -> None:
        self.directory, self.storage, self.world = directory, storage, world
        self.settings = Settings.read(directory)
        self.version = __version__
        self.now = world.now
        self.office_id = identity.office_id_of(storage)
        self.keys = Keys(directory / "keys")
        self.operators = Operators(storage)
        self.stores = Stores(storage)
        self.registers = Registers(storage)
        self.callers = Callers(storage, self.office_id)
        self.enrolments = Enrolments(storage, self._introduce)
        self.intake = Intake(storage, self.registers)
        self.sales = Sales(storage)
        self.claims = Claims(storage)
        self.flags = Flags(storage)
        limits = Limits(self.settings.accounts.bonus_only_granted)
        held_for = timedelta(minutes=self.settings.accounts.authorization_min)
        self.authorizations = Authorizations(storage, limits, held_for)
        self.accounts = Accounts(storage, limits)
        self.account_exports = Exports(storage, limits)
        self.account_proof = Proof(storage, limits)
        self.shop_settings = ShopSettings(storage)
        self.incidents = Incidents(storage)
        self.journals = Journals(storage)
        self.repairs = Repairs(storage)
        self.rescue = Rescue(self.intake, self.stores, self.registers)
        self.posting_runs = PostingRuns(storage, self.settings, self.now)
        self.invoices = Invoices(storage)
        self.day_reports = DayReports(storage)
        self.matching = Matching(storage)
        self.closings = Closings(storage, self.now)
        self.reports = Reports(storage)
        self.poslog = PosLog(storage)
        self.publisher = Publisher.of(directory, storage)
        self.rollouts = Rollouts(storage)
        self.schedules = Schedules(storage)
        self.fleet_view = FleetView(storage)
        self.audit = Audit(storage)
        self.check_ins = CheckIns(storage, timedelta(seconds=self.settings.push.fetched_within_s))

    @classmethod
    def found(cls, directory: Path, chain: Chain, world: World) -> tuple[Office, str]:
        """A new head office and its operator's token. Raises Refused `office-exists`."""
        storage = Storage.create(directory)
        write_first(directory, chain)
        Keys.create(directory / "keys", world.now())
        # Last: an office that knows who it is was founded to the end.
        identity.found(storage, world.new_id(), world.now())
        office = cls(directory, storage, world)
        operator = Operator("founder", frozenset({EVERYTHING}))
        return office, office.operators.add(operator, world.random_bytes(TOKEN_BYTES), world.now())

    @classmethod
    def open(cls, directory: Path, world: World) -> Office:
        """Raises Refused `no-office`, `settings-invalid`; Fault `office-unfinished`."""
        return cls(directory, Storage.open(directory), world)

    def close(self) -> None:
        self.storage.close()

    def check(self) -> None:
        """Raises Fault `database` when the database does not answer."""
        try:
            identity.office_id_of(self.storage)
        except Fault:
            raise
        except Exception as error:
            raise Fault("database", f"the database does not answer: {error}") from error

    def receive(self, caller: Caller, epoch: int, head: str, records: Sequence[tuple[str, str]]) -> Receipt:
        """What a register returns; see Intake.receive."""
        return self.intake.receive(caller, Delivery(epoch, head, records), self.now())

    def article(self, article_id: str, store: str = "") -> dict[str, Any]:
        """Raises Refused `article-not-found`."""
        found = article_of(self.storage, article_id, store)
        if found is None:
            raise Refused("article-not-found", f"there is no article {article_id[:64]!r}")
        return found

    def newest_version(self, store: str) -> int | None:
        """The newest published version of a store's bundle; None before the first."""
        try:
            return self.publisher.newest(store).version
        except Refused:
            return None

    def asking(self, operator: str, idempotency: Idempotency | None = None) -> Asking:
        """That somebody asks for a change now."""
        return Asking(operator, self.now(), idempotency)

    def invoice_pdf(self, no: int) -> bytes:
        """Raises Refused `invoice-not-found`."""
        from server_push.posting.pdf import pdf_of  # reportlab takes a quarter of a second, and few commands need it

        return pdf_of(self.invoices.get(no))

    def invoice_xml(self, no: int) -> bytes:
        """UBL; raises Refused `invoice-not-found`."""
        return ubl_of(self.invoices.get(no))

    @cached_property
    def fleet(self) -> Fleet:
        """What brings bundles to registers."""
        now, new_id = self.world.now, self.world.new_id
        containers = Containers(self.publisher, self.directory / "outgoing", now, new_id)
        containers.sweep()
        tools = Tools(
            Deployments(self.storage),
            self.registers,
            self.stores,
            self.publisher,
            containers,
            Sender(self.office_id, self._sender_key),
            self.settings.push,
            now,
            new_id,
            self.world.chance,
        )
        return Fleet(tools, self.rollouts)

    @cached_property
    def distribution(self) -> Distribution:
        """What persons, ERPs and the clock ask of the fleet."""
        return Distribution(self.storage, self.fleet, self.schedules)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The fleet is worked on, and the schedule looked at, until the block ends."""
        chores = [lambda: self.distribution.look_at_the_clock(self.now())]
        with Embedded(self.fleet, self.settings.push.slots, chores) as engine:
            self.distribution.wake = engine.wake
            yield

    @cached_property
    def fetches(self) -> Fetches:
        """What registers fetch by themselves."""
        return Fetches(self.fleet.tools)

    def check_in(self, caller: Caller, said: CheckIn, inventory: Inventory) -> Offer:
        """Keep what a register says of itself; what it should fetch."""
        now = self.now()
        self.registers.note(caller.register, said, now)
        off_s = round((said.clock - now).total_seconds())
        if abs(off_s) > CLOCK_INCIDENT_S:
            self.incidents.note_clock(caller, off_s, now)
        one = Member(caller.store, caller.register)
        newest = self.newest_version(caller.store)
        return self.check_ins.hear(one, inventory, newest, self.world.new_id(), now)

    def push(
        self, registers: Sequence[Register], order: Order | None = None, progress: Progress | None = None
    ) -> Outcome:
        """A rollout, carried out here to its end: at once to all of them unless `order` says otherwise.

        Raises Refused `nothing-to-push`.
        """
        rollout = self.fleet.begin(registers, order or Order("push", "", Plan.at_once()))
        return self.carry_out(rollout, progress)

    def carry_out(self, rollout: str, progress: Progress | None = None) -> Outcome:
        """Work on a rollout, whoever else does, until each register has ended or something has stopped it."""
        fleet = self.fleet.watched(progress or Silence())
        Embedded(fleet, self.settings.push.slots).carry_out(rollout, Served(fleet, rollout))
        return fleet.outcome(rollout)

    def status(self) -> dict[str, Any]:
        """How things stand; `warnings` are sentences that a person should act on."""
        registers, counts = self.registers.list(), self.sales.counts()
        return {
            "chain": self.settings.chain.name,
            "office": self.office_id,
            "version": self.version,
            "warnings": list(self._warnings(registers, counts)),
            "root_keys_here": self.keys.root_keys_here(),
            "stores": len(self.stores.all()),
            "registers": {
                "total": len(registers),
                "enrolled": sum(one.state == ENROLLED for one in registers),
                "offline": sum(one.offline is True for one in registers),
                "queued_records": sum(one.queued_records or 0 for one in registers),
            },
            **counts,
        }

    def _warnings(self, registers: Sequence[Register], counts: dict[str, Any]) -> Iterator[str]:
        missed = self.schedules.show(self.now())["missed"]
        if missed:
            yield f"{missed} nights of the schedule were missed: server-push schedule show lists them"
        for rollout in self.rollouts.list():
            if rollout.state == "paused":
                yield f"rollout {rollout.rollout} is paused: {rollout.detail or rollout.reason}"
        if self.keys.root_keys_here():
            yield "the root keys lie on this machine: server-push keys move-root DESTINATION takes them to a safe place"
        if counts["quarantined"]:
            yield f"{counts['quarantined']} records are set aside and wait for a person"
        if counts["incidents"]:
            yield f"{sum(counts['incidents'].values())} incidents were noted: GET /api/incidents lists them"
        conflicts = self.incidents.conflicts()
        for one in registers:
            taken = conflicts.get((one.register, one.epoch), 0)
            if taken:
                yield (
                    f"{one.register} was copied or set back to an older copy: {taken} records came whose number was"
                    " taken; enrol it anew"
                )
            off_s = abs(one.clock_offset_ms or 0) // 1000
            if off_s > CLOCK_WARN_S:
                yield f"the clock of {one.register} is {off_s} s off" + (" – a day or more" if off_s >= 86_400 else "")
            if one.state == ENROLLED and one.last_seen is not None:
                silent = self.now() - parse_instant(one.last_seen)
                if silent > SILENT:
                    yield f"{one.register} was last heard of at {one.last_seen}"

    def _introduce(self) -> HeadOffice:
        return HeadOffice(
            self.office_id, self.settings.chain.name, self.keys.root_bytes().decode(), self._sender_key.public
        )

    @cached_property
    def _sender_key(self) -> SigningKey:
        return self.keys.sender_signing_key()

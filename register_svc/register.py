"""The composition root: builds a Register out of its folder. It alone names concrete classes.

Two registers can live in one process: nothing here is global.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from poscore import __version__, records
from poscore.errors import Fault, PosError, Refused, Untrusted
from poscore.instants import instant_text
from poscore.pins import SALT_BYTES, hash_pin, verify_pin
from poscore.quantity import ONE
from poscore.records import Head
from poscore.sale import SALE
from register_svc.catalog.catalog import Catalog
from register_svc.catalog.checks import catalog_check
from register_svc.catalog.price_book import PriceBook
from register_svc.catalog.quick_keys import pages
from register_svc.checkout import sessions
from register_svc.checkout.authorizing import Authorizing
from register_svc.checkout.desk import Desk
from register_svc.checkout.pins import PinHashing, Pins
from register_svc.checkout.receipts import Receipts, Wanted
from register_svc.checkout.sales import Sales
from register_svc.checkout.sessions import Sessions
from register_svc.checkout.shifts import Shifts, SignHead
from register_svc.database import STORAGE_ERRORS as STORAGE_ERRORS  # noqa: PLC0414 - web knows no database, and takes it from here
from register_svc.database import Database
from register_svc.digital import queue as digital_queue
from register_svc.digital.checks import receipts_check
from register_svc.digital.queue import EMAIL, Order, ReceiptQueue
from register_svc.digital.sender import ReceiptSender, World
from register_svc.durable_files import replace_file
from register_svc.head_office import schema as link_schema
from register_svc.head_office.addresses import lan_url
from register_svc.head_office.authorizations import AuthorizationDesk
from register_svc.head_office.checks import (
    add_link_figures,
    clock_check,
    head_office_check,
    queue_check,
    transport_check,
)
from register_svc.head_office.link import Link
from register_svc.head_office.mode import Mode
from register_svc.head_office.returns import ReturnDesk
from register_svc.health import WARN, Check, Health, Subject, disk_check
from register_svc.identity import Identity
from register_svc.journal import schema as journal_schema
from register_svc.journal.answers import Answers
from register_svc.journal.authorizations import Authorizations
from register_svc.journal.backup import Backups, Keep, Sources
from register_svc.journal.backup_check import backup_check
from register_svc.journal.checks import journal_check
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.reading import JournalReader
from register_svc.journal.shifts import ShiftRows
from register_svc.settings import Settings
from register_svc.snapshots import schema as snapshot_schema
from register_svc.snapshots.around import Around
from register_svc.snapshots.sender import Sender
from register_svc.snapshots.slots import ActiveSnapshot
from register_svc.snapshots.snapshots import Snapshots
from register_svc.snapshots.trusted import Anchor
from register_svc.till.articles import PriceDay
from register_svc.till.basket import Basket
from register_svc.till.item import Item, standard_rate
from register_svc.till.people import Session

_LOG = logging.getLogger("offline-kassa.register")

# What a broken or full disk raises out of any room. Nothing was changed then: every act is one transaction.

JOURNAL_FILE, STATE_FILE, CONTROL_KEY_FILE = "journal.db", "state.db", "control.key"
JOURNAL_MIGRATIONS = tuple(journal_schema.MIGRATIONS)
STATE_MIGRATIONS = (
    *(*link_schema.MIGRATIONS, *snapshot_schema.MIGRATIONS, *sessions.MIGRATIONS),
    *digital_queue.MIGRATIONS,
)


class Versions(Protocol):
    """Which snapshots are here."""

    def active(self) -> ActiveSnapshot | None: ...
    def listing(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Register:
    """One cash register: every part of it, joined."""

    directory: Path
    settings: Settings
    identity: Identity
    version: str
    desk: Desk
    book: PriceBook
    link: Link
    sales: Sales
    receipts: Receipts
    shifts: Shifts
    sessions: Sessions
    snapshots: Snapshots
    sender: Sender
    backups: Backups
    health: Health
    digital: ReceiptSender
    authorizations: AuthorizationDesk
    control_key: str
    databases: tuple[Database, ...]
    addresses: dict[str, str] = field(default_factory=dict)  # till, lan: known once the listeners are bound
    troubles: dict[str, str] = field(default_factory=dict)  # what went wrong at the start and keeps nobody from selling

    def start(self) -> None:
        """Begin the work in the background: link, courier, snapshots."""
        # With the mode: a kill between a change of mode and its record leaves no doubt for longer than this.
        body = {"version": self.version, "mode": self.link.mode.name}
        try:
            self.desk.journal.append(records.REGISTER_STARTED, self.desk.now(), None, body)
        except STORAGE_ERRORS:
            _LOG.exception("the start could not be journalled")  # the health list names the cause: the disk
        self.health.start()
        self.snapshots.start()
        self.link.start()
        self.digital.start()
        self.authorizations.start()

    def forget_old_answers(self) -> None:
        """A little of the housekeeping. What goes wrong in it must never end the service."""
        try:
            self.desk.answers.forget_old(int(self.desk.clock().timestamp()))
        except STORAGE_ERRORS:
            _LOG.exception("old answers could not be forgotten")

    def stop(self) -> None:
        """End it, and close the files. What is on disk stays as it is: a kill does no more harm."""
        self.link.stop()
        self.digital.stop()
        self.authorizations.stop()
        self.snapshots.stop()
        self.health.stop()
        for database in self.databases:
            database.close()

    @property
    def lan_url(self) -> str | None:
        """Where head office and a phone reach this register; None before the listener is bound."""
        port = urlsplit(self.addresses.get("lan", "")).port
        return lan_url(self.settings, port) if port else self.settings.lan.url

    def describe(self) -> dict[str, Any]:
        """Which register this is, for anybody on this machine: no customer, no cashier, no amount."""
        active, shift = self.snapshots.active(), self.desk.shifts.current()
        return {
            "register": self.identity.register,
            "store": self.identity.store,
            "store_name": self.identity.store_name,
            "chain": self.identity.chain,
            "version": self.version,
            "business_day": shift.business_day if shift else None,
            "snapshot": active
            and {
                "version": active.version,
                "activated_at": active.activated_at,
                "published_at": active.published_at,
            },
            "lan_url": self.lan_url,
            "shift_open": shift is not None,
            "email_receipts": self.digital.can_mail,
        }

    def send_receipt(self, receipt_no: str, way: str, address: str, language: str | None) -> None:
        """Queue a finished sale's receipt. Raises Refused `receipt-not-found` or `email-not-set-up`."""
        self.receipts.show(receipt_no)
        if way == EMAIL and not self.digital.can_mail:
            raise Refused("email-not-set-up", "this register sends no e-mail", "Set [receipts] smtp_host.")
        self.digital.add(Order(receipt_no, way, address, language or ""))

    def quick_key_pages(self) -> list[dict[str, Any]]:
        """What the screen's keys sell today. Raises Fault `no-snapshot`."""
        return pages(self.book.require(), self.desk.rules())

    def control_session(self, key: str) -> Session:
        """The session of a local command that shows the register's own key. Raises Refused `session-required`."""
        if not hmac.compare_digest(key.encode(), self.control_key.encode()):
            raise Refused("session-required", "this is not the register's own key")
        return Session("", None, "register", "technician")


def build(directory: Path, *, to_sell: bool = False) -> Register:
    """The register in `directory`. `to_sell`: its service starts, which a snapshot on trial has to live through.

    Raises Refused `not-enrolled`, or Fault when its files cannot be used.
    """
    settings, identity = Settings.load(directory), Identity.load(directory)
    journal_db = Database(directory / JOURNAL_FILE, JOURNAL_MIGRATIONS)
    state_db = Database(directory / STATE_FILE, STATE_MIGRATIONS)
    journal = Journal(journal_db, Owner(identity.store, identity.register, identity.epoch))
    reader = JournalReader(journal_db)
    link = Link(settings, identity, reader, state_db)
    book = PriceBook()

    def tell_others() -> None:
        """A record is on disk: it may go home, and a snapshot that waited for the end of a receipt may come in."""
        link.wake()
        snapshots.poke()

    desk = Desk(
        journal,
        reader,
        Answers(journal_db),
        ShiftRows(journal_db),
        book,
        link,
        _now,
        link.clock.corrected,
        identity.zone,
        tell_others,
    )
    receipts = Receipts(desk)
    office = ReturnDesk(link.client, lambda: int(link.clock.corrected().timestamp() * 1000))
    asked = Authorizations(journal)
    authorizations = AuthorizationDesk(
        link.client, asked, settings.head_office.authorization_timeout_s, lambda: link.is_offline
    )
    sales = Sales(desk, receipts, office, Authorizing(desk, asked, authorizations, lambda: secrets.token_hex(16)))
    sources = Sources(directory / JOURNAL_FILE, directory / STATE_FILE)
    backups = Backups(sources, settings.backup_dir(directory), journal.owner, _keep(settings))
    snapshots = Snapshots(
        state_db,
        directory,
        Anchor(identity.store, identity.root_v1.encode()),
        Around(
            backup=lambda: _back_up(backups),
            between_receipts=sales.between_receipts,
            on_switched=_switch(desk),
            price_probe=price_in_memory,
            business_day=lambda: desk.business_day,
            now=link.clock.corrected,
            receipts=reader.last_receipt,
        ),
    )
    troubles = {f"draft {sale_id}": "cannot be read; it is kept as it is" for sale_id in sales.unreadable}
    if to_sell:
        snapshots.begin()
    open_price_book(book, snapshots, troubles)
    register = Register(
        directory,
        settings,
        identity,
        __version__,
        desk,
        book,
        link,
        sales,
        receipts,
        Shifts(desk, sales, _head_signer(identity)),
        Sessions(state_db, desk, Pins(desk, _pin_hashing(identity.pin_pepper)), secrets.token_urlsafe),
        snapshots,
        Sender(state_db, identity.sender_key, identity.register),
        backups,
        Health(Subject(identity.register, __version__, lambda: link.mode.name), _now),
        ReceiptSender(
            ReceiptQueue(state_db),
            settings.receipts,
            directory / settings.receipts.dir,
            World(_receipt_text(receipts), lambda: link.is_offline, _now, identity.store_name),
        ),
        authorizations,
        _control_key(directory),
        (journal_db, state_db),
        troubles=troubles,
    )
    _watch(register)
    link.neighbours.report = lambda: _report(register)
    link.fetching.door = _Door(register)
    link.neighbours.on_mode_changed = _note_mode(desk, authorizations)
    return register


def open_price_book(book: PriceBook, snapshots: Versions, troubles: dict[str, str]) -> None:
    """The active snapshot, or the one before when the disk has damaged it: old prices sell, and the list says so."""
    active = snapshots.active()
    if active is None:
        return
    previous = snapshots.listing()["previous"]
    paths = [(active.version, active.path)]
    if previous is not None:
        paths.append((previous, active.path.parent.parent / str(previous) / active.path.name))
    for version, path in paths:
        try:
            book.switch(path, version)
            return
        except Untrusted as error:
            _LOG.exception("snapshot %s cannot be used", version)
            troubles[f"snapshot {version}"] = f"{error.detail}: push a new one from head office"


def _watch(register: Register) -> None:
    """Everything that the health list shows."""
    link, add = register.link, register.health.add
    add("journal", lambda: journal_check(register.desk.journal))
    add("catalog", lambda: catalog_check(register.book, _now()))
    add("queue", lambda: queue_check(link, _now()))
    add("head_office", lambda: head_office_check(link))
    add("disk", lambda: disk_check(register.directory))
    add("clock", lambda: clock_check(link))
    add("backup", lambda: backup_check(register.backups, _now()))
    add("receipts", lambda: receipts_check(register.digital.queue))
    add("transport", lambda: transport_check(register.settings))
    add("start", lambda: [Check(name, WARN, said, "Call support.") for name, said in register.troubles.items()])
    add_link_figures(register.health.metrics, link)


def _receipt_text(receipts: Receipts) -> Callable[[str, str], str]:
    def text(receipt_no: str, language: str) -> str:
        return str(receipts.show(receipt_no, Wanted(language=language or None))["receipt_text"])

    return text


def _report(register: Register) -> dict[str, Any]:
    """What a check-in tells head office."""
    listing = register.snapshots.listing()
    return {
        "lan_url": register.lan_url,
        "snapshot": {
            "active": listing["active"],
            "seen": listing["seen"],
            "slots": [{name: slot[name] for name in ("version", "state", "reason")} for slot in listing["slots"]],
        },
        "health": register.health.to_wire(),
    }


@dataclass(frozen=True)
class _Door:
    """The way in of a bundle that this register fetched: the same as a push's, with the same token."""

    register: Register

    def take(self, stream: Any, length: int | None, token: str) -> int:
        claims = self.register.sender.accept(token, None)  # the hash is compared while the bytes come
        sworn = datetime.fromtimestamp(claims.issued_at, UTC)
        return self.register.snapshots.receive(stream, length, claims.body, sworn).version

    def is_settled(self, version: int) -> bool:
        return not self.register.snapshots.activate(version).pending


def price_in_memory(path: Path, codes: tuple[str, ...]) -> None:
    """Sell each of `codes` from the catalogue at `path`, without a trace: a catalogue that cannot is not used."""
    catalog = Catalog(path, 1)
    day = PriceDay.of(1, instant_text(_now())[:10], catalog.vat)
    basket = Basket("probe-1-000001", SALE, False, day.business_day, "", standard_rate(day), instant_text(_now()))
    for code in codes:
        for article in catalog.articles_of_code(code)[:1]:
            basket = basket.add_line(Item.of_article(article, code, day), ONE, 1)
    basket.document(True)


def _switch(desk: Desk) -> Callable[[ActiveSnapshot], None]:
    def switch(active: ActiveSnapshot) -> None:
        desk.book.switch(active.path, active.version)
        body = {"version": active.version, "sha256": active.sha256}
        desk.journal.append(records.SNAPSHOT_ACTIVATED, desk.now(), _shift_day(desk), body)
        desk.after_commit()

    return switch


def _note_mode(desk: Desk, authorizations: AuthorizationDesk) -> Callable[[Mode], None]:
    def note(mode: Mode) -> None:
        authorizations.release_soon()  # ONLINE again: what waits can be let go
        body = {"mode": mode.name, "by": mode.by, "reason": mode.reason}
        desk.journal.append(records.MODE_CHANGED, mode.since, _shift_day(desk), body)
        desk.after_commit()

    return note


def _shift_day(desk: Desk) -> str | None:
    shift = desk.shifts.current()
    return shift.business_day if shift else None


def _back_up(backups: Backups) -> None:
    backups.make(_now())


def _head_signer(identity: Identity) -> SignHead:
    """Signs the end of the journal by the register's key."""

    def sign(head: Head) -> str | None:
        from poscore.tokens import sign_head  # costs more than all other starting work of a register

        try:
            return sign_head(identity.signing_key(head.epoch), head)
        except PosError:
            _LOG.exception("the head of the journal could not be signed")  # verify-journal finds the Z that lacks it
            return None

    return sign


def _pin_hashing(pepper: bytes) -> PinHashing:
    return PinHashing(
        fits=lambda pin, stored: verify_pin(pin, pepper, stored),
        make=lambda pin: hash_pin(pin, pepper, secrets.token_bytes(SALT_BYTES)),
    )


def _control_key(directory: Path) -> str:
    """The key that local commands show; made anew at each start, readable by the register's user only."""
    key = secrets.token_urlsafe(32)
    try:
        replace_file(directory / CONTROL_KEY_FILE, key.encode())
    except (OSError, Fault):
        _LOG.exception("the key for local commands could not be written")  # on a full disk; they wait, the till starts
    return key


def _keep(settings: Settings) -> Keep:
    return Keep(settings.backup.keep, settings.backup.keep_days)


def _now() -> datetime:
    return datetime.now(UTC)

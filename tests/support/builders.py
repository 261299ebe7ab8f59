"""Builders: a catalogue file, and a register's counter without its listeners. A test mentions only what it is about.

a_catalog(path, articles=[an_article("A1", price=129, codes=["6410405216120"])])
counter = a_counter(tmp_path)
sale = counter.start(); counter.scan(sale, MILK); counter.pay(sale, "cash"); done = counter.complete(sale)
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from poscore.catalog_format import ALLOW, DDL, DENY, INDEX_DDL, SCHEMA, SEARCH_DDL, SEARCH_FILL
from poscore.errors import Fault, Refused
from poscore.idempotency import Idempotency, Kept
from poscore.instants import instant_text
from poscore.quantity import Quantity
from poscore.returns import NOTHING, Given, sold
from poscore.tokens import SigningKey, sign_head
from poscore.validity import Validity
from poscore.vat import FINLAND, VatTable
from register_svc.catalog.price_book import PriceBook
from register_svc.checkout import sessions as session_tables
from register_svc.checkout.authorizing import Authorizing
from register_svc.checkout.desk import Desk
from register_svc.checkout.pins import PinHashing, Pins
from register_svc.checkout.receipts import Receipts
from register_svc.checkout.sales import Sales
from register_svc.checkout.sessions import Sessions
from register_svc.checkout.shifts import Shifts
from register_svc.checkout.wishes import NewLine, NewSale, NewTender
from register_svc.database import Database
from register_svc.journal import schema as journal_tables
from register_svc.journal.answers import Answers
from register_svc.journal.authorizations import Authorizations
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.reading import JournalReader, Unsent
from register_svc.journal.shifts import ShiftRows
from register_svc.journal.verify import Verdict, verify_journal
from register_svc.till.authorizations import Decision, Wanted
from register_svc.till.cash_count import CashCount
from register_svc.till.discounts import Discount
from register_svc.till.people import Session
from tests.support.clock import NOON, Clock

STORE, REGISTER = "s1", "r1"
KEY = SigningKey.generate()  # the register's, in every epoch
MILK, COFFEE, COLA, APPLES, BEER = "6410405216120", "6411401015090", "6415600501811", "2000001000004", "6413600017219"
LETTERHEAD = ("Kyläkauppa", "Raitti 1, 00100 Helsinki", "Y-tunnus 1234567-1")


# -- a catalogue -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AnArticle:
    """A row of the price list. `price` includes VAT and `deposit`."""

    article_id: str
    name: str = "Ruisleipä"
    price: int = 250
    codes: tuple[str, ...] = ()
    vat_code: str = "reduced"
    department: str = "ruoka"
    unit: str = "kpl"
    deposit: int = 0
    age_limit: int = 0


ARTICLES = (
    AnArticle("A1", "Maito 1 l", 129, (MILK,)),
    AnArticle("A2", "Kahvi 500 g", 795, (COFFEE,)),
    AnArticle("A3", "Kola 0,5 l", 215, (COLA,), deposit=20),
    AnArticle("A4", "Omenat", 299, (APPLES,), unit="kg"),
    AnArticle("A5", "Olut 0,33 l", 185, (BEER,), vat_code="standard", deposit=15, age_limit=18),
    AnArticle("A6", "Muovikassi", 35, vat_code="standard"),
)


@dataclass(frozen=True)
class ATender:
    type: str
    online: str = ALLOW
    offline: str = ALLOW
    needs_customer: bool = False
    reason: Mapping[str, str] | None = None


NOT_OFFLINE = {"fi": "Ei OFFLINE-tilassa.", "sv": "Inte i OFFLINE-läge.", "en": "Not while OFFLINE."}
TENDERS = (
    ATender("cash"),
    ATender("card"),
    ATender("invoice", needs_customer=True),
    ATender("account", needs_customer=True),
    ATender("payroll", offline=DENY, needs_customer=True, reason=NOT_OFFLINE),
    ATender("bonus", offline=DENY, needs_customer=True, reason=NOT_OFFLINE),
    ATender("voucher", offline=DENY, reason=NOT_OFFLINE),
)


@dataclass(frozen=True)
class ACustomer:
    customer_id: str
    name: str = "Rakennus Oy"
    business_id: str = "7654321-0"
    tenders: tuple[str, ...] = ("invoice", "account", "payroll", "bonus")
    credit_limit: int | None = 100_000


CUSTOMERS = (ACustomer("C1"), ACustomer("C2", "Kunta", tenders=("invoice",), credit_limit=None))


@dataclass(frozen=True)
class ACashier:
    """`pin_hash` is whatever the counter's `check_pin` compares with; the builders' own compares texts."""

    cashier_id: str
    name: str = "Matti Myyjä"
    role: str = "cashier"
    pin_hash: str = "1234"
    pin_changed_at: str = ""


CASHIERS = (
    ACashier("101"),
    ACashier("201", "Leena Lead", "shift_lead"),
    ACashier("301", "Maija Manager", "manager"),
    ACashier("901", "Teppo Tekniikka", "technician"),
)


# This shop's cashiers give ten per cent by themselves.
SHOP_SETTINGS = {"discounts.limits": {"cashier": 10, "shift_lead": 100, "manager": 100}}


@dataclass(frozen=True)
class APromotion:
    """On the articles `on`; `amount` is without deposit. It holds, unless told otherwise, as long as anybody sells."""

    promotion_id: str
    kind: str
    on: Sequence[str]
    count: int = 1
    amount: int | None = None
    percent_bp: int | None = None
    max_times: int | None = None
    first: str = "2000-01-01"
    last: str = "2999-12-31"
    name: str = "Kampanja"

    def row(self) -> tuple[Any, ...]:
        names = _json({"fi": self.name, "sv": f"{self.name} sv", "en": f"{self.name} en"})
        validity = Validity.parse(self.first, self.last)
        return (
            *(self.promotion_id, names, self.kind, self.count, self.amount, self.percent_bp, self.max_times),
            *(validity.first, validity.last, validity.weekdays, validity.hours),
        )


@dataclass(frozen=True)
class Contents:
    """All that a catalogue holds."""

    articles: Sequence[AnArticle] = ARTICLES
    customers: Sequence[ACustomer] = CUSTOMERS
    cashiers: Sequence[ACashier] = CASHIERS
    tenders: Sequence[ATender] = TENDERS
    vat: VatTable = FINLAND
    settings: Mapping[str, Any] = field(default_factory=dict)  # in force from the first day on
    promotions: Sequence[APromotion] = ()
    quick_keys: Sequence[str] = ()  # article ids
    meta: Mapping[str, str] = field(default_factory=dict)


def a_catalog(path: Path, **contents: Any) -> Path:
    """A catalogue file as head office publishes it; `contents` are fields of `Contents`."""
    holds = Contents(**contents)
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in DDL:
        connection.execute(statement)
    connection.execute("BEGIN")
    _fill(connection, "meta", ((key, value) for key, value in _meta(holds).items()))
    numbers = {article.article_id: number for number, article in enumerate(holds.articles, 1)}
    _fill(connection, "article", (_article_row(numbers[article.article_id], article) for article in holds.articles))
    _fill(connection, "code", ((code, numbers[one.article_id]) for one in holds.articles for code in one.codes))
    _fill(
        connection,
        "customer",
        ((c.customer_id, c.name, c.business_id, _json(list(c.tenders)), c.credit_limit) for c in holds.customers),
    )
    _fill(connection, "cashier", map(astuple, holds.cashiers))
    _fill(connection, "tender_type", (_tender_row(position, one) for position, one in enumerate(holds.tenders, 1)))
    _fill(
        connection,
        "vat_rate",
        ((r.code, r.rate, str(r.valid_from), str(r.valid_to) if r.valid_to else None) for r in holds.vat.rates),
    )
    settings = {**SHOP_SETTINGS, **holds.settings}
    _fill(connection, "setting", ((name, "2000-01-01", _json(value)) for name, value in settings.items()))
    _fill(connection, "promotion", (one.row() for one in holds.promotions))
    _fill(connection, "promotion_article", ((numbers[on], p.promotion_id) for p in holds.promotions for on in p.on))
    _fill(connection, "quick_key", ((at, numbers[one], one) for at, one in enumerate(holds.quick_keys, 1)))
    connection.execute("COMMIT")
    for statement in (*INDEX_DDL, SEARCH_DDL, SEARCH_FILL):
        connection.execute(statement)
    connection.close()
    return path


def _meta(holds: Contents) -> dict[str, str]:
    return {
        "schema": str(SCHEMA),
        "store": STORE,
        "store_name": LETTERHEAD[0],
        "chain": "Kyläkaupat",
        "business_id": "1234567-1",
        "time_zone": "Europe/Helsinki",
        "language": "fi",
        "published_at": instant_text(NOON),
        "article_count": str(len(holds.articles)),
        "receipt_header": _json(list(LETTERHEAD)),
        "receipt_footer": _json(["Kiitos käynnistä!"]),
        **holds.meta,
    }


def _article_row(number: int, article: AnArticle) -> tuple[Any, ...]:
    return (
        *(number, article.article_id, article.name, article.price, article.vat_code, article.department),
        *(article.unit, article.deposit, article.age_limit),
    )


def _tender_row(position: int, tender: ATender) -> tuple[Any, ...]:
    names = {"fi": tender.type, "sv": tender.type, "en": tender.type}
    reason = _json(tender.reason) if tender.reason else None
    return (tender.type, position, _json(names), tender.online, tender.offline, int(tender.needs_customer), reason)


def _fill(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    values = list(rows)
    if values:
        connection.executemany(f"INSERT INTO {table} VALUES({', '.join('?' * len(values[0]))})", values)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


# -- a counter ---------------------------------------------------------------------------------------------------------


class ReturnsBook:
    """What head office says of returns. `sales`: documents by receipt. `elsewhere`: given back by others, by receipt.

    `claims`: what is held, by return. While `answers` is False it does not answer.
    """

    def __init__(self) -> None:
        self.answers = False
        self.sales: dict[str, Mapping[str, Any]] = {}
        self.elsewhere: dict[str, dict[int, Given]] = {}
        self.claims: dict[str, dict[int, Quantity]] = {}
        self.asked: list[str] = []

    def receipt(self, receipt_no: str) -> tuple[Mapping[str, Any], dict[int, Given]]:
        self._answer("receipt")
        if receipt_no not in self.sales:
            raise Refused("receipt-not-found", f"head office has no receipt {receipt_no}")
        return self.sales[receipt_no], self.elsewhere.get(receipt_no, {})

    def claim(self, return_no: str, receipt_no: str, wanted: Mapping[int, Quantity]) -> dict[int, Given]:
        self._answer("claim")
        document, elsewhere = self.receipt(receipt_no)
        for line in document["lines"]:
            left = sold(line).less(elsewhere.get(line["n"], NOTHING)).quantity
            if wanted.get(line["n"], Quantity(0)) > left:
                raise Refused("quantity-returned", f"{left.text} is left", left=left.text)
        self.claims[return_no] = dict(wanted)
        return elsewhere

    def release(self, return_no: str) -> None:
        self.asked.append("release")
        self.claims.pop(return_no, None)

    def _answer(self, what: str) -> None:
        self.asked.append(what)
        if not self.answers:
            raise Refused("head-office-unreachable", "head office does not answer")


class AccountsBook:
    """What head office says of accounts. `owed`: by customer and kind, beside what is held.

    `answers` False: it is not reached. `loses`: so many answers are lost on the way, and what they say is held.
    """

    def __init__(self) -> None:
        self.answers, self.loses = True, 0
        self.limit: int | None = 100_000
        self.owed: dict[tuple[str, str], int] = {}
        self.held: dict[str, Wanted] = {}
        self.gone: set[str] = set()
        self.asked: list[str] = []
        self.woken = 0

    def ask(self, wanted: Wanted, let_go: Sequence[str]) -> Decision:
        self.asked.append(wanted.id)
        if not self.answers:
            raise Fault("head-office-unreachable", "head office does not answer")
        for other in let_go:
            self.let_go(other)
        decision = self._decide(wanted)
        if self.loses:
            self.loses -= 1
            raise Fault("head-office-unreachable", "the answer was lost")
        return decision

    def release_soon(self) -> None:
        self.woken += 1

    def let_go(self, id: str) -> None:
        self.gone.add(id)
        self.held.pop(id, None)

    def _decide(self, wanted: Wanted) -> Decision:
        whose = (wanted.holder, wanted.kind)
        others = [one for one in self.held.values() if (one.holder, one.kind) == whose and one.id != wanted.id]
        balance = self.owed.get(whose, 0) + sum(one.amount for one in others)
        if self.limit is not None and balance + wanted.amount > self.limit:
            return Decision(False, "credit-limit-exceeded", balance, self.limit)
        if wanted.id not in self.gone:
            self.held[wanted.id] = wanted
        return Decision(True, None, balance + wanted.amount, self.limit)


class SwitchableMode:
    """ONLINE or OFFLINE as the test says; `unsent` counts the whole journal, since nobody fetches it."""

    def __init__(self, reader: JournalReader, epoch: int, offline: bool) -> None:
        self.is_offline = offline
        self._reader, self._epoch = reader, epoch

    def unsent(self) -> Unsent:
        return self._reader.unsent(self._epoch, 0)


class ACounter:
    """A register's checkout over real files: every verb answers parsed JSON, and raises what the checkout raises.

    `restarted()` is the same folder opened by a new process, as far as the checkout can tell.
    """

    def __init__(self, directory: Path, clock: Clock, *, epoch: int, offline: bool) -> None:
        self.directory, self.clock, self._epoch = directory, clock, epoch
        self.db = Database(directory / "journal.db", journal_tables.MIGRATIONS)
        self.state = Database(directory / "state.db", session_tables.MIGRATIONS)
        self.journal = Journal(self.db, Owner(STORE, REGISTER, epoch))
        self.reader = JournalReader(self.db)
        self.book = PriceBook()
        self.mode = SwitchableMode(self.reader, epoch, offline)
        self.commits_told = 0
        self.clock_is_slow_by = timedelta()  # as head office last said
        self.desk = Desk(
            self.journal,
            self.reader,
            Answers(self.db),
            ShiftRows(self.db),
            self.book,
            self.mode,
            clock,
            lambda: clock() + self.clock_is_slow_by,
            ZoneInfo("Europe/Helsinki"),
            self._told,
        )
        self.receipts = Receipts(self.desk)
        self.office, self.accounts = ReturnsBook(), AccountsBook()
        self.asked = Authorizations(self.journal)
        ids = (f"auth-{directory.name}-{n}" for n in itertools.count(self._asked_so_far() + 1))
        authorizing = Authorizing(self.desk, self.asked, self.accounts, lambda: next(ids))
        self.sales = Sales(self.desk, self.receipts, self.office, authorizing)
        self.shifts = Shifts(self.desk, self.sales, lambda head: sign_head(KEY, head))
        self._tokens = iter(f"token-{n}" for n in range(1, 1_000_000))
        self.sessions = self.new_sessions(lambda pin, stored: pin == stored)
        self.session = Session("", "101", "Matti Myyjä", "cashier")
        self.token = ""

    def _asked_so_far(self) -> int:
        return int(self.db.reader.execute("SELECT count(*) FROM authorization").fetchone()[0]) * 1_000

    def new_sessions(
        self, check_pin: Callable[[str, str], bool], make_hash: Callable[[str], str] = lambda pin: pin
    ) -> Sessions:
        pins = Pins(self.desk, PinHashing(check_pin, make_hash))
        return Sessions(self.state, self.desk, pins, lambda: next(self._tokens))

    def sign_in(self, cashier: str = "101", pin: str = "1234") -> Session:
        """A session by PIN, which the verbs below use from now on."""
        self.token = self.sessions.sign_in(cashier, pin)["token"]
        return self.seen()

    def seen(self, override: str | None = None) -> Session:
        """The session that signed in last as its next request finds it, with an Override header or without."""
        self.session = self.sessions.find(f"Bearer {self.token}", override)
        return self.session

    def leave(self, permission: str, by: str = "301", pin: str = "1234") -> Session:
        """The same, with somebody's leave for one action."""
        given = self.sessions.give_leave(self.seen(), by, pin, permission)
        return self.seen(given["token"])

    def restarted(self) -> ACounter:
        again = ACounter(self.directory, self.clock, epoch=self._epoch, offline=self.mode.is_offline)
        if self.book.catalog:
            again.book.catalog = self.book.catalog
        again.accounts.__dict__.update(self.accounts.__dict__)
        self.db.close()
        self.state.close()
        return again

    def _told(self) -> None:
        self.commits_told += 1

    def use_catalog(self, version: int = 1, **contents: Any) -> None:
        self.book.switch(a_catalog(self.directory / f"catalog-{version}.db", **contents), version)

    # --- selling

    def start(self, key: Idempotency | None = None, **new: Any) -> str:
        """A new sale's id."""
        if new.get("kind") == "return" and not new.get("original_receipt"):
            new = {"reason": "viallinen", **new}
        sale_id: str = told(self.sales.start(self.session, NewSale(**new), key))["id"]
        return sale_id

    def scan(self, sale: str, code: str, quantity: str = "1", key: Idempotency | None = None) -> dict[str, Any]:
        return self.add(sale, quantity, key, code=code)

    def add(self, sale: str, quantity: str = "1", key: Idempotency | None = None, **what: Any) -> dict[str, Any]:
        return told(self.sales.add_line(self.session, sale, NewLine(Quantity.parse(quantity), **what), key))

    def discount(
        self, sale: str, *, line: int | None = None, percent_bp: int | None = None, amount: int | None = None
    ) -> dict[str, Any]:
        """By somebody who may give any."""
        by = replace(self.session, role="manager")
        return told(self.sales.add_discount(by, sale, Discount(line, percent_bp, amount, "kylki"), None))

    def check_age(self, sale: str) -> None:
        """The customer shows a document, if the sale asks for one."""
        if self.sales.look.view(sale)["asks"]:
            self.answer_age(sale, True, "document")

    def answer_age(self, sale: str, confirmed: bool, how: str | None = None) -> dict[str, Any]:
        return told(self.sales.answer_age(self.session, sale, confirmed, how, None))

    def pay(
        self,
        sale: str,
        kind: str,
        amount: int | None = None,
        reference: str | None = None,
        key: Idempotency | None = None,
    ) -> dict[str, Any]:
        return told(self.sales.add_tender(self.session, sale, NewTender(kind, amount, reference), key))

    def complete(self, sale: str, key: Idempotency | None = None) -> dict[str, Any]:
        return told(self.sales.complete(self.session, sale, key))

    def sold(self, *codes: str, tender: str = "cash", **new: Any) -> dict[str, Any]:
        """A whole sale: scanned, paid, completed."""
        sale = self.start(**new)
        for code in codes or (MILK,):
            self.scan(sale, code)
        self.check_age(sale)
        self.pay(sale, tender)
        return self.complete(sale)

    # --- shifts

    def open_shift(self, opening_float: int = 10_000, key: Idempotency | None = None) -> dict[str, Any]:
        return told(self.shifts.open(self.session, opening_float, key))

    def close_shift(self, cash: int, denominations: Mapping[str, int] | None = None, **more: Any) -> dict[str, Any]:
        """`more`: fields of `CashCount`."""
        return told(self.shifts.close(self.session, CashCount(cash, denominations, **more), None))

    def x_report(self) -> dict[str, Any]:
        return self.shifts.x_report(self.session)

    def copy(self, receipt_no: str, language: str | None = None, key: Idempotency | None = None) -> dict[str, Any]:
        return told(self.receipts.copy(self.session, receipt_no, language, key))

    # --- looking

    def records(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Bodies of the journal's records, of one type or all."""
        return [r.body for r in self.reader.between(self._epoch, 1) if kind in (None, r.type)]

    def verdict(self) -> Verdict:
        keys = dict.fromkeys(range(1, self._epoch + 1), KEY.public)
        return verify_journal(self.directory / "journal.db", STORE, REGISTER, self._epoch, keys=keys)


def told(kept: Kept) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(kept.body)
    return answer


def a_counter(
    directory: Path, *, shift: bool = True, offline: bool = False, epoch: int = 1, **contents: Any
) -> ACounter:
    """A counter with a catalogue (version 1, of `contents`) and, unless told otherwise, an open shift."""
    counter = ACounter(directory, Clock(), epoch=epoch, offline=offline)
    counter.use_catalog(1, **contents)
    if shift:
        counter.open_shift()
    return counter


def a_key(name: str = "k", body: str = "") -> Idempotency:
    return Idempotency(name, body.encode())

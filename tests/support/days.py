"""A random day at the counter: acts as hypothesis draws them, done by a real counter over real files.

`live(counter, acts)` does what can be done and leaves the rest: a day is whatever a shop makes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.sale import RETURN, SALE
from register_svc.checkout.shifts import Report
from tests.support.builders import APPLES, BEER, COFFEE, COLA, MILK, ACounter, told

codes = st.sampled_from((MILK, COFFEE, COLA, APPLES, BEER))
quantities = st.sampled_from(("1", "2", "24", "0.350", "1.005"))


@dataclass(frozen=True)
class Purchase:
    """A sale or return from its first scan to its end; `extra` is cash beyond what is asked, or paid by card first."""

    kind: str
    goods: list[tuple[str, str]]
    voided: bool
    percent_bp: int | None
    amount: int | None
    tender: str
    extra: int
    parked: bool
    training: bool
    aborted: bool


@dataclass(frozen=True)
class Moved:
    kind: str
    amount: int


@dataclass(frozen=True)
class Closed:
    """The drawer was `off` by this much when it was counted."""

    off: int


@dataclass(frozen=True)
class Simple:
    """copy, open-drawer, print, mode or restart."""

    what: str


Act = Purchase | Moved | Closed | Simple

purchases = st.builds(
    Purchase,
    st.sampled_from((SALE, SALE, SALE, RETURN)),
    st.lists(st.tuples(codes, quantities), min_size=1, max_size=4),
    st.booleans(),
    st.none() | st.integers(1, 10_000),
    st.none() | st.integers(1, 300),
    st.sampled_from(("cash", "cash", "card", "invoice", "account", "split")),
    st.integers(0, 2_000),
    parked=st.booleans(),
    training=st.integers(0, 5).map(lambda n: n == 0),
    aborted=st.integers(0, 5).map(lambda n: n == 0),
)
acts: st.SearchStrategy[Act] = st.one_of(
    purchases,
    purchases,
    purchases,
    st.builds(Moved, st.sampled_from(("in", "out", "drop")), st.integers(1, 5_000)),
    st.builds(Closed, st.integers(-500, 500)),
    st.builds(Simple, st.sampled_from(("copy", "open-drawer", "print", "mode", "restart"))),
)
days = st.lists(acts, min_size=1, max_size=14)


@dataclass
class Day:
    """What came of it: `zs` in their order, and the counter as it is after the last restart."""

    counter: ACounter
    zs: list[dict[str, Any]] = field(default_factory=list)

    def live(self, acts: list[Act]) -> Day:
        doing: dict[type[Any], Callable[[Any], None]] = {
            Purchase: self._buy,
            Moved: self._move,
            Closed: self._close,
            Simple: self._do,
        }
        for act in acts:
            doing[type(act)](act)
            self.counter.clock.advance(minutes=37)
        self._close(Closed(0))
        return self

    def _buy(self, one: Purchase) -> None:
        counter = self.counter
        sale = counter.start(kind=one.kind, training=one.training, customer="C1")
        for code, quantity in one.goods:
            counter.scan(sale, code, quantity)
        if one.voided and len(one.goods) > 1:
            told(counter.sales.void_line(counter.session, sale, 1))
        self._discount(sale, one)
        if one.parked:
            told(counter.sales.park(counter.session, sale, None))
            self._restart()
            told(self.counter.sales.resume(counter.session, sale, None))
        if one.aborted:
            told(self.counter.sales.abort(counter.session, sale, None))
        else:
            self.counter.check_age(sale)
            self._pay(sale, one)
            self.counter.complete(sale)

    def _discount(self, sale: str, one: Purchase) -> None:
        for discount in ({"percent_bp": one.percent_bp}, {"amount": one.amount}):
            if None not in discount.values():
                with suppress(Refused):  # larger than what is left to take it from
                    self.counter.discount(sale, **discount)  # type: ignore[arg-type]

    def _pay(self, sale: str, one: Purchase) -> None:
        counter = self.counter
        left = counter.sales.look.payment(sale)["left"]
        if one.tender == "split" and 0 < one.extra < left["exact"]:
            counter.pay(sale, "card", one.extra)
            left = counter.sales.look.payment(sale)["left"]
        tender = "cash" if one.tender == "split" else one.tender
        if left["cash" if tender == "cash" else "exact"] > 0:
            gives_change = tender == "cash" and one.kind == SALE
            counter.pay(sale, tender, left["cash"] + one.extra if gives_change else None)

    def _move(self, one: Moved) -> None:
        told(self.counter.shifts.move_cash(self.counter.session, one.kind, one.amount, "syy", None))

    def _close(self, one: Closed) -> None:
        expected = self.counter.x_report()["cash"]["expected"]
        counted = max(expected + one.off, 0)
        self.zs.append(self.counter.close_shift(counted, left_in_drawer=min(counted, 10_000)))
        self.counter.open_shift(self.counter.shifts.next()["opening_float"])

    def _do(self, one: Simple) -> None:
        counter = self.counter
        if one.what == "copy":
            done = counter.sales.look.list("completed", None, "", 1)["items"]
            if done:
                counter.copy(done[0]["receipt_no"])
        elif one.what == "open-drawer":
            told(counter.shifts.open_drawer(counter.session, "syy", None))
        elif one.what == "print":
            counter.shifts.print_report(counter.session, Report(), None)
        elif one.what == "mode":
            counter.mode.is_offline = not counter.mode.is_offline
        else:
            self._restart()

    def _restart(self) -> None:
        self.counter = self.counter.restarted()

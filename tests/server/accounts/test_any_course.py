"""Whatever registers sell, ask, lose and repeat, and however it comes home: the entries make what the sales do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.accounts import Till, a_till, account, site_with_customers

LIMITS = {"C1": 10_000, "E1": 5_000, "M1": None}
LEDGERS = {"C1": ("account",), "E1": ("payroll", "bonus"), "M1": ("bonus", "account")}
CUSTOMERS = st.sampled_from(sorted(LEDGERS))
AMOUNTS = st.integers(1, 4_000)


class Course(RuleBasedStateMachine):
    """`owed`: by the sales that have come home. `promised`: approved and neither used, let go nor expired."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.site = site_with_customers(Path(self.folder.name))
        self.tills = [a_till(self.site, "r1"), a_till(self.site, "r2")]
        self.waiting: dict[str, dict[int, tuple[str, str, int]]] = {"r1": {}, "r2": {}}
        self.owed: Counter[tuple[str, str]] = Counter()
        self.promised: dict[str, tuple[Till, str, str, int, str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "site"):
            self.site.office.close()
            self.folder.cleanup()

    @rule(which=st.integers(0, 1), customer=CUSTOMERS, amount=AMOUNTS, back=st.booleans(), data=st.data())
    def sells_without_asking(self, which: int, customer: str, amount: int, back: bool, data: Any) -> None:
        kind = data.draw(st.sampled_from(LEDGERS[customer]))
        signed = -amount if back else amount
        self._sold(self.tills[which], customer, kind, signed, data.draw(st.booleans()))

    @rule(which=st.integers(0, 1), customer=CUSTOMERS, amount=AMOUNTS, end=st.sampled_from(["sale", "release", "lost"]))
    def asks(self, which: int, customer: str, amount: int, end: str) -> None:
        till, kind = self.tills[which], LEDGERS[customer][0]
        before = self._available(customer, kind)
        told = till.asked(self.site, customer, amount, kind)
        again = till.asked(self.site, customer, amount, kind, id=told["id"], sale=told["sale"])
        assert again == told
        assert told["approved"] == (before is None or amount <= before)
        if not told["approved"]:
            return
        if end == "sale":
            self._sold(till, customer, kind, amount, offline=False)
        if end == "release":
            till.release(self.site, told["id"])
        else:
            self.promised[told["id"]] = (till, customer, kind, amount, told["sale"])
            if end == "lost":  # the number is spent: the sale was given up, and the line with it
                till.numbers += 1

    @rule()
    def time_passes(self) -> None:
        self.site.clock.passes(minutes=16)
        self.promised.clear()

    @rule(which=st.integers(0, 1), data=st.data())
    def some_come_home(self, which: int, data: Any) -> None:
        till = self.tills[which]
        waiting = self.waiting[till.register]
        if not till.written:
            return
        seqs = data.draw(st.lists(st.integers(1, len(till.written)), min_size=1, max_size=4))
        assert self.site.bring_home(till, till.batch(seqs)).status_code == 200
        for seq in set(seqs) & waiting.keys():
            customer, kind, amount = waiting.pop(seq)
            self.owed[customer, kind] += amount
            sale = f"{till.register}-1-{self.numbers[till.register, seq]:06d}"
            self.promised = {key: one for key, one in self.promised.items() if one[4] != sale}

    @invariant()
    def every_balance_is_what_the_sales_make(self) -> None:
        for customer, ledgers in LEDGERS.items() if hasattr(self, "site") else ():
            for ledger in ledgers:
                shown = account(self.site, customer, ledger)
                assert shown["balance"] == self.owed[customer, ledger] == sum(e["amount"] for e in shown["entries"])
                assert shown["held"] == sum(
                    amount for _, who, kind, amount, _ in self.promised.values() if (who, kind) == (customer, ledger)
                )
        if hasattr(self, "site"):
            assert self.site.office.account_proof.check()["ok"]

    def _sold(self, till: Till, customer: str, kind: str, amount: int, offline: bool) -> None:
        till.owe(self.site, customer, home=False, offline=offline, **{kind: amount})
        self.waiting[till.register][len(till.written)] = (customer, kind, amount)
        self.numbers = {**getattr(self, "numbers", {}), (till.register, len(till.written)): till.numbers}

    def _available(self, customer: str, kind: str) -> int | None:
        limit = LIMITS[customer]
        if limit is None:
            return None
        held = sum(amount for _, who, what, amount, _ in self.promised.values() if (who, what) == (customer, kind))
        return max(limit - self.owed[customer, kind] - held, 0)


TestCourse = Course.TestCase
TestCourse.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)

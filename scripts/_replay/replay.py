"""Deals sold at one till, while the line comes and goes and the register dies: head office must reach the same sum.

- Every call that gets no answer is repeated with the same Idempotency-Key once the register is back.
- Moments of dying are drawn from a seed and fall into any call of a sale; at least one is OFFLINE and one ONLINE when
  there are two and both modes come about.
- The end is proved three times over: each sale as it was answered, the summary, and the file's own sum.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _fleet import BooksDiffer, Fleet, Plan, Register, Till, open_price

from _replay.invoices import RETURN, Deal, Listing, read_deals

# The line goes and comes this many times over the whole file.
_OUTAGES = 4
_ANY = 10**12  # cents
_CASH_EVERY = 7  # most are paid by card; cash brings the rounding in
_HOME_S = 900.0
_MANAGER = "4"  # returns without a receipt are not for everybody
_TELL_EVERY_S = 10.0
# A kill falls this long after a call has been sent: before, in and after the commit of a call that takes a few ms.
_KILL_WITHIN_S = 0.006


@dataclass(frozen=True, slots=True)
class Wish:
    """`offline_share`: of the deals, 0 to 1. `invoices` None: all."""

    file: Path
    invoices: int | None = None
    kills: int = 0
    offline_share: float = 0.3
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.offline_share <= 1:
            raise ValueError("the share of deals sold OFFLINE is 0 to 1")
        if self.kills < 0 or (self.invoices is not None and self.invoices < 1):
            raise ValueError("there are 0 or more kills and 1 or more invoices")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`total`: head office's, in cents, equal to the file's own."""

    deals: int
    returns: int
    offline: int
    lines: int
    kills: int
    repeats: int
    total: int
    seconds: float
    listing: Listing


class Killer:
    """Ends the register at a bad moment and starts it again; the till is somebody else's."""

    def __init__(self, register: Register, chance: random.Random) -> None:
        self._register, self._chance = register, chance
        self._torment: threading.Thread | None = None
        self._failed: list[BaseException] = []
        self.kills = 0

    def soon(self) -> None:
        """Kill within the next call."""
        pause = self._chance.uniform(0, _KILL_WITHIN_S)
        self._torment = threading.Thread(target=self._kill, args=(pause,), name="killer")
        self._torment.start()

    def wait(self) -> None:
        """Until the register is back. Raises what starting it raised."""
        if self._torment is not None:
            self._torment.join()
            self._torment = None
        if self._failed:
            raise self._failed[0]

    def _kill(self, pause: float) -> None:
        try:
            time.sleep(pause)
            self._register.kill()
            self.kills += 1
            self._register.restart()
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits
            self._failed.append(error)


def replay(folder: Path, wish: Wish, say: Callable[[str], None]) -> Outcome:
    """Sell the file and prove the sum. Raises BooksDiffer or whatever went wrong."""
    began = time.monotonic()
    listing = Listing()
    deals = list(read_deals(wish.file, wish.invoices, listing))
    chance = random.Random(wish.seed)  # noqa: S311 - moments of dying, not secrets
    offline = sold_offline(len(deals), wish.offline_share)
    kills = kills_at(deals, offline, wish.kills, chance)
    say(listing.report())
    say(f"{len(deals)} sales and returns; {sum(offline)} of them OFFLINE; kill -9 in {sorted(kills)}")

    with Fleet(folder, Plan(registers=("r1",)), say) as fleet:
        _let_anything_come_back(fleet)
        killer = Killer(fleet.register("r1"), chance)
        till = fleet.till("r1", _MANAGER, patient=True)
        Seller(till, killer, say).sell_all(deals, offline, kills)
        say("all sold; waiting for the rest to come home")
        summary = fleet.books_balance(_HOME_S)
        fleet.journals_are_home()
        _check_sum(summary, listing, len(deals))
        seconds = time.monotonic() - began
        returns = sum(deal.kind == RETURN for deal in deals)
        lines = sum(len(deal.lines) for deal in deals)
        return Outcome(
            len(deals), returns, sum(offline), lines, killer.kills, till.repeats, summary["total"], seconds, listing
        )


def _let_anything_come_back(fleet: Fleet) -> None:
    """The credit notes of the file name no receipt, and some are as large as an invoice."""
    for name, value in (("returns.cap_without_receipt", _ANY), ("returns.refund_tenders", {"none": ["card"]})):
        fleet.office.command("settings", "set", name, json.dumps(value))
    fleet.office.command("bundle", fleet.plan.store)
    fleet.office.command("push", "--register", "r1")


def sold_offline(deals: int, share: float) -> list[bool]:
    """For each deal whether it is sold OFFLINE: `share` of them, in `_OUTAGES` stretches."""
    stretch = max(deals / _OUTAGES, 1)
    return [(n % stretch) / stretch < share for n in range(deals)]


def kills_at(deals: Sequence[Deal], offline: Sequence[bool], kills: int, chance: random.Random) -> dict[int, int]:
    """{place of a deal: place of the call in it at which the register dies}; `kills` of them."""
    of_mode = {mode: [n for n, is_offline in enumerate(offline) if is_offline is mode] for mode in (True, False)}
    for places in of_mode.values():
        chance.shuffle(places)
    chosen: list[int] = []
    for turn in range(min(kills, len(deals))):
        places = of_mode[turn % 2 == 0] or of_mode[turn % 2 == 1]
        chosen.append(places.pop())
    return {place: chance.randrange(len(deals[place].lines) + 3) for place in chosen}


class Seller:
    """Sells the deals one after another at `till`, while `killer` has its day."""

    def __init__(self, till: Till, killer: Killer, say: Callable[[str], None]) -> None:
        self._till, self._killer, self._say = till, killer, say
        self._is_offline = False
        self._told = time.monotonic()

    def sell_all(self, deals: Sequence[Deal], offline: Sequence[bool], kills: Mapping[int, int]) -> None:
        """`offline`: for each deal; `kills`: as `kills_at` gives them."""
        for place, deal in enumerate(deals):
            self._switch(place, offline[place])
            self._sell(deal, kills.get(place), in_cash=place % _CASH_EVERY == 0)
            self._killer.wait()
            if time.monotonic() - self._told > _TELL_EVERY_S:
                self._told = time.monotonic()
                self._say(f"deal {place + 1} of {len(deals)}, killed {self._killer.kills} times")
        self._till.go_online()

    def _switch(self, place: int, offline: bool) -> None:
        if offline != self._is_offline:
            mode = self._till.go_offline("replay") if offline else self._till.go_online()
            self._is_offline = mode["offline"]
            self._say(
                f"deal {place}: {'OFFLINE' if offline else 'ONLINE'}, {mode['queued_sales']} wait at the register"
            )

    def _sell(self, deal: Deal, dies_at: int | None, in_cash: bool) -> None:
        """One deal; the register dies at its call number `dies_at`."""
        till, calls = self._till, itertools.count()

        def mind() -> None:
            if next(calls) == dies_at:
                self._killer.soon()

        mind()
        sale = till.start(kind=deal.kind, **({"reason": "credit note"} if deal.kind == RETURN else {}))
        for line in deal.lines:
            mind()
            till.add(sale["id"], open_price(line.name, line.unit_price, line.quantity))
        mind()
        if deal.total:
            till.pay(sale["id"], "cash" if in_cash and deal.kind != RETURN else "card")
        mind()
        completed = till.complete(sale["id"])["sale"]
        found = completed["totals"]["gross"] - completed["totals"]["discount"]
        if found != deal.total or len(completed["lines"]) != len(deal.lines):
            raise BooksDiffer(f"invoice {deal.invoice} ({deal.kind}) makes {deal.total}, the till sold {found}")


def _check_sum(summary: dict[str, Any], listing: Listing, deals: int) -> None:
    if summary["total"] != listing.total or summary["sales"] != deals:
        raise BooksDiffer(
            f"head office has {summary['sales']} sales of {summary['total']}, the file has {deals} of {listing.total}"
        )

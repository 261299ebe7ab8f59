"""The main job, without a person: prices out, sales home, a line cut, a register killed, books that balance.

Each step says in one line what it proved. Sums are worked out from the price list's own file, and never asked of the
product.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _fleet import DEMO_LISTS, Fleet, Plan, Till
from _fleet.goods import read_goods

PLAN = Plan(registers=("r1", "r2"))
_GOODS = read_goods(DEMO_LISTS.articles)

MILK = _GOODS["Kevytmaito 1 l"]
SKIMMED = _GOODS["Rasvaton maito 1 l"]
COFFEE = _GOODS["Suodatinkahvi vaalea 500 g"]
COLA = _GOODS["Kola 24 x 0,33 l tölkki"]
SMOKES = _GOODS["Savukkeet punainen aski"]
CHOCOLATE = _GOODS["Maitosuklaa 200 g"]
GIFT = _GOODS["Lahjapakkaus suklaa 200 g"]
SCHOOL, NURSERY, STAFF = "100", "103", "200"  # who may pay by invoice and account; account; payroll and bonus


class Differs(AssertionError):
    """Something is not as it must be; the text says what."""


def run(folder: Path, say: Callable[[str], None]) -> None:
    """The whole main job in `folder`. Raises what differed."""
    with Fleet(folder, PLAN, say) as fleet:
        one, two = fleet.till("r1", "1"), fleet.till("r2", "3")
        say("signed in on r1 and r2 and opened a shift on each")
        sell_online(one, two, say)
        fleet.books_balance()
        say(f"head office has these {len(fleet.books)} sales, each once, to the cent")

        go_offline(fleet, one, two, say)
        sell_offline(one, two, say)
        one = kill_in_an_open_sale(fleet, one, say)
        one = kill_at_a_completed_sale(fleet, one, say)
        one = kill_while_completing(fleet, one, say)

        go_online(fleet, one, two, say)
        prove(fleet, say)


# -- the steps ---------------------------------------------------------------------------------------------------------


def sell_online(one: Till, two: Till, say: Callable[[str], None]) -> None:
    exact = MILK.price + 2 * SKIMMED.price  # 3.33
    cash = one.sell([MILK.code, (SKIMMED.code, "2")], pay=[("cash", 2000)])
    same("a cash sale's totals", cash["sale"]["totals"], totals(exact, rounding=2, paid=2000))
    same("its change", cash["change"], 2000 - exact - 2)
    say(f"ONLINE: cash, {euros(exact)} rounded to {euros(exact + 2)}, 20.00 given, {euros(cash['change'])} back")

    card = two.sell([COLA.code], pay=["card"])
    same("a card sale's totals", card["sale"]["totals"], totals(COLA.price, paid=COLA.price))
    same("its deposit", card["sale"]["lines"][0]["deposit"], COLA.deposit)
    say(f"ONLINE: card, {euros(COLA.price)} to the cent, {euros(COLA.deposit)} of it deposit")

    asked = two.add(two.start()["id"], SMOKES.code)
    same("what is asked of who buys tobacco", [(ask["kind"], ask["limit"]) for ask in asked["asks"]], [("age", 18)])
    same("paying before that", two.refused(f"/sales/{asked['id']}/tenders", {"type": "cash"}), "age-check-required")
    two.check_age(asked["id"])
    two.pay(asked["id"], "card")
    two.complete(asked["id"])
    say(f"ONLINE: goods for adults, {euros(SMOKES.price)}: no money before the age was checked")

    account = one.sell([COFFEE.codes[-1]], pay=["account"], customer=NURSERY)
    same("an account sale's totals", account["sale"]["totals"], totals(COFFEE.price, paid=COFFEE.price))
    say(f"ONLINE: account of customer {NURSERY}, {euros(COFFEE.price)}, by the article's second code")

    for tender in ("payroll", "bonus"):
        two.sell([MILK.code], pay=[tender], customer=STAFF)
    say(f"ONLINE: payroll and bonus of customer {STAFF}")

    asked = two.call("GET", f"/articles/{CHOCOLATE.code}")
    same("a code of two articles", asked.code, "article-ambiguous")
    same(
        "its candidates",
        {one["article_id"] for one in asked.json["candidates"]},
        {CHOCOLATE.article_id, GIFT.article_id},
    )
    mixed = two.sell([{"article_id": GIFT.article_id}], pay=[("card", 300), "cash"])
    rest = GIFT.price - 300  # 1.95: nothing to round
    same("a mixed sale's totals", mixed["sale"]["totals"], totals(GIFT.price, paid=300 + rest))
    say(f"ONLINE: one code on two articles: the till asked; {euros(GIFT.price)} by card and cash")

    back = one.sell([SKIMMED.code], pay=["cash"], kind="return", original_receipt=cash["receipt_no"])
    same("a return's totals", back["sale"]["totals"], totals(-SKIMMED.price, rounding=-1, paid=-SKIMMED.price - 1))
    say(f"ONLINE: a return of {euros(SKIMMED.price)}, {euros(SKIMMED.price + 1)} given back in cash")


def go_offline(fleet: Fleet, one: Till, two: Till, say: Callable[[str], None]) -> None:
    for name, till in (("r1", one), ("r2", two)):
        till.go_offline("harjoitus")
        fleet.cut(name)
        same(f"{name}'s mode", fleet.register(name).health()["mode"], "OFFLINE")
    say("both registers are OFFLINE, and the line to head office is cut")


def sell_offline(one: Till, two: Till, say: Callable[[str], None]) -> None:
    before = one.mode()["queued_sales"]
    cash = one.sell([MILK.code], pay=["cash"])
    same("the OFFLINE mark of a sale", cash["sale"]["offline"], True)
    if "OFFLINE" not in cash["receipt_text"]:
        raise Differs(f"the receipt does not say OFFLINE:\n{cash['receipt_text']}")
    one.sell([(COFFEE.code, "3")], pay=["card"])
    one.sell([(MILK.code, "10"), COFFEE.code], pay=["invoice"], customer=SCHOOL)
    two.sell([(SKIMMED.code, "4")], pay=["account"], customer=NURSERY)
    same("sales that wait at r1", one.mode()["queued_sales"], before + 3)
    say("OFFLINE: cash, card, invoice and account sold; the receipt says OFFLINE; they wait at the register")

    sale = two.start(customer=STAFF)
    two.add(sale["id"], CHOCOLATE_LINE)
    for tender in ("payroll", "bonus"):
        code = two.refused(f"/sales/{sale['id']}/tenders", {"type": tender})
        same(f"{tender} while OFFLINE", code, "tender-not-available-offline")
    two.pay(sale["id"], "card")
    two.complete(sale["id"])
    say("OFFLINE: payroll and bonus refused, the same sale paid by card")


def kill_in_an_open_sale(fleet: Fleet, till: Till, say: Callable[[str], None]) -> Till:
    parked = till.start()
    till.add(parked["id"], COLA.code)
    parked = till.post(f"/sales/{parked['id']}/park", {})
    sale = till.start()
    till.add(sale["id"], MILK.code)
    sale = till.add(sale["id"], (COFFEE.code, "2"))
    till = killed_and_back(fleet)
    same("the open sales after kill -9", till.drafts("open"), [sale])
    same("the parked sales after kill -9", till.drafts("parked"), [parked])
    same("the mode after kill -9", till.mode()["offline"], True)
    till.pay(sale["id"], "card")
    completed = till.complete(sale["id"])
    same("its number", completed["receipt_no"], sale["receipt_no"])
    say(f"r1 killed (kill -9) in an open sale: {sale['receipt_no']} is still there, line by line, and is paid")

    till.post(f"/sales/{parked['id']}/resume", {})
    till.post(f"/sales/{parked['id']}/abort", {})  # its number stays in the journal, and in no sum
    say(f"the parked sale {parked['receipt_no']} was still there too; it is aborted")
    return till


def kill_at_a_completed_sale(fleet: Fleet, till: Till, say: Callable[[str], None]) -> Till:
    sale = till.start()
    till.add(sale["id"], COLA.code)
    till.pay(sale["id"], "cash")
    key = uuid.uuid4().hex
    first = till.complete(sale["id"], key)
    till = killed_and_back(fleet)
    same("the answer to the same key after kill -9", till.complete(sale["id"], key), first)
    same("completing it with another key", till.refused(f"/sales/{sale['id']}/complete", {}), "sale-not-open")
    say(f"r1 killed at a completed sale: the same key gives the first answer, {sale['receipt_no']}, and no second sale")
    return till


def kill_while_completing(fleet: Fleet, till: Till, say: Callable[[str], None]) -> Till:
    """Killed when nobody knows whether it is done: asking again with the same key settles it."""
    sale = till.start()
    till.add(sale["id"], COFFEE.code)
    till.pay(sale["id"], "cash")
    register, key = fleet.register("r1"), uuid.uuid4().hex

    def kill() -> None:
        time.sleep(0.002)  # about the time that completing takes
        register.kill()
        register.restart()

    torment = threading.Thread(target=kill)
    torment.start()
    till.on_lost = register.wait_until_up
    completed = till.complete(sale["id"], key)
    torment.join()
    register.wait_until_up()
    same("the answer to the same key", till.complete(sale["id"], key), completed)
    same("open sales", till.drafts(), [])
    say(f"r1 killed while it completed {sale['receipt_no']}: asked again with the same key, it is completed once")
    return till


def go_online(fleet: Fleet, one: Till, two: Till, say: Callable[[str], None]) -> None:
    answer = one.call("PUT", "/offline", {"offline": False})
    same("going ONLINE over a cut line", answer.code, "head-office-unreachable")
    for name, till in (("r1", one), ("r2", two)):
        fleet.heal(name)
        till.go_online()
        same(f"{name}'s mode", till.mode()["offline"], False)
    say("ONLINE again: refused while the line was cut, accepted once it was mended")
    one.sell([MILK.code], pay=["card"])
    fleet.wait_until_home()
    say("every record has been returned and acknowledged")


def prove(fleet: Fleet, say: Callable[[str], None]) -> None:
    summary = fleet.books_balance()
    say(f"head office has all {len(fleet.books)} sales, each once, to the cent: {euros(summary['total'])} in total")
    same("quarantined records", fleet.office.quarantine(), [])
    for name, records in fleet.journals_are_home().items():
        say(f"journal of {name} verified: {records} records, all at head office")


# -- how they do it ----------------------------------------------------------------------------------------------------

CHOCOLATE_LINE = {"article_id": CHOCOLATE.article_id}


def killed_and_back(fleet: Fleet) -> Till:
    """r1 killed and started again; the same cashier, signed in anew."""
    fleet.kill("r1")
    fleet.restart("r1")
    return fleet.till("r1", "1")


def totals(exact: int, *, paid: int, rounding: int = 0) -> dict[str, int]:
    """What a sale's totals must be; change only ever comes back to the customer."""
    due = exact + rounding
    change = max(paid - due, 0) if due > 0 else 0
    return {"gross": exact, "discount": 0, "rounding": rounding, "due": due, "paid": paid, "change": change}


def same(what: str, found: Any, wanted: Any) -> None:
    """Raises Differs."""
    if found != wanted:
        raise Differs(f"{what}: {found!r}, and not {wanted!r}")


def euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"

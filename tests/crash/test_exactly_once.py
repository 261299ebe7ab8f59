"""Whatever dies and whenever, head office has every sale that a till has answered exactly once, and no other.

Real processes, killed with no warning at moments that a seed draws. The soak runs the same with more seeds.
"""

import os
import random
import time
from collections.abc import Iterator

import pytest

from tests.support.fleet import DEMO_LISTS, TWO_TILLS, Fleet, Till, Wire, copied_shop, free_port, open_price, read_goods
from tests.support.processes import killed_at_random, until

pytestmark = pytest.mark.slow

SEEDS = range(1, 1 + int(os.environ.get("SOAK_ROUNDS", "1")))
GOODS = read_goods(DEMO_LISTS.articles)
CODES = [
    GOODS[name].code
    for name in ("Kevytmaito 1 l", "Kola 0,33 l tölkki", "Tumma suklaa 70 % 100 g", "Karjalanpiirakka 1 kpl")
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("exactly-once") / "shop"
    with Fleet(copied_shop(tmp_path_factory, folder), TWO_TILLS) as fleet:
        yield fleet


@pytest.fixture(autouse=True)
def _at_peace(fleet: Fleet) -> Iterator[None]:
    """Each test finds the register ONLINE with everything home, and proves at its end that the books balance."""
    before = len(fleet.books)
    yield
    fleet.heal("r1")
    fleet.till("r1").go_online()
    fleet.books_balance()
    fleet.journals_are_home()
    assert fleet.office.quarantine() == []
    assert len(fleet.books) > before


def sell_something(till: Till, chance: random.Random) -> None:
    """A sale, now and then a return, of goods by code and by open price, paid in one of several ways."""
    items = [chance.choice(CODES) for _ in range(chance.randint(1, 4))]
    priced = open_price("Sekalaista", chance.randint(1, 5000), str(chance.randint(1, 3)))
    if chance.random() < 0.15:
        sold = till.sell([priced], pay=["card"])
        part = {"original_line": 1, "quantity": "1"}
        till.sell([part], pay=["card"], kind="return", original_receipt=sold["receipt_no"])
        return
    pay = chance.choice([["cash"], ["card"], [("card", 50), "cash"], [("cash", 100_000)]])
    till.sell([*items, priced], pay=pay)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_register_killed_at_any_moment_of_selling_sells_everything_once(fleet: Fleet, seed: int) -> None:
    chance = random.Random(seed)
    till = fleet.till("r1", patient=True)
    with killed_at_random(fleet.register("r1").process, times=4, within_s=(0.05, 0.5), seed=seed) as torment:
        while not torment.over:
            sell_something(till, chance)
    assert len(torment.lived_s) == 4
    assert till.drafts() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_register_killed_while_it_is_offline_returns_everything_once(fleet: Fleet, seed: int) -> None:
    chance = random.Random(1000 + seed)
    till = fleet.till("r1", patient=True)
    till.go_offline()
    fleet.cut("r1")
    with killed_at_random(fleet.register("r1").process, times=2, within_s=(0.05, 0.5), seed=seed) as torment:
        while not torment.over:
            sell_something(till, chance)
    assert till.mode()["offline"]
    assert till.mode()["queued_sales"] > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_lost_on_the_wire_bring_nothing_home_twice(fleet: Fleet, seed: int) -> None:
    chance = random.Random(2000 + seed)
    till, wire = fleet.till("r1"), fleet.register("r1").uplink
    till.go_offline()
    for _ in range(10):
        sell_something(till, chance)
    lost_before = wire.answers_lost
    wire.lose_answers(2, to=b"/journal ")  # head office has taken what is sent again
    till.go_online()
    until(lambda: wire.answers_lost == lost_before + 2, 30, "two answers to be lost")
    for _ in range(5):
        sell_something(till, chance)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_ends_killed_during_the_return_bring_everything_home_once(fleet: Fleet, seed: int) -> None:
    chance = random.Random(3000 + seed)
    till = fleet.till("r1", patient=True)
    till.go_offline()
    for _ in range(15):
        sell_something(till, chance)
    for _ in range(600):  # more than one batch
        till.post("/cash-movements", {"kind": "in", "amount": 1, "reason": "pohjakassaa"})
    fleet.register("r1").uplink.delay_s = 0.05
    till.go_online()
    office, register = fleet.office.process, fleet.register("r1").process
    with killed_at_random(office, times=2, within_s=(0.05, 0.4), seed=seed):
        time.sleep(chance.uniform(0.1, 0.5))
        register.kill()
        register.start()
        for _ in range(3):
            sell_something(till, chance)
    fleet.heal("r1")


@pytest.mark.parametrize("verb", ["/sales", "/lines", "/tenders", "/complete"])
def test_an_act_whose_answer_died_with_the_register_is_done_once(fleet: Fleet, verb: str) -> None:
    register = fleet.register("r1")
    wire = Wire(free_port(), register.till_port)
    till = Till(wire.url, "1", "1111", books=fleet.books)
    till.sign_in()
    till.open_shift()
    drafts = till.drafts()

    def die() -> None:
        register.kill()
        register.restart()

    def lose_and_kill() -> None:
        """The next answer is lost, and the register dies before it can be asked again."""
        wire.lose_answers(1, to=f"{verb} ".encode())
        till.client.close()  # a kept connection would be opened anew without a word
        till.on_lost = die

    def before(at: str) -> None:
        if at == verb:
            lose_and_kill()

    before("/sales")
    sale = till.start()
    before("/lines")
    till.add(sale["id"], (CODES[0], "3"))
    before("/tenders")
    view = till.pay(sale["id"], "card")
    before("/complete")
    completed = till.complete(sale["id"])
    assert till.repeats == 1
    assert [len(view["lines"]), len(view["tenders"])] == [1, 1]
    assert completed["sale"]["lines"] == view["lines"]
    assert till.drafts() == drafts  # nothing was begun twice
    wire.close()


def test_a_sale_left_open_by_a_kill_is_finished_by_another_cashier(fleet: Fleet) -> None:
    till = fleet.till("r1", "1")
    sale = till.start()
    view = till.add(sale["id"], CODES[0])
    fleet.kill("r1")
    fleet.restart("r1")
    other = fleet.till("r1", "2")
    assert other.drafts() == [view]
    other.pay(sale["id"], "card")
    assert other.complete(sale["id"])["sale"]["cashier"] == "2"


def test_a_second_run_on_the_same_folder_is_refused_and_disturbs_nothing(fleet: Fleet) -> None:
    till = fleet.till("r1")
    refused = fleet.register("r1").command("run", expect=(1,))
    assert refused["code"] == "already-running"
    till.sell([CODES[0]])

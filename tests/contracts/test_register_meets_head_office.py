"""The two services over the wire between them: neither end is played by anything but itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from poscore import records
from poscore.errors import Fault, Refused
from poscore.quantity import ONE, Quantity
from register_svc.head_office.authorizations import AuthorizationDesk
from register_svc.head_office.courier import Courier
from register_svc.head_office.enrol import Enrolled, Wish, enrol
from register_svc.head_office.returns import ReturnDesk
from register_svc.head_office.world import World as RegisterWorld
from register_svc.identity import Identity
from register_svc.journal.authorizations import Authorizations
from register_svc.journal.export import export
from register_svc.settings import HeadOffice, Settings
from register_svc.till.authorizations import Decision, Wanted
from server_push.assortment.importing import How, import_customers
from server_push.office import World
from server_push.web.app import build_app
from tests.support.accounts import CUSTOMERS
from tests.support.fleet import Wire, free_port
from tests.support.offices import Site, new_site
from tests.support.pricelists import table
from tests.support.returning import Returning
from tests.support.serving import served
from tests.support.small_register import Shop, wait_until


class Kept:
    """A folder's journal: nothing in it, or nothing that would be lost."""

    def __init__(self, records: int = 0, unsent: int = 0) -> None:
        self._records, self._unsent = records, unsent

    def unsent_records(self) -> int:
        return self._unsent

    def has_records(self) -> bool:
        return self._records > 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A head office that goes by the real time, as a register in the same test does."""
    site = new_site(tmp_path)
    site.clock.now = datetime.now(UTC)
    site.office.now = World().now
    site.office.registers.add("s1", "r1", site.clock())
    yield site
    site.office.close()


@pytest.fixture
def wire(site: Site) -> Iterator[Wire]:
    with served(build_app(site.office)) as url:
        wire = Wire(free_port(), urlsplit(url).port or 0)
        yield wire
        wire.close()


def wish(wire: Wire, site: Site, **more: object) -> Wish:
    return Wish(site.code().text, Settings(head_office=HeadOffice(url=wire.url)), "http://10.0.0.5:8081", **more)


@pytest.fixture
def shop(tmp_path: Path, site: Site, wire: Wire) -> Iterator[Shop]:
    """A register that head office has enrolled, with a journal of its own."""
    folder = tmp_path / "r1"
    enrol(folder, wish(wire, site), Kept(), RegisterWorld())
    shop = Shop(folder, wire.url, Identity.load(folder))
    yield shop
    shop.close()


def sell(shop: Shop, count: int, price: int = 100) -> int:
    """Sales as a till writes them, at `price` and a cent more each time; their sum."""
    books = Returning(epoch=shop.identity.epoch, numbers=shop.journal.head.seq)
    total = 0
    with shop.journal.write() as writing:  # one commit: what is timed elsewhere is not waited for here
        for n in range(count):
            writing.append(records.SALE, books_at(), "2026-11-22", {"sale": books.document(price + n)})
            total += price + n
    return total


def books_at() -> str:
    return "2026-11-22T12:00:00.000Z"


def come_home(shop: Shop, site: Site) -> None:
    courier = shop.courier()
    courier.rounds.start()
    courier.set_out()
    try:
        wait_until(lambda: not courier.unsent().records, 30)
    finally:
        courier.rounds.stop()
    assert not courier.troubles()


# -- enrolment ---------------------------------------------------------------------------------------------------------


def test_a_register_enrols_and_is_told_what_head_office_is(tmp_path, site, wire):
    assert enrol(tmp_path / "r1", wish(wire, site), Kept(), RegisterWorld()) == Enrolled("s1", "r1", 1)

    identity = Identity.load(tmp_path / "r1")
    assert identity.signing_key().public == site.office.registers.key_of("r1", 1)
    assert identity.audience == site.office.office_id
    assert identity.sender_key == site.office.keys.sender_signing_key().public
    assert identity.root_v1.encode() == site.office.keys.root_bytes()
    assert identity.pin_pepper == site.office.stores.get("s1").pin_pepper
    assert (identity.chain, identity.store_name, identity.time_zone) == ("Ketju Oy", "Keskusta", "Europe/Helsinki")


def test_an_answer_that_was_lost_costs_the_same_command_again_and_no_new_code(tmp_path, site, wire):
    asked = wish(wire, site)
    wire.lose_answers(1)
    with pytest.raises(Fault):
        enrol(tmp_path / "r1", asked, Kept(), RegisterWorld())
    assert site.office.registers.get("r1").epoch == 1, "head office has burned the code"

    assert enrol(tmp_path / "r1", asked, Kept(), RegisterWorld()) == Enrolled("s1", "r1", 1)
    assert Identity.load(tmp_path / "r1").signing_key().public == site.office.registers.key_of("r1", 1)


def test_a_code_that_another_box_has_used_says_so(tmp_path, site, wire):
    asked = wish(wire, site)
    enrol(tmp_path / "one", asked, Kept(), RegisterWorld())

    with pytest.raises(Refused) as refused:
        enrol(tmp_path / "two", asked, Kept(), RegisterWorld())

    assert refused.value.code == "code-used"


# -- a clock that is off -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", [timedelta(days=3), timedelta(days=-400)])
def test_a_register_whose_clock_is_off_corrects_itself_and_goes_on(shop, site, off):
    shop.world = replace(shop.world, now=lambda: datetime.now(UTC) + off)
    total = sell(shop, 3)

    come_home(shop, site)

    assert site.get("/api/sales/summary").json["total"] == total


# -- the way home ------------------------------------------------------------------------------------------------------


def test_a_journal_comes_home_over_a_line_that_loses_answers(shop, site, wire):
    total = sell(shop, 1_203)
    wire.lose_answers(2)  # a third would have the register rest for a quarter of a minute

    come_home(shop, site)

    summary = site.get("/api/sales/summary").json
    assert (summary["sales"], summary["total"]) == (1_203, total)
    kept = site.office.registers.get("r1")
    assert (kept.acked_seq, kept.queued_records) == (1_203, 0)


def test_what_is_kept_is_what_was_written_to_the_byte(shop, site):
    sell(shop, 2)
    with shop.journal.write() as writing:
        writing.append("note", books_at(), None, {"text": 'ä ö å € ✓ \u0001 \\ "'})

    come_home(shop, site)

    with site.office.storage.read() as connection:
        kept = connection.exec_driver_sql("SELECT record FROM journal_body ORDER BY arrival").scalars().all()
    written = [row[0] for row in shop.journal_db.reader.execute("SELECT record FROM journal ORDER BY seq")]
    assert kept == [row if isinstance(row, bytes) else row.encode() for row in written]


def test_records_of_an_epoch_before_come_home_after_a_new_enrolment(tmp_path, shop, site, wire):
    before = sell(shop, 4)
    shop.close()
    enrol(shop.folder, wish(wire, site, force=True), Kept(records=4, unsent=4), RegisterWorld())
    again = Shop(shop.folder, wire.url, Identity.load(shop.folder))
    try:
        assert again.identity.epoch == 2
        after = sell(again, 2)
        come_home(again, site)
    finally:
        again.close()
        shop.open()

    assert site.get("/api/sales/summary").json["total"] == before + after


# -- a head office put back to an older backup -------------------------------------------------------------------------


def heard(shop: Shop) -> Courier:
    """A register that starts, checks in as its link does, and sells nothing."""
    courier = shop.courier()
    report = {
        "lan_url": None,
        "snapshot": {"active": None, "seen": None},
        "health": None,
        "offline": False,
        "queued_records": 0,
        "clock": shop.world.instant(),
    }
    courier.hear(courier.moment(), shop.client().check_in(report).acked)
    while courier._round():
        pass
    return courier


def again(shop: Shop, tmp_path: Path, site: Site, wire: Wire) -> None:
    """A new enrolment in the same folder."""
    shop.close()
    enrol(shop.folder, wish(wire, site, force=True), Kept(records=1), RegisterWorld())
    shop.identity = Identity.load(shop.folder)
    shop.open()


def test_a_restored_head_office_gets_every_epoch_again_from_a_register_that_sells_nothing(tmp_path, shop, site, wire):
    total = sell(shop, 730)
    courier = shop.courier()
    assert courier._round()  # a batch of five hundred, and then a new enrolment closes the epoch
    again(shop, tmp_path, site, wire)
    backup = site.backup()
    total += sell(shop, 5)
    heard(shop)
    assert site.get("/api/sales/summary").json["sales"] == 735
    site.put_back(backup)
    assert site.get("/api/sales/summary").json["sales"] == 500

    courier = heard(shop)

    summary = site.get("/api/sales/summary").json
    assert (summary["sales"], summary["total"], summary["quarantined"]) == (735, total, 0)
    assert site.get("/api/incidents").json["items"] == []
    assert (courier.unsent().records, courier.troubles()) == (0, [])


def test_a_register_enrolled_after_the_backup_is_enrolled_again_and_brings_everything_home(tmp_path, shop, site, wire):
    total = sell(shop, 3)
    heard(shop)
    backup = site.backup()
    total += sell(shop, 4)
    heard(shop)
    again(shop, tmp_path, site, wire)
    total += sell(shop, 1_200)  # more than one batch: what was packed ahead is under the wrong key as well
    heard(shop)
    site.put_back(backup)
    with pytest.raises(Refused) as refused:
        heard(shop)
    assert refused.value.extra["reason"] == "token"

    with pytest.raises(Refused) as taken:
        again(shop, tmp_path, site, wire)
    assert taken.value.code == "epoch-taken"
    assert "another code" in str(taken.value.hint)
    again(shop, tmp_path, site, wire)
    assert shop.identity.epoch == 3
    courier = heard(shop)

    summary = site.get("/api/sales/summary").json
    assert (summary["sales"], summary["total"], summary["quarantined"]) == (1_207, total, 0)
    assert (courier.unsent().records, courier.troubles()) == (0, [])


def test_a_check_in_that_finds_everything_at_home_sends_nothing(shop, site):
    sell(shop, 20)
    heard(shop)

    assert heard(shop).sent == 0


# -- a register's folder set back to an older copy ---------------------------------------------------------------------


def image(shop: Shop) -> dict[Path, bytes]:
    shop.close()
    files = {path: path.read_bytes() for path in shop.folder.glob("*.db")}
    shop.open()
    return files


def set_back(shop: Shop, files: dict[Path, bytes]) -> None:
    shop.close()
    for path, content in files.items():
        path.write_bytes(content)
    shop.open()


def written(shop: Shop) -> list[str]:
    rows = shop.journal_db.reader.execute("SELECT record FROM journal ORDER BY epoch, seq").fetchall()
    return [row[0].decode() if isinstance(row[0], bytes) else row[0] for row in rows]


def kept_at_head_office(site: Site) -> list[str]:
    """Every record that can be found there: in its place, or among the incidents."""
    with site.office.storage.read() as connection:
        found = [row.decode() for row in connection.exec_driver_sql("SELECT record FROM journal_body").scalars()]
    after = "0"
    while after is not None:
        page = site.get(f"/api/incidents?kind=sequence_conflict&after={after}").json
        found += [item["record"] for item in page["items"]]
        after = page["next"]
    return found


def test_no_record_of_a_set_back_register_is_lost_over_restarts_lost_answers_and_a_restored_head_office(
    tmp_path, shop, site, wire
):
    sell(shop, 40)
    heard(shop)
    before, backup = image(shop), site.backup()
    sell(shop, 700)
    lost = written(shop)
    heard(shop)
    set_back(shop, before)
    sell(shop, 600, price=5_000)
    wire.lose_answers(1)
    with pytest.raises(Fault):
        heard(shop)
    shop.close()
    shop.open()
    courier = heard(shop)
    sell(shop, 400, price=9_000)  # the last three hundred have numbers that are free
    courier = heard(shop)

    everything = [*lost, *(record for record in written(shop) if record not in set(lost))]
    assert sorted(kept_at_head_office(site)) == sorted(everything)
    assert [trouble.code for trouble in courier.troubles()] == ["journal-differs"]
    assert courier.troubles()[0].records == 700

    site.put_back(backup)  # what the register had before it was set back is nowhere any more
    courier = heard(shop)

    assert sorted(kept_at_head_office(site)) == sorted(written(shop))
    assert [trouble.code for trouble in courier.troubles()] == ["journal-differs"]
    again(shop, tmp_path, site, wire)
    assert heard(shop).troubles() == []


# -- check-in ----------------------------------------------------------------------------------------------------------


def test_a_check_in_is_understood_at_both_ends(shop, site):
    version = site.office.publisher.publish("s1", site.office.now()).version

    answer = shop.client().check_in(
        {
            "lan_url": "http://10.0.0.6:8081",
            "snapshot": {"active": None, "seen": None},
            "health": None,
            "offline": False,
            "queued_records": 0,
            "clock": shop.world.instant(),
        }
    )

    assert answer.snapshot == {"version": version}
    assert answer.next_check_in_s == 300
    assert site.office.registers.get("r1").lan_url == "http://10.0.0.6:8081"


def test_a_register_whose_key_was_replaced_is_refused_and_says_why(shop, site):
    site.ask_to_enrol(site.code(), Returning())  # another box was enrolled in its place

    with pytest.raises(Refused) as refused:
        shop.client().check_in({"clock": shop.world.instant()})

    assert (refused.value.code, refused.value.extra["reason"]) == ("head-office-refused", "token")


# -- accounts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def customers(tmp_path: Path, site: Site) -> None:
    import_customers(site.office.storage, table(tmp_path / "customers.csv", CUSTOMERS), site.clock(), How())


@pytest.fixture
def asking(shop: Shop, customers: None) -> Iterator[AuthorizationDesk]:
    client = shop.client()
    desk = AuthorizationDesk(client, Authorizations(shop.journal), 1.0, lambda: False)
    yield desk
    desk.stop()
    client.close()


def wanted(amount: int, kind: str = "account", customer: str = "C1", **more: str) -> Wanted:
    return Wanted(more.get("id", f"a-{kind}-{amount}"), more.get("sale", "r1-1-000001"), kind, customer, amount)


def standing(site: Site) -> tuple[int, int]:
    shown = site.get("/api/customers/C1/account").json
    return shown["balance"], shown["held"]


def test_what_a_register_asks_is_understood_and_so_is_the_answer(asking: AuthorizationDesk, site: Site) -> None:
    assert asking.ask(wanted(6_000), ()) == Decision(True, None, 6_000, 10_000)
    assert asking.ask(wanted(4_001), ()) == Decision(False, "credit-limit-exceeded", 6_000, 10_000)
    assert asking.ask(wanted(4_001, id="anew"), ["a-account-6000"]) == Decision(True, None, 4_001, 10_000)
    assert asking.ask(wanted(1, "payroll"), ()).code == "tender-not-for-customer"
    assert asking.ask(wanted(1, customer="X"), ()).code == "customer-not-found"
    assert standing(site) == (0, 4_001)


def test_an_asking_whose_answer_is_lost_is_sent_again_at_once(
    asking: AuthorizationDesk, site: Site, wire: Wire
) -> None:
    wire.lose_answers(1)

    assert asking.ask(wanted(6_000), ()).approved
    assert standing(site) == (0, 6_000)


def test_a_lost_answer_can_be_looked_up_by_its_id(shop: Shop, customers: None, site: Site, wire: Wire) -> None:
    client = shop.client()
    with pytest.raises(Refused) as unknown:
        client.authorization("a1")
    wire.lose_answers(2)  # over the connection that is kept, and over a new one
    with pytest.raises(Fault):
        client.authorize(wanted(6_000, id="a1").to_wire())

    found = client.authorization("a1")

    assert unknown.value.extra["reason"] == "authorization-not-found"
    assert (found["approved"], found["amount"], found["balance"]) == (True, 6_000, 6_000)
    client.close()


def test_nobody_waits_longer_than_was_set(asking: AuthorizationDesk, wire: Wire) -> None:
    wire.silence()
    begun = time.monotonic()
    with pytest.raises(Fault) as fault:
        asking.ask(wanted(6_000), ["another"])

    assert fault.value.code == "head-office-unreachable"
    assert time.monotonic() - begun < 3.0  # set is 1 s; the rest is for a machine that has other things to do


def test_what_is_let_go_waits_on_disk_for_the_line(
    asking: AuthorizationDesk, shop: Shop, site: Site, wire: Wire
) -> None:
    kept, one = Authorizations(shop.journal), wanted(6_000)
    asking.ask(one, ())
    with shop.journal.write() as writing:
        kept.begin(writing, one, books_at())
        kept.let_go(writing, one.id)
    wire.cut()
    asking.start()
    time.sleep(1.5)  # it has tried
    assert list(kept.to_release()) == [one.id]

    wire.heal()
    asking.release_soon()

    wait_until(lambda: standing(site) == (0, 0))
    wait_until(lambda: list(kept.to_release()) == [])


# -- returns -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def returns(shop: Shop, site: Site) -> Iterator[ReturnDesk]:
    client = shop.client()
    yield ReturnDesk(client, lambda: int(datetime.now(UTC).timestamp() * 1000))
    client.close()


@pytest.fixture
def bought(site: Site, shop: Shop) -> str:
    """A receipt of r2 that has come home: one article for 5.00."""
    other = site.enrol("r2")
    other.sell(500)
    assert site.bring_home(other).status_code == 200
    return "r2-1-000001"


def test_a_register_holds_what_another_one_sold(returns: ReturnDesk, site: Site, bought: str) -> None:
    document, elsewhere = returns.receipt(bought)
    assert (document["lines"][0]["total"], elsewhere) == (500, {})
    assert returns.claim("r1-1-000001", bought, {1: ONE}) == {}

    with pytest.raises(Refused) as refused:
        returns.claim("r1-1-000001", bought, {1: Quantity(2000)})
    assert refused.value.code == "quantity-returned"
    with pytest.raises(Refused) as refused:
        returns.receipt("r2-1-000099")
    assert refused.value.code == "receipt-not-found"


def test_a_claim_whose_answer_was_lost_is_asked_again_and_is_one(
    returns: ReturnDesk, wire: Wire, site: Site, bought: str
) -> None:
    wire.lose_answers(1)
    with pytest.raises(Refused) as refused:
        returns.claim("r1-1-000001", bought, {1: ONE})
    assert refused.value.code == "head-office-unreachable"
    assert returns.claim("r1-1-000001", bought, {1: ONE}) == {}
    with site.office.storage.read() as connection:
        held = connection.exec_driver_sql("SELECT claim, quantity FROM return_claim_line").all()
    assert [tuple(row) for row in held] == [("r1-1-000001", 1000)]


def test_what_is_given_up_is_let_go_and_a_cut_line_is_no_trouble(
    returns: ReturnDesk, wire: Wire, site: Site, bought: str
) -> None:
    returns.claim("r1-1-000001", bought, {1: ONE})
    returns.release("r1-1-000001")
    with site.office.storage.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM return_claim_line").scalar() == 0
    wire.cut()
    returns.release("r1-1-000002")
    with pytest.raises(Refused) as refused:
        returns.receipt(bought)
    assert refused.value.code == "head-office-unreachable"


# -- a register that is dead -------------------------------------------------------------------------------------------


def test_a_dead_registers_journal_comes_home_from_the_file_that_its_disk_gave(tmp_path, site, shop):
    total = sell(shop, 3)
    come_home(shop, site)
    total += sell(shop, 600)  # OFFLINE, and then it broke
    file = tmp_path / "journal.jsonl"
    exported = export(shop.folder / "journal.db", file)

    with file.open("rb") as lines:
        told = site.office.rescue.bring(lines, site.clock())

    (journal,) = told["journals"]
    assert (journal["records"], journal["new"], journal["beyond"]) == (exported.records, 600, 600)
    assert (told["sha256"], journal["gap"], journal["quarantined"]) == (exported.sha256, None, [])
    assert site.get("/api/sales/summary").json["total"] == total
    come_home(shop, site)  # it was mended after all
    assert site.get("/api/sales/summary").json["sales"] == 603
    assert site.get("/api/incidents?kind=sequence_conflict").json["items"] == []

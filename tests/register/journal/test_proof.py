"""Every Z is proved against the records: a forger who weaves the whole chain anew is found by the sums."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from poscore import records
from poscore.records import Record
from poscore.tokens import SigningKey
from register_svc.checkout.shifts import Report
from register_svc.journal.proof import Proof
from register_svc.journal.verify import verify_journal
from tests.support.builders import BEER, COFFEE, COLA, KEY, MILK, REGISTER, STORE, ACounter, a_counter, told
from tests.support.forging import Edit, forge, with_body, without

GOLDEN = Path(__file__).parents[2] / "poscore" / "golden"
SALE, Z = records.SALE, records.SHIFT_CLOSED


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[ACounter]:
    """Three shifts with everything in them, all closed."""
    counter = a_counter(tmp_path)
    for _ in range(3):
        if counter.desk.shifts.current() is None:
            counter.open_shift()
        a_shift(counter)
    yield counter
    counter.db.close()
    counter.state.close()


def a_shift(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.scan(sale, COLA, "2")
    told(counter.sales.void_line(counter.session, sale, 1))
    counter.discount(sale, percent_bp=1000)
    counter.pay(sale, "card", 100)
    counter.pay(sale, "cash", 1_000)
    number = counter.complete(sale)["receipt_no"]
    counter.mode.is_offline = True
    counter.sold(BEER, tender="invoice", customer="C1")
    counter.mode.is_offline = False
    counter.sold(MILK, kind="return")
    counter.sold(COLA, kind="return", original_receipt=number)
    counter.sold(COFFEE, training=True)
    told(counter.sales.abort(counter.session, counter.start(), None))
    counter.copy(number)
    told(counter.shifts.move_cash(counter.session, "in", 5_000, "vaihtorahaa", None))
    told(counter.shifts.move_cash(counter.session, "drop", 2_000, "tilitys", None))
    told(counter.shifts.open_drawer(counter.session, "vaihto", None))
    counter.shifts.print_report(counter.session, Report(), None)
    counter.close_shift(13_000, {"5000": 2, "1000": 3}, left_in_drawer=10_000)


def found(counter: ACounter, keys: dict[int, dict[str, str]] | None = None) -> list[tuple[int, str]]:
    """(seq, kind) of what the verifier says of the journal's Zs; nothing is known of a signature unless it is given."""
    verdict = verify_journal(counter.directory / "journal.db", STORE, REGISTER, 1, keys=keys)
    return [(finding.seq, finding.kind) for finding in verdict.findings]


def kinds(counter: ACounter, edit: Edit) -> set[str]:
    """What is found after a forgery, receipts and returned goods left aside: they tell of a missing sale themselves."""
    forge(counter.directory / "journal.db", edit)
    return {kind for _, kind in found(counter)} - {"receipt-missing", "returned-missing", "returned-unfounded"}


def seqs(counter: ACounter, kind: str) -> list[int]:
    return [record.seq for record in counter.reader.between(1, 1) if record.type == kind]


# -- sound ---------------------------------------------------------------------------------------------------------


def test_a_sound_journal_proves_all_its_zs(counter: ACounter) -> None:
    assert found(counter, {1: KEY.public}) == []
    proof = Proof({1: KEY.public})
    assert list(proof.findings(counter.reader.between(1, 1))) == []
    assert sorted(proof.closed) == [1, 2, 3]


def test_weaving_it_anew_without_an_edit_changes_nothing(counter: ACounter) -> None:
    assert kinds(counter, lambda journal: journal) == set()
    assert found(counter, {1: KEY.public}) == []


def test_the_golden_journal_proves_its_z() -> None:
    golden = json.loads((GOLDEN / "records.json").read_text(encoding="utf-8"))
    key = json.loads((GOLDEN / "tokens.json").read_text(encoding="utf-8"))["public_key"]
    proof = Proof({1: key})
    assert list(proof.findings(Record.parse(row["record"]) for row in golden["records"])) == []
    assert list(proof.closed) == [1]


def test_an_open_shift_is_no_finding(counter: ACounter) -> None:
    counter.open_shift()
    counter.sold(MILK)
    assert found(counter, {1: KEY.public}) == []


# -- forged Zs -----------------------------------------------------------------------------------------------------


def set_to(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(body: dict[str, Any]) -> None:
        for name in path[:-1]:
            body = body[name]
        assert body[path[-1]] != value, "the forgery changes nothing"
        body[path[-1]] = value

    return change


FORGERIES = [
    *(("sales", "count"), ("sales", "total"), ("returns", "count"), ("returns", "total"), ("total",), ("rounding",)),
    *(("discount",), ("by_tender", "card"), ("by_tender", "cash"), ("cash_movements", "drop"), ("opening_float",)),
    *(("cash", "expected"), ("cash", "counted"), ("cash", "difference"), ("cash", "left_in_drawer")),
    *(("cash", "dropped"), ("cash", "denominations", "5000")),
    *(("counts", name) for name in ("offline", "aborted", "training", "copies", "drawer_openings", "voided_lines")),
    *(("counts", name) for name in ("discounts", "price_overrides", "returns_without_receipt")),
]


@pytest.mark.parametrize("path", FORGERIES, ids=".".join)
def test_any_figure_of_a_z_that_is_changed_is_found(counter: ACounter, path: tuple[str, ...]) -> None:
    assert kinds(counter, lambda journal: with_body(journal, Z, 2, set_to(*path, value=77_777))) == {"z-differs"}
    assert [seq for seq, _ in found(counter)] == [seqs(counter, Z)[1]]


@pytest.mark.parametrize("name", ["business_day", "opened_at", "opened_by", "closed_at", "no", "by_vat", "counts"])
def test_so_is_anything_else_that_the_records_say(counter: ACounter, name: str) -> None:
    assert "z-differs" in kinds(counter, lambda journal: with_body(journal, Z, 2, set_to(name, value="x")))


@pytest.mark.parametrize("name", ["sales", "grand", "cash", "counts", "by_tender"])
def test_so_is_a_figure_that_is_taken_away(counter: ACounter, name: str) -> None:
    assert kinds(counter, lambda journal: with_body(journal, Z, 2, lambda body: body.pop(name))) <= {
        *("z-differs", "grand-total-differs")
    }
    assert found(counter) != []


@pytest.mark.parametrize("name", ["sales", "returns", "net"])
def test_a_grand_total_that_begins_anew_is_found(counter: ACounter, name: str) -> None:
    edit: Edit = lambda journal: with_body(journal, Z, 2, set_to("grand", name, value=0))  # noqa: E731
    assert kinds(counter, edit) == {"grand-total-differs"}


def test_grand_totals_are_proved_from_the_records_and_not_from_the_z_before(counter: ACounter) -> None:
    """A forger who carries the false total on is found at every Z, and not only at the first."""

    def more(body: dict[str, Any]) -> None:
        body["grand"]["sales"] += 100
        body["grand"]["net"] += 100

    forge(counter.directory / "journal.db", lambda journal: with_body(with_body(journal, Z, 2, more), Z, 3, more))
    assert found(counter) == [(seq, "grand-total-differs") for seq in seqs(counter, Z)[1:]]


# -- forged records ------------------------------------------------------------------------------------------------


def test_a_sale_that_is_taken_out_is_found_by_the_zs_from_there_on(counter: ACounter) -> None:
    assert kinds(counter, lambda journal: without(journal, SALE, 6)) == {"z-differs", "grand-total-differs"}
    zs = seqs(counter, Z)
    assert {seq for seq, kind in found(counter) if kind == "z-differs"} == {zs[1]}
    assert [seq for seq, kind in found(counter) if kind == "grand-total-differs"] == zs[1:]


@pytest.mark.parametrize("kind", [records.CASH_MOVED, records.DRAWER_OPENED, records.RECEIPT_COPIED])
def test_an_event_that_is_taken_out_is_found(counter: ACounter, kind: str) -> None:
    assert kinds(counter, lambda journal: without(journal, kind, 1)) == {"z-differs"}


def test_a_sale_made_training_afterwards_is_found(counter: ACounter) -> None:
    def hide(body: dict[str, Any]) -> None:
        body["sale"]["training"] = True

    assert "grand-total-differs" in kinds(counter, lambda journal: with_body(journal, SALE, 1, hide))


def test_a_sale_moved_out_of_every_shift_is_found(counter: ACounter) -> None:
    def move(journal: list[Record]) -> list[Record]:
        sale = next(record for record in journal if record.type == SALE)
        return [*(record for record in journal if record is not sale), sale]

    assert kinds(counter, move) == {"z-missing", "z-differs", "grand-total-differs"}


def test_a_record_that_cannot_be_counted_is_found_and_ends(counter: ACounter) -> None:
    assert "z-differs" in kinds(counter, lambda journal: with_body(journal, SALE, 1, lambda body: body.clear()))
    assert "z-differs" in kinds(
        counter, lambda journal: with_body(journal, SALE, 2, lambda body: body.update(sale="nothing"))
    )


# -- missing Zs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_z_that_is_taken_out_is_missing(counter: ACounter, nth: int) -> None:
    assert "z-missing" in kinds(counter, lambda journal: without(journal, Z, nth))


def test_a_whole_shift_that_is_taken_out_leaves_a_gap(counter: ACounter) -> None:
    first, second = seqs(counter, Z)[:2]
    assert "z-missing" in kinds(counter, lambda journal: [r for r in journal if not first < r.seq <= second])


def test_the_last_shift_that_is_cut_off_is_missing(counter: ACounter) -> None:
    last = seqs(counter, Z)[1]
    assert kinds(counter, lambda journal: [r for r in journal if r.seq <= last]) == {"z-missing"}


def test_a_z_out_of_nowhere_is_found(counter: ACounter) -> None:
    twice: Edit = lambda journal: [*journal, next(r for r in journal if r.type == Z)]  # noqa: E731
    assert "z-missing" in kinds(counter, twice)


# -- what the register shows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE shift SET report = json_set(report, '$.total', 1) WHERE no = 2", "z-differs"),
        ("UPDATE shift SET report = 'rubbish' WHERE no = 2", "z-differs"),
        ("UPDATE shift SET report = NULL WHERE no = 2", "z-missing"),
        ("DELETE FROM shift WHERE no = 2", "z-missing"),
        (
            "INSERT INTO shift SELECT 9, 1, 1, '', '', '', 0, '', report FROM shift WHERE no = 2",
            "z-missing",
        ),
        ("UPDATE counter SET value = 4 WHERE name = 'shift'", "z-missing"),
    ],
)
def test_a_report_that_is_shown_is_the_journals_own(counter: ACounter, statement: str, kind: str) -> None:
    with closing(sqlite3.connect(counter.directory / "journal.db", isolation_level=None)) as connection:
        connection.execute(statement)
    assert found(counter) == [(0, kind)]


# -- the signature -------------------------------------------------------------------------------------------------


def test_who_changes_everything_that_is_counted_alike_is_found_by_the_signature(counter: ACounter) -> None:
    """The reason of a drop is in no sum; only the chain knows it, and only the signatures know the chain."""

    def other(body: dict[str, Any]) -> None:
        body["reason"] = "jotain muuta"

    edit: Edit = lambda journal: with_body(journal, records.CASH_MOVED, 3, other)  # noqa: E731
    assert kinds(counter, edit) == set()
    assert found(counter, {1: KEY.public}) == [(seq, "z-differs") for seq in seqs(counter, Z)[1:]]


def test_a_signature_by_another_key_does_not_hold(counter: ACounter) -> None:
    forge(counter.directory / "journal.db", lambda journal: journal, stolen_key=SigningKey.generate())
    assert found(counter, {1: KEY.public}) == [(seq, "z-differs") for seq in seqs(counter, Z)]


@pytest.mark.parametrize("value", [None, "", "rubbish", 5])
def test_a_z_without_its_signature_is_found(counter: ACounter, value: Any) -> None:
    forge(
        counter.directory / "journal.db",
        lambda journal: with_body(journal, Z, 3, lambda body: body.update(signed_head=value)),
    )
    assert found(counter, {1: KEY.public}) == [(seqs(counter, Z)[2], "z-differs")]


def test_an_epoch_whose_key_is_lost_is_proved_by_its_sums_alone(counter: ACounter) -> None:
    assert found(counter, {}) == []

"""Two registers never hold the same goods, whatever is lost, late or repeated; what crossed all the same is flagged."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from poscore import records
from poscore.errors import PosError
from poscore.ids import ReceiptNo
from poscore.quantity import Quantity
from poscore.returns import NOTHING, RETURNED, Given, part_of
from poscore.sale import COMPLETED, Header, Line, Sale, Tender
from server_push.registers.callers import Caller
from server_push.returns.claims import Claim
from tests.support.offices import Site, new_site
from tests.support.returning import DAY, Returning


class Till(Returning):
    """A register that sells, holds and gives back."""

    def sold(self, *lines: tuple[int, int, int], **header: Any) -> str:
        """A receipt of lines (thousandths, unit price, discount), paid by card."""
        rows = [
            Line(n, f"A{n}", None, "Tuote", Quantity(q), "kpl", price, off, 0, 2550, Quantity(q).times(price) - off)
            for n, (q, price, off) in enumerate(lines, 1)
        ]
        return self._write("sale", rows, {"original_receipt": None, "notes": []}, **header)

    def gave_back(self, site: Site, receipt_no: str | None, *lines: tuple[int, Given], **header: Any) -> str:
        """The record of a return of lines (n, what was given back)."""
        rows = [
            Line(
                *(at, f"A{n}", None, "Tuote", Quantity(-back.thousandths), "kpl", 5000),
                *(Quantity(-back.thousandths).times(5000) + back.total, 0, 2550, -back.total),
            )
            for at, (n, back) in enumerate(lines, 1)
        ]
        about = [{"original_receipt": receipt_no, "original_line": n} for n, _ in lines]
        notes = [{"kind": RETURNED, "line": at, "about": one} for at, one in enumerate(about, 1)]
        if receipt_no is None:
            notes = [{"kind": "return-reason", "line": None, "about": {"reason": "viallinen"}}]
        number = self._write("return", rows, {"original_receipt": receipt_no, "notes": notes}, **header)
        home(site, self)
        return number

    def next_return(self) -> str:
        return ReceiptNo(self.register, self.epoch, self.numbers + 1).text

    def _write(self, kind: str, rows: Sequence[Line], body: dict[str, Any], **header: Any) -> str:
        number = self._number(header.get("training", False))
        plain = Header(number, number, COMPLETED, kind, False, False, DAY, "101", None, 1)
        due = sum(row.total for row in rows)
        tenders = (Tender(1, "card", due),) if due else ()
        document = Sale.of(replace(plain, **header), tuple(rows), tenders, 2550).to_wire()
        self.write(records.SALE, {"sale": document, **body})
        return number


def a_till(site: Site, register: str) -> Till:
    enrolled = site.enrol(register)
    return Till(register=register, epoch=enrolled.epoch, key=enrolled.key)


def home(site: Site, till: Returning) -> None:
    assert site.bring_home(till).status_code == 200


@pytest.fixture
def r1(site: Site) -> Till:
    return a_till(site, "r1")


@pytest.fixture
def r2(site: Site) -> Till:
    return a_till(site, "r2")


@pytest.fixture
def receipt(site: Site, r1: Till) -> str:
    """Three for 7.00 and one for 1.00, sold by r1."""
    number = r1.sold((3000, 250, 50), (1000, 100, 0))
    home(site, r1)
    return number


def claim(
    site: Site, till: Till, receipt_no: str, lines: dict[int, str], id: str | None = None, **more: Any
) -> TestResponse:
    wanted = [{"n": n, "quantity": quantity} for n, quantity in lines.items()]
    body = {"id": id or till.next_return(), "receipt_no": receipt_no, "lines": wanted, **more}
    return site.call(till, "/api/returns/claims", json.dumps(body).encode())


def release(site: Site, till: Till, id: str, revision: int = 9) -> TestResponse:
    return site.call(till, f"/api/returns/claims/{id}/release", json.dumps({"revision": revision}).encode())


def code(answer: TestResponse) -> str:
    assert answer.json is not None
    return str(answer.json.get("code", answer.status_code))


def look(site: Site, till: Till, receipt_no: str) -> TestResponse:
    token = till.token(b"", site.office.office_id, site.clock())
    path = f"/api/registers/{till.register}/receipts/{receipt_no}"
    return site.client.get(path, headers={"Authorization": f"Bearer {token}"})


def flags(site: Site, query: str = "") -> list[dict[str, Any]]:
    answer = site.get(f"/api/returns/flags{query}")
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


# -- holding -------------------------------------------------------------------------------------------------------


def test_a_register_sees_what_another_one_sold(site: Site, r2: Till, receipt: str) -> None:
    answer = look(site, r2, receipt)
    assert answer.json["elsewhere"] == []
    assert [(line["n"], line["quantity"], line["total"]) for line in answer.json["sale"]["lines"]] == [
        (1, "3", 700),
        (2, "1", 100),
    ]


def test_what_one_register_holds_no_other_can(site: Site, r1: Till, r2: Till, receipt: str) -> None:
    held = claim(site, r2, receipt, {1: "2"})
    assert held.status_code == 201
    assert held.json["elsewhere"] == []
    refused = claim(site, r1, receipt, {1: "2"})
    assert (refused.status_code, code(refused)) == (409, "quantity-returned")
    granted = claim(site, r1, receipt, {1: "1", 2: "1"})
    assert granted.json["elsewhere"] == [{"n": 1, "quantity": "2", "total": 467, "deposit": 0}]


def test_the_same_claim_again_is_the_same_claim(site: Site, r2: Till, receipt: str) -> None:
    first = claim(site, r2, receipt, {1: "3"})
    site.clock.passes(minutes=5)
    assert claim(site, r2, receipt, {1: "3"}).json == first.json


def test_a_newer_asking_replaces_the_older_and_a_late_one_changes_nothing(
    site: Site, r1: Till, r2: Till, receipt: str
) -> None:
    assert claim(site, r2, receipt, {1: "3"}, revision=1).status_code == 201
    assert claim(site, r2, receipt, {1: "1"}, revision=2).status_code == 201
    assert code(claim(site, r2, receipt, {1: "3"}, revision=1)) == "claim-superseded"
    assert code(claim(site, r2, receipt, {1: "2"}, revision=2)) == "claim-superseded"
    assert claim(site, r1, receipt, {1: "2"}).status_code == 201


def test_what_is_refused_leaves_what_was_held(site: Site, r1: Till, r2: Till, receipt: str) -> None:
    claim(site, r2, receipt, {1: "2"}, revision=1)
    assert code(claim(site, r2, receipt, {1: "4"}, revision=2)) == "quantity-returned"
    assert code(claim(site, r1, receipt, {1: "2"})) == "quantity-returned"


def test_what_is_released_can_be_held_and_a_late_asking_holds_nothing(
    site: Site, r1: Till, r2: Till, receipt: str
) -> None:
    claim(site, r2, receipt, {1: "3"}, revision=1)
    assert release(site, r2, r2.next_return()).status_code == 200
    assert release(site, r2, r2.next_return()).status_code == 200
    assert code(claim(site, r2, receipt, {1: "3"}, revision=2)) == "claim-superseded"
    assert claim(site, r1, receipt, {1: "3"}).status_code == 201


def test_a_claim_that_was_released_before_it_came_holds_nothing(site: Site, r2: Till, receipt: str) -> None:
    release(site, r2, r2.next_return(), 5)
    assert code(claim(site, r2, receipt, {1: "3"}, revision=4)) == "claim-superseded"


def test_a_claim_ends_by_itself_after_a_quarter_of_an_hour(site: Site, r1: Till, r2: Till, receipt: str) -> None:
    claim(site, r2, receipt, {1: "3"})
    site.clock.passes(minutes=14, seconds=59)
    assert code(claim(site, r1, receipt, {1: "1"})) == "quantity-returned"
    site.clock.passes(seconds=1)
    assert claim(site, r1, receipt, {1: "1"}).status_code == 201
    # And the first one, asked again, is measured anew.
    assert code(claim(site, r2, receipt, {1: "3"})) == "quantity-returned"


def test_the_return_that_comes_home_takes_the_place_of_its_claim(site: Site, r1: Till, r2: Till, receipt: str) -> None:
    claim(site, r2, receipt, {1: "3"})
    number = r2.gave_back(site, receipt, (1, Given(2000, 467, 0)))
    assert claim(site, r1, receipt, {1: "1"}).json["elsewhere"] == [
        {"n": 1, "quantity": "2", "total": 467, "deposit": 0}
    ]
    assert code(claim(site, r2, receipt, {1: "3"}, id=number)) == "claim-settled"


def test_its_own_returns_are_the_registers_to_count(site: Site, r2: Till, receipt: str) -> None:
    r2.gave_back(site, receipt, (1, Given(1000, 233, 0)))
    answer = claim(site, r2, receipt, {1: "2"})
    assert (answer.status_code, answer.json["elsewhere"]) == (201, [])
    assert code(claim(site, r2, receipt, {1: "3"}, revision=2)) == "quantity-returned"


# -- what cannot be held -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"receipt_no": "r1-1-000099"}, (404, "receipt-not-found")),
        ({"receipt_no": "r9-1-000001"}, (404, "receipt-not-found")),
        ({"receipt_no": "rubbish"}, (422, "receipt-no-invalid")),
        ({"id": "r1-1-000009"}, (403, "permission-missing")),
        ({"lines": [{"n": 7, "quantity": "1"}]}, (404, "line-not-found")),
        ({"lines": [{"n": 1, "quantity": "0"}]}, (422, "quantity-invalid")),
        ({"lines": [{"n": 1, "quantity": "-1"}]}, (422, "quantity-invalid")),
        ({"lines": [{"n": 1, "quantity": "1"}, {"n": 1, "quantity": "1"}]}, (422, "body-invalid")),
        ({"lines": []}, (422, "body-invalid")),
        ({"more": 1}, (422, "body-invalid")),
    ],
)
def test_what_makes_no_sense_is_refused(
    site: Site, r2: Till, receipt: str, changed: dict[str, Any], refusal: tuple[int, str]
) -> None:
    body = {"id": "r2-1-000001", "receipt_no": receipt, "lines": [{"n": 1, "quantity": "1"}], **changed}
    answer = site.call(r2, "/api/returns/claims", json.dumps(body).encode())
    assert (answer.status_code, code(answer)) == refusal


def test_returns_and_training_cannot_be_returned(site: Site, r1: Till, r2: Till, receipt: str) -> None:
    back = r1.gave_back(site, receipt, (2, Given(1000, 100, 0)))
    practised = r1.sold((1000, 100, 0), training=True)
    home(site, r1)
    assert code(claim(site, r2, back, {1: "1"})) == "receipt-not-returnable"
    assert code(claim(site, r2, practised, {1: "1"})) == "receipt-not-returnable"


def test_a_register_speaks_for_itself_alone(site: Site, r1: Till, r2: Till, receipt: str) -> None:
    token = r2.token(b"", site.office.office_id, site.clock())
    headers = {"Authorization": f"Bearer {token}"}
    assert site.client.get(f"/api/registers/r1/receipts/{receipt}", headers=headers).status_code == 403
    assert release(site, r2, "r1-1-000005").status_code == 403


# -- flags ---------------------------------------------------------------------------------------------------------


def test_a_return_without_a_receipt_is_flagged_with_its_reason(site: Site, r1: Till) -> None:
    number = r1.gave_back(site, None, (1, Given(1000, 100, 0)))
    assert [(one["kind"], one["return_no"], one["total"], one["reason"]) for one in flags(site)] == [
        ("without-receipt", number, -100, "viallinen")
    ]


def test_two_registers_that_gave_back_the_same_are_flagged_once(site: Site, r1: Till, r2: Till, receipt: str) -> None:
    r1.gave_back(site, receipt, (1, Given(2000, 467, 0)))
    assert flags(site) == []
    crossing = r2.gave_back(site, receipt, (1, Given(2000, 467, 0)))
    assert [(one["kind"], one["return_no"], one["lines"]) for one in flags(site)] == [
        ("claims-crossed", crossing, [{"n": 1, "sold": "3", "returned": "4"}])
    ]


def test_a_receipt_that_has_not_come_home_is_flagged_until_it_has(site: Site, r1: Till, r2: Till) -> None:
    unsent = r1.sold((1000, 100, 0))
    r2.gave_back(site, unsent, (1, Given(1000, 100, 0)))
    assert [one["kind"] for one in flags(site)] == ["receipt-unknown"]
    home(site, r1)
    assert flags(site) == []


def test_flags_are_read_by_page_and_by_register(site: Site, r1: Till, r2: Till) -> None:
    numbers = [till.gave_back(site, None, (1, Given(1000, 100, 0))) for till in (r1, r2, r1)]
    first = site.get("/api/returns/flags?limit=2").json
    rest = site.get(f"/api/returns/flags?limit=2&after={first['next']}").json
    assert [one["return_no"] for one in (*first["items"], *rest["items"])] == numbers
    assert rest["next"] is None
    assert [one["return_no"] for one in flags(site, "?register=r2")] == [numbers[1]]


# -- races ---------------------------------------------------------------------------------------------------------


@dataclass
class Racer:
    """A till that holds and gives back, as the register's own checkout does."""

    site: Site
    till: Till
    receipt: str
    asked: int = 0
    granted: list[Claim] = field(default_factory=list)
    held: Given = NOTHING
    given: Given = NOTHING

    def claim(self, one: Claim) -> dict[str, Any] | str:
        """The answer, or the code of the refusal."""
        caller = Caller("s1", self.till.register, 1, {}, "Europe/Helsinki")
        try:
            return self.site.office.claims.claim(caller, one, self.site.clock())
        except PosError as refused:
            return refused.code

    def ask(self, thousandths: int) -> None:
        self.asked += 1
        one = Claim(self.till.next_return(), self.asked, self.receipt, {1: thousandths})
        answer = self.claim(one)
        if isinstance(answer, str):
            assert answer == "quantity-returned"
            return
        self.granted.append(one)
        others = [Given(Quantity.parse(e["quantity"]).thousandths, e["total"], 0) for e in answer["elsewhere"]]
        left = sum(others, self.given)
        self.held = part_of(250, Given(3000, 700, 0).less(left), Quantity(thousandths)).given

    def hear_an_old_asking(self) -> None:
        if len(self.granted) > 1:
            assert self.claim(self.granted[-2]) in ("claim-superseded", "claim-settled")

    def release(self) -> None:
        self.asked += 1
        assert release(self.site, self.till, self.till.next_return(), self.asked).status_code == 200
        self.held = NOTHING

    def complete(self) -> None:
        if self.held != NOTHING:
            self.till.gave_back(self.site, self.receipt, (1, self.held))
            self.given, self.held = self.given + self.held, NOTHING


def test_of_registers_that_race_for_the_last_one_exactly_one_has_it(site: Site, receipt: str) -> None:
    racers = [Racer(site, Till(register=f"q{n}"), receipt) for n in range(8)]
    ready, answers = threading.Barrier(8), []

    def race(one: Racer) -> None:
        ready.wait()
        answers.append(one.claim(Claim(one.till.next_return(), 1, receipt, {2: 1000})))

    racing = [threading.Thread(target=race, args=(one,)) for one in racers]
    for one in racing:
        one.start()
    for one in racing:
        one.join()
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert sum(answer == "quantity-returned" for answer in answers) == 7


ACTS = st.tuples(
    st.sampled_from(["ask", "late", "release", "complete", "wait"]), st.integers(0, 2), st.integers(1, 3000)
)


@settings(max_examples=25, deadline=None)
@given(acts=st.lists(ACTS, max_size=16))
def test_never_more_is_held_and_given_back_than_was_sold(acts: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        site = new_site(Path(folder))
        tills = [a_till(site, f"r{n}") for n in range(3)]
        bought = tills[0].sold((3000, 250, 50))
        home(site, tills[0])
        racers = [Racer(site, till, bought) for till in tills]
        for what, n, thousandths in acts:
            if what == "ask":
                racers[n].ask(thousandths)
            elif what == "late":
                racers[n].hear_an_old_asking()
            elif what == "release":
                racers[n].release()
            elif what == "complete":
                racers[n].complete()
            else:
                site.clock.passes(minutes=16)
                for one in racers:
                    one.held = NOTHING
            standing = sum((part for one in racers for part in (one.held, one.given)), NOTHING)
            assert standing.thousandths <= 3000
            assert standing.total <= 700
        rest = 3000 - sum(one.given.thousandths for one in racers)
        site.clock.passes(minutes=16)
        if rest:
            racers[1].held = NOTHING
            racers[1].ask(rest)
            racers[1].complete()
        assert sum((one.given for one in racers), NOTHING) == Given(3000, 700, 0)
        assert flags(site) == []
        site.office.close()

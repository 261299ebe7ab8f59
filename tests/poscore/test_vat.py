"""VAT: rates by day, and net + tax = gross for every rate and sum."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.vat import FINLAND, TaxRow, VatRate, VatTable, tax_row_from_wire, tax_rows
from tests.support.strategies import signed_cents

every_rate = st.integers(0, 9_999)


@given(every_rate, signed_cents)
def test_net_and_tax_make_the_gross_for_every_rate(rate: int, gross: int) -> None:
    row = TaxRow.of_gross(rate, gross)
    assert row.net + row.tax == row.gross == gross


@given(every_rate, signed_cents)
def test_tax_is_gross_times_rate_over_hundred_and_rate_rounded_half_away_from_zero(rate: int, gross: int) -> None:
    exact = Decimal(gross) * rate / (10_000 + rate)
    assert TaxRow.of_gross(rate, gross).tax == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(every_rate, signed_cents)
def test_the_tax_of_a_return_is_that_of_the_sale_with_its_sign_turned(rate: int, gross: int) -> None:
    sold, given_back = TaxRow.of_gross(rate, gross), TaxRow.of_gross(rate, -gross)
    assert (given_back.net, given_back.tax) == (-sold.net, -sold.tax)


@given(st.dictionaries(every_rate, signed_cents, max_size=6))
def test_rows_are_ascending_and_lose_no_cent(gross_by_rate: dict[int, int]) -> None:
    rows = tax_rows(gross_by_rate)
    assert [row.rate for row in rows] == sorted(gross_by_rate)
    assert sum(row.gross for row in rows) == sum(gross_by_rate.values())


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [(10_000, 2550, 2032), (12_550, 2550, 2550), (1135, 1350, 135), (114, 1400, 14), (500, 0, 0)],
)
def test_known_taxes(gross: int, rate: int, tax: int) -> None:
    assert TaxRow.of_gross(rate, gross).tax == tax


def test_a_row_that_does_not_add_up_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="is not gross"):
        TaxRow(2550, 80, 19, 100)


@pytest.mark.parametrize(
    "wire",
    [
        {"rate": 2550, "net": 80.0, "tax": 20, "gross": 100},
        {"rate": 2550, "net": 80, "tax": 20, "gross": 100, "more": 1},
        {"rate": "2550", "net": 80, "tax": 20, "gross": 100},
        {"rate": True, "net": 80, "tax": 20, "gross": 100},
    ],
)
def test_a_row_of_anything_but_whole_numbers_is_not_read(wire: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        tax_row_from_wire(wire)


@pytest.mark.parametrize(
    ("code", "day", "rate"),
    [
        ("standard", "2024-08-31", 2400),
        ("standard", "2024-09-01", 2550),
        ("reduced", "2025-12-31", 1400),
        ("reduced", "2026-01-01", 1350),
        ("low", "2026-06-01", 1000),
        ("zero", "2026-06-01", 0),
    ],
)
def test_finland_changes_its_rates_overnight(code: str, day: str, rate: int) -> None:
    for _ in range(2):  # the second answer comes from memory
        assert FINLAND.rate(code, date.fromisoformat(day)) == rate


@pytest.mark.parametrize(("code", "day"), [("luxury", "2026-01-01"), ("standard", "2012-12-31")])
def test_a_rate_that_nobody_knows_is_refused(code: str, day: str) -> None:
    with pytest.raises(Refused) as refused:
        FINLAND.rate(code, date.fromisoformat(day))
    assert refused.value.code == "vat-unknown"


def test_the_rates_of_a_day_leave_out_what_has_run_out() -> None:
    table = VatTable(
        [VatRate("standard", 2550, date(2024, 9, 1)), VatRate("low", 1000, date(2013, 1, 1), date(2025, 12, 31))]
    )
    assert table.rates_on(date(2025, 12, 31)) == {"standard": 2550, "low": 1000}
    assert table.rates_on(date(2026, 1, 1)) == {"standard": 2550}


@pytest.mark.parametrize("first_ends", [None, date(2024, 9, 1)])
def test_two_rates_of_a_code_on_one_day_cannot_be_built(first_ends: date | None) -> None:
    with pytest.raises(ValueError, match="two VAT rates of standard"):
        VatTable([VatRate("standard", 2400, date(2013, 1, 1), first_ends), VatRate("standard", 2550, date(2024, 9, 1))])


@pytest.mark.parametrize("rate", [-1, 10_000])
def test_a_rate_out_of_range_cannot_be_built(rate: int) -> None:
    with pytest.raises(ValueError, match="basis points"):
        VatRate("standard", rate, date(2026, 1, 1))


def test_a_rate_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        VatRate("standard", 2550, date(2026, 1, 2), date(2026, 1, 1))

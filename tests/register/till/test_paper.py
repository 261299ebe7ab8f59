"""The paper: as wide as a printer that exists, in a language that somebody reads."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from register_svc.till.paper import Letterhead, Paper, money

SHOP = Letterhead((), (), "sv", ZoneInfo("Europe/Helsinki"))


@pytest.mark.parametrize(
    ("wanted", "columns"), [(32, 32), (42, 42), (48, 48), (40, 32), (47, 42), (1_000, 48), (0, 32), (-5, 32)]
)
def test_a_width_that_no_printer_has_becomes_one_that_fits(wanted: int, columns: int) -> None:
    assert Paper(SHOP, wanted).columns == columns


@pytest.mark.parametrize(("wanted", "word"), [(None, "Kvitto"), ("fi", "Kuitti"), ("en", "Receipt"), ("xx", "Kvitto")])
def test_the_language_is_the_shops_own_or_one_that_is_asked_for(wanted: str | None, word: str) -> None:
    assert Paper(SHOP).in_language(wanted).words["receipt"] == word


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-10-25T00:59:00.000Z", "25.10.2026 03:59"),  # the hour that comes twice
        ("2026-10-25T01:59:00.000Z", "25.10.2026 03:59"),
        ("2026-03-29T00:59:00.000Z", "29.3.2026 02:59"),  # the hour that never comes
        ("2026-03-29T01:00:00.000Z", "29.3.2026 04:00"),
    ],
)
def test_time_is_told_as_the_shops_clock_showed_it(at: str, shown: str) -> None:
    assert Paper(SHOP).moment(at) == shown


@pytest.mark.parametrize(("cents", "text"), [(0, "0,00"), (-5, "-0,05"), (123_456, "1234,56"), (-100, "-1,00")])
def test_money_has_two_places_and_a_comma(cents: int, text: str) -> None:
    assert money(cents) == text

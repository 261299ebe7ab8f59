"""Instants and days: one text for each, and only that text is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.instants import instant_text, local_day, parse_day, parse_instant

HELSINKI = ZoneInfo("Europe/Helsinki")
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30), timezones=offsets)  # noqa: DTZ001


@given(instants)
def test_an_instant_survives_its_text_to_the_millisecond(at: datetime) -> None:
    read = parse_instant(instant_text(at))
    assert read == at - timedelta(microseconds=at.microsecond % 1000)
    assert instant_text(read) == instant_text(at)


@given(instants, instants)
def test_texts_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) <= (one < other)


def test_microseconds_are_cut_and_never_rounded_up() -> None:
    assert instant_text(datetime(2026, 11, 22, 20, 0, 0, 999_999, UTC)) == "2026-11-22T20:00:00.999Z"


def test_an_instant_of_another_zone_is_told_in_utc() -> None:
    assert instant_text(datetime(2026, 11, 22, 22, 0, tzinfo=HELSINKI)) == "2026-11-22T20:00:00.000Z"


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-11-22", "2026-11-22T20:00:00Z", "2026-11-22T20:00:00.000", "2026-11-22T20:00:00.000+00:00"),
        *(
            "2026-11-22 20:00:00.000Z",
            "2026-11-22t20:00:00.000z",
            "2026-13-22T20:00:00.000Z",
            "2026-11-31T20:00:00.000Z",
        ),
        *(
            "2026-11-22T25:00:00.000Z",
            "2026-11-22T20:00:60.000Z",
            "2026-11-22T20:00:00.000Z\n",
            "٢٠٢٦-11-22T20:00:00.000Z",
        ),
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_instant(text)
    assert refused.value.code == "instant-invalid"


@given(st.dates())
def test_a_day_survives_its_text(day: date) -> None:
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-31",
        "2026-W48-7",
        "20261122",
        "2026-1-022",
        "22.11.2026",
        "2026-11-22\n",
        "2026-327-1",
        "٢٠٢٦-11-22",
    ],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_day(text)
    assert refused.value.code == "day-invalid"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-22T21:59:59.999Z", "2026-11-22"),
        ("2026-11-22T22:00:00.000Z", "2026-11-23"),
        ("2026-07-01T20:59:59.999Z", "2026-07-01"),
        ("2026-07-01T21:00:00.000Z", "2026-07-02"),
    ],
)
def test_the_day_in_a_shop_begins_at_its_own_midnight(text: str, day: str) -> None:
    assert local_day(parse_instant(text), HELSINKI).isoformat() == day

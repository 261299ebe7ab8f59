"""When a promotion holds: to the last second of the store's day, whatever the clock does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from poscore.errors import Refused
from poscore.validity import Validity

HELSINKI = ZoneInfo("Europe/Helsinki")
LAST_MOMENT = timedelta(milliseconds=999)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI, fold=fold).astimezone(UTC)


def test_a_day_holds_from_its_first_second_to_its_last() -> None:
    week = Validity.parse("2026-02-12", "2026-02-15")
    assert not week.holds(local("2026-02-11T23:59:59") + LAST_MOMENT, HELSINKI)
    assert week.holds(local("2026-02-12T00:00:00"), HELSINKI)
    assert week.holds(local("2026-02-15T23:59:59") + LAST_MOMENT, HELSINKI)
    assert not week.holds(local("2026-02-16T00:00:00"), HELSINKI)


def test_an_instant_is_the_same_second_in_every_zone() -> None:
    until = Validity.parse("2026-01-28T05:30:49.000Z", "2026-02-15T21:59:59.000Z")
    assert not until.holds(local("2026-01-28T07:30:48") + LAST_MOMENT, HELSINKI)
    assert until.holds(local("2026-01-28T07:30:49"), HELSINKI)
    assert until.holds(local("2026-02-15T23:59:59") + LAST_MOMENT, HELSINKI)
    assert not until.holds(local("2026-02-16T00:00:00"), HELSINKI)
    assert until.holds(datetime(2026, 2, 15, 21, 59, 59, tzinfo=UTC), ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clock_changes_holds_all_its_hours(day: str, hours: int) -> None:
    one = Validity.parse(day, day)
    start = local(f"{day}T00:00:00")
    held = [hour for hour in range(-1, 27) if one.holds(start + timedelta(hours=hour), HELSINKI)]
    assert held == list(range(hours))
    assert one.holds(local(f"{day}T23:59:59") + LAST_MOMENT, HELSINKI)


def test_an_hour_that_comes_twice_begins_with_the_first_and_ends_with_the_second() -> None:
    ends = Validity.parse("2026-10-20", "2026-10-25T03:30")
    assert ends.holds(local("2026-10-25T03:45:00"), HELSINKI)  # the first time: it ends with the second
    assert ends.holds(local("2026-10-25T03:30:00", fold=1), HELSINKI)
    assert not ends.holds(local("2026-10-25T03:30:01", fold=1), HELSINKI)
    begins = Validity.parse("2026-10-25T03:30", "2026-10-30")
    assert begins.holds(local("2026-10-25T03:30:00"), HELSINKI)
    assert begins.holds(local("2026-10-25T03:15:00", fold=1), HELSINKI)


def test_a_time_that_the_clock_skips_counts_for_the_customer() -> None:
    night = local("2026-03-29T02:59:59")
    assert Validity.parse("2026-03-29T03:30", "2026-03-30").holds(night + timedelta(seconds=1), HELSINKI)
    assert Validity.parse("2026-03-28", "2026-03-29T03:30").holds(night, HELSINKI)


def test_weekdays_and_hours_are_the_clock_of_the_store() -> None:
    happy = Validity.parse("2026-02-01", "2026-02-28", "51", "16:00-18:00")  # Mondays and Fridays
    assert happy.weekdays == "15"
    assert not happy.holds(local("2026-02-13T15:59:59"), HELSINKI)
    assert happy.holds(local("2026-02-13T16:00:00"), HELSINKI)
    assert happy.holds(local("2026-02-16T17:59:59"), HELSINKI)
    assert not happy.holds(local("2026-02-13T18:00:00"), HELSINKI)
    assert not happy.holds(local("2026-02-14T17:00:00"), HELSINKI)
    assert Validity.parse("2026-02-01", "2026-02-28", "", "20:00-24:00").holds(local("2026-02-13T23:59:59"), HELSINKI)


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [
        ("2026-02-12", "2026-02-12", ("2026-02-12T00:00:00", "2026-02-12T23:59:59")),
        (" 2026-02-12 08:00 ", "2026-02-12T21:00:30", ("2026-02-12T08:00:00", "2026-02-12T21:00:30")),
        ("2026-02-12T08:00:00Z", "2026-02-12T09:00:00.000Z", ("2026-02-12T08:00:00.000Z", "2026-02-12T09:00:00.000Z")),
    ],
)
def test_moments_have_one_form(first: str, last: str, kept: tuple[str, str]) -> None:
    found = Validity.parse(first, last)
    assert (found.first, found.last) == kept
    assert Validity.parse(*kept, found.weekdays, found.hours) == found


@pytest.mark.parametrize(
    "wrong",
    [
        ("", "2026-02-12"),
        ("2026-02-30", "2026-03-12"),
        ("12.2.2026", "2026-02-12"),
        ("2026-02-12T25:00", "2026-02-13"),
        ("2026-02-12", "2026-02-11"),
        ("2026-02-12", "2026-02-12", "8"),
        ("2026-02-12", "2026-02-12", "", "18:00-16:00"),
        ("2026-02-12", "2026-02-12", "", "18:00-24:30"),
        ("2026-02-12", "2026-02-12", "", "klo 18"),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        Validity.parse(*wrong)
    assert refused.value.code == "validity-invalid"

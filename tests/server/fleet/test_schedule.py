"""The nightly distribution: one run for each business date, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from poscore.errors import Refused
from server_push.fleet.schedule import Schedule
from server_push.fleet.schedules import Schedules
from tests.support.offices import NOW, Site

AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)  # the clocks of Finland go back, and forward


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "starts_at"),
    [
        (date(2026, 10, 24), utc(2026, 10, 24, 19)),
        (AUTUMN, utc(2026, 10, 25, 20)),
        (date(2027, 3, 27), utc(2027, 3, 27, 20)),
        (SPRING, utc(2027, 3, 28, 19)),
    ],
)
def test_ten_in_the_evening_is_ten_in_the_evening_in_summer_and_winter(day, starts_at):
    assert Schedule().run_of(day).starts_at == starts_at


def test_the_night_of_the_long_hour_has_a_longer_window_and_that_of_the_short_one_a_shorter():
    windows = [
        Schedule().run_of(day).ends_at - Schedule().run_of(day).starts_at
        for day in (date(2026, 10, 24), AUTUMN, date(2027, 3, 27))
    ]
    assert windows == [timedelta(hours=8), timedelta(hours=7), timedelta(hours=6)]


def every_minute(schedule: Schedule, start: datetime, hours: int) -> set[date]:
    """The business dates that somebody who looks at the clock each minute would begin."""
    begun: list[date] = []
    for minute in range(hours * 60):
        now = start + timedelta(minutes=minute)
        begun += [run.business_date for run in schedule.begun(start, now) if run.business_date not in begun]
    return set(begun)


def test_half_past_three_runs_once_in_the_night_when_it_comes_twice():
    early = Schedule(at="03:30", window_end="06:00")
    assert early.run_of(AUTUMN).starts_at == utc(2026, 10, 25, 0, 30)
    assert every_minute(early, utc(2026, 10, 24, 22), 12) == {AUTUMN}


def test_half_past_three_runs_once_in_the_night_that_has_none():
    early = Schedule(at="03:30", window_end="06:00")
    assert early.run_of(SPRING).starts_at == utc(2027, 3, 28, 1, 30)
    assert every_minute(early, utc(2027, 3, 27, 22), 12) == {SPRING}


def test_the_next_run_is_on_one_of_its_days():
    fridays = Schedule(days=(5,))
    following = fridays.next(NOW)
    assert following is not None
    assert following.business_date == date(2026, 11, 27)
    assert Schedule(enabled=False).next(NOW) is None


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("at", "24:00", "body-invalid"),
        ("at", "9:00", "body-invalid"),
        ("window_end", "x", "body-invalid"),
        ("tz", "Europe/Turku", "time-zone-unknown"),
        ("days", (), "body-invalid"),
        ("days", (0,), "body-invalid"),
        ("days", (1, 1), "body-invalid"),
    ],
)
def test_a_schedule_that_says_nothing_sensible_cannot_be_made(field, value, code):
    with pytest.raises(Refused) as refused:
        Schedule(**{field: value})
    assert refused.value.code == code


# -- the rows ----------------------------------------------------------------------------------------------------------


def look(site: Site) -> None:
    site.office.distribution.look_at_the_clock(site.clock())


def runs(site: Site) -> list[tuple[str, str]]:
    shown = Schedules(site.office.storage).show(site.clock())
    return [(run["business_date"], run["state"]) for run in shown["runs"]]


@pytest.fixture
def night(site: Site) -> Site:
    """An office with a register, which has looked at the clock at noon."""
    site.enrol("r1")
    site.clock.now = utc(2026, 11, 23, 10)
    look(site)
    return site


def test_a_new_office_runs_from_its_first_evening_on(night: Site):
    assert runs(night) == []
    night.clock.now = utc(2026, 11, 23, 20)
    look(night)
    look(night)
    assert runs(night) == [("2026-11-23", "started")]
    (rollout,) = night.office.rollouts.list()
    assert (rollout.origin, rollout.deadline) == ("schedule", "2026-11-24T03:00:00.000Z")


def test_a_late_start_within_the_window_still_runs_and_one_after_it_is_missed(night: Site):
    night.clock.now = utc(2026, 11, 24, 2, 59)
    look(night)
    night.clock.now = utc(2026, 11, 25, 12)
    look(night)
    assert runs(night) == [("2026-11-24", "missed"), ("2026-11-23", "started")]
    assert any("1 nights of the schedule were missed" in warning for warning in night.office.status()["warnings"])


def test_what_is_set_now_does_not_run_for_a_time_that_has_passed(night: Site):
    night.office.schedules.set(Schedule(at="09:00", window_end="23:00"), "anna", night.clock())
    look(night)
    assert runs(night) == []


def test_two_who_look_at_the_same_time_begin_it_once(night: Site):
    night.clock.now = utc(2026, 11, 23, 20)
    other = Schedules(night.office.storage)
    begun = [
        *other.tick(night.office.distribution._begin_run, night.clock()),
        *night.office.schedules.tick(night.office.distribution._begin_run, night.clock()),
    ]
    assert len(begun) == 1


def test_a_night_without_a_register_is_noted_and_no_trouble(site: Site):
    site.clock.now = utc(2026, 11, 23, 10)
    look(site)
    site.clock.now = utc(2026, 11, 23, 20)
    look(site)
    assert runs(site) == [("2026-11-23", "nobody")]


def test_a_run_now_is_a_test_and_leaves_the_night_its_own(night: Site):
    rollout = night.office.distribution.run_now("anna")
    assert night.office.rollouts.show(rollout)["origin"] == "schedule"
    night.clock.now = utc(2026, 11, 23, 20)
    look(night)
    assert runs(night) == [("2026-11-23", "started")]

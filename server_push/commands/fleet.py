"""`push`, `rollout`, `schedule` and `audit`: bringing registers their prices, and who asked for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from server_push.commands.at_office import at_office, user
from server_push.commands.place import Place, placed
from server_push.commands.watching import watching
from server_push.fleet.fleet import Order, Outcome
from server_push.fleet.plan import Plan
from server_push.fleet.schedule import Schedule
from server_push.office import Office
from server_push.registers.registers import Register

_SHOWN = 20  # rollouts that a person reads; --json gives all that were asked for


@click.command()
@click.option("--store", help="Every register of this store.")
@click.option("--register", help="This register.")
@click.option("--all", "everywhere", is_flag=True, help="Every register of the chain.")
@placed
@at_office
def push(place: Place, office: Office, store: str | None, register: str | None, everywhere: bool) -> None:
    """Send the newest prices to registers; returns when each sells from them, or said why not."""
    if everywhere == bool(store or register):
        raise click.UsageError("say which: --store ID, --register ID or --all")
    if register is not None:
        found = [office.registers.get(register)]
        if store is not None and found[0].store != store:
            raise click.UsageError(f"{register} stands in {found[0].store}, not in {store}")
    else:
        if store is not None:
            office.stores.get(store)
        found = office.registers.list(store)
    answer(place, push_at_once(place, office, found, "push"))


def push_at_once(place: Place, office: Office, registers: Sequence[Register], origin: str) -> Outcome:
    """A rollout to all of them, carried out here. Raises Refused `nothing-to-push`."""
    return _carry_out(place, office, office.fleet.begin(registers, Order(origin, user(), Plan.at_once())))


def _carry_out(place: Place, office: Office, rollout: str) -> Outcome:
    with watching(place, office, rollout) as progress:
        return office.carry_out(rollout, progress)


def answer(place: Place, outcome: Outcome) -> None:
    """Tell how it ended; exit 1 when somebody is not served."""
    place.answer(outcome.to_wire(), told(outcome))
    if not outcome.all_served:
        click.get_current_context().exit(1)


def told(outcome: Outcome) -> str:
    lines = [f"{one.register:24} {one.state:12} {one.version or '–':>8} {one.code or ''}" for one in outcome.registers]
    return "\n".join([*lines, f"rollout {outcome.rollout}: {outcome.state}"])


# -- rollouts ----------------------------------------------------------------------------------------------------------


@click.group()
def rollout() -> None:
    """Look at rollouts, stop them, let them go on."""


@rollout.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=_SHOWN, show_default=True)
@click.option("--store", help="Only those that go to this store.")
@placed
@at_office
def list_rollouts(place: Place, office: Office, limit: int, store: str | None) -> None:
    """The newest first."""
    items = [one.to_wire() for one in office.rollouts.list(limit, store=store)]
    lines = [
        f"{one['rollout']}  {one['started_at']}  {one['origin']:8} {one['state']:9}"
        f" {one['ended']}/{one['total']}  {one['reason'] or ''}"
        for one in items
    ]
    place.answer({"items": items, "next": None}, "\n".join(lines) or "There has been no rollout yet.")


@rollout.command("show")
@click.argument("rollout_id", metavar="ROLLOUT")
@placed
@at_office
def show_rollout(place: Place, office: Office, rollout_id: str) -> None:
    """Its groups and every register; exit 1 while somebody is not served."""
    shown = office.rollouts.show(rollout_id)
    place.answer(shown, _described(shown))
    if not office.fleet.outcome(rollout_id).all_served:
        click.get_current_context().exit(1)


def _described(shown: dict[str, Any]) -> str:
    lines = [f"rollout {shown['rollout']}: {shown['state']}, {shown['ended']} of {shown['total']} have ended"]
    if shown["reason"]:
        lines.append(f"  {shown['reason']}: {shown['detail'] or ''}")
    for group in shown["groups"]:
        counts = ", ".join(f"{count} {state}" for state, count in group["counts"].items())
        lines.append(f"  {group['name']:12} {group['state']:10} {counts}")
    lines += [
        f"  {one['register']:24} {one['state']:12} {one['version'] or '–':>8} {one['code'] or ''}"
        for one in shown["registers"]
    ]
    return "\n".join(lines)


def _act(name: str, meaning: str) -> None:
    @rollout.command(name, help=meaning)
    @click.argument("rollout_id", metavar="ROLLOUT")
    @placed
    @at_office
    def command(place: Place, office: Office, rollout_id: str) -> None:
        getattr(office.rollouts, name)(rollout_id, user(), office.now())
        shown = office.rollouts.show(rollout_id)
        place.answer(shown, f"rollout {rollout_id} is {shown['state']}.")


_act("pause", "Begin nothing more; what is on its way arrives.")
_act("resume", "Go on; what had stopped it is taken for seen.")
_act("cancel", "End it: who has not begun gets nothing of it.")
_act("retry", "Try again whoever failed, went back or was not reached.")


@rollout.command("carry-out")
@click.argument("rollout_id", metavar="ROLLOUT")
@placed
@at_office
def carry_out(place: Place, office: Office, rollout_id: str) -> None:
    """Work on it here until it has ended, whether `serve` runs or not; after resume and retry, for example."""
    office.rollouts.state(rollout_id)
    answer(place, _carry_out(place, office, rollout_id))


# -- the schedule ------------------------------------------------------------------------------------------------------


@click.group()
def schedule() -> None:
    """The nightly distribution; `serve` runs it."""


@schedule.command("set")
@click.option("--at", help="Local time, as 22:00.")
@click.option("--tz", help="Time zone, as Europe/Helsinki.")
@click.option("--days", help="1 is Monday: 1-7, or 1,2,5.")
@click.option("--window-end", help="Until when it may begin, and go on: local time, as 05:00.")
@click.option("--on/--off", "enabled", default=None, help="Whether it runs at all.")
@placed
@at_office
def set_schedule(place: Place, office: Office, days: str | None, **given: Any) -> None:
    """Set when it runs; what is left out stays as it is."""
    was = office.schedules.get().to_wire()
    wanted = {**was, **{name: value for name, value in given.items() if value is not None}}
    wanted["days"] = _days(days) if days else tuple(was["days"])
    office.schedules.set(Schedule(**wanted), user(), office.now())
    _answer_schedule(place, office)


@schedule.command("show")
@placed
@at_office
def show_schedule(place: Place, office: Office) -> None:
    """When it runs, and which nights have run or were missed."""
    _answer_schedule(place, office)


@schedule.command("run-now")
@placed
@at_office
def run_now(place: Place, office: Office) -> None:
    """The night's distribution now, as a test: canary, 10 %, all. The night's own run comes all the same."""
    answer(place, _carry_out(place, office, office.distribution.run_now(user())))


def _answer_schedule(place: Place, office: Office) -> None:
    shown = office.schedules.show(office.now())
    days = ",".join(map(str, shown["days"]))
    state = "on" if shown["enabled"] else "OFF"
    lines = [f"{state}: at {shown['at']} {shown['tz']} on days {days}, until {shown['window_end']}"]
    if shown["next"]:
        lines.append(f"next: {shown['next']['business_date']}, {shown['next']['starts_at']}")
    lines += [f"  {run['business_date']}  {run['state']:8} {run['rollout'] or ''}" for run in shown["runs"]]
    place.answer(shown, "\n".join(lines))


def _days(text: str) -> tuple[int, ...]:
    try:
        first, dash, last = text.partition("-")
        if dash:
            return tuple(range(int(first), int(last) + 1))
        return tuple(int(day) for day in text.split(","))
    except ValueError:
        raise click.UsageError(f"{text!r} are no days such as 1-7 or 1,2,5") from None


# -- the audit log -----------------------------------------------------------------------------------------------------


@click.command()
@click.option("--about", help="Only what was done to this: a rollout, an article, nightly.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@placed
@at_office
def audit(place: Place, office: Office, about: str | None, limit: int) -> None:
    """Who did what at head office, the newest first."""
    items = office.audit.list(about=about, limit=limit)
    lines = [
        f"{one['at']}  {one['who']:20} {one['act']:20} {one['about']} {json.dumps(one['detail'], ensure_ascii=False)}"
        for one in items
    ]
    place.answer({"items": items, "next": None}, "\n".join(lines) or "Nobody has done anything yet.")

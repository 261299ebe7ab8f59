"""The demo for a person: a head office and two registers that stay in `.demo` until they are wanted fresh.

- One demo at a time in a folder, held by a lock that the system drops when the demo dies.
- A shop that was not finished, because somebody pressed Ctrl-C too soon, is made anew.
- Ctrl-C stops everything that was started, and nothing else.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from _fleet import DEMO_LISTS, DEMO_PROMOTIONS, DEMO_SETTINGS, CommandFailed, Fleet, Plan, StartFailed, in_use
from _fleet.processes import ending_in_order

# Probes every two seconds: whoever stops head office here wants to see the till notice.
# The settings let cashiers give ten per cent by themselves, so that whoever gives more sees a manager asked.
PLAN = Plan(
    registers=("r1", "r2"),
    lists=replace(DEMO_LISTS, promotions=DEMO_PROMOTIONS),
    wires=False,
    offline_mode="automatic",
    probe_every_s=2.0,
    settings=DEMO_SETTINGS,
)

_MISSED_S = 30.0


class Busy(Exception):
    """The demo cannot start here now; the text says what to do."""


def run(folder: Path, port_base: int, fresh: bool) -> int:
    """Run the demo until Ctrl-C; its exit code."""
    plan = replace(PLAN, ports=range(port_base, port_base + 1 + 2 * len(PLAN.registers)))
    try:
        with _alone(folder), ending_in_order():
            return _run(Fleet(folder, plan, say), fresh)
    except Busy as busy:
        say(str(busy))
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0


def _run(fleet: Fleet, fresh: bool) -> int:
    _check_ports(fleet)
    if fleet.is_whole and not fresh:
        say(f"Going on with the shop in {fleet.folder}; --fresh starts from nothing.")
    else:
        say(f"Making a shop in {fleet.folder}.")
        shutil.rmtree(fleet.folder, ignore_errors=True)
    try:
        with fleet:
            say(_welcome(fleet))
            _watch(fleet)
    except (CommandFailed, StartFailed) as error:
        say(f"{error}\n\nThe demo has stopped. If it does so again:  scripts/demo --fresh")
        return 1


def _watch(fleet: Fleet) -> NoReturn:
    """Do what a service manager would until Ctrl-C: start again what somebody killed. Raises StartFailed.

    Head office is given time to be missed: its registers go OFFLINE by themselves, and ONLINE again when it is back.
    """
    back_at: dict[str, float] = {}
    while True:
        for process in fleet.processes():
            rest_s = _MISSED_S if process is fleet.office.process else 0.0
            if not process.alive and process.name not in back_at:
                say(f"{process.name} has ended; it comes back {f'in {rest_s:.0f} s' if rest_s else 'at once'}.")
                back_at[process.name] = time.monotonic() + rest_s
            elif not process.alive and time.monotonic() >= back_at[process.name]:
                process.start()
                del back_at[process.name]
                say(f"{process.name} is back (process {process.pid}).")
        time.sleep(0.2)


def _welcome(fleet: Fleet) -> str:
    office, registers = fleet.office, fleet.registers.values()
    cashiers = [line.split(",") for line in DEMO_LISTS.cashiers.read_text(encoding="utf-8").splitlines()[1:]]
    first = next(iter(registers))
    return "\n".join(
        [
            "",
            f"Head office      {office.url}",
            f"                 operator's token {office.token}",
            *(f"Register {at.id}      {at.till_url}/   for a phone: {at.lan_url}/technician" for at in registers),
            "",
            "Cashier  PIN    who",
            *(f"{number:<8} {pin:<6} {name} ({role})" for number, name, pin, role in cashiers),
            "",
            "What to try",
            f"  - Open {first.till_url}/, sign in as 1 with 1111, open a shift, type 9520000010010 and Enter.",
            "  - Type 9520000010034 twice more: 3.33 by card, 3.35 in cash.",
            "  - Press Karjalanpiirakka three times: three for two euros, as the promotion says.",
            "  - Type 20012007: two articles carry that code, so the till asks which.",
            "  - Press OFFLINE and sell on; try an invoice for customer 100, a payroll deduction for customer 200.",
            f"  - Kill the register in the middle of a sale: kill -9 {first.process.pid}",
            "    It comes back at once, and the sale is still there, line by line.",
            f"  - Kill head office: kill -9 {office.process.pid}",
            f"    It comes back after {_MISSED_S:.0f} s. The tills sell on, go OFFLINE by themselves and ONLINE again.",
            "  - See what came home:",
            f"    curl -H 'Authorization: Bearer {office.token}' {office.url}/api/sales/summary",
            "",
            "Ctrl-C stops all.",
        ]
    )


def _check_ports(fleet: Fleet) -> None:
    """Raises Busy when a port that the demo needs is taken."""
    ports = [fleet.office.port, *(port for at in fleet.registers.values() for port in (at.till_port, at.lan_port))]
    taken = [port for port in ports if in_use(port)]
    if taken:
        other = max(ports) + 1
        raise Busy(
            f"Port {', '.join(map(str, taken))} is in use, perhaps by another demo. "
            f"Choose other ports:  scripts/demo --port-base {other}"
        )


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the demo's lock beside its folder. Raises Busy while another demo has it."""
    with folder.with_name(f"{folder.name}.lock").open("a+b") as handle:
        try:
            if sys.platform == "win32":
                import msvcrt

                handle.seek(0)
                msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(f"Another demo is running in {folder}. Stop it first.") from None
        yield


def say(text: str) -> None:
    print(text, flush=True)

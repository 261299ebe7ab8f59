"""A head office and its registers, built as a shop would build them: by the product's own commands.

- What `Fleet(folder)` does when it is entered reads as the manual's first chapter: a head office, its lists, a store,
  its registers, each enrolled with its code, a bundle, a push.
- A folder that holds a whole fleet is gone on with, also on other ports, also when it is a copy. It is whole when its
  note is written, last of all.
- Leaving stops what was started, registers first, so that what they have sold can still go home.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from _fleet.books import Books, BooksDiffer
from _fleet.office import Office
from _fleet.processes import Process, free_port, until
from _fleet.register import Register
from _fleet.till import Till
from _fleet.wire import Wire

_HOME_S = 90.0
_ALWAYS = "2020-01-01"
NOTE, FORMAT = "fleet.json", 1
CHAIN, BUSINESS_ID = "Mallikauppiaat Oy", "9912345-6"  # made up, as demo_data is
CASHIERS = {"1": "1111", "2": "2222", "3": "3333", "4": "4444", "5": "5555"}  # demo_data/cashiers.csv


@dataclass(frozen=True, slots=True)
class Lists:
    """What head office imports. `format`: of the articles (csv, alko, kruoka); `promotions`: those of the articles."""

    articles: Path
    customers: Path
    cashiers: Path
    format: str = "csv"
    promotions: Path | None = None


_DEMO_DATA = Path(__file__).resolve().parent.parent / "demo_data"
DEMO_SETTINGS: Mapping[str, Any] = json.loads((_DEMO_DATA / "settings.json").read_text(encoding="utf-8"))
DEMO_PROMOTIONS = _DEMO_DATA / "promotions.csv"
DEMO_LISTS = Lists(_DEMO_DATA / "articles.csv", _DEMO_DATA / "customers.csv", _DEMO_DATA / "cashiers.csv")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build. `offline_mode` and `probe_every_s` are the registers' settings; fast probes keep tests short.

    With `wires` each register has one to head office and one from it, so that the line between them can be cut.
    """

    registers: Sequence[str] = ("r1",)
    store: str = "s1"
    store_name: str = "Kauppatorin kauppa"
    lists: Lists = DEMO_LISTS
    wires: bool = True
    offline_mode: str = "manual"
    probe_every_s: float = 0.5
    fail_after: int = 3
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the shop, as `server-push settings set` takes them
    ports: Sequence[int] = ()  # head office's, then till and LAN of each register; free ones when empty


class Fleet:
    """`say` hears of each step. Attributes: `office`, `registers` by id, and `books`, what the tills answered."""

    def __init__(self, folder: Path, plan: Plan | None = None, say: Callable[[str], None] = lambda _: None) -> None:
        self.folder, self.plan, self.say = folder, plan or Plan(), say
        ports = list(self.plan.ports) or [free_port() for _ in range(1 + 2 * len(self.plan.registers))]
        self.office = Office(folder / "office", ports[0])
        self.registers = {
            name: Register(name, folder / name, (ports[2 * n + 1], ports[2 * n + 2]), self._wires(ports[2 * n + 2]))
            for n, name in enumerate(self.plan.registers)
        }
        self.books = Books()

    def _wires(self, lan_port: int) -> tuple[Wire, ...]:
        if not self.plan.wires:
            return ()
        return Wire(free_port(), self.office.port), Wire(free_port(), lan_port)

    # --- building

    @property
    def is_whole(self) -> bool:
        """Whether the folder holds a fleet that was built to its end."""
        return self._read_note().get("format") == FORMAT

    def build(self) -> None:
        """From an empty folder to registers that sell."""
        self.set_up_office()
        self.office.start()
        for register in self.registers.values():
            self.enrol(register)
            register.start()
        self.publish()
        self._write_note()

    def resume(self) -> None:
        """Start what the folder holds, on the ports of the plan."""
        self.office.token = self._read_note()["operator_token"]
        self.office.start()
        for register in self.registers.values():
            head_office, lan = self._addresses(register)
            register.set("till", port=register.till_port)
            register.set("lan", port=register.lan_port, url=lan)
            register.set("head_office", url=head_office)
            self._set_mode(register)
            register.start()

    def set_up_office(self) -> None:
        """A new head office with its lists and its store."""
        plan, office = self.plan, self.office
        self.folder.mkdir(parents=True, exist_ok=True)
        office.init(CHAIN, BUSINESS_ID)
        self.say(f"head office made: database, keys and an operator's token in {office.folder}")
        for kind, path in self._files():
            imported = office.command("import", kind, str(path), *self._format(kind), expect=(0, 1))
            self.say(f"imported {kind}: {imported['added']} added, {len(imported['rejected'])} rejected")
        for name, value in plan.settings.items():
            office.command("settings", "set", name, json.dumps(value), "--from", _ALWAYS)
        office.command("stores", "add", plan.store, "--name", plan.store_name)
        self.say(f"store {plan.store} added: {plan.store_name}")

    def enrol(self, register: Register) -> None:
        code = self.office.command("registers", "add", self.plan.store, register.id)["code"]
        enrolled = register.enrol(code, *self._addresses(register))
        self._set_mode(register)
        self.say(f"register {register.id} enrolled with a one-time code, epoch {enrolled['epoch']}")

    def publish(self) -> dict[str, Any]:
        """A new bundle, sent to every register and in use there."""
        bundle = self.office.command("bundle", self.plan.store)
        self.say(f"bundle {bundle['version']} built and signed: {bundle['articles']} articles, {bundle['bytes']} bytes")
        pushed = self.office.command("push", "--store", self.plan.store)
        for item in pushed["registers"]:
            self.say(f"pushed to {item['register']}: {item['state']}, version {item['version']}")
        return pushed

    def _addresses(self, register: Register) -> tuple[str, str]:
        """Where the register finds head office, and head office the register."""
        if not register.wires:
            return self.office.url, register.lan_url
        return register.wires[0].url, register.wires[1].url

    def _set_mode(self, register: Register) -> None:
        plan = self.plan
        register.set("offline", mode=plan.offline_mode, probe_every_s=plan.probe_every_s, fail_after=plan.fail_after)

    def _read_note(self) -> dict[str, Any]:
        try:
            note: dict[str, Any] = json.loads((self.folder / NOTE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note

    def _write_note(self) -> None:
        """Readable by its owner only: the operator's token is in it."""
        unfinished = self.folder / f"{NOTE}.new"
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps({"format": FORMAT, "operator_token": self.office.token}), encoding="utf-8")
        unfinished.replace(self.folder / NOTE)

    def _files(self) -> list[tuple[str, Path]]:
        lists = self.plan.lists
        found = [("articles", lists.articles), ("customers", lists.customers), ("cashiers", lists.cashiers)]
        return [*found, ("promotions", lists.promotions)] if lists.promotions else found

    def _format(self, kind: str) -> list[str]:
        return ["--format", self.plan.lists.format] if kind == "articles" else []

    # --- using

    def register(self, register: str) -> Register:
        return self.registers[register]

    def till(self, register: str = "r1", cashier: str = "1", *, patient: bool = False) -> Till:
        """A cashier, signed in, with an open shift. A patient one waits for a killed register and goes on."""
        at = self.registers[register]
        on_lost = at.wait_until_up if patient else None
        till = Till(at.till_url, cashier, CASHIERS[cashier], books=self.books, on_lost=on_lost)
        till.sign_in()
        till.open_shift()
        return till

    def cut(self, register: str = "r1") -> None:
        self.registers[register].cut()

    def heal(self, register: str = "r1") -> None:
        self.registers[register].heal()

    def kill(self, register: str = "r1") -> None:
        self.registers[register].kill()

    def restart(self, register: str = "r1") -> None:
        self.registers[register].restart()

    # --- proving

    def wait_until_home(self, timeout_s: float = _HOME_S) -> None:
        """Wait until no register has a record that head office has not acknowledged. Raises TimeoutError."""
        for register in self.registers.values():
            until(
                lambda at=register: at.mode()["queued_records"] == 0,  # type: ignore[misc]
                timeout_s,
                f"{register.id} to return its journal",
            )

    def books_balance(self, timeout_s: float = _HOME_S) -> dict[str, Any]:
        """Wait until everything is home and compare: head office's summary. Raises BooksDiffer or TimeoutError."""
        self.wait_until_home(timeout_s)
        summary = self.office.summary()
        self.books.check(itertools.chain(self.office.sales(), self.office.sales(training="true")), summary)
        return summary

    def journals_verify(self) -> dict[str, dict[str, Any]]:
        """`verify-journal` of every register, by id. Raises CommandFailed when one has a finding."""
        return {name: register.command("verify-journal") for name, register in self.registers.items()}

    def journals_are_home(self) -> dict[str, int]:
        """Verify every journal, and that head office has it to its last record: the number of records, by register.

        Raises CommandFailed for a finding and BooksDiffer for a record that is not home.
        """
        known = self.office.registers()
        records: dict[str, int] = {}
        for name, journal in self.journals_verify().items():
            if known[name]["acked_seq"] != journal["seq"]:
                raise BooksDiffer(f"{name} has {journal['seq']} records, head office {known[name]['acked_seq']}")
            records[name] = journal["records"]
        return records

    # --- ending

    def stop(self) -> None:
        """Stop everything that was started here, registers first. Safe to call again."""
        with contextlib.ExitStack() as stack:  # each is stopped even when the one before cannot be
            for register in self.registers.values():
                for wire in register.wires:
                    stack.callback(wire.close)
            stack.callback(self.office.stop)
            for register in self.registers.values():
                stack.callback(register.stop)

    def tails(self) -> str:
        """What each process printed last, for whoever looks into a failure."""
        return "\n".join(process.tail() for process in self.processes())

    def processes(self) -> list[Process]:
        return [self.office.process, *(register.process for register in self.registers.values())]

    def __enter__(self) -> Self:
        try:
            if self.is_whole:
                self.resume()
            else:
                self.build()
        except BaseException as error:
            error.add_note(self.tails())
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, KeyboardInterrupt):
            error.add_note(self.tails())
        self.stop()

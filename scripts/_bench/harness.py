"""Runs the measurements that were asked for and judges each against its bar.

- A figure that cannot be measured is not met, and says why; the others are measured all the same.
- Modules are imported when their turn comes: one figure needs nothing that only another uses.
"""

from __future__ import annotations

import getpass
import importlib
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _bench.figures import FIGURES, Figure


class CannotMeasure(Exception):
    """Something that the measurement needs is not on this machine; the sentence says how to get it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`holds` False: the figure is not met whatever its value, for the reason in `how`."""

    value: float
    how: str
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """A figure as it came out. `value` None: it could not be measured, and `how` says why."""

    figure: Figure
    value: float | None
    ok: bool
    how: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where data is kept from one run to the next, and how much of it is used."""

    folder: Path
    quick: bool = False
    say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)

    @classmethod
    def usual(cls, quick: bool = False) -> Place:
        """Below the temporary folder, this user's own."""
        folder = Path(tempfile.gettempdir()) / f"offline-kassa-bench-{getpass.getuser()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return cls(folder, quick)

    @property
    def articles(self) -> int:
        """Articles in the large price list."""
        return 20_000 if self.quick else 1_000_000

    def rounds(self, usual: int, quick: int) -> int:
        """How often something is done."""
        return quick if self.quick else usual

    def fresh(self, name: str) -> Path:
        """An empty folder for one measurement; what an earlier one left there is gone."""
        path = self.folder / "run" / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path


Measurement = Callable[[Place], Mapping[str, Measured]]


def measure(names: Sequence[str], place: Place) -> list[Result]:
    """The results in the order of `names`, those that share a run measured together."""
    wanted = [FIGURES[name] for name in dict.fromkeys(names)]
    found: dict[str, Measured | str] = {}
    for module in dict.fromkeys(figure.measured_by for figure in wanted):
        together = [figure.name for figure in wanted if figure.measured_by == module]
        found.update(_take(module, together, place))
    return [judge(figure, found.get(figure.name, "the measurement gave no such figure")) for figure in wanted]


def _take(module: str, names: Sequence[str], place: Place) -> Mapping[str, Measured | str]:
    """What one module measures; or for each of its figures the reason why it could not."""
    place.say(f"-- {', '.join(names)}")
    began = time.monotonic()
    try:
        measurement: Measurement = importlib.import_module(f"_bench.{module}").measure
        return measurement(place)
    except CannotMeasure as error:
        return dict.fromkeys(names, f"not measured: {error}")
    except Exception as error:  # noqa: BLE001 - the other figures are still wanted, and this one is not met
        traceback.print_exc()
        return dict.fromkeys(names, f"not measured: {type(error).__name__}: {error}")
    finally:
        place.say(f"   {time.monotonic() - began:.0f} s")


def judge(figure: Figure, measured: Measured | str) -> Result:
    """Whether the figure meets its bar. A text is the reason why it was not measured."""
    if isinstance(measured, str):
        return Result(figure, None, False, measured)
    return Result(figure, measured.value, measured.holds and figure.meets(measured.value, figure.bar), measured.how)

"""Results as a table for a person and as JSON for a program."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

from _bench.harness import Result

_HEAD = f"{'figure':24}{'value':>12}{'bar':>12}{'goal':>12}"


def as_json(results: Sequence[Result]) -> str:
    """`{"figures": {name: {value, bar, ok, how}}}`; value is null for a figure that could not be measured."""
    figures = {
        result.figure.name: {
            "value": None if result.value is None else round(result.value, 4),
            "bar": result.figure.bar,
            "ok": result.ok,
            "how": result.how,
        }
        for result in results
    }
    return json.dumps({"figures": figures}, ensure_ascii=False, indent=1)


def as_table(results: Sequence[Result]) -> str:
    """One line for each figure, and below it how it was measured."""
    lines = [_HEAD]
    for result in results:
        figure = result.figure
        sign = "≥" if figure.at_least else "≤"
        value = "--" if result.value is None else _number(result.value, figure.unit)
        limits = "".join(f"{sign + ' ' + _number(limit, figure.unit):>12}" for limit in (figure.bar, figure.goal))
        lines.append(f"{figure.name:24}{value:>12}{limits}  {_standing(result)}")
        lines += textwrap.wrap(result.how, 116, initial_indent="    ", subsequent_indent="    ")
    missed = [result.figure.name for result in results if not result.ok]
    return "\n".join([*lines, "", f"not met: {', '.join(missed)}" if missed else "every bar is met"])


def _standing(result: Result) -> str:
    if not result.ok:
        return "NOT MET"
    assert result.value is not None
    return "goal" if result.figure.meets(result.value, result.figure.goal) else "bar"


def _number(value: float, unit: str) -> str:
    return f"{value:.3g}" + (f" {unit}" if unit else "") if value < 100 else f"{value:.0f} {unit}"

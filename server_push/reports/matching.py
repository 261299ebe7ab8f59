"""A business day as head office has it, register by register, against the Z reports of that register.

| state | |
|---|---|
| `matches` | the Z reports of the day say the same: counts, totals, rounding, tenders, VAT |
| `differs` | they do not; `differences` says where |
| `open` | a shift of the day has been opened and is not closed, as far as is known here |
| `no-z` | there are sales and no shift at all |
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from poscore.records import SHIFT_CLOSED
from server_push.intake.sales import sums_of
from server_push.storage import Storage
from server_push.storage.tables.intake import sale, shift_event

MATCHES, DIFFERS, OPEN, NO_Z = "matches", "differs", "open", "no-z"
_TAX = ("net", "tax", "gross")
_SUMS = ("sales", "total", "rounding", "by_tender", "by_vat")


class Matching:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def of_day(self, business_day: str, store: str | None = None) -> list[dict[str, Any]]:
        """Every register that sold or had a shift on the day, by store and register."""
        with self._storage.read() as connection:
            return list(matched(connection, business_day, store))


def matched(connection: Connection, business_day: str, store: str | None = None) -> Iterator[dict[str, Any]]:
    events = _by_register(_events(connection, business_day, store))
    for whose in sorted({*_sellers(connection, business_day, store), *events}):
        at, register = whose
        where = (sale.c.store == at, sale.c.business_day == business_day, sale.c.register == register)
        ours = sums_of(connection, (*where, sale.c.training == 0))
        mine = events.get(whose, [])
        zs = [json.loads(event.body) for event in mine if event.kind == SHIFT_CLOSED]
        try:
            theirs = _sums(zs)
        except (TypeError, KeyError, AttributeError):  # a report of another make, or a forged one
            theirs = _sums(())
        found = list(_differences(ours, theirs))
        yield {
            "store": at,
            "register": register,
            "business_day": business_day,
            "state": _state(mine, zs, found),
            "shifts": len(zs),
            "head_office": ours,
            "z_reports": theirs,
            "differences": found,
        }


def open_shifts(events: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Of one register's events: shifts that were opened and not closed."""
    standing: dict[Any, Row[Any]] = {}
    for event in sorted(events, key=lambda event: (event.epoch, event.seq)):
        number = json.loads(event.body).get("no")
        if event.kind == SHIFT_CLOSED:
            standing.pop(number, None)
        else:
            standing[number] = event
    return list(standing.values())


def _state(events: Iterable[Row[Any]], zs: list[Any], differences: list[str]) -> str:
    if open_shifts(events):
        return OPEN
    if not zs:
        return NO_Z
    return DIFFERS if differences else MATCHES


def _sums(zs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several shifts as one; what a report lacks counts as nothing, and so differs."""
    sums: Counter[str] = Counter()
    tenders: Counter[str] = Counter()
    taxes: dict[int, Counter[str]] = {}
    for z in zs:
        sums["sales"] += _part(z, "sales").get("count", 0) + _part(z, "returns").get("count", 0)
        sums["total"] += z.get("total", 0)
        sums["rounding"] += z.get("rounding", 0)
        tenders.update(_part(z, "by_tender"))
        for row in z.get("by_vat", ()):
            taxes.setdefault(row["rate"], Counter()).update({name: row[name] for name in _TAX})
    return {
        **{name: sums[name] for name in ("sales", "total", "rounding")},
        "by_tender": dict(sorted(tenders.items())),
        "by_vat": [{"rate": rate, **{name: row[name] for name in _TAX}} for rate, row in sorted(taxes.items())],
    }


def _part(z: Mapping[str, Any], name: str) -> dict[str, int]:
    part = z.get(name)
    return part if isinstance(part, dict) else {}


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name in _SUMS:
        mine, other = _without_zeros(ours[name]), _without_zeros(theirs[name])
        if mine != other:
            yield f"{name}: head office has {mine}, the Z reports {other}"


def _without_zeros(value: Any) -> Any:
    """A tender or rate that sums to nothing need not be named by both."""
    if isinstance(value, dict):
        return {name: cents for name, cents in value.items() if cents}
    if isinstance(value, list):
        return [row for row in value if row["gross"] or row["tax"]]
    return value


def _events(connection: Connection, business_day: str, store: str | None) -> list[Row[Any]]:
    where = [shift_event.c.business_day == business_day]
    if store is not None:
        where.append(shift_event.c.store == store)
    return list(connection.execute(select(shift_event).where(*where)))


def _by_register(events: Iterable[Row[Any]]) -> dict[tuple[str, str], list[Row[Any]]]:
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for event in events:
        found.setdefault((event.store, event.register), []).append(event)
    return found


def _sellers(connection: Connection, business_day: str, store: str | None) -> Iterator[tuple[str, str]]:
    where = [sale.c.business_day == business_day, sale.c.training == 0]
    if store is not None:
        where.append(sale.c.store == store)
    query = select(sale.c.store, sale.c.register).where(*where).distinct()
    yield from (tuple(row) for row in connection.execute(query))

"""Claims: a register says what it is about to give back, so that no two registers give back the same.

- Over all registers, what came back of a line and what others hold of it is never more than was sold.
- A claim is named by the return, and each asking is the whole of it. The same asking again changes nothing, and neither
  does one that a slow line delivers after a newer one.
- It is held for a quarter of an hour. It ends when the return's record is home, when the return is given up, or by
  itself. A register that gave back without holding (OFFLINE, or its claim had ended) is not stopped: see flags.
- A register's own returns are its own to count, for some may not be home yet: the answer says what *others* gave back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from poscore.errors import Refused
from poscore.instants import instant_text
from poscore.quantity import Quantity
from poscore.returns import NOTHING, Given, Part, part_of, sold
from server_push.registers.callers import Caller
from server_push.returns.home import bring_up_to_date, given_back, is_home, receipt_of
from server_push.storage import Storage, insert_new, upsert
from server_push.storage.tables.returns import return_claim, return_claim_line, return_home

HELD = timedelta(minutes=15)
# What has ended is kept so long that no late asking can be taken for a new one.
_REMEMBERED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Claim:
    """`id`: the number of the return. `lines`: thousandths by the line of the receipt. `revision`: newer is higher."""

    id: str
    revision: int
    receipt_no: str | None  # None when it is released
    lines: Mapping[int, int]


class Claims:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def receipt(self, caller: Caller, receipt_no: str, now: datetime) -> dict[str, Any]:
        """A sale of any register with what others gave back of it. Raises Refused `receipt-not-found`, …"""
        with self._storage.write() as connection:
            bring_up_to_date(connection)
            document = receipt_of(connection, receipt_no)
            return {"sale": document, "elsewhere": _wire(_elsewhere(connection, caller, receipt_no, now))}

    def claim(self, caller: Caller, claim: Claim, now: datetime) -> dict[str, Any]:
        """Raises Refused `quantity-returned`, `receipt-not-found`, `line-not-found`, `claim-superseded`, …"""
        with self._storage.write() as connection:
            bring_up_to_date(connection)
            until = _held_until(connection, caller, claim, now)
            if until is None:
                until = instant_text(now + HELD)
                _keep(connection, caller, claim, until, _parts(connection, caller, claim, now))
                _forget_old(connection, now)
            return {
                "id": claim.id,
                "revision": claim.revision,
                "receipt_no": claim.receipt_no,
                "expires_at": until,
                "lines": [{"n": n, "quantity": Quantity(claim.lines[n]).text} for n in sorted(claim.lines)],
                "elsewhere": _wire(_elsewhere(connection, caller, claim.receipt_no or "", now)),
            }

    def release(self, caller: Caller, id: str, revision: int, now: datetime) -> None:
        """Hold nothing for this return; an asking before this one that comes late holds nothing either."""
        with self._storage.write() as connection:
            found = connection.execute(select(return_claim).where(return_claim.c.id == id)).one_or_none()
            _must_be_its_own(caller, found)
            if found is None or found.revision < revision:
                _keep(connection, caller, Claim(id, revision, None, {}), instant_text(now), {})


def _held_until(connection: Connection, caller: Caller, claim: Claim, now: datetime) -> str | None:
    """When this very claim is held already: until when. Raises Refused when it is old news."""
    found = connection.execute(select(return_claim).where(return_claim.c.id == claim.id)).one_or_none()
    _must_be_its_own(caller, found)
    if is_home(connection, claim.id):
        raise Refused("claim-settled", f"{claim.id} has been completed already")
    if found is None or found.revision < claim.revision:
        return None
    held = (found.revision, found.receipt_no, _lines(connection, claim.id))
    if held == (claim.revision, claim.receipt_no, dict(claim.lines)):
        return str(found.expires_at) if found.expires_at > instant_text(now) else None
    raise Refused("claim-superseded", f"{claim.id} was asked for anew since", revision=found.revision)


def _must_be_its_own(caller: Caller, found: Any) -> None:
    if found is not None and found.register != caller.register:
        raise Refused("permission-missing", f"{found.id} is a return of another register")


def _parts(connection: Connection, caller: Caller, claim: Claim, now: datetime) -> dict[int, Part]:
    """What each line of the claim is worth. Raises Refused when it is not there to be given back."""
    assert claim.receipt_no is not None, "only a release names no receipt"
    document = receipt_of(connection, claim.receipt_no)
    lines = {line["n"]: line for line in document["lines"] if not line["voided"]}
    gone = given_back(connection, claim.receipt_no)
    for n, given in _held_by_others(connection, caller, claim.receipt_no, now).items():
        gone[n] = gone.get(n, NOTHING) + given
    parts = {}
    for n, thousandths in claim.lines.items():
        if n not in lines:
            raise Refused("line-not-found", f"{claim.receipt_no} sold nothing on a line {n}")
        left = sold(lines[n]).less(gone.get(n, NOTHING))
        parts[n] = part_of(lines[n]["unit_price"], left, Quantity(thousandths))
    return parts


def _elsewhere(connection: Connection, caller: Caller, receipt_no: str, now: datetime) -> dict[int, Given]:
    found = given_back(connection, receipt_no, without=(caller.register, caller.epoch))
    for n, given in _held_by_others(connection, caller, receipt_no, now).items():
        found[n] = found.get(n, NOTHING) + given
    return found


def _held_by_others(connection: Connection, caller: Caller, receipt_no: str, now: datetime) -> dict[int, Given]:
    """What other registers hold: claims that have not ended."""
    claim, line = return_claim, return_claim_line
    home = select(return_home.c.return_no).where(return_home.c.return_no == claim.c.id).exists()
    query = (
        select(line)
        .join(claim, claim.c.id == line.c.claim)
        .where(claim.c.receipt_no == receipt_no, claim.c.register != caller.register, ~home)
        .where(claim.c.expires_at > instant_text(now))
    )
    found: dict[int, Given] = {}
    for row in connection.execute(query):
        found[row.n] = found.get(row.n, NOTHING) + Given(row.quantity, row.total, row.deposit)
    return found


def _lines(connection: Connection, id: str) -> dict[int, int]:
    query = select(return_claim_line.c.n, return_claim_line.c.quantity).where(return_claim_line.c.claim == id)
    return dict(tuple(row) for row in connection.execute(query))


def _keep(connection: Connection, caller: Caller, claim: Claim, until: str, parts: Mapping[int, Part]) -> None:
    row = {
        "id": claim.id,
        "store": caller.store,
        "register": caller.register,
        "epoch": caller.epoch,
        "receipt_no": claim.receipt_no,
        "revision": claim.revision,
        "expires_at": until,
    }
    upsert(connection, return_claim, [row])
    connection.execute(delete(return_claim_line).where(return_claim_line.c.claim == claim.id))
    rows = [
        {"claim": claim.id, "n": n, "quantity": part.quantity.thousandths, "total": part.total, "deposit": part.deposit}
        for n, part in parts.items()
    ]
    insert_new(connection, return_claim_line, rows)


def _forget_old(connection: Connection, now: datetime) -> None:
    old = return_claim.c.expires_at < instant_text(now - _REMEMBERED)
    ids = select(return_claim.c.id).where(old)
    connection.execute(delete(return_claim_line).where(return_claim_line.c.claim.in_(ids)))
    connection.execute(delete(return_claim).where(old))


def _wire(given: Mapping[int, Given]) -> Sequence[dict[str, Any]]:
    return [
        {"n": n, "quantity": one.quantity.text, "total": one.total, "deposit": one.deposit}
        for n, one in sorted(given.items())
    ]

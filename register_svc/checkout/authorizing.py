"""Tenders that head office is asked about: asked with no lock held, and never twice for one tender.

1. With the lock: could the tender be taken at all, and for how much? What is wanted is on disk before it is asked.
2. Without it: head office is asked, for as long as a customer waits. What was asked before for this sale and is not
   this very tender is let go first; what is this very tender is asked again by its id. So whatever was lost or killed,
   one tender holds its amount once.
3. With the lock: the tender, head office's answer beside it, and that it rests on it, in one durable transaction.

A no is told with its code. Without an answer the tender follows its OFFLINE rule: account is taken, and head office
will flag it; payroll and bonus are refused and the sale stays open.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from poscore.errors import PosError, Refused
from poscore.idempotency import Kept
from poscore.money import format_cents
from register_svc.checkout.changes import Change
from register_svc.checkout.desk import Desk
from register_svc.journal.authorizations import Authorizations
from register_svc.journal.journal import Writing
from register_svc.till.authorizations import (
    Decision,
    Wanted,
    holder_of,
    id_of,
    is_asked_for,
    with_decision,
    without_tender,
)
from register_svc.till.basket import Basket

_LOG = logging.getLogger("offline-kassa.authorizations")

Look = Callable[[], Basket]
ChangeBy = Callable[[bool], Change]
"""The change that adds a tender, by the rules of OFFLINE (true) or ONLINE."""


class AuthorizationOffice(Protocol):
    """Head office, as far as these tenders care."""

    def ask(self, wanted: Wanted, let_go: Sequence[str]) -> Decision:
        """Soon. Raises Refused or Fault when no answer came, or none that decides."""

    def release_soon(self) -> None:
        """Something is to be let go. Returns at once."""


class Authorizing:
    """`new_id`: an id that nobody has had before."""

    def __init__(
        self, desk: Desk, kept: Authorizations, office: AuthorizationOffice, new_id: Callable[[], str]
    ) -> None:
        self._desk, self._kept, self._office, self._new_id = desk, kept, office, new_id

    def around(self, look: Look, change_by: ChangeBy, commit: Callable[[Change], Kept]) -> Kept:
        """Commit the change that adds a tender, with head office's word where the tender takes it.

        `look`: the draft as it is, for whoever may change it. Raises Refused with head office's own code, or
        `head-office-unreachable`.
        """
        offline = self._desk.mode.is_offline
        wanted, let_go = (None, ()) if offline else self._wanted(look, change_by(offline))
        if wanted is None:
            return commit(change_by(offline))
        decision = self._decided(wanted, let_go)
        if decision is None:
            self._must_do_without(wanted, look, change_by(True))
        change = change_by(decision is None)

        def authorized(basket: Basket) -> Basket:
            changed = change.act(basket)
            if not wanted.is_for(changed.tenders[-1], changed):
                raise Refused("sale-changed", "the sale was changed while head office was asked")
            return with_decision(changed, wanted, decision)

        try:
            return commit(replace(change, act=authorized, beside=lambda writing: self._kept.use(writing, wanted.id)))
        except PosError:
            self._let_go_unless_used(wanted.id)
            raise

    def removing(self, n: int) -> Change:
        """The change that takes tender `n` away. Durable whatever its type: it is rare, and a card's matters."""
        rested_on: list[str] = []

        def act(basket: Basket) -> Basket:
            asked = id_of(basket, n)
            rested_on[:] = [] if asked is None else [asked]
            return without_tender(basket, n)

        def beside(writing: Writing) -> None:
            for asked in rested_on:
                self._kept.let_go(writing, asked)

        return Change("remove-tender", act, durable=True, beside=beside)

    def finished(self, writing: Writing, basket: Basket) -> bool:
        """In the transaction that ends the draft. Whether something is to be let go after it."""
        return self._kept.forget_sale(writing, basket.id)

    def release_soon(self) -> None:
        """After a change that let go of something is on disk."""
        self._office.release_soon()

    # --- within

    def _wanted(self, look: Look, change: Change) -> tuple[Wanted | None, Sequence[str]]:
        """What head office is to be asked, on disk; and what is let go before."""
        desk, kept = self._desk, self._kept
        with desk.lock:
            changed = change.act(look())
            tender = changed.tenders[-1]
            if not is_asked_for(changed, tender):
                return None, ()
            before = kept.asked_for(changed.id)
            again = next((one for one in before if one.is_for(tender, changed)), None)
            holder = holder_of(changed, tender) or ""
            wanted = again or Wanted(self._new_id(), changed.id, tender.type, holder, tender.amount)
            others = [one.id for one in before if one is not again]
            let_go = [*kept.unsaid(changed.id), *others]
            if again is None or others:
                with desk.journal.write() as writing:
                    for other in others:
                        kept.let_go(writing, other)
                    if again is None:
                        kept.begin(writing, wanted, desk.now())
            return wanted, let_go

    def _decided(self, wanted: Wanted, let_go: Sequence[str]) -> Decision | None:
        """None when no answer came. Raises Refused for a no."""
        try:
            decision = self._office.ask(wanted, let_go)
        except PosError as error:
            _LOG.info("no answer on %s: %s", wanted.id, error.detail)
            return None
        finally:
            if let_go:
                self._office.release_soon()
        if not decision.approved:
            self._kept.forget(wanted.id)
            raise _said_no(wanted, decision)
        return decision

    def _must_do_without(self, wanted: Wanted, look: Look, change: Change) -> None:
        """Raises Refused: `head-office-unreachable` for a tender that is not taken OFFLINE either, or why not."""
        with self._desk.lock:
            try:
                change.act(look())
            except Refused as refused:
                if refused.code != "tender-not-available-offline":
                    raise
                hint = "Try again, or take another tender."
                said = f"{wanted.kind} needs head office's word, and none came"
                raise Refused("head-office-unreachable", said, hint) from refused

    def _let_go_unless_used(self, id: str) -> None:
        if self._kept.is_asked(id):
            with self._desk.journal.write() as writing:
                self._kept.let_go(writing, id)
            self._office.release_soon()


def _said_no(wanted: Wanted, decision: Decision) -> Refused:
    """With what the cashier can tell the customer."""
    told: dict[str, Any] = {"balance": decision.balance, "limit": decision.limit, "available": decision.available}
    code = decision.code or "authorization-refused"
    if decision.available is None:
        return Refused(code, f"head office refuses {wanted.kind}", **told)
    asked, left = format_cents(wanted.amount), format_cents(decision.available)
    return Refused(code, f"head office refuses {asked} by {wanted.kind}: {left} is left", **told)

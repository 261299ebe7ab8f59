"""The courier returns the journal to head office, in a thread of its own, with nobody signed in.

- The journal is the queue: whatever is after the watermark goes, oldest epoch first, oldest record first. The same code
  sends one record and ten thousand.
- ONLINE it is woken after each commit, and tries again by itself. OFFLINE it sends nothing.
- Exactly once is head office's key (register, epoch, seq) with the hash: sending again never harms. So the watermark is
  written after the answer, without a sync, and a kill in between costs one batch on the line.
- No lock is held while the network works; a sale never waits for it. While head office works on a full batch, the next
  one is packed.
- Head office may be put back to an older backup: at each check-in it tells what it has of every epoch, and what it
  lacks is sent again, without anybody selling.
- What cannot be sent is named in `troubles()`, stays in the journal, and holds up nothing behind it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from poscore.errors import Fault, Refused
from poscore.instants import instant_text
from poscore.records import Head
from register_svc.head_office.answers import JournalEnd, UploadAnswer
from register_svc.head_office.client import HeadOfficeClient
from register_svc.head_office.delivery import Delivery, Plan, Span
from register_svc.head_office.differences import Differences
from register_svc.head_office.journal_port import JournalPort, Unsent
from register_svc.head_office.memory import LinkMemory, Watermark
from register_svc.head_office.parcel import Parcel, Row
from register_svc.head_office.rounds import Rounds
from register_svc.head_office.world import World
from register_svc.identity import Identity

_LOG = logging.getLogger("offline-kassa.courier")

# Head office takes bodies of 4 MiB. As a string inside JSON a record grows by its escaped quotes, a fifth or so.
_MAX_BATCH_BYTES = 3 << 20
# Refusals that speak of what the body holds and not of who sends it.
_CONTENT_REFUSED = frozenset({"body-invalid", "too-large"})
# Of a closed epoch: head office gave its number again after it was put back to a backup, and knows another key for it.
_HEAD_REFUSED = "head-invalid"
# A refusal is a person's to mend: asked again now and then, so that the mending is noticed.
_REFUSED_REST_S = 120.0
_TRY_ASIDE_AGAIN_S = 3600.0
# Between a commit and its sending: the sale's own answer goes first, and what follows at once shares the call.
_LINGER_S = 0.1
_IDLE_S = 60.0

# The trouble of a copied or set-back folder; only a new enrolment ends it.
JOURNAL_DIFFERS = "journal-differs"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that keeps records from going home. `code` is stable, `detail` is for the technician."""

    code: str
    detail: str
    epoch: int
    records: int = 0


@dataclass(frozen=True, slots=True)
class Returning:
    """A queue on its way home: `acked` of the `total` records that waited when it set out."""

    total: int
    acked: int
    started_at: str


Moment = tuple[int, ...]


@dataclass(slots=True)
class _Chain:
    """One epoch's way home."""

    epoch: int
    delivery: Delivery
    rest_until: float = 0.0
    answers: int = 0  # how often head office has told its watermark in answer to a batch
    by_newest_key: bool = False  # its own is not the one that head office knows for it
    trouble: Trouble | None = None
    aside_since: float | None = None


class Courier:
    def __init__(
        self, journal: JournalPort, client: HeadOfficeClient, memory: LinkMemory, identity: Identity, world: World
    ) -> None:
        self._journal, self._client, self._memory, self._identity = journal, client, memory, identity
        self._now, self._monotonic = world.now, world.monotonic
        epochs = sorted({*journal.epochs(), identity.epoch})
        self._chains = [_Chain(epoch, Delivery(self._sure_watermark(epoch))) for epoch in epochs]
        self._sending = threading.Lock()  # one batch at a time; nobody but senders takes it
        self._differences = Differences(memory, world.instant)
        self._told: tuple[Moment, dict[int, JournalEnd]] | None = None  # at a check-in, for the next round
        self._packed: tuple[int, Plan, Parcel] | None = None  # ahead of its turn
        self._stamp = object()  # another one whenever the queue has changed
        self._counted: tuple[object, Unsent] | None = None
        self._setting_out = True
        self._returning: Returning | None = None
        self._refusal: str | None = None
        self.quarantined = 0
        self.sent = 0
        self.rounds = Rounds("courier", self._round, world.chance, linger_s=_LINGER_S, idle_s=_IDLE_S)

    # -- what others ask, never waiting for the network ------------------------------------------------------------

    def wake(self) -> None:
        """A record is on disk."""
        self._stamp = object()
        self.rounds.wake()

    def set_out(self) -> None:
        """The mode is ONLINE, or the line is mended: send now, and show what waited as a return."""
        self._setting_out = True
        for chain in self._chains:
            chain.rest_until = 0.0
        self.rounds.resume()

    def stay(self) -> None:
        """The mode is OFFLINE: send nothing more."""
        self.rounds.pause()
        self._returning = None

    def moment(self) -> Moment:
        """To be taken before a check-in is asked, and given back with what it answered."""
        return tuple(chain.answers for chain in self._chains)

    def hear(self, moment: Moment, acked: Sequence[JournalEnd] | None) -> None:
        """What head office said at a check-in of how far it has every epoch; None when it did not."""
        if acked is not None:
            self._told = (moment, {end.epoch: end for end in acked})
            self.rounds.wake()

    def unsent(self) -> Unsent:
        """Counted anew only after something has changed."""
        stamp, counted = self._stamp, self._counted
        if counted is not None and counted[0] is stamp:
            return counted[1]
        parts = [self._journal.unsent(chain.epoch, chain.delivery.acked) for chain in self._chains]
        oldest = next((part.oldest_at for part in parts if part.records), None)
        unsent = Unsent(sum(part.records for part in parts), sum(part.sales for part in parts), oldest)
        self._counted = (stamp, unsent)
        return unsent

    @property
    def returning(self) -> Returning | None:
        return self._returning

    @property
    def refusal(self) -> str | None:
        """Why head office refuses this register, as of the last call; None when it does not."""
        return self._refusal

    def troubles(self) -> list[Trouble]:
        found = [chain.trouble for chain in self._chains if chain.trouble]
        difference = self._differences.of(self._identity.epoch)
        if difference is not None:
            found.append(Trouble(JOURNAL_DIFFERS, difference.detail, difference.epoch, difference.conflicts))
        for chain in self._chains:
            aside = dict(chain.delivery.aside)
            if aside:
                seq, why = next(iter(aside.items()))
                found.append(Trouble("set-aside", f"record {seq}: {why}", chain.epoch, len(aside)))
        return found

    # -- sending -----------------------------------------------------------------------------------------------------

    def _round(self) -> bool:
        """Send one batch of the oldest epoch that has any; True when there may be more. Raises Fault."""
        with self._sending:
            self._compare()
            self._retry_what_was_set_aside()
            for chain in self._chains:
                if self._monotonic() < chain.rest_until:
                    continue
                plan = chain.delivery.plan()
                parcel = self._next_parcel(chain, plan)
                if parcel:
                    self._setting_out_with_a_queue()
                    self._send(chain, plan, parcel)
                    return True
            self._come_home()
            return False

    def _next_parcel(self, chain: _Chain, plan: Plan) -> Parcel | None:
        """The one packed ahead, if it is what is wanted now; else what the journal has; None when it has nothing."""
        ahead, self._packed = self._packed, None
        if ahead is not None and ahead[:2] == (chain.epoch, plan):
            return ahead[2]
        return self._pack(chain, plan)

    def _pack(self, chain: _Chain, plan: Plan) -> Parcel | None:
        rows = self._journal.rows_after(chain.epoch, plan.after, plan.limit, _MAX_BATCH_BYTES)
        return Parcel.pack(chain.epoch, self._signed_head(chain), rows) if rows else None

    def _pack_ahead(self, chain: _Chain, sent: Plan, last: int) -> None:
        """What follows if all goes well. A batch that is not full was the last one: nothing is there to be packed."""
        if last - sent.after < sent.limit:
            return
        plan = Plan(last, sent.limit)
        try:
            parcel = self._pack(chain, plan)
        except Exception:  # noqa: BLE001 - it will be packed in its turn, and then what is wrong matters
            _LOG.debug("nothing packed ahead", exc_info=True)
        else:
            self._packed = (chain.epoch, plan, parcel) if parcel else None

    def _send(self, chain: _Chain, plan: Plan, parcel: Parcel) -> None:
        rows = parcel.rows
        sent = Span(rows[0][0], rows[-1][0])
        try:
            answer = self._client.upload(parcel, meanwhile=lambda: self._pack_ahead(chain, plan, sent.last))
        except Refused as refused:
            self._refused(chain, sent, refused)
        except Fault as fault:
            self._setting_out = True
            if fault.extra.get("answered") == 500:
                chain.delivery.broke(sent)
            elif fault.extra.get("sent", True) and "answered" not in fault.extra:
                chain.delivery.lost(sent)
            raise
        else:
            self._refusal = None
            self._take(chain, sent, rows, answer)

    def _take(self, chain: _Chain, sent: Span, rows: Sequence[Row], answer: UploadAnswer) -> None:
        """Believe head office about what it has, unless it has something else than this journal."""
        for one in answer.quarantined:
            _LOG.warning("head office set record %d of epoch %d aside: %s", one.seq, chain.epoch, one.reason)
        self.quarantined += len(answer.quarantined)
        self.sent += len(rows)
        chain.answers += 1
        chain.trouble = None
        before = chain.delivery.acked
        same = self._is_same(JournalEnd(chain.epoch, answer.acked_seq, answer.acked_hash, answer.conflicts), rows)
        leads_on = chain.delivery.answered(sent, answer, same=same)
        self._keep_watermark(chain, before, rows)
        if not leads_on:
            chain.delivery.lost(sent)
            raise Fault("head-office-unreachable", f"head office takes no records after {chain.delivery.acked}")

    def _compare(self) -> None:
        """Set the watermarks to what head office told at a check-in, where no batch was answered since it was asked."""
        told, self._told = self._told, None
        if told is None:
            return
        moment, ends = told
        for chain, answers in zip(self._chains, moment, strict=True):
            if chain.answers == answers:
                # An epoch that head office does not name it does not know, or not any more.
                self._set_watermark(chain, ends.get(chain.epoch, JournalEnd(chain.epoch, 0, None)))

    def _set_watermark(self, chain: _Chain, end: JournalEnd) -> None:
        before = chain.delivery.acked
        same = self._is_same(end, [])
        # Records that it kept beside others are gone: which ones, nobody knows, and all of them again does no harm.
        seq = 0 if self._differences.fewer(chain.epoch, end.conflicts) else end.seq
        if chain.delivery.told(seq, same=same):
            if chain.delivery.acked < before:
                _LOG.warning("head office has epoch %d up to record %d, not %d any more", chain.epoch, seq, before)
                self._setting_out = True
            self._keep_watermark(chain, before, [])

    def _keep_watermark(self, chain: _Chain, before: int, rows: Sequence[Row]) -> None:
        acked = chain.delivery.acked
        if acked != before:
            self._memory.keep_watermark(
                Watermark(chain.epoch, acked, self._hash_of(chain.epoch, acked, rows) or ""), instant_text(self._now())
            )
            self._stamp = object()
            self._progress(acked - before)

    def _refused(self, chain: _Chain, sent: Span, refused: Refused) -> None:
        if refused.extra.get("reason") in _CONTENT_REFUSED:
            chain.delivery.refused(sent, refused.detail)
            chain.aside_since = chain.aside_since or self._monotonic()
            return
        closed = chain.epoch != self._identity.epoch
        if refused.extra.get("reason") == _HEAD_REFUSED and closed and not chain.by_newest_key:
            chain.by_newest_key, self._packed = True, None
            return
        self._rest(chain, Trouble(str(refused.extra.get("reason", refused.code)), refused.detail, chain.epoch))
        if chain.epoch == self._identity.epoch:
            self._refusal = refused.detail

    def _rest(self, chain: _Chain, trouble: Trouble) -> None:
        """Leave this epoch alone for a while; the others go on."""
        _LOG.error("epoch %d: %s", chain.epoch, trouble.detail)
        chain.rest_until = self._monotonic() + _REFUSED_REST_S
        chain.trouble = trouble

    def _retry_what_was_set_aside(self) -> None:
        for chain in self._chains:
            if not chain.delivery.aside:
                chain.aside_since = None
            elif chain.aside_since is None:
                chain.aside_since = self._monotonic()
            elif self._monotonic() - chain.aside_since > _TRY_ASIDE_AGAIN_S:
                chain.aside_since = self._monotonic()
                chain.delivery.try_again()

    def _sure_watermark(self, epoch: int) -> int:
        """The watermark, if this journal holds that very record; else everything is offered again."""
        mark = self._memory.watermark(epoch)
        return mark.seq if self._hash_of(epoch, mark.seq, []) == mark.hash else 0

    def _is_same(self, end: JournalEnd, rows: Sequence[Row]) -> bool:
        """Whether head office has this very journal, as far as anybody knows; what speaks against it is kept."""
        epoch, seq = end.epoch, end.seq
        if seq > 0 and end.hash is not None and self._hash_of(epoch, seq, rows) != end.hash:
            last = self._journal.last_seq(epoch)
            detail = f"head office has another record {seq} in epoch {epoch} than this register"
            if seq > last:
                detail = f"head office has epoch {epoch} up to record {seq}, and this register's journal ends at {last}"
            self._differences.learn(epoch, seq, detail, end.conflicts)
        elif end.conflicts:
            detail = f"head office has other records in epoch {epoch} under numbers of this register"
            self._differences.learn(epoch, seq, detail, end.conflicts)
        return self._differences.of(epoch) is None

    def _hash_of(self, epoch: int, seq: int, rows: Sequence[Row]) -> str | None:
        if rows and rows[0][0] <= seq <= rows[-1][0]:
            return next((digest for row_seq, digest, _ in rows if row_seq == seq), None)
        found = self._journal.rows_after(epoch, seq - 1, 1, 1) if seq > 0 else []
        return found[0][1] if found and found[0][0] == seq else None

    def _signed_head(self, chain: _Chain) -> str:
        """By the epoch's own key. Head office takes a closed epoch's records under the newest one too."""
        from poscore.tokens import sign_head

        epoch, newest = chain.epoch, self._identity.epoch
        last = self._journal.last_seq(epoch)
        head = Head(self._identity.register, epoch, last, self._hash_of(epoch, last, []) or "")
        try:
            key = self._client.signing_key(newest if chain.by_newest_key else epoch)
        except Fault:  # it went with an old disk
            key = self._client.signing_key(newest)
        return sign_head(key, head)

    # -- progress ----------------------------------------------------------------------------------------------------

    def _setting_out_with_a_queue(self) -> None:
        if self._setting_out:
            self._setting_out = False
            waiting = self.unsent().records
            if self._returning is None and waiting > 1:
                self._returning = Returning(waiting, 0, instant_text(self._now()))

    def _progress(self, acked: int) -> None:
        on_its_way = self._returning
        if on_its_way:
            done = max(0, min(on_its_way.total, on_its_way.acked + acked))
            self._returning = Returning(on_its_way.total, done, on_its_way.started_at)

    def _come_home(self) -> None:
        self._setting_out = False
        self._returning = None

"""Between a call and the answers that the journal keeps."""

from __future__ import annotations

from poscore.http import Answer, Call
from register_svc.journal.answers import Kept, Key


def answer_key(call: Call) -> Key | None:
    """Under which the answer to this call is kept; None when the caller sent no Idempotency-Key."""
    given = call.idempotency
    return Key(given.key, given.fingerprint) if given else None


def kept_answer(kept: Kept) -> Answer:
    return Answer(kept.body, kept.status)

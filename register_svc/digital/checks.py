"""The row of digital receipts in the health list; there is none while nothing waits."""

from __future__ import annotations

from register_svc.digital.queue import ReceiptQueue
from register_svc.health import PASS, WARN, Check


def receipts_check(queue: ReceiptQueue) -> list[Check]:
    standing = queue.standing()
    if not standing.waiting and not standing.refused:
        return []
    value = {"waiting": standing.waiting, "oldest": standing.oldest_at, "refused": list(standing.refused)}
    if not standing.error and not standing.refused:
        return [Check("receipts", PASS, value)]
    hint = f"Check [receipts] in settings.toml and the mail server: {standing.error or 'it refused an address'}."
    return [Check("receipts", WARN, value, hint)]

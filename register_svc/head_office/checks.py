"""The link's part of the health list: head_office, queue, clock and transport; and its figures for monitoring."""

from __future__ import annotations

from datetime import datetime, timedelta

from poscore.instants import parse_instant
from register_svc.head_office.courier import JOURNAL_DIFFERS
from register_svc.head_office.link import Link
from register_svc.health import FAIL, PASS, WARN, Check
from register_svc.metrics import Metrics
from register_svc.settings import Settings, is_plain_off_loopback

# ONLINE a record is home in seconds: an hour is a fault that nobody has seen. OFFLINE a long day is what the mode is
# for; after a week head office would miss it in its reports and invoices.
_ONLINE_WARN = timedelta(hours=1)
_OFFLINE_WARN = timedelta(hours=24)
_QUEUE_FAIL = timedelta(days=7)

_ENROL_ANEW = (
    "This folder was copied, or set back to an older copy. Nothing is lost: every record is kept, here and at head"
    " office. Enrol this register anew with a new code: its new epoch ends this."
)

# Five minutes is what head office lets a signature differ by; from a day on receipts and shifts bear a wrong date.
_CLOCK_WARN_MS = 5 * 60_000
_CLOCK_FAIL_MS = 24 * 3_600_000


def head_office_check(link: Link) -> Check:
    """Whether head office answers and knows this register, and the mode."""
    mode, refusal = link.mode, link.refusal
    if refusal:
        hint = "Head office refuses this register: see it on the fleet page, and enrol it anew if its key was revoked."
        return Check("head_office", FAIL, refusal, hint)
    if mode.is_by_staff:
        # Not by whom, nor why: the list is open to the LAN.
        return Check("head_office", WARN, "OFFLINE by hand", "Sales wait here until somebody goes ONLINE.")
    if mode.is_offline:
        hint = "Head office did not answer. The register goes ONLINE by itself when it does."
        return Check("head_office", WARN, "OFFLINE by itself", hint)
    if not link.reachable and link.has_asked:
        return Check("head_office", WARN, "does not answer", "Check the network cable, the router and head office.")
    return Check("head_office", PASS, "answers" if link.has_asked else "not asked yet")


def queue_check(link: Link, now: datetime) -> Check:
    """What waits to go home: records, sales, and the oldest one's instant."""
    unsent, troubles = link.unsent(), link.courier.troubles()
    value = {"records": unsent.records, "sales": unsent.sales, "oldest": unsent.oldest_at}
    if troubles:
        said = "; ".join(trouble.detail for trouble in troubles)
        hint = f"{said} – nothing is lost: the journal keeps every record. Call support."
        if any(trouble.code == JOURNAL_DIFFERS for trouble in troubles):
            hint = f"{said} – {_ENROL_ANEW}"
        return Check("queue", FAIL, value, hint)
    if unsent.oldest_at is None:
        return Check("queue", PASS, value)
    age = now - parse_instant(unsent.oldest_at)
    if age > _QUEUE_FAIL:
        return Check("queue", FAIL, value, "Sales have waited for more than a week: mend the line, then go ONLINE.")
    if age > (_OFFLINE_WARN if link.is_offline else _ONLINE_WARN):
        return Check("queue", WARN, value, "Sales have waited long: mend the line, then go ONLINE.")
    return Check("queue", PASS, value)


def clock_check(link: Link) -> Check:
    """How far this machine's clock is from head office's, as of the last contact that changed it."""
    reading = link.clock.reading
    if reading is None:
        return Check("clock", PASS, {"offset_s": None})
    off = abs(reading.offset_ms)
    value = {"offset_s": round(reading.offset_ms / 1000)}
    if off <= _CLOCK_WARN_MS:
        return Check("clock", PASS, value)
    return Check("clock", FAIL if off > _CLOCK_FAIL_MS else WARN, value, "Set this machine's clock and its time zone.")


def transport_check(settings: Settings) -> Check:
    """Whether what goes to head office can be read on the way."""
    if is_plain_off_loopback(settings.head_office.url):
        return Check("transport", WARN, "plain http", "Put TLS in front of head office, and use its https address.")
    return Check("transport", PASS, "https" if settings.head_office.url.startswith("https:") else "loopback")


def add_link_figures(metrics: Metrics, link: Link) -> None:
    metrics.gauge("offline", "1 while the register is OFFLINE", lambda: int(link.is_offline))
    metrics.gauge("head_office_reachable", "1 when head office answered the last time", lambda: int(link.reachable))
    metrics.gauge("queued_records", "Records that head office has not acknowledged", lambda: link.unsent().records)
    metrics.gauge("queued_sales", "Sales and returns among them", lambda: link.unsent().sales)
    metrics.gauge("sent_records", "Records sent since the start", lambda: link.courier.sent)
    metrics.gauge("quarantined_records", "Of these, set aside at head office", lambda: link.courier.quarantined)
    metrics.gauge("clock_offset_seconds", "Head office's clock less this machine's", lambda: _offset_s(link))


def _offset_s(link: Link) -> float:
    reading = link.clock.reading
    return reading.offset_ms / 1000 if reading else 0.0

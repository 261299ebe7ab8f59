"""Sends the receipts that wait, in a thread of its own: selling never waits for it, and OFFLINE no e-mail is tried.

A mail that was handed over just before a kill is sent again with the same Message-ID, by which mail programs know it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from poscore.errors import PosError
from register_svc.database import STORAGE_ERRORS
from register_svc.digital.queue import FILE, Order, ReceiptQueue
from register_svc.durable_files import replace_file
from register_svc.settings import Receipts

_LOG = logging.getLogger(__name__)
_LOOKS_EVERY_S = 10.0
_TIMEOUT_S = 20.0
_SUBJECTS = {"fi": "Kuitti", "sv": "Kvitto", "en": "Receipt"}


@dataclass(frozen=True, slots=True)
class World:
    """What the sender asks of the register around it. `text`: a receipt's, by number and language."""

    text: Callable[[str, str], str]
    is_offline: Callable[[], bool]
    now: Callable[[], datetime]
    store_name: str


class ReceiptSender:
    """`folder`: where receipts become files."""

    def __init__(self, queue: ReceiptQueue, settings: Receipts, folder: Path, world: World) -> None:
        self.queue, self._settings, self._folder, self._world = queue, settings, folder, world
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="receipts", daemon=True)

    @property
    def can_mail(self) -> bool:
        return self._settings.smtp_host is not None

    def add(self, order: Order) -> None:
        self.queue.add(order, self._world.now())
        self._wake.set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def send_due(self) -> None:
        """One round over what may be tried now."""
        now = self._world.now()
        self.queue.forget_old(now)
        for order in self.queue.due(now):
            if order.way == FILE or not self._world.is_offline():
                self._send(order)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.send_due()
            except STORAGE_ERRORS:  # a full disk, a damaged file: the next round tries again
                _LOG.exception("digital receipts could not be sent")
            self._wake.wait(_LOOKS_EVERY_S)
            self._wake.clear()

    def _send(self, order: Order) -> None:
        try:
            text = self._world.text(order.receipt_no, order.language)
            if order.way == FILE:
                self._folder.mkdir(parents=True, exist_ok=True)
                replace_file(self._folder / f"{order.receipt_no}.txt", text.encode())
            else:
                self._mail(order, text)
        except (OSError, PosError) as error:  # every error of smtplib is an OSError
            _LOG.warning("receipt %s could not be sent: %s", order.receipt_no, type(error).__name__)
            refused = type(error).__name__ == "SMTPRecipientsRefused"  # by name: smtplib is not loaded for a file
            said = "the mail server does not take the address" if refused else _without(str(error), order.address)
            self.queue.failed(order, said, self._world.now(), refused=refused)
        else:
            self.queue.sent(order)

    def _mail(self, order: Order, text: str) -> None:
        import smtplib
        from email.message import EmailMessage

        settings = self._settings
        mail = EmailMessage()
        mail["From"], mail["To"] = settings.smtp_from, order.address
        mail["Subject"] = (
            f"{_SUBJECTS.get(order.language, _SUBJECTS['fi'])} {order.receipt_no}, {self._world.store_name}"
        )
        digest = hashlib.sha256(f"{order.receipt_no} {order.address}".encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{digest}@{str(settings.smtp_from).rpartition('@')[2]}>"
        mail.set_content(text)
        with smtplib.SMTP(settings.smtp_host or "", settings.smtp_port, timeout=_TIMEOUT_S) as server:
            if settings.smtp_starttls:
                server.starttls()
            server.send_message(mail)


def _without(text: str, address: str) -> str:
    """No address in the health list or a log."""
    return text.replace(address, "…")[:200] if address else text[:200]

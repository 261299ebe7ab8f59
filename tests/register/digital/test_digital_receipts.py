"""Digital receipts against a real mail server: queued on disk, sent once there is a line, no address kept after it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from register_svc.database import Database
from register_svc.digital.checks import receipts_check
from register_svc.digital.queue import EMAIL, FILE, MIGRATIONS, Order, ReceiptQueue
from register_svc.digital.sender import ReceiptSender, World
from register_svc.settings import Receipts

NO = "r1-1-000042"
MAIL = Order(NO, EMAIL, "maija@example.fi", "sv")


@dataclass
class Mailbox:
    """A mail server that keeps what comes and refuses whom it is told to."""

    mails: list[Message] = field(default_factory=list)
    refuses: str = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address == self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@dataclass
class Shop:
    """A register's sender over a real file; `offline` and `now` are the test's."""

    folder: Path
    port: int
    offline: bool = False
    now: datetime = datetime(2026, 11, 25, 9, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.state = Database(self.folder / "state.db", MIGRATIONS)
        self.queue = ReceiptQueue(self.state)
        world = World(
            lambda no, language: f"{no} på {language}\nÄ 1,00 €\n", lambda: self.offline, lambda: self.now, "Byn"
        )
        settings = Receipts(smtp_host="127.0.0.1", smtp_port=self.port, smtp_from="kassa@example.fi")
        self.sender = ReceiptSender(self.queue, settings, self.folder / "receipts", world)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def mailbox(port: int) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def shop(tmp_path: Path, port: int) -> Iterator[Shop]:
    shop = Shop(tmp_path, port)
    yield shop
    shop.state.close()


def test_a_receipt_goes_by_mail_and_its_address_is_forgotten(shop: Shop, mailbox: Mailbox) -> None:
    shop.sender.add(MAIL)
    shop.sender.add(MAIL)  # asked again
    shop.sender.send_due()
    (mail,) = mailbox.mails
    assert (mail["To"], mail["From"]) == ("maija@example.fi", "kassa@example.fi")
    assert mail["Subject"] == f"Kvitto {NO}, Byn"
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert text.decode().replace("\r", "") == f"{NO} på sv\nÄ 1,00 €\n"
    assert shop.queue.due(shop.now) == []
    assert receipts_check(shop.queue) == []


def test_offline_it_waits_and_survives_a_restart(shop: Shop, mailbox: Mailbox) -> None:
    shop.offline = True
    shop.sender.add(MAIL)
    shop.sender.send_due()
    shop.state.close()
    again = Shop(shop.folder, shop.port, offline=True)
    again.sender.send_due()
    assert mailbox.mails == []
    (check,) = receipts_check(again.queue)
    assert (check.status, check.value["waiting"]) == ("pass", 1)
    again.offline = False
    again.sender.send_due()
    again.state.close()
    assert len(mailbox.mails) == 1


def test_a_file_needs_no_line(shop: Shop) -> None:
    shop.offline = True
    shop.sender.add(Order(NO, FILE, language="fi"))
    shop.sender.send_due()
    assert (shop.folder / "receipts" / f"{NO}.txt").read_text(encoding="utf-8") == f"{NO} på fi\nÄ 1,00 €\n"


def test_a_server_that_is_away_is_tried_later_and_later_and_the_health_list_says_so(shop: Shop) -> None:
    shop.sender.add(MAIL)
    tried = []
    for _ in range(3):
        shop.sender.send_due()
        tried.append(len(shop.queue.due(shop.now)))
        (check,) = receipts_check(shop.queue)
        assert check.status == "warn"
        assert "example.fi" not in str(check.to_wire())
        shop.now += timedelta(seconds=10)
    assert tried == [0, 0, 0]
    assert shop.queue.due(shop.now) == []  # after the second failure a minute
    assert shop.queue.due(shop.now + timedelta(minutes=1)) == [MAIL]


def test_an_address_that_is_refused_is_not_tried_again_and_goes_after_a_week(shop: Shop, mailbox: Mailbox) -> None:
    mailbox.refuses = MAIL.address
    shop.sender.add(MAIL)
    shop.sender.send_due()
    assert shop.queue.due(shop.now + timedelta(days=6)) == []
    (check,) = receipts_check(shop.queue)
    assert (check.status, check.value["refused"]) == ("warn", [NO])
    shop.now += timedelta(days=7, seconds=1)
    shop.sender.send_due()
    assert receipts_check(shop.queue) == []


def test_a_mail_that_was_sent_before_a_kill_bears_the_same_name_again(shop: Shop, mailbox: Mailbox) -> None:
    for _ in range(2):
        shop.sender.add(MAIL)
        shop.sender.send_due()
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 1
    assert len(mailbox.mails) == 2

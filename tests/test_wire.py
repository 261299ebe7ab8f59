"""The wire that tests cut: a test that cuts it must know that it does what it says."""

import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from tests.support.fleet import Client, Lost, Wire, free_port


class _Counting(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = b'{"ok": true}' + b" " * 200_000  # more than one piece
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def wire() -> Iterator[Wire]:
    _Counting.asked = 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    wire = Wire(free_port(), server.server_port)
    yield wire
    wire.close()
    server.shutdown()
    server.server_close()


def ask(wire: Wire, timeout_s: float = 5.0) -> dict[str, bool]:
    client = Client(wire.url, timeout_s=timeout_s)
    try:
        answer: dict[str, bool] = client.post("/")
    finally:
        client.close()
    return answer


def test_what_is_asked_and_answered_comes_through(wire: Wire) -> None:
    client = Client(wire.url)
    assert [client.post("/") for _ in range(3)] == [{"ok": True}] * 3
    client.close()


def test_a_cut_wire_breaks_what_is_open_and_refuses_what_comes(wire: Wire) -> None:
    client = Client(wire.url)
    client.post("/")
    wire.cut()
    with pytest.raises(Lost):
        client.post("/")
    with pytest.raises(Lost):
        ask(wire)
    assert _Counting.asked == 1
    wire.heal()
    assert ask(wire) == {"ok": True}


def test_a_silent_wire_takes_everything_and_gives_nothing(wire: Wire) -> None:
    wire.silence()
    began = time.monotonic()
    with pytest.raises(Lost):
        ask(wire, timeout_s=0.3)
    assert time.monotonic() - began >= 0.3
    assert _Counting.asked == 0
    wire.heal()
    assert ask(wire) == {"ok": True}


def test_a_lost_answer_was_asked_for(wire: Wire) -> None:
    wire.lose_answers(1)
    with pytest.raises(Lost):
        ask(wire)
    assert (_Counting.asked, wire.answers_lost) == (1, 1)
    assert ask(wire) == {"ok": True}


def test_only_the_answers_that_are_named_are_lost(wire: Wire) -> None:
    wire.lose_answers(1, to=b"POST /journal ")
    assert ask(wire) == {"ok": True}
    client = Client(wire.url)
    with pytest.raises(Lost):
        client.post("/journal")
    assert client.post("/journal") == {"ok": True}
    client.close()


def test_a_slow_wire_is_slow(wire: Wire) -> None:
    wire.delay_s = 0.1
    began = time.monotonic()
    assert ask(wire) == {"ok": True}
    assert time.monotonic() - began >= 0.2

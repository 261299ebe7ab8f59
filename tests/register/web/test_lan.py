"""What a phone and head office reach, over real connections."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from poscore.bundle import MAX_BUNDLE_BYTES
from poscore.tokens import SigningKey
from register_svc.snapshots.states import State
from register_svc.web import lan_server
from register_svc.web.lan_server import CONNECTIONS, Budget
from tests.support.bundles import Publisher, catalog
from tests.support.lan_listener import OnTheLan, read_all, serving
from tests.support.receiving import Receiving, until


@pytest.fixture(scope="module")
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def register(tmp_path: Path, publisher: Publisher) -> Iterator[Receiving]:
    receiving = Receiving(tmp_path, publisher.root_v1)
    yield receiving
    receiving.close()


@pytest.fixture
def lan(register: Receiving) -> Iterator[OnTheLan]:
    with serving(OnTheLan(register)) as on_the_lan:
        yield on_the_lan


# -- head office's way in ----------------------------------------------------------------------------------------------


def test_a_bundle_is_pushed_activated_listed_and_rolled_back(
    lan: OnTheLan, register: Receiving, publisher: Publisher
) -> None:
    for version in (1, 2):
        body = publisher.publish(version, catalog(padding=version << 16)).zip()
        pushed = lan.post("/snapshots", body)
        assert (pushed.status, pushed.json["version"]) == (202, version)
        register.wait_for(version, State.STAGED)
        for _ in range(2):
            activated = lan.command(f"/snapshots/{version}/activate", when="now")
            assert (activated.status, activated.json) == (200, {"version": version, "state": "GOOD"})

    listed = lan.get("/snapshots").json
    assert (listed["active"], listed["previous"], listed["seen"]) == (2, 1, 2)
    assert [set(slot) for slot in listed["slots"]] == [
        {"version", "state", "reason", "sha256", "received_at", "activated_at"}
    ] * 2

    back = lan.post("/snapshots/2/rollback")
    assert (back.status, back.json) == (200, {"version": 2, "state": "ROLLED_BACK"})
    assert lan.get("/snapshots").json["active"] == 1


def test_an_open_sale_makes_it_202_and_staged(lan: OnTheLan, register: Receiving, publisher: Publisher) -> None:
    register.stage(publisher.publish(1, catalog()))
    register.till.sale_is_open = True
    waiting = lan.command("/snapshots/1/activate", when="now")
    assert (waiting.status, waiting.json) == (202, {"version": 1, "state": "STAGED"})


def test_activating_without_a_body_means_now(lan: OnTheLan, register: Receiving, publisher: Publisher) -> None:
    register.stage(publisher.publish(1, catalog()))
    assert lan.post("/snapshots/1/activate").json["state"] == "GOOD"


def test_a_large_bundle_arrives_whole(lan: OnTheLan, register: Receiving, publisher: Publisher) -> None:
    content = catalog(padding=6 << 20)
    assert lan.post("/snapshots", publisher.publish(1, content).zip()).status == 202
    register.wait_for(1, State.STAGED)
    assert register.slots.path(1).read_bytes() == content


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/snapshots/9/activate", 404, "snapshot-not-found"),
        ("/snapshots/9/rollback", 404, "snapshot-not-found"),
        (f"/snapshots/{10**30}/activate", 404, "snapshot-not-found"),
        ("/snapshots/x/activate", 404, "not-found"),
        ("/health", 405, "method-not-allowed"),
        ("/sales", 404, "not-found"),
    ],
)
def test_a_signed_call_that_leads_nowhere_says_so(lan: OnTheLan, path: str, status: int, code: str) -> None:
    answer = lan.post(path)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_refused_bundle_has_its_status_and_code(lan: OnTheLan, register: Receiving, publisher: Publisher) -> None:
    register.sell_from(publisher.publish(2, catalog()))
    old = lan.post("/snapshots", publisher.publish(1, catalog()).zip())
    assert (old.status, old.json["code"]) == (409, "rollback")
    cut = lan.post("/snapshots", publisher.publish(3, catalog()).zip()[:-10])
    assert (cut.status, cut.json["code"]) == (422, "damaged")


def test_a_clock_fault_is_told_from_the_time_that_the_call_was_signed(
    lan: OnTheLan, register: Receiving, publisher: Publisher
) -> None:
    signed_at = int(register.till.clock().timestamp())
    register.till.clock.advance(days=400)
    body = publisher.publish(1, catalog()).zip()
    answer = lan.post("/snapshots", body, token=lan.token(body, at=signed_at))
    assert (answer.status, answer.json["code"]) == (409, "clock")


def test_a_failed_backup_is_answered_and_shown(lan: OnTheLan, register: Receiving, publisher: Publisher) -> None:
    register.stage(publisher.publish(1, catalog()))
    register.till.backup_fails = True
    answer = lan.command("/snapshots/1/activate", when="now")
    assert (answer.status, answer.json["code"]) == (409, "backup")
    assert lan.get("/snapshots").json["slots"][0]["reason"] == "backup"


# -- strangers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/snapshots", "/snapshots/1/activate", "/snapshots/1/rollback", "/anything"])
def test_no_post_without_head_office_s_token(lan: OnTheLan, path: str) -> None:
    stranger = SigningKey.generate()
    body = b'{"when":"now"}'
    tokens = {
        "none": "",
        "garbage": "garbage",
        "a stranger's": lan.token(body, key=stranger),
        "for another register": lan.token(body, audience="r2"),
        "for another body": lan.token(b"another"),
        "old": "",
    }
    lan.sender.accept(lan.token(), None)
    tokens["old"] = lan.token(body, at=int(lan.receiving.till.clock().timestamp()) - 301)
    for name, token in tokens.items():
        answer = lan.post(path, body, token=token)
        if path == "/anything" and name == "for another body":
            continue  # nothing is there to compare a body with
        assert (answer.status, answer.json["code"]) == (401, "token"), name
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_stranger_is_answered_before_the_body_is_read(lan: OnTheLan) -> None:
    with lan.wire() as wire:
        wire.sendall(b"POST /snapshots HTTP/1.1\r\nHost: x\r\nContent-Length: 500000000\r\n\r\n")
        answer = read_all(wire)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b'"code":"token"' in answer


def test_a_stranger_who_waits_for_the_word_to_go_on_is_not_given_it(lan: OnTheLan) -> None:
    with lan.wire() as wire:
        wire.sendall(
            b"POST /snapshots HTTP/1.1\r\nHost: x\r\nContent-Length: 500000000\r\nExpect: 100-continue\r\n\r\n"
        )
        answer = read_all(wire)
    assert answer.startswith(b"HTTP/1.1 401 ")


def test_a_stranger_who_sends_megabytes_still_sees_the_answer(lan: OnTheLan, register: Receiving) -> None:
    answer = lan.post("/snapshots", bytes(4 << 20), token="none")
    assert (answer.status, answer.json["code"]) == (401, "token")
    assert register.files() == set()


def test_a_stranger_who_never_stops_sending_is_cut_off(lan: OnTheLan) -> None:
    sent = 0
    with lan.wire() as wire, contextlib.suppress(ConnectionError):
        wire.sendall(b"POST /snapshots HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n")
        while sent < 900_000_000:
            sent += wire.send(bytes(1 << 16))
    # what was thrown away, and what lay in the buffers of two sockets
    assert sent < lan_server.LINGER_BYTES + (16 << 20)


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        ("PUT /snapshots HTTP/1.1\r\nContent-Length: 99999", 405, "method-not-allowed"),
        ("DELETE /snapshots/1 HTTP/1.1", 405, "method-not-allowed"),
        ("GET /health HTTP/1.1\r\nContent-Length: 99999", 413, "too-large"),
        ("POST /snapshots HTTP/1.1\r\nTransfer-Encoding: chunked", 411, "length-required"),
        ("GET /health HTTP/1.1\r\nContent-Length: x", 400, "bad-request"),
        ("GET /health HTTP/1.1\r\nX: " + "x" * 20_000, 431, "bad-request"),
        ("utter nonsense", 400, "bad-request"),
    ],
    ids=["put", "delete", "a get with a body", "chunked", "no number", "long headers", "nonsense"],
)
def test_what_is_not_for_this_service_is_refused_by_its_headers(
    lan: OnTheLan, head: str, status: int, code: str
) -> None:
    with lan.wire() as wire:
        wire.sendall(f"{head}\r\n\r\n".encode())
        answer = read_all(wire)
    assert answer.startswith(f"HTTP/1.{answer[7:8].decode()} {status} ".encode()), answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == code


@pytest.mark.parametrize(("path", "length"), [("/snapshots", MAX_BUNDLE_BYTES + 1), ("/snapshots/1/activate", 65_537)])
def test_even_head_office_sends_no_more_than_agreed(lan: OnTheLan, path: str, length: int) -> None:
    assert refused_by_headers(lan, path, length) == 413


def test_a_body_that_the_disk_has_no_room_for_is_refused_by_its_headers(
    lan: OnTheLan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan_server, "free_bytes", lambda _: 1_999_999)
    assert refused_by_headers(lan, "/snapshots", 1_000_000) == 409


def test_a_bundle_without_a_length_is_refused(lan: OnTheLan) -> None:
    assert refused_by_headers(lan, "/snapshots", 0) == 411


def refused_by_headers(lan: OnTheLan, path: str, length: int) -> int:
    with lan.wire() as wire:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {lan.token()}\r\nContent-Length: {length}"
        wire.sendall(f"{head}\r\n\r\n".encode())
        return int(read_all(wire).split()[1])


# -- what is open ------------------------------------------------------------------------------------------------------


def test_every_get_is_open_and_hardened(lan: OnTheLan) -> None:
    for path in ("/livez", "/health", "/metrics", "/openapi.json", "/snapshots", "/technician"):
        answer = lan.get(path)
        assert answer.status == 200, path
        assert "server" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_sale_route_answers_here(lan: OnTheLan) -> None:
    for path in ("/", "/sales", "/articles/6410405216120", "/session", "/offline", "/shifts/current", "/customers"):
        assert lan.get(path).status == 404, path


def test_the_description_names_what_needs_a_token(lan: OnTheLan) -> None:
    described = lan.get("/openapi.json").json
    assert set(described["paths"]["/snapshots"]) == {"get", "post"}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert ("security" in operation) == (method == "post"), path


def test_a_connection_is_used_again(lan: OnTheLan) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", lan.port, timeout=20)
    connection.connect()
    own = connection.sock
    for _ in range(5):
        connection.request("GET", "/livez")
        assert connection.getresponse().read() == b'{"status":"pass"}'
        assert connection.sock is own
    connection.close()


def test_requests_sent_in_a_bundle_are_answered_once(lan: OnTheLan) -> None:
    """One packet of a thousand requests must not buy a thousand answers for the price of one."""
    with lan.wire() as wire:
        wire.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)
        answers = read_all(wire)
    assert answers.count(b"HTTP/1.1 200 OK") == 1
    assert b"Connection: close" in answers


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_a_budget_opens_again_as_time_passes() -> None:
    now, used = [0.0], [0.0]
    budget = Budget(0.1, 0.5, lambda: now[0], lambda: used[0])
    assert budget.is_open()
    with budget.spent():
        used[0] += 0.75
    assert not budget.is_open()
    assert budget.wait_s() == pytest.approx(2.5)
    now[0] += 2.4
    assert not budget.is_open()
    now[0] += 0.2
    assert budget.is_open()
    now[0] += 1000
    assert budget.is_open()
    with budget.spent():
        used[0] += 0.5001  # what was saved up is bounded by the burst
    assert not budget.is_open()


def test_the_lan_takes_no_more_of_the_processor_than_its_share(lan: OnTheLan) -> None:
    """Twenty clients that ask as fast as they are answered."""
    share, seconds = 0.05, 2.0
    lan.server.budget = Budget(share, 0.02)
    over = threading.Event()
    answers: list[int] = []

    def hammer() -> None:
        while not over.is_set():
            answers.append(lan.get("/health").status)

    clients = [threading.Thread(target=hammer) for _ in range(20)]
    listener = next(thread for thread in threading.enumerate() if thread.name == "lan")
    for client in clients:
        client.start()
    time.sleep(0.3)
    began = processor_time(listener)
    time.sleep(seconds)
    took = processor_time(listener) - began
    over.set()
    for client in clients:
        client.join()
    assert set(answers) == {200}
    assert took <= 2 * share * seconds + 0.02


def processor_time(thread: threading.Thread) -> float:
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def test_head_office_gets_through_while_the_lan_is_hammered(
    lan: OnTheLan, register: Receiving, publisher: Publisher
) -> None:
    body = publisher.publish(1, catalog(padding=8 << 20)).zip()
    over = threading.Event()

    def hammer() -> None:
        while not over.is_set():
            lan.get("/health")

    clients = [threading.Thread(target=hammer) for _ in range(20)]
    for client in clients:
        client.start()
    time.sleep(0.5)
    began = time.monotonic()
    pushed = lan.post("/snapshots", body)
    took = time.monotonic() - began
    over.set()
    for client in clients:
        client.join()
    assert pushed.status == 202
    assert took < 15
    register.wait_for(1, State.STAGED)


def test_twenty_silent_connections_do_not_close_the_door_for_good(
    lan: OnTheLan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan.server.adj, "channel_timeout", 1)
    monkeypatch.setattr(lan.server.adj, "cleanup_interval", 0.2)
    lan.server.next_channel_cleanup = 0
    silent = [socket.create_connection(("127.0.0.1", lan.port)) for _ in range(CONNECTIONS)]
    until(lambda: len(lan.server.active_channels) == CONNECTIONS)
    assert lan.get("/livez").status == 200
    for wire in silent:
        wire.close()


def test_headers_that_trickle_in_forever_are_cut_off(lan: OnTheLan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan_server, "_TIMEOUT_S", 1)
    monkeypatch.setattr(lan.server.adj, "cleanup_interval", 0.2)
    lan.server.next_channel_cleanup = 0
    lines = 0
    with lan.wire() as wire, contextlib.suppress(ConnectionError):
        wire.sendall(b"GET /livez HTTP/1.1\r\n")
        while lines < 100:
            wire.sendall(b"X: y\r\n")
            lines += 1
            time.sleep(0.1)
    assert lines < 100
    assert not lan.server.active_channels


def test_a_reset_in_the_middle_of_an_upload_leaves_no_file(lan: OnTheLan, register: Receiving) -> None:
    body = bytes(1 << 20)
    with lan.wire() as wire:
        head = f"POST /snapshots HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {lan.token(body)}\r\n"
        wire.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: 1 << 19])
        until(lambda: bool(lan.server.active_channels))
    until(lambda: not lan.server.active_channels)
    assert register.files() == set()
    assert lan.get("/livez").status == 200


def test_after_closing_nobody_listens(register: Receiving) -> None:
    on_the_lan = OnTheLan(register)
    with serving(on_the_lan):
        assert on_the_lan.get("/livez").status == 200
    with pytest.raises(ConnectionRefusedError):
        on_the_lan.get("/livez")

    never_run = OnTheLan(register)
    never_run.server.close()
    with pytest.raises(ConnectionRefusedError):
        never_run.get("/livez")


def test_a_loop_that_ends_by_itself_closes_nothing_under_whoever_wakes_it(
    register: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed trigger's number may be any other file's by then, the journal's too."""
    server = OnTheLan(register).server
    monkeypatch.setattr(server.budget, "wait_s", lambda: 0.001)
    listener = threading.Thread(target=server.run)
    listener.start()
    until(lambda: server._running)

    def pull() -> None:
        listener.join(0.2)  # the loop has seen by now that it is to end
        assert not server.trigger._closed

    monkeypatch.setattr(server, "pull_trigger", pull)
    server.close()
    listener.join(10)
    assert server.trigger._closed

"""Who may speak to the till app: this machine's own browser, and whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.register.web.conftest import Till, enrolled, served

OPEN = [
    "/",
    "/technician",
    "/customer",
    "/offline",
    "/livez",
    "/readyz",
    "/health",
    "/metrics",
    "/openapi.json",
    "/static/index.html",
]
CLOSED = [
    ("GET", "/session"),
    ("DELETE", "/session"),
    ("PUT", "/offline"),
    ("POST", "/shifts"),
    ("GET", "/shifts/current"),
    ("POST", "/shifts/current/close"),
    ("GET", "/shifts/current/report"),
    ("GET", "/shifts/1/report"),
    ("GET", "/shifts/next"),
    ("POST", "/shifts/current/report/print"),
    ("POST", "/shifts/1/report/print"),
    ("POST", "/cash-movements"),
    ("POST", "/drawer/open"),
    ("GET", "/articles/6410405216120"),
    ("GET", "/articles?q=maito"),
    ("GET", "/customers?q=rak"),
    ("GET", "/customers/C1"),
    ("POST", "/sales"),
    ("GET", "/sales"),
    ("GET", "/sales/r1-1-000001"),
    ("POST", "/sales/r1-1-000001/lines"),
    ("PATCH", "/sales/r1-1-000001/lines/1"),
    ("DELETE", "/sales/r1-1-000001/lines/1"),
    ("POST", "/sales/r1-1-000001/discounts"),
    ("POST", "/sales/r1-1-000001/customer"),
    ("POST", "/sales/r1-1-000001/tenders"),
    ("DELETE", "/sales/r1-1-000001/tenders/1"),
    ("POST", "/sales/r1-1-000001/complete"),
    ("POST", "/sales/r1-1-000001/park"),
    ("POST", "/sales/r1-1-000001/resume"),
    ("POST", "/sales/r1-1-000001/abort"),
    ("GET", "/sales/r1-1-000001/receipt-draft"),
    ("GET", "/receipts/r1-1-000001"),
    ("POST", "/receipts/r1-1-000001/copy"),
    ("GET", "/snapshots"),
    ("POST", "/snapshots/1/rollback"),
]


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """A till that nobody ever signs in at: one for all the tests of this file that only knock."""
    with served(enrolled(tmp_path_factory.mktemp("stranger"))) as serve:
        yield serve()


@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_needs_no_session(stranger: Till, path: str) -> None:
    assert stranger.get(path).status in (200, 503)


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_everything_else_needs_one(stranger: Till, method: str, path: str) -> None:
    for header in (None, "Bearer nobody", "Basic MTAxOjEyMzQ="):
        stranger.call(method, path, Authorization=header).problem(401, "session-required")


def test_every_operation_is_either_open_or_needs_a_session(stranger: Till) -> None:
    """The lists above hold every route there is, so that a new one cannot be forgotten here."""
    paths = stranger.get("/openapi.json").must(200)["paths"]
    guarded = {
        (method.upper(), path) for path, item in paths.items() for method, said in item.items() if "security" in said
    }
    unguarded = {path for path, item in paths.items() for said in item.values() if "security" not in said}
    assert unguarded == {"/session", "/register", "/offline", "/livez", "/readyz", "/health", "/metrics"}
    assert {("POST", "/sales"), ("GET", "/snapshots"), ("PUT", "/offline"), ("GET", "/customers/{id}")} <= guarded


@pytest.mark.parametrize(
    "host",
    [
        "till.example.fi",
        "192.168.1.20:8080",
        "127.0.0.1.example.fi",
        "localhost.example.fi",
        "[::2]",
        "",
        "a b",
        "[",
        "127.0.0.2",
    ],
)
@pytest.mark.parametrize("path", ["/livez", "/sales", "/", "/nowhere"])
def test_a_foreign_host_is_misdirected(stranger: Till, host: str, path: str) -> None:
    """A name that somebody else's server answers today and 127.0.0.1 tomorrow (DNS rebinding)."""
    stranger.get(path, Host=host).problem(421, "host-refused")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:8080", "LOCALHOST", "[::1]:8080"])
def test_loopback_by_any_of_its_names_is_no_foreign_host(stranger: Till, host: str) -> None:
    stranger.get("/livez", Host=host).must(200)


@pytest.mark.parametrize(
    "origin",
    [
        "http://example.fi",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1",
        "http://localhost:{port}",
        "null",
        "",
        "http://127.0.0.1:{port}/",
    ],
)
def test_a_foreign_origin_is_forbidden(stranger: Till, origin: str) -> None:
    said = origin.format(port=stranger.port)
    stranger.post("/session", {"cashier": "101", "pin": "1234"}, Origin=said).problem(403, "origin-refused")


def test_the_tills_own_origin_and_none_at_all_are_fine(till: Till) -> None:
    body = {"cashier": "101", "pin": "1234"}
    till.post("/session", body, Origin=f"http://127.0.0.1:{till.port}").must(201)
    till.post("/session", body).must(201)


def test_a_token_is_void_after_a_restart_and_the_work_is_not(serving: Callable[..., Till]) -> None:
    till = serving().ready()
    sale = till.start()
    token = till.token
    again = serving()
    again.token = token
    again.get(f"/sales/{sale}").problem(401, "session-required")
    again.sign_in()
    assert again.get(f"/sales/{sale}").must(200)["state"] == "open"
    assert again.get("/shifts/current").must(200)["no"] == 1


def test_the_registers_own_commands_show_its_key_and_do_not_sell(till: Till, tmp_path: Path) -> None:
    key = (tmp_path / "control.key").read_text(encoding="utf-8")
    assert till.get("/session", X_Register_Key=key).must(200)["cashier"] is None
    till.post("/sales", {}, X_Register_Key=key).problem(403, "permission-missing")
    for wrong in ("", "x", key[:-1], key + "x", "\xe4"):
        till.get("/session", X_Register_Key=wrong).problem(401, "session-required")


@pytest.mark.parametrize(
    ("cashier", "asked", "status"),
    [
        ("901", ("POST", "/shifts", {"opening_float": 0}), 403),
        ("901", ("POST", "/sales", {}), 403),
        ("901", ("POST", "/drawer/open", {"reason": "x"}), 403),
        ("901", ("PUT", "/offline", {"offline": True}), 200),
        ("101", ("PUT", "/offline", {"offline": True}), 200),
        ("101", ("GET", "/snapshots", None), 403),
        ("201", ("POST", "/snapshots/1/rollback", None), 403),
        ("901", ("GET", "/snapshots", None), 200),
        ("301", ("GET", "/snapshots", None), 200),
        ("301", ("POST", "/snapshots/1/rollback", None), 404),
    ],
)
def test_a_role_may_do_what_it_may(till: Till, cashier: str, asked: tuple[str, str, object], status: int) -> None:
    till.sign_in(cashier)
    reply = till.call(*asked)
    assert reply.status == status
    if status == 403:
        reply.problem(403, "permission-missing")

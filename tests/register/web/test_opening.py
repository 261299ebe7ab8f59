"""What the till's listener says while the till is still being loaded."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from register_svc import service
from register_svc.register import Register
from register_svc.web.opening import Opening
from register_svc.web.till_app import build_till_app
from tests.register.web.conftest import a_register, enrolled

HOST = "127.0.0.1:8080"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    register = a_register(enrolled(tmp_path))
    yield register
    register.stop()


@pytest.fixture
def opening(register: Register) -> Opening:
    return Opening(register.health)


def ask(app: Any, path: str, **headers: str) -> TestResponse:
    return Client(app).get(path, headers={"Host": HOST, **headers})


def names(answer: TestResponse) -> dict[str, str]:
    return {check["name"]: check["status"] for check in answer.get_json()["checks"]}


def test_health_is_answered_before_the_till_is_there_and_says_so(opening: Opening) -> None:
    answer = ask(opening, "/health")

    assert answer.status_code == 200
    assert answer.get_json()["status"] == "warn"
    assert names(answer)["till"] == "warn"
    assert names(answer)["journal"] == "pass"


def test_the_early_answer_has_the_headers_of_every_other(register: Register, opening: Opening) -> None:
    early = ask(opening, "/health")
    opening.complete(build_till_app(register)[0])
    late = ask(opening, "/health")

    assert {name for name, _ in early.headers} == {name for name, _ in late.headers}
    assert early.headers["Cache-Control"] == late.headers["Cache-Control"] == "no-store"
    assert early.headers["Content-Type"] == late.headers["Content-Type"]


def test_once_the_till_is_there_nothing_speaks_of_loading(register: Register, opening: Opening) -> None:
    ask(opening, "/health")
    opening.complete(build_till_app(register)[0])

    assert "till" not in names(ask(opening, "/health"))


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/readyz", {}, 200),
        ("/sales", {}, 401),
        ("/health", {"Host": "shop.example.com"}, 421),
        ("/health", {"Origin": "https://shop.example.com"}, 403),
    ],
)
def test_what_only_the_whole_till_can_judge_waits_for_it(
    register: Register, opening: Opening, path: str, headers: dict[str, str], status: int
) -> None:
    answers: list[TestResponse] = []
    asking = threading.Thread(target=lambda: answers.append(ask(opening, path, **headers)), daemon=True)
    asking.start()
    asking.join(0.1)
    assert answers == []

    opening.complete(build_till_app(register)[0])
    asking.join(30)

    assert [answer.status_code for answer in answers] == [status]


def test_a_till_that_cannot_be_loaded_ends_the_service(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Register) -> Any:
        raise ImportError("a package is broken")

    monkeypatch.setattr("register_svc.web.till_app.build_till_app", fail)

    with pytest.raises(ImportError, match="a package is broken"):
        service.serve(register, lambda *_: None, threading.Event())


def test_whoever_waits_for_a_till_that_never_comes_is_told(opening: Opening) -> None:
    answers: list[TestResponse] = []
    asking = threading.Thread(target=lambda: answers.append(ask(opening, "/readyz")), daemon=True)
    asking.start()

    opening.abandon()
    asking.join(30)

    assert [answer.status_code for answer in answers] == [503]


def test_what_answers_first_needs_none_of_the_heavy_packages() -> None:
    """Each of them would be a tenth of a start, or more."""
    heavy = "flask werkzeug pydantic http.client ssl email importlib.metadata sqlite_utils joserfc cryptography tuf"
    program = (
        "import sys, register_svc.__main__, register_svc.commands.run, register_svc.service;"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"

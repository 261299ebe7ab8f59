from collections.abc import Iterator
from pathlib import Path

import pytest

from poscore.canonical import sha256_hex
from poscore.errors import Untrusted
from poscore.tokens import Claims, SigningKey, sign_token
from register_svc.database import Database
from register_svc.snapshots.schema import MIGRATIONS
from register_svc.snapshots.sender import Sender

KEY, STRANGER = SigningKey.generate(), SigningKey.generate()
AT = 1_795_000_000
BODY = sha256_hex(b"body")


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "state.db", MIGRATIONS)
    yield database
    database.close()


def token(at: int = AT, key: SigningKey = KEY, audience: str = "r1", body: str = BODY) -> str:
    return sign_token(key, Claims("office", audience, at, "id", body))


def test_head_office_s_call_is_accepted(state: Database) -> None:
    assert Sender(state, KEY.public, "r1").accept(token(), BODY).issued_at == AT


@pytest.mark.parametrize(
    "wrong",
    [token(key=STRANGER), token(audience="r2"), token(body=sha256_hex(b"another")), "", "a.b.c", token()[:-4]],
    ids=["a stranger's", "for another register", "for another body", "empty", "garbage", "cut"],
)
def test_any_other_call_is_refused(state: Database, wrong: str) -> None:
    with pytest.raises(Untrusted) as refused:
        Sender(state, KEY.public, "r1").accept(wrong, BODY)
    assert refused.value.code == "token"


def test_our_own_clock_judges_nothing(state: Database) -> None:
    """A till whose clock is years off still takes its price list: only the sender's own times are compared."""
    sender = Sender(state, KEY.public, "r1")
    for at in (AT - 10**9, AT, AT + 10**9):
        sender.accept(token(at), BODY)


def test_a_call_may_be_five_minutes_older_than_the_newest_and_no_more(state: Database) -> None:
    sender = Sender(state, KEY.public, "r1")
    sender.accept(token(AT), BODY)
    sender.accept(token(AT - 300), BODY)
    with pytest.raises(Untrusted):
        sender.accept(token(AT - 301), BODY)


def test_a_restart_opens_no_door_to_old_calls(state: Database) -> None:
    Sender(state, KEY.public, "r1").accept(token(AT), BODY)
    with pytest.raises(Untrusted):
        Sender(state, KEY.public, "r1").accept(token(AT - 301), BODY)


def test_reading_a_call_notes_nothing(state: Database) -> None:
    sender = Sender(state, KEY.public, "r1")
    sender.read(token(AT))
    sender.accept(token(AT - 1000), BODY)


def test_a_refused_call_notes_nothing(state: Database) -> None:
    sender = Sender(state, KEY.public, "r1")
    with pytest.raises(Untrusted):
        sender.accept(token(AT), sha256_hex(b"another"))
    sender.accept(token(AT - 1000), BODY)


def test_whoever_reads_the_body_may_compare_it_later(state: Database) -> None:
    assert Sender(state, KEY.public, "r1").accept(token(), None).body == BODY

"""Whose call it is: signature, audience, body, and a clock that may be wrong."""

import json
from datetime import timedelta

import pytest

from poscore.errors import Untrusted
from poscore.instants import instant_text
from poscore.tokens import SigningKey
from server_push.registers.callers import Callers, WrongClock
from tests.support.enrolling import NOW
from tests.support.returning import Returning

BODY = b'{"a": 1}'


@pytest.fixture
def till(chain) -> Returning:
    till = Returning()
    chain.enrol(chain.issue(), till.key)
    return till


@pytest.fixture
def callers(chain) -> Callers:
    return Callers(chain.storage, "office-1")


def hash_of(body: bytes) -> str:
    import hashlib

    return hashlib.sha256(body).hexdigest()


def test_a_register_proves_itself_by_the_key_of_its_enrolment(callers, till):
    caller = callers.of_token(till.token(BODY, "office-1", NOW), hash_of(BODY), NOW)

    assert (caller.store, caller.register, caller.epoch) == ("s1", "r1", 1)
    assert caller.public_key == till.key.public


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "r2"},
        {"issuer": "nobody"},
        {"audience": "another-office"},
    ],
)
def test_a_token_for_somebody_or_something_else_is_refused(callers, till, changed):
    token = till.token(BODY, **{"audience": "office-1", "at": NOW, **changed})

    with pytest.raises(Untrusted) as refused:
        callers.of_token(token, hash_of(BODY), NOW)

    assert refused.value.code == "token"


def test_a_token_made_for_another_body_is_refused(callers, till):
    with pytest.raises(Untrusted) as refused:
        callers.of_token(till.token(b'{"a": 2}', "office-1", NOW), hash_of(BODY), NOW)

    assert refused.value.code == "token"


def test_a_token_forged_with_another_key_is_refused(callers, till):
    till.key = SigningKey.generate()

    with pytest.raises(Untrusted) as refused:
        callers.of_token(till.token(BODY, "office-1", NOW), hash_of(BODY), NOW)

    assert refused.value.code == "token"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(callers, till, token):
    with pytest.raises(Untrusted) as refused:
        callers.of_token(token, hash_of(BODY), NOW)

    assert refused.value.code == "token"


def test_a_register_that_was_never_enrolled_is_refused(chain, callers):
    chain.registers.add("s1", "r9", NOW)
    stranger = Returning(register="r9")

    with pytest.raises(Untrusted):
        callers.of_token(stranger.token(BODY, "office-1", NOW), hash_of(BODY), NOW)


def test_the_key_of_a_closed_epoch_opens_nothing(chain, callers, till):
    chain.enrol(chain.issue(), SigningKey.generate())

    with pytest.raises(Untrusted):
        callers.of_token(till.token(BODY, "office-1", NOW), hash_of(BODY), NOW)


@pytest.mark.parametrize("off", [timedelta(days=3), timedelta(days=-3), timedelta(minutes=5, seconds=2)])
def test_a_wrong_clock_is_told_our_time_and_then_goes_on(callers, till, off):
    with pytest.raises(WrongClock) as refused:
        callers.of_token(till.token(BODY, "office-1", NOW + off), hash_of(BODY), NOW)

    assert refused.value.code == "clock"
    assert refused.value.extra["now"] == instant_text(NOW)
    assert callers.of_token(till.token(BODY, "office-1", NOW), hash_of(BODY), NOW).register == "r1"


@pytest.mark.parametrize("off_s", [299, -299])
def test_a_clock_within_five_minutes_is_right_enough(callers, till, off_s):
    at = NOW + timedelta(seconds=off_s)

    assert callers.of_token(till.token(BODY, "office-1", at), hash_of(BODY), NOW).register == "r1"


def test_a_forged_token_is_not_told_our_time(callers, till):
    till.key = SigningKey.generate()

    with pytest.raises(Untrusted) as refused:
        callers.of_token(till.token(BODY, "office-1", NOW + timedelta(days=3)), hash_of(BODY), NOW)

    assert refused.value.code == "token"
    assert "now" not in json.dumps(refused.value.extra)

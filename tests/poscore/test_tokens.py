"""Tokens and signed heads: only Ed25519, only for whom they are meant, only untouched."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from poscore.errors import PosError, Untrusted
from poscore.records import Head
from poscore.tokens import (
    TOKEN_LIFE_S,
    Claims,
    SigningKey,
    sign_head,
    sign_token,
    unverified_issuer,
    verify_head,
    verify_token,
)

KEY, OTHER_KEY = SigningKey.generate(), SigningKey.generate()
CLAIMS = Claims("r1", "office-1", 1_763_841_600, "jti-1", "ab" * 32)
HEAD = Head("r1", 1, 7, "cd" * 32)
TOKEN = sign_token(KEY, CLAIMS)
texts = st.text(st.characters(codec="utf-8"), max_size=30)


def plain(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def opened(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def signed(payload: Any, key: SigningKey = KEY) -> str:
    return key.sign(json.dumps(payload).encode())


def payload(**changes: Any) -> dict[str, Any]:
    return {
        "iss": "r1",
        "aud": "office-1",
        "iat": 1_763_841_600,
        "exp": 1_763_841_720,
        "jti": "jti-1",
        "body": "ab" * 32,
        **changes,
    }


def refused(token: str, audience: str = "office-1") -> Untrusted:
    with pytest.raises(Untrusted) as untrusted:
        verify_token(token, KEY.public, audience)
    assert untrusted.value.code == "token"
    return untrusted.value


# -- what holds --------------------------------------------------------------------------------------------------------


@given(st.builds(Claims, texts, texts, st.integers(0, 2**40), texts, texts))
def test_claims_survive_their_token(claims: Claims) -> None:
    token = sign_token(KEY, claims)
    assert verify_token(token, KEY.public, claims.audience) == claims
    assert unverified_issuer(token) == claims.issuer


def test_a_token_says_what_interfaces_fix_and_nothing_else() -> None:
    header, body, _ = TOKEN.split(".")
    assert json.loads(opened(header)) == {"alg": "Ed25519"}
    assert json.loads(opened(body)) == payload()
    assert TOKEN_LIFE_S == 120


@given(st.binary(max_size=200))
def test_what_is_signed_is_what_the_library_would_sign(payload: bytes) -> None:
    """Ed25519 is deterministic: the same key and the same bytes are the same signature."""
    private = OKPKey.import_key(json.loads(KEY.private_text))
    assert KEY.sign(payload) == jws.serialize_compact({"alg": "Ed25519"}, payload, private, algorithms=["Ed25519"])


def test_a_key_s_text_is_the_one_that_the_library_writes_and_reads() -> None:
    made = OKPKey.generate_key("Ed25519")
    text = json.dumps(made.as_dict(private=True), sort_keys=True)
    assert SigningKey.parse(text).private_text == text


def test_a_head_survives_its_signature() -> None:
    assert verify_head(sign_head(KEY, HEAD), KEY.public) == HEAD


def test_a_key_survives_its_text() -> None:
    again = SigningKey.parse(KEY.private_text)
    assert again.public == KEY.public
    assert verify_head(sign_head(again, HEAD), KEY.public) == HEAD


def test_a_key_of_the_metadata_signer_signs_too() -> None:
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = SigningKey.from_pem(pem)
    assert opened(key.public["x"]) == private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert verify_head(sign_head(key, HEAD), key.public) == HEAD


def test_the_public_half_says_nothing_private() -> None:
    assert set(KEY.public) == {"crv", "kty", "x"}
    assert json.loads(KEY.private_text)["d"] not in KEY.public.values()


# -- what does not -----------------------------------------------------------------------------------------------------


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("AZaz09-_.="))
def test_a_tampered_token_is_refused_or_says_the_very_same(at: int, letter: str) -> None:
    """The last letter of a part has bits that belong to no byte: changing only those changes nothing that is signed."""
    with suppress(Untrusted):
        assert verify_token(TOKEN[:at] + letter + TOKEN[at + 1 :], KEY.public, "office-1") == CLAIMS


@given(st.integers(0, len(opened(TOKEN.split(".")[1])) - 1), st.integers(1, 255))
def test_a_tampered_payload_is_refused(at: int, flip: int) -> None:
    header, body, signature = TOKEN.split(".")
    said = opened(body)
    refused(f"{header}.{plain(said[:at] + bytes([said[at] ^ flip]) + said[at + 1 :])}.{signature}")


def test_another_payload_under_the_same_signature_is_refused() -> None:
    header, _, signature = TOKEN.split(".")
    refused(f"{header}.{plain(json.dumps(payload(iss='r2')).encode())}.{signature}")


def test_a_token_signed_by_another_key_is_refused() -> None:
    refused(sign_token(OTHER_KEY, CLAIMS))


def test_a_token_for_somebody_else_is_refused() -> None:
    assert "somebody else" in refused(TOKEN, "office-2").detail


def test_the_algorithm_none_is_refused() -> None:
    body = TOKEN.split(".")[1]
    for header in ({"alg": "none"}, {"alg": "None"}, {}):
        refused(f"{plain(json.dumps(header).encode())}.{body}.")


def test_hmac_with_the_public_key_as_its_secret_is_refused() -> None:
    """The classic confusion of algorithms."""
    secret = OctKey.import_key(opened(KEY.public["x"]))
    refused(jws.serialize_compact({"alg": "HS256"}, json.dumps(payload()), secret))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_the_same_key_under_the_old_name_of_its_algorithm_is_refused() -> None:
    private = OKPKey.import_key(json.loads(KEY.private_text))
    token = jws.serialize_compact({"alg": "EdDSA"}, json.dumps(payload()), private, algorithms=["EdDSA"])
    refused(token)


@pytest.mark.parametrize(("algorithm", "key"), [("ES256", ECKey.generate_key()), ("RS256", RSAKey.generate_key(2048))])
def test_other_algorithms_are_refused(algorithm: str, key: Any) -> None:
    refused(jws.serialize_compact({"alg": algorithm}, json.dumps(payload()), key, algorithms=[algorithm]))


@pytest.mark.parametrize("missing", ["iss", "aud", "iat", "exp", "jti", "body"])
def test_a_token_that_lacks_a_claim_is_refused(missing: str) -> None:
    claims = payload()
    del claims[missing]
    refused(signed(claims))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1_763_841_721},
        {"exp": None},
        {"iat": "1763841600"},
        {"iat": 1_763_841_600.5, "exp": 1_763_841_720.5},
        {"iat": True, "exp": 121},
        {"aud": ["office-1"]},
    ],
    ids=repr,
)
def test_claims_of_a_wrong_shape_are_refused(changes: dict[str, Any]) -> None:
    refused(signed(payload(**changes)))


@pytest.mark.parametrize("value", [[], "text", 5, None])
def test_a_signed_payload_that_is_no_object_is_refused(value: Any) -> None:
    refused(signed(value))
    with pytest.raises(Untrusted):
        verify_head(signed(value), KEY.public)
    with pytest.raises(Untrusted):
        unverified_issuer(signed(value))


def test_a_signed_payload_that_is_no_json_is_refused() -> None:
    refused(KEY.sign(b"\xff{"))


@given(st.text(max_size=60) | st.lists(st.text("abcdefXYZ019-_=", max_size=20), max_size=5).map(".".join))
def test_no_text_whatever_is_more_than_refused(token: str) -> None:
    for use in (
        lambda: verify_token(token, KEY.public, "office-1"),
        lambda: verify_head(token, KEY.public),
        lambda: unverified_issuer(token),
    ):
        with pytest.raises(PosError):
            use()


def test_an_issuer_that_is_no_text_is_refused() -> None:
    with pytest.raises(Untrusted):
        unverified_issuer(signed(payload(iss=5)))


def test_a_head_that_lacks_a_field_is_refused() -> None:
    with pytest.raises(Untrusted) as untrusted:
        verify_head(signed({"register": "r1", "epoch": 1, "seq": 7}), KEY.public)
    assert untrusted.value.code == "head-unreadable"


# -- keys --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "5",
        "[]",
        "{}",
        json.dumps(KEY.public),
        json.dumps({**json.loads(KEY.private_text), "crv": "X25519"}),
        json.dumps({**json.loads(KEY.private_text), "d": "AAAA"}),
        json.dumps({**json.loads(KEY.private_text), "x": 5}),
    ],
    ids=["empty", "word", "number", "list", "object", "public", "other-curve", "short", "no-text"],  # the key is random
)
def test_what_is_no_private_key_is_not_read(text: str) -> None:
    with pytest.raises(Untrusted) as untrusted:
        SigningKey.parse(text)
    assert untrusted.value.code == "key-unreadable"


def pem_of(key: Any) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"junk",
        pem_of(generate_private_key(65537, 2048)),
        OKPKey.generate_key("X25519").as_pem(private=True),
        Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    ],
    ids=["nothing", "junk", "rsa", "x25519", "public"],
)
def test_what_is_no_private_pem_is_not_read(pem: bytes) -> None:
    with pytest.raises(Untrusted) as untrusted:
        SigningKey.from_pem(pem)
    assert untrusted.value.code == "key-unreadable"


@pytest.mark.parametrize(
    "public", [{}, {"crv": "Ed25519"}, {**KEY.public, "x": "AAAA"}, {**KEY.public, "crv": "X25519"}]
)
def test_a_token_is_not_verified_with_what_is_no_key(public: dict[str, str]) -> None:
    with pytest.raises(Untrusted) as untrusted:
        verify_token(TOKEN, public, "office-1")
    assert untrusted.value.code == "key-unreadable"

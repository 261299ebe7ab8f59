"""Ed25519 keys and what is signed with them: call tokens (JWT) and the heads of journals (JWS).

- A token carries `iss, aud, iat, exp = iat + 120 s, jti, body` (hex SHA-256 of the request body) and nothing else.
- Only the algorithm `Ed25519` (RFC 9864) is ever accepted.
- Clocks are not trusted: `verify_token` checks signature, audience and body and hands back the claims; how much an
  `iat` may differ is the caller's to decide, since head office and a register decide it differently.

A private key travels as its JWK text, a public key as a JWK dict `{"crv": "Ed25519", "kty": "OKP", "x": ...}`.

What somebody else has signed is judged by joserfc. What we sign is put together here, from the very bytes that RFC 7515
names: a register signs from its first call on, and joserfc would cost it 3 MB and a tenth of a second for that.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from poscore.errors import Untrusted
from poscore.records import Head

if TYPE_CHECKING:
    from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
TOKEN_LIFE_S = 120


class SigningKey:
    """A private key with its public half."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public: dict[str, str] = {
            "crv": "Ed25519",
            "kty": "OKP",
            "x": _base64url(key.public_key().public_bytes_raw()),
        }

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def parse(cls, jwk_text: str) -> SigningKey:
        """Raises Untrusted `key-unreadable`, also for a public key alone."""
        try:
            wire = json.loads(jwk_text)
            secret = _bytes(wire.pop("d"))
            key = cls(Ed25519PrivateKey.from_private_bytes(secret))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Untrusted("key-unreadable", f"not a private key: {error}") from None
        if {name: wire.get(name) for name in key.public} != key.public:
            raise Untrusted("key-unreadable", "not an Ed25519 key, or its halves do not belong together")
        return key

    @classmethod
    def from_pem(cls, pem: bytes) -> SigningKey:
        """An unencrypted PKCS8 PEM, as the metadata signer writes it. Raises Untrusted `key-unreadable`."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise Untrusted("key-unreadable", f"not a private key: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise Untrusted("key-unreadable", "not an Ed25519 key")
        return cls(key)

    @property
    def private_text(self) -> str:
        return json.dumps({**self.public, "d": _base64url(self._key.private_bytes_raw())}, sort_keys=True)

    def sign(self, payload: bytes) -> str:
        """`payload` as a JWS in its compact form (RFC 7515, section 7.1)."""
        signed = f"{_HEADER}.{_base64url(payload)}"
        return f"{signed}.{_base64url(self._key.sign(signed.encode()))}"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `issued_at`: seconds since 1970 by the issuer's clock."""

    issuer: str
    audience: str
    issued_at: int
    token_id: str
    body: str


def sign_token(key: SigningKey, claims: Claims) -> str:
    return key.sign(
        _json(
            {
                "iss": claims.issuer,
                "aud": claims.audience,
                "iat": claims.issued_at,
                "exp": claims.issued_at + TOKEN_LIFE_S,
                "jti": claims.token_id,
                "body": claims.body,
            }
        )
    )


def verify_token(token: str, public: dict[str, str], audience: str) -> Claims:
    """The claims of a token for `audience` signed by `public`. Raises Untrusted `token`.

    Compare `claims.body` with the body's hash once the body has been read, and judge `claims.issued_at`.
    """
    wire = _verified(token, public)
    try:
        claims = Claims(wire["iss"], wire["aud"], wire["iat"], wire["jti"], wire["body"])
    except KeyError as error:
        raise Untrusted("token", f"the token lacks {error}") from None
    if type(claims.issued_at) is not int or wire.get("exp") != claims.issued_at + TOKEN_LIFE_S:
        raise Untrusted("token", "the token's times are not whole seconds 120 apart")
    if claims.audience != audience:
        raise Untrusted("token", "the token is meant for somebody else")
    return claims


def unverified_issuer(token: str) -> str:
    """Who says to have made the token, to find the key to verify it with. Raises Untrusted `token`."""
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        issuer = json.loads(jws.extract_compact(token.encode()).payload)["iss"]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Untrusted("token", f"not a token: {error}") from None
    if not isinstance(issuer, str):
        raise Untrusted("token", "the token's issuer is no text")
    return issuer


def sign_head(key: SigningKey, head: Head) -> str:
    return key.sign(_json(head.to_wire()))


def verify_head(token: str, public: dict[str, str]) -> Head:
    """The head in a JWS signed by `public`. Raises Untrusted `token` or `head-unreadable`."""
    return Head.from_wire(_verified(token, public))


def _verified(token: str, public: dict[str, str]) -> dict[str, Any]:
    from joserfc import jws
    from joserfc.errors import JoseError

    try:
        payload = jws.deserialize_compact(token, _key(public), algorithms=[ALGORITHM]).payload
        wire = json.loads(payload)
    except (JoseError, ValueError) as error:
        raise Untrusted("token", f"the signature does not hold: {error}") from None
    if not isinstance(wire, dict):
        raise Untrusted("token", "the token holds no object")
    return wire


def _key(jwk: dict[str, Any]) -> OKPKey:
    from joserfc.errors import JoseError
    from joserfc.jwk import OKPKey

    try:
        if jwk.get("crv") != "Ed25519":
            raise ValueError("not an Ed25519 key")
        return OKPKey.import_key(jwk)
    except (JoseError, ValueError, TypeError, AttributeError) as error:
        raise Untrusted("key-unreadable", f"not a key: {error}") from None


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """Raises ValueError for what is no base64url; without its padding, as RFC 7515 has it."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


_HEADER = _base64url(_json({"alg": ALGORITHM}))

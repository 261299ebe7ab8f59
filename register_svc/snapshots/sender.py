"""Head office's calls: signed by its sender's key, meant for this register, made for this very body.

- The key is the one pinned at enrolment, until a later root that this register has come to trust names another: the
  sender's key signs the stamps of bundles too. From then on the old one, which may be a thief's, opens nothing.
- No clock of ours judges a call: an `iat` may be at most five minutes older than the newest seen from that sender.
- The newest is kept in state.db, so that a restart opens no door to old calls.
"""

from __future__ import annotations

import hmac
import threading
from typing import TYPE_CHECKING

from poscore.errors import Untrusted
from register_svc.database import Database
from register_svc.snapshots.trusted import stamping_key

if TYPE_CHECKING:
    from poscore.tokens import Claims

_TOLERANCE_S = 300
# Names are root_history/N.root.json; the first root is not among them, since it came with the enrolment.
_NEWEST_ROOT = """
    SELECT CAST(substr(name, 14) AS INTEGER) AS version, name FROM tuf_metadata
    WHERE name LIKE 'root_history/%' ORDER BY version DESC LIMIT 1"""


class Sender:
    """`public`: head office's public key as a JWK dict. `register`: this register's id, the audience of its calls."""

    def __init__(self, state: Database, public: dict[str, str], register: str) -> None:
        self._state, self._public, self._register = state, public, register
        self._lock = threading.Lock()
        self._root, self._of_root = 1, None  # type: int, dict[str, str] | None
        self._newest: dict[str, int] = dict(state.reader.execute("SELECT issuer, issued_at FROM sender_seen"))

    def read(self, token: str) -> Claims:
        """The claims of a call's token; nothing is noted yet. Raises Untrusted `token`."""
        from poscore.tokens import verify_token  # 100 ms that a starting register need not pay

        claims = verify_token(token, self._key(), self._register)
        if not all(type(text) is str and text.isascii() for text in (claims.issuer, claims.body)):
            raise Untrusted("token", "the token's claims are no plain texts")
        if claims.issued_at < self._newest.get(claims.issuer, claims.issued_at) - _TOLERANCE_S:
            raise Untrusted("token", "the token is older than one that came before it")
        return claims

    def _key(self) -> dict[str, str]:
        """Asked at each call: a bundle may just have brought a new root."""
        newest = self._state.look(_NEWEST_ROOT)
        if newest is None:
            return self._public
        if self._root != newest[0]:
            data = self._state.look("SELECT data FROM tuf_metadata WHERE name = ?", newest[1])
            if data is not None:
                self._root, self._of_root = newest[0], stamping_key(data[0])
        return self._of_root or self._public

    def accept(self, token: str, body_sha256: str | None) -> Claims:
        """Note the call as seen. `body_sha256` None: whoever reads the body compares it. Raises Untrusted `token`."""
        with self._lock:
            claims = self.read(token)
            if body_sha256 is not None and not hmac.compare_digest(body_sha256, claims.body):
                raise Untrusted("token", "the token was made for another body")
            if claims.issued_at > self._newest.get(claims.issuer, -1):
                with self._state.write() as connection:
                    connection.execute(
                        "INSERT OR REPLACE INTO sender_seen(issuer, issued_at) VALUES(?, ?)",
                        (claims.issuer, claims.issued_at),
                    )
                self._newest[claims.issuer] = claims.issued_at
        return claims

"""The lot, the expiry and the best-before date that a 2D code carries, and what must not be sold because of them.

Sold past its expiry (AI 17) or recalled: refused. Past its best-before date (AI 15): sold, and the note says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from poscore.codes import code_key
from poscore.errors import Refused

LOT = "lot"  # the kind of its note


@dataclass(frozen=True, slots=True)
class Lot:
    """`gtin` as the price list keys it; `expires` and `best_before` are days (`2026-11-22`), the last good ones."""

    gtin: str
    lot: str | None = None
    expires: str | None = None
    best_before: str | None = None

    def must_be_sellable(self, rules: Mapping[str, Any], business_day: str) -> None:
        """Raises Refused `article-expired` or `article-recalled`."""
        if self.expires is not None and self.expires < business_day:
            raise Refused("article-expired", f"this pack expired on {self.expires}")
        if any(key == self.gtin and lot == self.lot for key, lot in _recalls(rules) if lot is not None):
            raise Refused("article-recalled", f"lot {self.lot} of {self.gtin} has been recalled")

    def about(self, business_day: str) -> dict[str, Any] | None:
        """The note; None when the code named nothing but the article."""
        if self.lot is None and self.expires is None and self.best_before is None:
            return None
        return {
            "gtin": self.gtin,
            "lot": self.lot,
            "expires": self.expires,
            "best_before": self.best_before,
            "past_best_before": self.best_before is not None and self.best_before < business_day,
        }


def recalled_whole(rules: Mapping[str, Any]) -> list[str]:
    """Keys of the codes whose articles are recalled whatever the lot."""
    return [key for key, lot in _recalls(rules) if lot is None]


def _recalls(rules: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    return ((code_key(one["gtin"]), one.get("lot")) for one in rules["codes.recalled"])

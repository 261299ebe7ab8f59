"""Pages of quick keys, as the setting `quick_keys.pages` gives them.

A page is `{"fi", "sv", "en", "keys"}`, its name in three languages and at most `MAX_KEYS` keys. A key sells an
article, `{"article_id", "label"?}`, or what carries no code at a price that is keyed in, `{"open", "vat_code"}` with
the name that the receipt shows. Without a page of the shop's own a till shows what sells most.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from poscore.vat import FINLAND

SETTING = "quick_keys.pages"
LANGUAGES = ("fi", "sv", "en")
MAX_PAGES, MAX_KEYS = 12, 36  # six by six keys fill the widest screen
MAX_LENGTH = 40  # a name fills a line of the receipt
_SUCH_AS = '{"fi": "Leivät", "sv": "Bröd", "en": "Bread", "keys": [{"article_id": "1"}]}'
_VAT_CODES = frozenset(rate.code for rate in FINLAND.rates)


def fault_in(pages: Iterable[Any]) -> str | None:
    """What is wrong with the setting's value, as the end of a sentence; None when nothing is."""
    rows = list(pages)
    if len(rows) > MAX_PAGES:
        return f"holds at most {MAX_PAGES} pages"
    for page in rows:
        if not isinstance(page, dict) or page.keys() != {*LANGUAGES, "keys"} or not isinstance(page["keys"], list):
            return f"is a list of pages such as {_SUCH_AS}"
        if not all(map(_is_text, (page[language] for language in LANGUAGES))):
            return f"names each page in up to {MAX_LENGTH} letters"
        if not 1 <= len(page["keys"]) <= MAX_KEYS:
            return f"has from 1 to {MAX_KEYS} keys on a page"
        wrong = next((key for key in page["keys"] if not _is_key(key)), None)
        if wrong is not None:
            return f'has no such key: {wrong}; there are {{"article_id", "label"?}} and {{"open", "vat_code"}}'
    return None


def _is_key(key: Any) -> bool:
    if not isinstance(key, dict):
        return False
    if "open" in key:
        return key.keys() == {"open", "vat_code"} and _is_text(key["open"]) and key["vat_code"] in _VAT_CODES
    return {"article_id"} <= key.keys() <= {"article_id", "label"} and all(map(_is_text, key.values()))


def _is_text(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= MAX_LENGTH and text.isprintable()

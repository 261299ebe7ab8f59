"""The pages of quick keys that a till shows: the shop's own, or what sells most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from poscore.quick_keys import LANGUAGES, SETTING
from register_svc.catalog.catalog import Catalog


def pages(catalog: Catalog, rules: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`names` of a page by language, None for the one of what sells most; `keys` as the screen shows them.

    An article that this store does not sell has no key, and a page without keys is none.
    """
    own: list[dict[str, Any]] = [
        {"names": {language: page[language] for language in LANGUAGES}, "keys": list(_keys(catalog, page["keys"]))}
        for page in rules[SETTING]
    ]
    shown = [page for page in own if page["keys"]]
    if not shown and (popular := [_sells(article, label) for article, label in catalog.quick_keys()]):
        shown = [{"names": None, "keys": popular}]
    return shown


def _keys(catalog: Catalog, keys: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    for key in keys:
        if "open" in key:
            yield {"article_id": None, "label": key["open"], "unit_price": None, "vat_code": key["vat_code"]}
        elif article := catalog.article(key["article_id"]):
            yield _sells(article, key.get("label") or article.name)


def _sells(article: Any, label: str) -> dict[str, Any]:
    return {"article_id": article.article_id, "label": label, "unit_price": article.price, "vat_code": None}

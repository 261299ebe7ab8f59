"""A busy week of promotions on the demo's price list: every second article is in one, some in two that overlap."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from _fleet import DEMO_LISTS
from _fleet.goods import Goods, read_goods

_COLUMNS = ("promotion_id", "name", "kind", "articles", "amount", "count", "percent", "from", "to")
_GROUP = 12  # articles in a group to mix


def promotions_csv() -> str:
    """As head office imports it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *_offers()])
    return text.getvalue()


def codes() -> list[str]:
    """What fifty scans pick: of each group to mix, of the multi-buys, the campaigns and the rest, some of it twice."""
    pieces = _pieces()
    groups = [pieces[start : start + _GROUP] for start in range(0, 5 * _GROUP, _GROUP)]
    picked = [goods.code for group in groups for goods in group[:5]]
    plain = [goods.code for goods in pieces[10 * _GROUP : 10 * _GROUP + 15]]
    twice = [goods.code for goods in groups[2][:10]]  # the five multi-buys, and five more pieces of that group
    return [*picked, *twice, *plain]


def _offers() -> Iterator[Sequence[str]]:
    pieces = _pieces()
    mix, free, two, price, off = (pieces[start : start + _GROUP] for start in range(0, 5 * _GROUP, _GROUP))
    yield _offer("MIX3", "mix-and-match", mix, amount="3.00", count="3")
    yield _offer("MIXOFF", "mix-and-match", off, percent="25", count="3")
    yield _offer("FREE3", "mix-and-match", free, count="3")
    yield _offer("OVERLAP", "mix-and-match", [*mix[:2], *off[:2]], amount="1.50", count="2")
    for number, goods in enumerate(two):
        yield _offer(f"TWO{number}", "multi-buy", [goods], amount=_euros(goods.price * 17 // 10), count="2")
    for number, goods in enumerate(price):
        yield _offer(f"PRICE{number}", "price", [goods], amount=_euros(goods.price * 4 // 5))


def _offer(promotion_id: str, kind: str, articles: Sequence[Goods], **terms: str) -> Sequence[str]:
    named = " ".join(goods.article_id for goods in articles)
    cells = {"promotion_id": promotion_id, "name": f"Kampanja {promotion_id}", "kind": kind, "articles": named, **terms}
    return [{**cells, "from": "2000-01-01", "to": "2999-12-31"}.get(column, "") for column in _COLUMNS]


def _pieces() -> list[Goods]:
    """Goods with a code and no deposit or age limit, in the list's order."""
    return [
        goods
        for goods in read_goods(DEMO_LISTS.articles).values()
        if goods.codes and goods.price >= 60 and not goods.deposit and not goods.age_limit
    ]


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"

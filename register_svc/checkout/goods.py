"""What a code or an article number puts on the sale: the article, and what the code itself said of the pack.

- The price list comes first: a code that it has is that article, and costs one look-up. Only another one is read.
- A weight in the code is the quantity. A price in it is the price of the whole pack, of which there is one.
- The cashier cannot multiply what the code has measured: two packs are never of one weight, so each is scanned.
- Expired and recalled goods are not sold. A return takes them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from poscore.errors import Refused
from poscore.quantity import ONE, Quantity
from register_svc.catalog.catalog import Catalog, the_one
from register_svc.till.articles import Article, PriceDay
from register_svc.till.basket import Basket
from register_svc.till.item import Item
from register_svc.till.lots import LOT, recalled_whole
from register_svc.till.notes import Note
from register_svc.till.scans import Scan, read_scan, without_framing

MEASURE = "measure"  # the kind of the note: what the code said of the pack
_BY_WEIGHT = "kg"


@dataclass(frozen=True, slots=True)
class Goods:
    """`notes`: kind and about, for the line that they become."""

    item: Item
    quantity: Quantity
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def added_to(self, basket: Basket, snapshot: int) -> Basket:
        basket = basket.add_line(self.item, self.quantity, snapshot)
        for kind, about in self.notes:
            basket = basket.with_note(Note(kind, len(basket.lines), about))
        return basket


@dataclass(frozen=True, slots=True)
class Shelf:
    """The price list on one business day, with what is offered `at` an instant; `taking_back`: for a return."""

    catalog: Catalog
    day: PriceDay
    at: datetime
    taking_back: bool = False

    def by_number(self, article_id: str, quantity: Quantity) -> Goods:
        """Raises Refused `article-not-found` or `article-recalled`."""
        return Goods(self._item(self._sellable(self.catalog.one_of_id(article_id)), None), quantity)

    def by_code(self, text: str, quantity: Quantity) -> Goods:
        """Raises what `find` raises, and Refused `quantity-in-code`."""
        article, scan = self.find(text)
        item = self._item(article, scan.code)
        about = scan.lot.about(self.day.business_day) if scan.lot else None
        lot = ((LOT, about),) if about else ()
        if scan.weight is None and scan.price is None:
            return Goods(item, quantity, lot)
        if quantity != ONE:
            raise Refused("quantity-in-code", "the code itself says how much it is: scan each pack")
        said = {
            "weight": scan.weight.text if scan.weight else None,
            "price": scan.price,
            "unit_price": article.price,
        }
        if scan.price is not None:
            item = replace(item, unit_price=scan.price, promotions=())  # the pack has its own price
        return Goods(item, scan.weight or ONE, ((MEASURE, said), *lot))

    def find(self, text: str) -> tuple[Article, Scan]:
        """The article that a scan means. Raises Refused with any code of `read_scan` or `Lot.must_be_sellable`, or
        `article-not-found`, `article-ambiguous`, `article-recalled`, `code-weight-unfit`.
        """
        catalog, rules = self.catalog, self.day.rules
        code = without_framing(text)[1]
        found = catalog.articles_of_code(code)
        if found:
            return self._sellable(the_one(found, code)), Scan(code, (code,))
        scan = read_scan(text, rules, self.day.business_day)
        if scan.lot and not self.taking_back:
            scan.lot.must_be_sellable(rules, self.day.business_day)
        found = next(filter(None, map(catalog.articles_of_code, scan.keys)), [])
        said = {"quantity": scan.weight.text} if scan.weight else {}
        article = the_one(found, code, **said)
        if scan.weight and article.unit.casefold() != _BY_WEIGHT:
            raise Refused("code-weight-unfit", f"the code says a weight, but {article.name} is sold by {article.unit}")
        return self._sellable(article), scan

    def show(self, text: str) -> dict[str, Any]:
        """The article that a scan means, what is offered on it, and under `scan` what the code said of the pack.

        Raises what `find` raises.
        """
        article, scan = self.find(text)
        offers = [promotion.wire for promotion in self.catalog.promotions_of(article.article_id, self.at)]
        shown = {**article.to_wire(), "promotions": offers}
        about = scan.lot.about(self.day.business_day) if scan.lot else None
        if scan.weight is None and scan.price is None and about is None:
            return shown
        said = {"weight": scan.weight.text if scan.weight else None, "price": scan.price, "lot": about}
        return {**shown, "scan": said}

    def _item(self, article: Article, code: str | None) -> Item:
        offers = self.catalog.promotions_of(article.article_id, self.at)
        return Item.of_article(article, code, self.day).with_promotions(offers)

    def _sellable(self, article: Article) -> Article:
        recalled = () if self.taking_back else recalled_whole(self.day.rules)
        for code in recalled:
            if any(one.article_id == article.article_id for one in self.catalog.articles_of_code(code)):
                raise Refused("article-recalled", f"{article.name} has been recalled")
        return article


def must_be_counted(basket: Basket, n: int) -> None:
    """Raises Refused `quantity-in-code` for a line whose code said how much it is."""
    if any(note.kind == MEASURE and note.line == n for note in basket.notes):
        raise Refused("quantity-in-code", "the code itself said how much it is: void the line and scan each pack")

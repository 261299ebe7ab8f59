"""K-Ruoka's file of offers: campaign prices and multi-buys of one category, in three languages.

- An offer is its `id`; a campaign has several offers, and the same campaign is numbered differently in one file.
- What is sold by the piece at an average weight (`approximatePiece`) has a price of the piece that is a guess; what
  counts is the price of the kilogram.
- A multi-buy is a `batch` of an amount at a price, beside it no `discount`. A name such as "paksoi 2kpl/250g" is none.
- Beginning and end are instants; the end is the last second of a local day.
- An offer on whatever of a brand names no article, and one for the web or for members is none of the shop's: these are
  refused.
- The file holds a page of its category. Offers that it only names stay as they are, also in a complete list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents, format_cents
from poscore.promotions import MULTI_BUY, PRICE, Terms
from server_push.assortment.cells import MAX_PRICE, id_of, name_of
from server_push.assortment.promotions import Offer, validity_of
from server_push.assortment.report import BadCell, Log

LANGUAGES = ("finnish", "swedish", "english")
PIECE, BY_WEIGHT = "piece", "approximatePiece"


def are_offers(path: Path) -> bool:
    """Whether the file is JSON and no list."""
    with path.open("rb") as file:
        return file.read(256).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def read_offers(path: Path) -> Mapping[str, Any]:
    """Numbers stay as they are written: 2.99 is no binary fraction. Raises Refused `list-unreadable`."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
    except (OSError, ValueError) as error:
        raise Refused("list-unreadable", f"{path.name} cannot be read: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("offers"), list):
        raise Refused("list-unknown", f"{path.name} has no list of offers")
    return found


def offer_rows(found: Mapping[str, Any], log: Log) -> Iterator[Offer]:
    """The good offers, numbered from 1; the bad ones are logged."""
    _note_absent(found, log)
    for row, offer in enumerate(found["offers"], 1):
        about = offer.get("id") if isinstance(offer, dict) else None
        try:
            yield _offer(row, offer)
        except BadCell as bad:
            log.reject(row, bad.column, bad.reason, about if isinstance(about, str) else "")
        except (KeyError, TypeError, AttributeError) as error:
            log.reject(row, "", f"is not built as an offer is: {error}", about if isinstance(about, str) else "")


def _note_absent(found: Mapping[str, Any], log: Log) -> None:
    """The offers of the category that this page only names, or not even that."""
    here, named = len(found["offers"]), found.get("paginatedOfferIds") or []
    total = int(found.get("totalHits") or here)
    if total <= here:
        return
    log.lost.update(str(one) for one in named)
    log.knows_all_lost = log.knows_all_lost and here + len(named) >= total
    log.note(0, "totalHits", f"the category has {total} offers, of which this file holds {here}")


def _offer(row: int, offer: Mapping[str, Any]) -> Offer:
    promotion_id = id_of("id", offer["id"])
    product = (offer.get("product") or {}).get("product") or {}
    code = product.get("ean")
    if not code:
        raise BadCell("product", "names no article: offers on whatever of a brand must be listed by article")
    pricing = product["mobilescan"]["pricing"]
    batch, discount = pricing.get("batch"), pricing.get("discount")
    if (batch is None) == (discount is None):
        raise BadCell("pricing", "has neither a discount nor a batch, or both")
    given = batch if discount is None else discount
    _check_for_all(given, product["mobilescan"])
    terms = _price(given) if batch is None else _multi_buy(given)
    _check_advertised(offer["pricing"], terms)
    validity = validity_of(given["startDate"], given["endDate"])
    by_weight = given["soldBy"]["kind"] == BY_WEIGHT
    return Offer(row, promotion_id, _names(offer, terms), terms, (id_of("ean", code),), validity, by_weight=by_weight)


def _check_for_all(given: Mapping[str, Any], scanned: Mapping[str, Any]) -> None:
    if not given["discountAvailability"]["store"]:
        raise BadCell("discountAvailability", "is not offered in the shop")
    if given["discountType"] != "STANDARD":
        raise BadCell("discountType", f"{given['discountType']!r} is not an offer for everybody")
    if scanned.get("discountLimited"):
        raise BadCell("discountLimited", "is limited, and the file does not say how")


def _price(discount: Mapping[str, Any]) -> Terms:
    kind = discount["soldBy"]["kind"]
    if kind == BY_WEIGHT:
        measure = discount["unitPrice"]
        if measure["contentSize"] != 1:
            raise BadCell("unitPrice", f"is the price of {measure['contentSize']} {measure['unit']}")
        return Terms(PRICE, amount=_cents("unitPrice", measure["value"]))
    if kind != PIECE:
        raise BadCell("soldBy", f"{kind!r} is neither {PIECE} nor {BY_WEIGHT}")
    return Terms(PRICE, amount=_cents("price", discount["price"]))


def _multi_buy(batch: Mapping[str, Any]) -> Terms:
    if batch["soldBy"]["kind"] != PIECE:
        raise BadCell("soldBy", "only pieces are bought by the number")
    count = batch["amount"]
    if count != int(count) or count < 2:
        raise BadCell("amount", f"{count} is not a number of pieces that go together")
    return Terms(MULTI_BUY, int(count), _cents("price", batch["price"]))


def _check_advertised(advertised: Mapping[str, Any], terms: Terms) -> None:
    """The price on the page and the till's must be one: a customer pays what was advertised."""
    shown = _cents("pricing", advertised["price"])
    if shown != terms.amount:
        raise BadCell("pricing", f"{advertised['price']} is advertised, but the till has another price")


def _names(offer: Mapping[str, Any], terms: Terms) -> tuple[str, str, str]:
    """In Finnish, Swedish and English; the Finnish one where another is missing. A multi-buy's says what it is."""
    title = offer["localizedTitle"]
    finnish, swedish, english = (title.get(language) or title["finnish"] for language in LANGUAGES)
    if terms.kind == MULTI_BUY and terms.amount is not None:
        count, euros = terms.count, format_cents(terms.amount)
        comma = euros.replace(".", ",")
        finnish, swedish = f"{finnish}, {count} kpl {comma}", f"{swedish}, {count} st {comma}"
        english = f"{english}, {count} pcs {euros}"
    return (
        name_of("localizedTitle", finnish),
        name_of("localizedTitle", swedish),
        name_of("localizedTitle", english),
    )


def _cents(column: str, value: Any) -> Cents:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise BadCell(column, f"{value!r} is not a price")
    cents = value * 100
    if cents != cents.to_integral_value() or not 0 <= cents <= MAX_PRICE:
        raise BadCell(column, f"{value} is not a price in cents")
    return int(cents)

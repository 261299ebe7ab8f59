"""Customers and cashiers from a generic list.

A PIN is sealed before it is stored, and one that has not changed keeps its seal: so the same list changes nothing, and
no PIN ever stands in a report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from poscore.catalog_format import ROLES
from poscore.errors import Fault, Refused
from poscore.pins import check_pin
from server_push.assortment.articles import whole_record
from server_push.assortment.cells import cents_of, id_of, name_of, one_of, short_text, whole_of
from server_push.assortment.pins import PinVault
from server_push.assortment.report import BadCell, Log
from server_push.assortment.sheets import Layout, Sheet

CUSTOMER_LAYOUT = Layout(
    "csv",
    ("customer_id", "name"),
    ("business_id", "address", "email", "tenders", "credit_limit", "payment_term_days"),
)
CASHIER_LAYOUT = Layout("csv", ("cashier_id", "name", "pin", "role"))

# What a customer may be allowed to pay with. Cash and cards need no permission, but a list may name them.
CUSTOMER_TENDERS = ("invoice", "account", "payroll", "bonus", "voucher", "cash", "card")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_BUSINESS_ID = re.compile(r"(\d{6,7})-(\d)", re.ASCII)


def customer_rows(sheet: Sheet, log: Log) -> Iterator[tuple[object, ...]]:
    for number, cells in _cells(sheet, log):
        try:
            yield (number, *_customer(cells, number, log))
        except BadCell as bad:
            log.refuse(number, bad, cells.values(), cells["customer_id"])


def _customer(cells: Mapping[str, str], number: int, log: Log) -> tuple[object, ...]:
    business_id = short_text("business_id", cells["business_id"], 20)
    if business_id and not is_business_id(business_id):
        log.note(number, "business_id", f"{business_id} is not a Y-tunnus; kept as it is")
    limit, term = cells["credit_limit"], cells["payment_term_days"]
    return (
        id_of("customer_id", cells["customer_id"]),
        name_of("name", cells["name"]),
        business_id,
        short_text("address", cells["address"], 200),
        short_text("email", cells["email"], 200),
        _tenders(cells["tenders"]),
        cents_of("credit_limit", limit) if limit.strip() else None,
        whole_of("payment_term_days", term, 365) if term.strip() else None,
    )


def _tenders(text: str) -> str:
    names = [one_of("tenders", word, CUSTOMER_TENDERS) for word in re.split(r"[\s,;|/+]+", text.strip()) if word]
    return json.dumps(list(dict.fromkeys(names)), separators=(",", ":"))


def is_business_id(text: str) -> bool:
    """A Finnish Y-tunnus such as 1234567-1 whose check digit fits."""
    match = _BUSINESS_ID.fullmatch(text)
    if match is None:
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, match[1].zfill(7), strict=True)) % 11
    return rest != 1 and int(match[2]) == (0 if rest == 0 else 11 - rest)


def cashier_rows(sheet: Sheet, log: Log, vault: PinVault, sealed: Mapping[str, bytes]) -> Iterator[tuple[object, ...]]:
    """`sealed`: the sealed PINs that are there, by cashier."""
    for number, cells in _cells(sheet, log):
        try:
            cashier_id = id_of("cashier_id", cells["cashier_id"])
            name = name_of("name", cells["name"])
            role = one_of("role", cells["role"], ROLES)
            pin = _pin(cells["pin"])
        except BadCell as bad:
            log.refuse(number, bad, cells.values(), cells["cashier_id"])
            continue
        kept = sealed.get(cashier_id)
        yield (
            number,
            cashier_id,
            name,
            role,
            kept if kept and _opens(vault, cashier_id, kept, pin) else vault.seal(cashier_id, pin),
        )


def _opens(vault: PinVault, cashier_id: str, sealed: bytes, pin: str) -> bool:
    try:
        return vault.open(cashier_id, sealed) == pin
    except Fault:  # sealed with a key that is gone: this import is what mends it
        return False


def _pin(text: str) -> str:
    try:
        return check_pin(text.strip())
    except Refused as error:
        raise BadCell("pin", error.detail) from None


def _cells(sheet: Sheet, log: Log) -> Iterator[tuple[int, dict[str, str]]]:
    columns = (*sheet.layout.needed, *sheet.layout.optional)
    places = [sheet.place(column) for column in columns]
    for number, record in enumerate(sheet.records, sheet.first_row):
        cells = whole_record(number, record, sheet, log, tuple)
        if cells:
            yield number, {c: "" if p is None else cells[p] for c, p in zip(columns, places, strict=True)}

"""What the journeys sell: the demo's price list and three articles that a till may trip over."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.support.fleet import DEMO_LISTS, read_goods

_GOODS = read_goods(DEMO_LISTS.articles)
MILK = _GOODS["Kevytmaito 1 l"]
SKIMMED = _GOODS["Rasvaton maito 1 l"]
COFFEE = _GOODS["Suodatinkahvi vaalea 500 g"]
COLA = _GOODS["Kola 0,33 l tölkki"]
PASTY = _GOODS["Karjalanpiirakka 1 kpl"]
CIGARETTES = _GOODS["Savukkeet punainen aski"]
NURSERY = "Päiväkoti Pääskynen"  # may pay on account

BOLD = {"article_id": "9001", "name": "Olut <b>III</b> & Co", "gtin": "9520000990015", "price": "1.95"}
RED, BLUE = "Muki punainen", "Muki sininen"
SHARED_CODE = "9520000990022"
# Weighed and labelled in the shop: the code of the list has no weight, that of a label says how much it is.
SAUSAGE = {
    "article_id": "9004",
    "name": "Lauantaimakkara palvelutiski",
    "gtin": "2312345000002",
    "price": "9.90",
    "vat_code": "reduced",
    "unit": "kg",
}
SAUSAGE_350_G = "2312345003508"
_MORE = (
    BOLD,
    {"article_id": "9002", "name": RED, "gtin": SHARED_CODE, "price": "6.50"},
    SAUSAGE,
    {"article_id": "9003", "name": BLUE, "gtin": SHARED_CODE, "price": "7.50"},
)


FORGETFUL = ("6", "6006")  # a cashier whose PIN a journey may change


def write_cashiers(path: Path) -> Path:
    number, pin = FORGETFUL
    path.write_text(f"{DEMO_LISTS.cashiers.read_text(encoding='utf-8')}{number},Muisto Kassa,{pin},cashier\n", "utf-8")
    return path


def write_articles(path: Path) -> Path:
    with DEMO_LISTS.articles.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or [])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
        for row in _MORE:
            writer.writerow({"vat_code": "standard", "department": "Muut", "unit": "kpl", **row})
    return path

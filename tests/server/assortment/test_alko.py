"""Alko's real list and its traps, and the rules by which deposit, age limit and VAT are found."""

import csv
import json
import lzma
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from poscore.codes import code_key, is_gtin, is_zeros
from server_push.assortment.alko import age_limit, deposit_in
from server_push.assortment.importing import How, import_articles
from tests.support.pricelists import NOW

OLD, LIST = "catalogue/alko-2024-11-01.csv.xz", "catalogue/alko-2025-07-07.csv.xz"


def raw(path: Path) -> dict[str, dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        return {row["Numero"]: row for row in csv.DictReader(file, delimiter=";")}


@pytest.mark.parametrize(
    ("cents", "litre_price", "size", "deposit"),
    [
        (1199, "15.85", "0.75 l", 10),  # glass
        (249, "7.09", "0.33 l", 15),  # can
        (1198, "11.98", "1 l", 0),  # carton
        (1999, "13.06", "1.5 l", 40),  # large plastic bottle
        (2484, "3.73", "5.94 l", 270),  # 18 cans
        (999, "13,32", "0,75 l", 0),  # decimal commas
    ],
)
def test_the_deposit_is_recovered_from_price_and_litre_price(cents, litre_price, size, deposit) -> None:
    assert deposit_in(cents, litre_price, size) == (deposit, "")


@pytest.mark.parametrize(
    ("cents", "litre_price", "size", "part"),
    [(21770, "5.32", "30 l", "58.10"), (1299, "", "0.75 l", "not known"), (100, "1.00", "", "not known")],
)
def test_a_deposit_that_does_not_fit_is_told_and_not_guessed(cents, litre_price, size, part) -> None:
    deposit, doubt = deposit_in(cents, litre_price, size)

    assert deposit == 0
    assert part in doubt


@pytest.mark.parametrize(
    ("group", "alcohol", "limit"),
    [
        ("punaviinit", "13.0", 18),
        ("viskit", "40", 20),
        ("vodkat ja viinat", "22.0", 20),
        ("liköörit ja katkerot", "21.9", 18),
        ("oluet", "2.2", 18),
        ("alkoholittomat", "0.5", 0),
        ("lahja- ja juomatarvikkeet", "0", 0),
        ("viinijuomat", "0.0", 0),
    ],
)
def test_the_age_limit_follows_kind_and_strength(group, alcohol, limit) -> None:
    assert age_limit(group, Decimal(alcohol)) == limit


def test_the_whole_list_is_taken(imported, shared_data) -> None:
    source, (report, taken) = raw(shared_data / LIST), imported

    assert (report.added, report.changed, report.unchanged, report.rejected) == (11_117, 0, 0, ())
    assert taken.keys() == source.keys()
    assert sum(number.startswith("0") for number in taken) == 337
    assert sum(any(letter in row.name for letter in "äöåÄÖÅ") for row in taken.values()) == 1_090
    prices = [row.price for row in taken.values()]
    assert (min(prices), max(prices)) == (30, 1_000_023)
    assert all(row.price == round(float(source[number]["Hinta"]) * 100) for number, row in taken.items())
    assert all(row.name == row.name.strip() and row.name.isprintable() for row in taken.values())


def test_no_ean_merges_articles_and_an_ean_of_zeros_is_none(imported, shared_data) -> None:
    source, (report, taken) = raw(shared_data / LIST), imported
    zeros = [number for number, row in source.items() if is_zeros(row["EAN"].strip())]
    blank = [number for number, row in source.items() if not row["EAN"].strip()]

    assert (len(zeros), len(blank)) == (15, 8)
    assert all(taken[number].codes == "[]" for number in (*zeros, *blank))
    by_code = defaultdict(set)
    for number, row in taken.items():
        for code in json.loads(row.codes):
            by_code[code].add(number)
    shared = {code: numbers for code, numbers in by_code.items() if len(numbers) > 1}
    # Of the list's 12 shared EANs one is the zeros; a 12-digit code and its 13-digit form are the same article code.
    raw_shared = Counter(row["EAN"].strip() for row in source.values() if row["EAN"].strip())
    assert sum(count > 1 for count in raw_shared.values()) == 12
    assert len(shared) == 11
    assert sum(map(len, shared.values())) == 37 - 15
    differing = [len({taken[number].price for number in numbers}) for numbers in shared.values()]
    assert (differing.count(2), differing.count(1)) == (10, 1)  # with two prices the till must ask which one is meant
    told = [note.reason for note in report.notes if note.column == "EAN"]
    assert sum("has none of its own" in reason for reason in told) == 15
    assert [reason for reason in told if "check digit" in reason] == [
        "6419294008265 has a wrong check digit; kept as it is"
    ]


def test_codes_are_trimmed_and_brought_to_thirteen_digits(imported, shared_data) -> None:
    source, (_, taken) = raw(shared_data / LIST), imported
    lengths = Counter(len(row["EAN"].strip()) for row in source.values())

    assert sum(row["EAN"] != row["EAN"].strip() for row in source.values()) == 20
    assert (lengths[12], lengths[14]) == (5, 1)
    assert all(json.loads(row.codes) in ([], [code_key(source[number]["EAN"])]) for number, row in taken.items())
    assert Counter(len(code) for row in taken.values() for code in json.loads(row.codes)) == {13: 11_093, 14: 1}
    assert not is_gtin(json.loads(taken["548197"].codes)[0])


def test_deposits_limits_and_vat_of_the_whole_list(imported, shared_data) -> None:
    source, (report, taken) = raw(shared_data / LIST), imported

    deposits = Counter(row.deposit for row in taken.values())
    assert deposits == {0: 5_967, 10: 4_535, 15: 315, 20: 192, 40: 73, 60: 1, 90: 22, 120: 8, 180: 2, 270: 1, 360: 1}
    doubts = [note for note in report.notes if note.column == "Litrahinta"]
    # 42 rows do not fit the deposit of a single container to the cent. 34 of those are packs of cans, or sizes so large
    # that the rounding of the litre price alone explains them; 8 remain. 40 more drinks have no litre price at all.
    assert sum("leaves" in note.reason for note in doubts) == 8
    assert sum("not known" in note.reason for note in doubts) == 40
    assert {note.row for note in doubts if "58" in note.reason} == {6_933, 7_491}
    accessories = [n for n, row in source.items() if row["Tyyppi"] == "lahja- ja juomatarvikkeet"]
    soft = [n for n, row in source.items() if row["Tyyppi"] == "alkoholittomat"]
    assert {taken[n].age_limit for n in (*accessories, *soft)} == {0}
    assert {taken[n].vat_code for n in accessories} == {"standard"}
    assert {taken[n].vat_code for n in soft} == {"reduced"}
    strong = {n for n, row in source.items() if float(row["Alkoholi-%"] or 0) >= 22}
    assert {n for n, row in taken.items() if row.age_limit == 20} == strong
    assert {row.vat_code for n, row in taken.items() if n not in set(soft)} == {"standard"}
    assert sum(row.age_limit == 18 for row in taken.values()) == 11_117 - len(strong) - len(soft) - len(accessories) - 1


def test_the_workbook_is_the_same_list(storage, rows_of, shared_data) -> None:
    import_articles(storage, shared_data / OLD, NOW)

    report = import_articles(storage, shared_data / "catalogue/alkon-hinnasto-2024-11-01.xlsx", NOW, How(complete=True))

    assert (report.added, report.changed, report.unchanged, report.withdrawn) == (0, 0, 11_332, 0)
    assert report.rejected == ()


def test_the_next_list_over_the_first(storage, shared_data) -> None:
    old, new = raw(shared_data / OLD), raw(shared_data / LIST)
    import_articles(storage, shared_data / OLD, NOW)

    report = import_articles(storage, shared_data / LIST, NOW, How(complete=True))

    assert (report.added, report.withdrawn) == (1_590, 1_805)
    assert (report.price_changed, report.name_changed) == (5_768, 1_432)
    # The EAN cells of 258 articles differ. Five of them are the same code in another dress: blanks around it in three,
    # an EAN of zeros that became an empty cell in two. What a till looks up changed in 253.
    differing = [n for n in old.keys() & new.keys() if old[n]["EAN"] != new[n]["EAN"]]
    same_code = [n for n in differing if code_key(old[n]["EAN"]) == code_key(new[n]["EAN"])]
    assert len(differing) == 258
    assert report.codes_changed == 258 - len(same_code) == 253
    assert report.changed + report.unchanged == len(old.keys() & new.keys())
    again = import_articles(storage, shared_data / LIST, NOW, How(complete=True))
    assert (again.added, again.changed, again.unchanged, again.withdrawn) == (0, 0, 11_117, 0)

"""The receipt's text: what the law asks for, what good practice adds, and never a line wider than the paper."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.quantity import Quantity
from poscore.sale import TENDER_TYPES, Line, Sale, Tender
from register_svc.till.card_number import masked
from register_svc.till.paper import COLUMNS, Letterhead, Paper
from register_svc.till.receipt import Printed, qr, receipt_text
from register_svc.till.texts import LANGUAGES, texts
from tests.support.strategies import STANDARD_RATE, Purchase, a_header, documents, purchases

AT = "2026-11-22T10:05:00.000Z"
HEADER = ("Kyläkauppa", "Raitti 1, 00100 Helsinki", "Y-tunnus 1234567-1")


def a_letterhead(**changes: Any) -> Letterhead:
    plain: dict[str, Any] = {
        "header": HEADER,
        "footer": ("Kiitos käynnistä!",),
        "language": "fi",
        "zone": ZoneInfo("Europe/Helsinki"),
    }
    return Letterhead(**{**plain, **changes})


def a_line(n: int, name: str, price: int, **changes: Any) -> Line:
    quantity: Quantity = changes.get("quantity", Quantity(1000))
    discount = changes.get("discount", 0)
    return Line(
        n,
        f"A{n}",
        None,
        name,
        quantity,
        changes.get("unit", "kpl"),
        price,
        discount,
        quantity.times(changes.get("deposit", 0)),
        changes.get("rate", 1350),
        quantity.times(price) - discount,
        changes.get("voided", False),
    )


def a_sale(*lines: Line, tenders: tuple[Tender, ...] | None = None, **header: Any) -> Sale:
    total = sum(line.total for line in lines if not line.voided)
    paid = tenders if tenders is not None else (Tender(1, "card", total, "4567"),)
    return Sale.of(a_header(**header), lines, paid, STANDARD_RATE)


def printed(sale: Sale, *, columns: int = COLUMNS, letterhead: Letterhead | None = None, **changes: Any) -> str:
    return receipt_text(sale, Printed(AT, **changes), Paper(letterhead or a_letterhead(), columns))


BREAD = a_line(1, "Ruisleipä", 250)


# -- whole receipts ----------------------------------------------------------------------------------------------------


def test_a_plain_receipt() -> None:
    assert printed(a_sale(BREAD)) == (
        "                Kyläkauppa\n"
        "         Raitti 1, 00100 Helsinki\n"
        "            Y-tunnus 1234567-1\n"
        "Kuitti r1-1-000001        22.11.2026 12:05\n"
        "Kassa r1                         Myyjä 101\n"
        "------------------------------------------\n"
        "Ruisleipä                             2,50\n"
        "------------------------------------------\n"
        "YHTEENSÄ                          2,50 EUR\n"
        "Kortti 4567                           2,50\n"
        "\n"
        "ALV %    Veroton       Vero     Verollinen\n"
        "13,50       2,20       0,30           2,50\n"
        "\n"
        "            Kiitos käynnistä!\n"
    )


def test_a_receipt_with_everything_on_it() -> None:
    lines = (
        a_line(1, "Kola 0,5 l", 215, quantity=Quantity(2000), deposit=20),
        a_line(2, "Omenat", 299, quantity=Quantity(350), unit="kg"),
        a_line(3, "Kahvi 500 g", 795, discount=80),
        a_line(4, "Erehdys", 100, voided=True),
        a_line(5, "Muovikassi", 35, rate=2550),
    )
    sale = a_sale(*lines, tenders=(Tender(1, "invoice", 1000), Tender(2, "cash", 500)), offline=True, customer="C1")
    text = printed(sale, customer_name="Rakennus Oy", hash="0123456789abcdef" * 4, columns=42)
    assert text == (
        "             *** OFFLINE ***\n"
        "                Kyläkauppa\n"
        "         Raitti 1, 00100 Helsinki\n"
        "            Y-tunnus 1234567-1\n"
        "Kuitti r1-1-000001        22.11.2026 12:05\n"
        "Kassa r1                         Myyjä 101\n"
        "Asiakas C1 Rakennus Oy\n"
        "------------------------------------------\n"
        "Kola 0,5 l                            3,90\n"
        "  2 kpl x 1,95\n"
        "  Pantti 2 x 0,20                     0,40\n"
        "Omenat                                1,05\n"
        "  0,350 kg x 2,99\n"
        "Kahvi 500 g                           7,95\n"
        "  Alennus                            -0,80\n"
        "Muovikassi                            0,35\n"
        "------------------------------------------\n"
        "YHTEENSÄ                         12,85 EUR\n"
        "Lasku                                10,00\n"
        "Käteinen                              5,00\n"
        "Takaisin                              2,15\n"
        "\n"
        "ALV %    Veroton       Vero     Verollinen\n"
        "13,50      10,66       1,44          12,10\n"
        "25,50       0,60       0,15           0,75\n"
        "\n"
        "------------------------------------------\n"
        "                  LÄHETE\n"
        "Asiakas C1 Rakennus Oy\n"
        "Rivejä                                   4\n"
        "Laskutetaan                          10,00\n"
        "Lasku toimitetaan jälkikäteen.\n"
        "\n"
        "\n"
        "------------------------------------------\n"
        "Vastaanottajan allekirjoitus\n"
        "\n"
        "Tarkiste 0123456789abcdef\n"
        "\n"
        "            Kiitos käynnistä!\n"
    )


def test_cash_rounding_has_a_line_of_its_own() -> None:
    sale = a_sale(a_line(1, "Maito", 129), tenders=(Tender(1, "cash", 130),))
    lines = printed(sale).splitlines()
    assert "Pyöristys                             0,01" in lines
    assert "YHTEENSÄ                          1,29 EUR" in lines
    assert "Käteinen                              1,30" in lines
    assert not any(line.startswith("Takaisin") for line in lines)


def test_a_return_says_so_and_names_its_receipt() -> None:
    bread = a_line(1, "Ruisleipä", 250, quantity=Quantity(-2000), deposit=10)
    text = printed(a_sale(bread, kind="return"), original_receipt="r1-1-000007")
    assert "*** PALAUTUS ***" in text
    assert "Alkuperäinen kuitti r1-1-000007\n" in text
    assert (
        "Ruisleipä                            -4,80\n  -2 kpl x 2,40\n  Pantti -2 x 0,10                   -0,20\n"
    ) in text
    assert "YHTEENSÄ                         -5,00 EUR\n" in text


@pytest.mark.parametrize(
    ("header", "changes", "mark"),
    [
        ({"offline": True}, {}, "*** OFFLINE ***"),
        ({"state": "open"}, {"draft": True}, "*** LUONNOS – EI KUITTI ***"),
        ({}, {"copy": True}, "*** KOPIO ***"),
        ({"training": True}, {}, "*** HARJOITUS – EI KUITTI ***"),
        ({"training": True, "offline": True}, {"copy": True}, "*** OFFLINE ***"),
    ],
)
def test_a_mark_stands_at_the_top_and_only_where_it_belongs(
    header: dict[str, Any], changes: dict[str, Any], mark: str
) -> None:
    assert mark in printed(a_sale(BREAD, **header), **changes).splitlines()[0]
    assert "***" not in printed(a_sale(BREAD))


def test_every_rate_has_its_row() -> None:
    lines = (a_line(1, "A", 100, rate=0), a_line(2, "B", 100, rate=1000), a_line(3, "C", 100, rate=2550))
    text = printed(a_sale(*lines))
    for row in ("0,00 ", "10,00", "25,50"):
        assert any(line.startswith(row) for line in text.splitlines())


def test_a_return_of_one_piece_needs_no_count() -> None:
    text = printed(a_sale(a_line(1, "Leipä", 250, quantity=Quantity(-1000)), kind="return"))
    assert " x " not in text


def test_an_account_sale_shows_no_balance_and_no_promise_of_an_invoice() -> None:
    text = printed(a_sale(BREAD, tenders=(Tender(1, "account", 250),)))
    assert "Tili                                  2,50" in text
    assert "jälkikäteen" not in text


def test_a_receipt_without_a_footer_ends_after_the_taxes() -> None:
    assert printed(a_sale(BREAD), letterhead=a_letterhead(footer=())).splitlines()[-1].startswith("13,50")


def test_time_is_told_in_the_shops_own_zone() -> None:
    assert "22.11.2026 10:05" in printed(a_sale(BREAD), letterhead=a_letterhead(zone=ZoneInfo("UTC")))


# -- deposits --------------------------------------------------------------------------------------------------------


def test_a_deposit_on_one_piece_needs_no_count() -> None:
    text = printed(a_sale(a_line(1, "Kola 0,5 l", 215, deposit=20)))
    assert "Kola 0,5 l                            1,95\n  Pantti                              0,20\n" in text


def test_a_deposit_that_whole_pieces_do_not_share_is_told_as_a_part_of_the_price() -> None:
    text = printed(a_sale(a_line(1, "Kola", 215, quantity=Quantity(1500), deposit=15)))
    assert "Kola                                  3,23\n  1,500 kpl x 2,15\n  sis. pantti 0,23\n" in text


def amounts(text: str) -> list[int]:
    """The right-hand column between the two rules, in cents."""
    column = re.compile(rf"^.{{1,{COLUMNS}}} (-?\d+),(\d\d)$")
    goods = text.split("-" * COLUMNS + "\n")[1].splitlines()
    found = [column.match(line) for line in goods if len(line) == COLUMNS]
    return [int(one[1] + one[2]) for one in found if one]


@settings(max_examples=60)
@given(purchases(), st.sampled_from(("sale", "return")))
def test_the_printed_column_sums_to_the_total(purchase: Purchase, kind: str) -> None:
    plain = replace(purchase, basket=[replace(good, name="Tuote") for good in purchase.basket])
    sale = plain.document(kind)
    assert sum(amounts(printed(sale))) == sale.totals.exact


# -- cards, invoices, proof ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("4000001234567899", "**** 7899"),
        ("4000 0012 3456 7899", "**** 7899"),
        ("4000-0012-3456-7899", "**** 7899"),
        ("400000******7899", "**** 7899"),
        ("Visa 400000XXXXXX7899 hyv. 12", "Visa **** 7899 hyv. 12"),
        ("6011000990139424123", "**** 4123"),
        ("**** 4567", "**** 4567"),
        ("4567", "4567"),
        ("hyväksyntä 123456", "hyväksyntä 123456"),
        ("12345678901", "12345678901"),
    ],
)
def test_of_a_card_no_more_than_four_digits_are_printed(given_: str, shown: str) -> None:
    text = printed(a_sale(BREAD, tenders=(Tender(1, "card", 250, given_),)), columns=48)
    assert f"Kortti {shown} " in text
    assert printed(a_sale(BREAD, tenders=(Tender(1, "invoice", 250, "12345678901234"),))).count("12345678901234") == 1


@given(st.integers(12, 19), st.data())
def test_no_cards_number_is_printed_however_it_is_grouped(length: int, data: st.DataObject) -> None:
    digits = data.draw(st.text("0123456789", min_size=length, max_size=length))
    cuts = data.draw(st.sets(st.integers(1, length - 1), max_size=6))
    number = "".join(f"{' ' if at in cuts else ''}{digit}" for at, digit in enumerate(digits))
    shown = masked(f"Kortti {number}")
    assert shown == f"Kortti **** {digits[-4:]}"


def test_goods_on_invoice_leave_with_a_delivery_note_to_sign() -> None:
    lines = (a_line(1, "A", 250), a_line(2, "B", 100, voided=True), a_line(3, "C", 100))
    text = printed(a_sale(*lines, tenders=(Tender(1, "invoice", 350),), customer="C1"), customer_name="Rakennus Oy")
    note = text.partition("LÄHETE\n")[2]
    assert note.startswith("Asiakas C1 Rakennus Oy\nRivejä                                   2\n")
    assert "Laskutetaan                           3,50\nLasku toimitetaan jälkikäteen.\n" in note
    assert "-\nVastaanottajan allekirjoitus\n" in note


def test_what_comes_back_on_invoice_is_not_signed_for() -> None:
    back = a_line(1, "A", 250, quantity=Quantity(-1000))
    text = printed(a_sale(back, kind="return", tenders=(Tender(1, "invoice", -250),), customer="C1"))
    assert "Hyvityslasku toimitetaan jälkikäteen.\n" in text
    assert "LÄHETE" not in text


def test_a_receipt_names_its_record_and_the_code_says_all_of_it() -> None:
    digest = "89abcdef" * 8
    assert "\nTarkiste 89abcdef89abcdef\n" in printed(a_sale(BREAD), hash=digest)
    assert "Tarkiste" not in printed(a_sale(BREAD, state="open"), draft=True)
    assert qr("r1-1-000042", digest) == {
        "receipt_no": "r1-1-000042",
        "hash": digest,
        "text": f"r1-1-000042|{digest}",
    }


# -- languages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ["Kuitti", "Myyjä", "YHTEENSÄ", "Käteinen", "Takaisin", "ALV %", "Pantti", "*** PALAUTUS ***"]),
        ("sv", ["Kvitto", "Försäljare", "TOTALT", "Kontant", "Växel", "Moms%", "Pant ", "*** RETUR ***"]),
        ("en", ["Receipt", "Cashier", "TOTAL", "Cash", "Change", "VAT %", "Deposit", "*** RETURN ***"]),
    ],
)
def test_a_receipt_speaks_the_language_of_its_shop(language: str, words: list[str]) -> None:
    letterhead = a_letterhead(language=language)
    sold = a_sale(a_line(1, "Kola", 215, deposit=20), tenders=(Tender(1, "cash", 500),))
    returned = a_sale(a_line(1, "Kola", 215, quantity=Quantity(-1000)), kind="return")
    text = printed(sold, letterhead=letterhead) + printed(returned, letterhead=letterhead)
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tender_has_a_name_in_every_language(language: str) -> None:
    assert all(texts(language)[kind] for kind in TENDER_TYPES)


def test_an_unknown_language_is_finnish() -> None:
    assert texts("xx") == texts("fi")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_sums_of_the_taxes_stand_below_their_words_and_never_touch(language: str, columns: int) -> None:
    line = a_line(1, "Auto", 999_999)
    lines = printed(a_sale(line), columns=columns, letterhead=a_letterhead(language=language)).splitlines()
    at = next(n for n, text in enumerate(lines) if text.startswith(texts(language)["vat"]))
    words = [texts(language)[name] for name in ("net", "tax", "gross")]
    assert lines[at].removeprefix(texts(language)["vat"]).split() == words
    assert lines[at + 1].split() == ["13,50", "8810,56", "1189,43", "9999,99"]


# -- width and control characters ------------------------------------------------------------------------------------


wild = st.text(st.characters(codec="utf-8"), max_size=80)


@pytest.mark.parametrize("columns", [32, 42, 48])
@settings(max_examples=40)
@given(documents(), st.sampled_from(LANGUAGES), wild, wild)
def test_no_line_is_ever_wider_than_the_paper_and_no_control_character_passes(
    columns: int, sale: Sale, language: str, name: str, header: str
) -> None:
    letterhead = a_letterhead(language=language, header=(header, *HEADER), footer=(name,))
    text = printed(sale, columns=columns, letterhead=letterhead, customer_name=name, copy=True)
    assert max(len(line) for line in text.split("\n")) <= columns
    assert all(letter == "\n" or letter.isprintable() for letter in text)
    assert text.endswith("\n")


@pytest.mark.parametrize("columns", [32, 42, 48])
@pytest.mark.parametrize("cashier", ["9" * 20, "9" * 31, "9" * 45, "9" * 200, "a b " * 30, "\x1bp0\x19\xfa"])
def test_a_cashiers_number_of_any_length_ends(columns: int, cashier: str) -> None:
    text = printed(a_sale(BREAD, cashier=cashier), columns=columns)
    assert max(len(line) for line in text.split("\n")) <= columns
    assert "\x1b" not in text


def test_a_long_name_takes_lines_of_its_own_and_loses_no_letter() -> None:
    name = "Erittäin pitkä tuotenimi joka ei mahdu yhdelle riville kuittipaperilla"
    assert ("Erittäin pitkä tuotenimi joka ei\nmahdu yhdelle riville kuittipaperilla 2,50\n") in printed(
        a_sale(a_line(1, name, 250))
    )


def test_a_word_wider_than_the_paper_is_cut_and_not_dropped() -> None:
    name = "X" * 100
    assert printed(a_sale(a_line(1, name, 250))).replace("\n", "").replace(" ", "").count("X") == 100


@pytest.mark.parametrize("poison", ["\x1bp\x00\x19\xfa", "\x10\x14\x01\x00\x01", "rivi\nkaksi", "\u202eabc", "a\x00b"])
def test_a_name_cannot_open_the_drawer(poison: str) -> None:
    sale = a_sale(a_line(1, poison, 250, unit=poison), tenders=(Tender(1, "card", 250, poison),), customer=poison)
    text = printed(sale, customer_name=poison, letterhead=a_letterhead(header=(poison,), footer=(poison,)))
    assert all(letter == "\n" or letter.isprintable() for letter in text)


def test_a_sale_by_nobody_in_particular_has_a_dash() -> None:
    assert "Myyjä -" in printed(a_sale(BREAD, cashier=None))

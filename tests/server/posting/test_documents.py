"""Invoices as JSON, PDF and UBL: sums to the cent, and what the forms ask for."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peppol import check_rules, validate_xsd
from pypdf import PdfReader

from poscore.pricing import Totals
from poscore.sale import COMPLETED, RETURN, Header, Sale, Tender
from server_push.posting.document import Numbered, Sold, Terms, document_of, unit_price_net
from server_push.posting.parties import Buyer, Seller, address_of
from server_push.posting.pdf import barcode, pdf_of
from server_push.posting.ubl import ubl_of
from server_push.settings import Chain, Invoicing
from tests.support.booking import give_back_on, post, sell_on
from tests.support.strategies import documents

SELLER = Seller.of(
    Chain(name="Ketju Oy", business_id="1234567-1"),
    Invoicing(iban="FI21 1234 5600 0007 85", bic="NDEAFIHH", street="Rantatie 1", postal_code="00100", city="Helsinki"),
)
TERMS = Terms(SELLER, 14, "8")
BUYER = Buyer("C1", "Ravintola <Ääri> & Ø", "7654321-5", "Katu 2", "20100", "Turku")
NUMBERED = Numbered(1001, 1, date(2026, 11, 22))


def on_invoice(sale: Sale) -> Sold:
    """The same goods, paid with the invoice alone."""
    header = sale.header
    kept = Header(
        header.id, header.receipt_no, COMPLETED, header.kind, False, False, header.business_day, None, "C1", None
    )
    exact, totals = sale.totals.exact, sale.totals
    tenders = (Tender(1, "invoice", exact),) if exact else ()
    paid = Totals(totals.gross, totals.discount, 0, exact, exact, 0)
    return Sold("s1", Sale(kept, sale.lines, tenders, paid, sale.taxes), exact, None)


@settings(max_examples=60)
@given(st.lists(documents(), min_size=1, max_size=4))
def test_an_invoice_adds_up_whatever_was_sold(drawn):
    kind = drawn[0].header.kind
    sold = [on_invoice(sale) for sale in drawn if sale.header.kind == kind]
    document = document_of(NUMBERED, TERMS, BUYER, sold)

    assert document["kind"] == ("credit-note" if kind == RETURN else "invoice")
    assert document["payable"] == sum(one.cents for one in sold) == document["total"] - document["prepaid"]
    assert (
        document["net"] + document["tax"]
        == document["total"]
        == sum(sale.totals.exact for sale in drawn if sale.header.kind == kind)
    )
    for row in document["taxes"]:
        mine = [line for line in document["lines"] if line["vat_rate"] == row["rate"]]
        assert sum(line["net"] for line in mine) == row["net"]
        assert sum(line["gross"] for line in mine) == row["gross"]


@settings(max_examples=40)
@given(st.lists(documents(), min_size=1, max_size=3))
def test_its_ubl_is_valid_by_the_schema_whatever_was_sold(drawn):
    kind = drawn[0].header.kind
    sold = [on_invoice(sale) for sale in drawn if sale.header.kind == kind]
    xml = ubl_of(document_of(NUMBERED, TERMS, BUYER, sold))

    valid, errors = validate_xsd(xml)

    if all(one.sale.lines and any(not line.voided for line in one.sale.lines) for one in sold):
        assert (valid, errors) == (True, [])


def document(site: Any, no: int) -> dict[str, Any]:
    return dict(site.get(f"/api/invoices/{no}").json)


def accepted(site: Any, no: int, mimetype: str) -> Any:
    return site.client.get(f"/api/invoices/{no}", headers={"Authorization": f"Bearer {site.token}", "Accept": mimetype})


@pytest.fixture
def posted(site, till):
    sold = sell_on(till, "invoice", "C1", 1250)
    sell_on(till, "invoice", "C1", 999)
    give_back_on(till, "invoice", "C1", 250, sold)
    site.bring_home(till)
    assert post(site)["state"] == "posted"
    return site


def test_an_invoice_comes_as_json_pdf_or_xml(posted):
    assert accepted(posted, 1001, "*/*").mimetype == "application/json"
    assert accepted(posted, 1001, "application/json").json == document(posted, 1001)
    assert accepted(posted, 1001, "application/pdf").data.startswith(b"%PDF-")
    assert accepted(posted, 1001, "application/xml").mimetype == "application/xml"
    refused = accepted(posted, 1001, "image/png")
    assert (refused.status_code, refused.json["code"]) == (406, "not-acceptable")
    assert accepted(posted, 1003, "application/pdf").json["code"] == "invoice-not-found"
    assert accepted(posted, 1001, "application/pdf").headers["Vary"] == "Accept"


@pytest.mark.parametrize("no", [1001, 1002])
def test_its_ubl_keeps_the_schema_and_the_published_rules_of_peppol(posted, no):
    xml = accepted(posted, no, "application/xml").data

    assert validate_xsd(xml) == (True, [])
    assert check_rules(xml) == []
    sums = {element.tag.rpartition("}")[2]: element.text for element in ET.fromstring(xml).iter()}
    assert sums["PayableAmount"] == {1001: "22.49", 1002: "2.50"}[no]


def test_a_credit_note_names_the_invoice_in_every_form(posted):
    assert document(posted, 1002)["corrects"] == 1001
    text = PdfReader(BytesIO(accepted(posted, 1002, "application/pdf").data)).pages[0].extract_text()
    assert "HYVITYSLASKU" in text
    assert "1001" in text
    assert b"InvoiceDocumentReference" in accepted(posted, 1002, "application/xml").data


def test_the_pdf_says_what_the_law_asks_for(posted):
    text = PdfReader(BytesIO(accepted(posted, 1001, "application/pdf").data)).pages[0].extract_text()

    told = document(posted, 1001)
    for wanted in (
        *("LASKU", "1001", "22.11.2026", "22.12.2026", "Ketju Oy", "1234567-1", "FI12345671", "Rantatie 1"),
        *("Ravintola Ääri & Ø <Oy>", "Katu 2", "20100 Turku", "7654321-5", "r1-1-000001", "toimitettu 22.11.2026"),
        *("Tuote 1", "9,9600", "25,5", "17,92", "4,57", "22,49", "8 %", told["virtual_barcode"], told["rf_reference"]),
        "FI21 1234 5600 0007 85",
    ):
        assert wanted in text, wanted


def test_every_font_is_embedded_and_the_same_document_gives_the_same_bytes(posted):
    told = document(posted, 1001)
    made = pdf_of(told)

    assert made == pdf_of(told) == accepted(posted, 1001, "application/pdf").data
    for page in PdfReader(BytesIO(made)).pages:
        for font in page["/Resources"]["/Font"].values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]


def test_a_long_invoice_goes_over_several_pages_with_every_line(posted):
    told = document(posted, 1001)
    told["lines"] = told["lines"][:1] * 200
    assert len(PdfReader(BytesIO(pdf_of(told))).pages) > 3


def test_a_name_that_the_font_lacks_is_no_error(posted):
    told = document(posted, 1001)
    told["lines"][0]["name"] = "Šašlõkki 寿司 \x00 <b>"
    text = PdfReader(BytesIO(pdf_of(told))).pages[0].extract_text()
    assert "Šašlõkki ??" in text
    assert validate_xsd(ubl_of(told)) == (True, [])


def test_the_barcode_is_code_128_c_throughout():
    digits = "437159030000007760000122500000000000000000011112161221"
    bars = barcode(digits)
    bars.validate()
    bars.encode()
    start_c, check, stop = 105, 76, 106
    assert bars.encoded[0] == start_c
    assert bars.encoded[1:28] == [int(digits[place : place + 2]) for place in range(0, 54, 2)]
    assert bars.encoded[28:] == [check, stop]


def test_a_price_without_tax_has_four_decimals():
    assert unit_price_net({"net": 996, "discount": 0, "quantity": "1"}) == "9.9600"
    assert unit_price_net({"net": 100, "discount": 0, "quantity": "3"}) == "0.3333"
    assert unit_price_net({"net": -100, "discount": 0, "quantity": "-0.350"}) == "2.8571"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Rantatie 1, 00100 Helsinki", ("Rantatie 1", "00100", "Helsinki")),
        ("c/o X, Rantatie 1, FI-00100 Helsinki", ("c/o X, Rantatie 1", "00100", "Helsinki")),
        ("Storgatan 1, 111 22 Stockholm", ("Storgatan 1, 111 22 Stockholm", "", "")),
        ("", ("", "", "")),
    ],
)
def test_an_address_is_read_where_it_has_the_usual_form(text, parts):
    assert address_of(text) == parts

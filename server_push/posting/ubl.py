"""An invoice as UBL 2.1 by Peppol BIS Billing 3.0, an EN 16931 form that Finnish buyers may ask for (Act 241/2019).

- Sums in a credit note are positive here: its kind says which way they go.
- A price holds for one where that gives the line's sum to the cent; else it is the price of the whole quantity.
- Only a buyer with a Y-tunnus has an electronic address (0212, the business id) and can be reached through Peppol.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from poscore.money import divide, format_cents
from poscore.quantity import Quantity
from server_push.posting.document import CREDIT_NOTE

_ROOT = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_INVOICE_CODE, _CREDIT_NOTE_CODE = "380", "381"  # UNCL1001
_CREDIT_TRANSFER = "58"  # UNCL4461, SEPA credit transfer
_BUSINESS_ID_SCHEME = "0212"  # Finnish Organization Identifier (ISO 6523)
_STANDARD, _ZERO = "S", "Z"  # VAT categories
# UN/ECE recommendation 20; anything else is counted in pieces.
_UNITS = {"kg": "KGM", "g": "GRM", "l": "LTR", "dl": "DLT", "m": "MTR", "h": "HUR", "kpl": "C62"}

Document = Mapping[str, Any]

for _prefix, _space in (("cbc", _CBC[1:-1]), ("cac", _CAC[1:-1])):
    register_namespace(_prefix, _space)
for _kind in ("Invoice", "CreditNote"):
    register_namespace(_kind.lower(), _ROOT.format(_kind))


def ubl_of(document: Document) -> bytes:
    """XML in UTF-8. `document`: as server_push.posting.document makes it."""
    credit = document["kind"] == CREDIT_NOTE
    sign = -1 if credit else 1
    name = "CreditNote" if credit else "Invoice"
    root = Element(f"{{{_ROOT.format(name)}}}{name}")
    _header(root, document, credit)
    _party(SubElement(root, f"{_CAC}AccountingSupplierParty"), document["seller"])
    _party(SubElement(root, f"{_CAC}AccountingCustomerParty"), document["buyer"])
    _delivery(root, document)
    _payment(root, document)
    _taxes(root, document, sign)
    _totals(root, document, sign)
    for n, line in enumerate(document["lines"], 1):
        _line(SubElement(root, f"{_CAC}{name}Line"), n, line, credit)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _header(root: Element, document: Document, credit: bool) -> None:
    _say(root, "CustomizationID", _CUSTOMIZATION)
    _say(root, "ProfileID", _PROFILE)
    _say(root, "ID", str(document["no"]))
    _say(root, "IssueDate", document["date"])
    if document["due_date"] and not credit:
        _say(root, "DueDate", document["due_date"])
    _say(root, "CreditNoteTypeCode" if credit else "InvoiceTypeCode", _CREDIT_NOTE_CODE if credit else _INVOICE_CODE)
    _say(root, "DocumentCurrencyCode", document["currency"])
    _say(root, "BuyerReference", document["buyer"]["customer"] or "-")
    if document["corrects"] is not None:
        corrected = SubElement(SubElement(root, f"{_CAC}BillingReference"), f"{_CAC}InvoiceDocumentReference")
        _say(corrected, "ID", str(document["corrects"]))


def _party(parent: Element, party: Document) -> None:
    at = SubElement(parent, f"{_CAC}Party")
    if party["business_id"]:
        _say(at, "EndpointID", party["business_id"], schemeID=_BUSINESS_ID_SCHEME)
    _say(SubElement(at, f"{_CAC}PartyName"), "Name", party["name"])
    address = SubElement(at, f"{_CAC}PostalAddress")
    for tag, name in (("StreetName", "street"), ("CityName", "city"), ("PostalZone", "postal_code")):
        if party[name]:
            _say(address, tag, party[name])
    _say(SubElement(address, f"{_CAC}Country"), "IdentificationCode", "FI")
    if party["vat_id"]:
        scheme = SubElement(at, f"{_CAC}PartyTaxScheme")
        _say(scheme, "CompanyID", party["vat_id"])
        _say(SubElement(scheme, f"{_CAC}TaxScheme"), "ID", "VAT")
    legal = SubElement(at, f"{_CAC}PartyLegalEntity")
    _say(legal, "RegistrationName", party["name"])
    if party["business_id"]:
        _say(legal, "CompanyID", party["business_id"], schemeID=_BUSINESS_ID_SCHEME)
    if party["email"]:
        _say(SubElement(at, f"{_CAC}Contact"), "ElectronicMail", party["email"])


def _delivery(root: Element, document: Document) -> None:
    """The day of delivery where there is one; several are told line by line."""
    days = {sale["business_day"] for sale in document["sales"]}
    if len(days) == 1:
        _say(SubElement(root, f"{_CAC}Delivery"), "ActualDeliveryDate", days.pop())


def _payment(root: Element, document: Document) -> None:
    means = SubElement(root, f"{_CAC}PaymentMeans")
    seller = document["seller"]
    _say(means, "PaymentMeansCode", _CREDIT_TRANSFER if seller["iban"] else "1")  # 1: not defined
    _say(means, "PaymentID", document["reference"])
    if seller["iban"]:
        account = SubElement(means, f"{_CAC}PayeeFinancialAccount")
        _say(account, "ID", seller["iban"])
        if seller["bic"]:
            _say(SubElement(account, f"{_CAC}FinancialInstitutionBranch"), "ID", seller["bic"])
    if document["late_interest"]:
        terms = SubElement(root, f"{_CAC}PaymentTerms")
        _say(terms, "Note", f"Viivästyskorko {document['late_interest']} %")


def _taxes(root: Element, document: Document, sign: int) -> None:
    total = SubElement(root, f"{_CAC}TaxTotal")
    _amount(total, "TaxAmount", sign * document["tax"])
    for row in document["taxes"]:
        part = SubElement(total, f"{_CAC}TaxSubtotal")
        _amount(part, "TaxableAmount", sign * row["net"])
        _amount(part, "TaxAmount", sign * row["tax"])
        _category(SubElement(part, f"{_CAC}TaxCategory"), row["rate"])


def _totals(root: Element, document: Document, sign: int) -> None:
    totals = SubElement(root, f"{_CAC}LegalMonetaryTotal")
    _amount(totals, "LineExtensionAmount", sign * sum(line["net"] for line in document["lines"]))
    _amount(totals, "TaxExclusiveAmount", sign * document["net"])
    _amount(totals, "TaxInclusiveAmount", sign * document["total"])
    if document["prepaid"]:
        _amount(totals, "PrepaidAmount", sign * document["prepaid"])
    _amount(totals, "PayableAmount", sign * document["payable"])


def _line(at: Element, n: int, line: Document, credit: bool) -> None:
    sign = -1 if credit else 1
    thousandths = sign * Quantity.parse(line["quantity"]).thousandths
    net, discount = sign * line["net"], sign * line["discount"]
    _say(at, "ID", str(n))
    quantity = Quantity(thousandths).text
    _say(at, "CreditedQuantity" if credit else "InvoicedQuantity", quantity, unitCode=_UNITS.get(line["unit"], "C62"))
    _amount(at, "LineExtensionAmount", net)
    if discount:
        allowance = SubElement(at, f"{_CAC}AllowanceCharge")
        _say(allowance, "ChargeIndicator", "false")
        _say(allowance, "AllowanceChargeReason", "Alennus")
        _amount(allowance, "Amount", discount)
    item = SubElement(at, f"{_CAC}Item")
    _say(item, "Name", line["name"])
    if line["article_id"]:
        _say(SubElement(item, f"{_CAC}SellersItemIdentification"), "ID", line["article_id"])
    _category(SubElement(item, f"{_CAC}ClassifiedTaxCategory"), line["vat_rate"])
    _price(SubElement(at, f"{_CAC}Price"), net + discount, thousandths)


def _price(at: Element, cents: int, thousandths: int) -> None:
    """Of one, with four decimals, where quantity × price is the sum to the cent; else of the whole quantity."""
    each = divide(cents * 100_000, thousandths)  # ten-thousandths of a euro
    if divide(each * thousandths, 100_000) == cents:
        _say(at, "PriceAmount", f"{each // 10_000}.{each % 10_000:04d}", currencyID="EUR")
        return
    _say(at, "PriceAmount", format_cents(cents), currencyID="EUR")
    _say(at, "BaseQuantity", Quantity(thousandths).text)


def _category(at: Element, rate: int) -> None:
    _say(at, "ID", _STANDARD if rate else _ZERO)
    _say(at, "Percent", format_cents(rate))
    _say(SubElement(at, f"{_CAC}TaxScheme"), "ID", "VAT")


def _amount(parent: Element, tag: str, cents: int) -> None:
    _say(parent, tag, format_cents(cents), currencyID="EUR")


def _say(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, f"{_CBC}{tag}", attributes).text = _without_control(text)


def _without_control(text: str) -> str:
    """XML 1.0 has no place for control characters, and a name may hold anything."""
    return "".join(one for one in text if one >= " " or one in "\t\n")

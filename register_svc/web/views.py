"""What the till app answers, as models for the OpenAPI document. Answers themselves are made by the rooms."""

from __future__ import annotations

from typing import Any, Literal

from poscore.http import Answer, Model
from poscore.idempotency import Kept


def kept_answer(kept: Kept) -> Answer:
    """The very bytes that a retry would get."""
    return Answer(kept.body, kept.status)


Language = Literal["fi", "sv", "en"]


class InLanguage(Model):
    """A query for something printed; without a language it is the shop's own."""

    language: Language | None = None


class LineView(Model):
    n: int
    article_id: str | None
    code: str | None
    name: str
    quantity: str
    unit: str
    unit_price: int
    discount: int
    deposit: int
    vat_rate: int
    total: int
    voided: bool


class TenderView(Model):
    n: int
    type: str
    amount: int
    reference: str | None


class TotalsView(Model):
    gross: int
    discount: int
    rounding: int
    due: int
    paid: int
    change: int


class TaxView(Model):
    rate: int
    net: int
    tax: int
    gross: int


class NoteView(Model):
    kind: str
    line: int | None
    about: dict[str, Any]


class PromotedLineView(Model):
    n: int
    amount: int


class PromotionView(Model):
    """What a promotion took off which lines; a part of their discounts."""

    promotion_id: str
    names: dict[str, str]
    amount: int
    lines: list[PromotedLineView]


class SaleView(Model):
    id: str
    receipt_no: str
    state: Literal["open", "parked", "completed", "aborted"]
    kind: Literal["sale", "return"]
    offline: bool
    training: bool
    business_day: str
    cashier: str | None
    customer: str | None
    lines: list[LineView]
    tenders: list[TenderView]
    totals: TotalsView
    taxes: list[TaxView]
    snapshot: int | None
    notes: list[NoteView] | None = None  # only while the sale is open or parked; afterwards they are in its record
    promotions: list[PromotionView] | None = None  # as the notes


class SaleList(Model):
    items: list[SaleView]
    next: str | None


class QrView(Model):
    receipt_no: str
    hash: str
    text: str  # what the code holds: receipt_no|hash


class SaleCompleted(Model):
    receipt_no: str
    change: int
    sale: SaleView
    receipt_text: str
    qr: QrView


class ReceiptView(Model):
    receipt_no: str
    at: str
    sale: SaleView
    receipt_text: str
    qr: QrView


class ReceiptDraft(Model):
    receipt_text: str


class SessionView(Model):
    token: str
    cashier: str
    name: str
    role: str
    permissions: list[str]


class ReturningView(Model):
    total: int
    acked: int
    started_at: str


class OfflineView(Model):
    offline: bool
    since: str | None
    reason: str | None
    by: str | None
    head_office_reachable: bool | None
    queued_records: int
    queued_sales: int
    oldest_queued_at: str | None
    returning: ReturningView | None


class OfferView(Model):
    """A promotion that holds for an article now; poscore/FORMATS.md §8 says what its terms mean."""

    promotion_id: str
    names: dict[str, str]
    kind: str
    count: int
    amount: int | None
    percent_bp: int | None
    max_times: int | None


class ArticleView(Model):
    article_id: str
    name: str
    unit_price: int
    vat_code: str
    department: str
    unit: str
    deposit: int
    age_limit: int
    promotions: list[OfferView] | None = None  # of one article that was asked for by its code


class ArticleList(Model):
    items: list[ArticleView]
    next: str | None


class CustomerView(Model):
    customer_id: str
    name: str
    business_id: str
    tenders: list[str]
    credit_limit: int | None


class CustomerList(Model):
    items: list[CustomerView]
    next: str | None

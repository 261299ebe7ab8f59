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


class AskView(Model):
    kind: Literal["age"]
    line: int | None
    limit: int
    ask_under: int


class DiscountView(Model):
    n: int
    line: int | None
    percent: str | None
    amount: int | None
    reason: str


class PromotedLineView(Model):
    n: int
    amount: int


class PromotionView(Model):
    """What a promotion took off which lines; a part of their discounts."""

    promotion_id: str
    names: dict[str, str]
    amount: int
    lines: list[PromotedLineView]


class AuthorizationView(Model):
    """What head office said of a tender; `balance` and `limit` are null where it did not answer."""

    tender: int
    type: str
    answered: bool
    balance: int | None
    limit: int | None


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
    asks: list[AskView] | None = None  # what must be answered before a tender; only while the sale is open or parked
    # only while the sale is open or parked; afterwards they are in its record
    notes: list[NoteView] | None = None
    discounts: list[DiscountView] | None = None
    promotions: list[PromotionView] | None = None
    authorizations: list[AuthorizationView] | None = None


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
    authorizations: list[AuthorizationView]


class ReceiptView(Model):
    receipt_no: str
    at: str
    sale: SaleView
    receipt_text: str
    qr: QrView
    authorizations: list[AuthorizationView]


class ReceiptQueued(Model):
    receipt_no: str
    to: Literal["file", "email"]
    state: Literal["waiting"]


class ReceiptDraft(Model):
    receipt_text: str


class ReturnableLine(Model):
    n: int
    article_id: str | None
    code: str | None
    name: str
    unit: str
    unit_price: int
    quantity: str
    returned: str
    left: str
    discount: int
    deposit: int
    vat_rate: int
    total: int
    left_total: int


class ReturnableView(Model):
    """What a receipt sold, line by line, with what came back and what is left of it."""

    receipt_no: str
    business_day: str
    customer: str | None
    training: bool
    paid_with: list[str]
    lines: list[ReturnableLine]


class WhoView(Model):
    cashier: str | None
    name: str
    role: str
    permissions: list[str]
    training: bool
    lock_after_min: int


class SessionView(WhoView):
    token: str


class OverrideView(Model):
    token: str
    permission: str
    by: str
    expires_in_s: int


class PinChangedView(Model):
    cashier: str
    changed_at: str


class ReasonView(Model):
    reason: str
    texts: dict[str, str]


class ReasonList(Model):
    items: list[ReasonView]
    next: str | None
    free_text: bool


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


class LotView(Model):
    gtin: str
    lot: str | None
    expires: str | None
    best_before: str | None
    past_best_before: bool


class ScanView(Model):
    """What the code said of the pack: at most one of weight (kilograms) and price."""

    weight: str | None
    price: int | None
    lot: LotView | None


class ScannedView(ArticleView):
    scan: ScanView | None = None  # absent when the code named nothing but the article


class ArticleList(Model):
    items: list[ArticleView]
    next: str | None


class QuickKeyView(Model):
    """Sells an article, or something of `vat_code` at a price that is keyed in."""

    article_id: str | None
    label: str
    unit_price: int | None
    vat_code: str | None


class QuickKeyPage(Model):
    names: dict[str, str] | None
    keys: list[QuickKeyView]


class QuickKeyPages(Model):
    items: list[QuickKeyPage]
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

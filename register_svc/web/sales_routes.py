"""/sales and /receipts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from poscore.errors import Refused
from poscore.http import Answer, Api, Call, Model
from poscore.http.models import DecimalText, NonEmpty, Positive, Text, Whole
from poscore.quantity import ONE, Quantity
from register_svc.checkout.changes import NewPrice
from register_svc.checkout.receipts import Wanted
from register_svc.checkout.sales import NewLine, NewSale, NewTender, Sales
from register_svc.register import Register
from register_svc.till.discounts import Discount
from register_svc.web.views import (
    InLanguage,
    Language,
    ReceiptDraft,
    ReceiptQueued,
    ReceiptView,
    ReturnableView,
    SaleCompleted,
    SaleList,
    SaleView,
    kept_answer,
)

Declare = Callable[[Callable[..., Any]], Callable[..., Any]]
VatCode = Literal["standard", "reduced", "low", "zero"]
CodeText = Annotated[str, Field(min_length=1, max_length=512)]  # a 2D code may be an address


class StartSale(Model):
    kind: Literal["sale", "return"] = "sale"
    training: bool | None = None  # left away: as the session
    customer: NonEmpty | None = None
    original_receipt: NonEmpty | None = None
    reason: NonEmpty | None = None


class OpenPrice(Model):
    name: NonEmpty
    unit_price: Whole
    vat_code: VatCode


class AddLine(Model):
    code: CodeText | None = None
    article_id: NonEmpty | None = None
    open: OpenPrice | None = None
    original_line: Positive | None = None
    quantity: DecimalText | None = None


class ChangeLine(Model):
    quantity: DecimalText | None = None
    unit_price: Whole | None = None
    reason: NonEmpty | None = None


class AddComment(Model):
    line: Positive | None = None
    text: NonEmpty


class AddDiscount(Model):
    line: Positive | None = None
    percent: Annotated[str, Field(pattern=r"^[0-9]{1,3}([.,][0-9]{1,2})?$")] | None = None
    amount: Positive | None = None
    reason: NonEmpty


class SetCustomer(Model):
    customer: NonEmpty | None


class AddTender(Model):
    type: NonEmpty
    amount: Positive | None = None
    reference: Text | None = None


class CopyReceipt(Model):
    language: Language | None = None


class AnswerAge(Model):
    confirmed: bool
    how: Literal["looks-older", "document"] | None = None


class SendReceipt(Model):
    to: Literal["file", "email"]
    # Who knows whether an address is one? The mail server. What could break a mail's head is kept out.
    address: Annotated[str, Field(pattern=r"^[^@\s<>\",;:]{1,64}@[^@\s<>\",;:]{1,190}$")] | None = None
    language: Language | None = None


class Nothing(Model):
    """A body that says nothing."""


class SalesQuery(Model):
    state: Literal["open", "parked", "completed", "aborted"] = "open"
    business_day: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] | None = None
    after: Text | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


def add_sales_routes(api: Api, register: Register) -> None:
    _add_looking(api, register)
    _add_lines(api, register.sales)
    _add_beside(api, register.sales)
    _add_paying(api, register.sales)
    _add_ending(api, register.sales)


def _change(api: Api, method: str, rule: str, body: type[Model] | None, *, created: bool = False) -> Declare:
    """A route that changes a sale and answers the whole of it."""
    return api.route(
        method,
        f"/sales/<id>/{rule}",
        access="session",
        body=body,
        ok={201 if created else 200: SaleView},
        problems=(403, 404, 409, 503),
        idempotent=True,
    )


def _add_looking(api: Api, register: Register) -> None:
    sales = register.sales

    @api.route("GET", "/sales", access="session", query=SalesQuery, ok={200: SaleList}, problems=(404,))
    def list_sales(call: Call) -> dict[str, Any]:
        """Open and parked sales, or finished ones, newest first."""
        query: SalesQuery = call.query
        return sales.look.list(query.state, query.business_day, query.after or "", query.limit)

    @api.route("GET", "/sales/<id>", access="session", ok={200: SaleView}, problems=(404,))
    def show_sale(_: Call, id: str) -> dict[str, Any]:
        """One sale, whatever its state."""
        return sales.look.view(id)

    @api.route(
        "GET",
        "/sales/<id>/receipt-draft",
        access="session",
        query=InLanguage,
        ok={200: ReceiptDraft},
        problems=(404, 409, 503),
    )
    def show_receipt_draft(call: Call, id: str) -> dict[str, Any]:
        """How the receipt of an open sale would look; it says that it is a draft."""
        return sales.look.receipt_draft(id, call.query.language)

    @api.route("GET", "/sales/<id>/payment", access="session", ok={200: None}, problems=(404, 409, 503))
    def show_payment(_: Call, id: str) -> dict[str, Any]:
        """What can be paid how right now."""
        return sales.look.payment(id)


def _add_lines(api: Api, sales: Sales) -> None:
    @api.route(
        "POST",
        "/sales",
        access="session",
        body=StartSale,
        ok={201: SaleView},
        problems=(403, 404, 409, 503),
        idempotent=True,
    )
    def start_sale(call: Call) -> Answer:
        """Start a sale or a return; its receipt number is taken now."""
        body: StartSale = call.body
        training = call.caller.training if body.training is None else body.training
        new = NewSale(body.kind, training, body.customer, body.original_receipt, body.reason)
        return kept_answer(sales.start(call.caller, new, call.idempotency))

    @_change(api, "POST", "lines", AddLine, created=True)
    def add_line(call: Call, id: str) -> Answer:
        """Add a line by code, article or open price, or in a return by a line of its receipt."""
        return kept_answer(sales.add_line(call.caller, id, _new_line(call.body), call.idempotency))

    @_change(api, "PATCH", "lines/<int:n>", ChangeLine)
    def change_line(call: Call, id: str, n: int) -> Answer:
        """Change a line's quantity, or its price for a reason, or both."""
        body: ChangeLine = call.body
        quantity = Quantity.parse(body.quantity) if body.quantity is not None else None
        if body.unit_price is not None:
            if body.reason is None:
                raise Refused("body-invalid", "another price takes a reason")
            new = NewPrice(n, body.unit_price, body.reason, quantity)
            return kept_answer(sales.change_price(call.caller, id, new, call.idempotency))
        if quantity is None or body.reason is not None:
            raise Refused("body-invalid", "a line is changed by quantity, or by unit_price with a reason")
        return kept_answer(sales.change_quantity(call.caller, id, n, quantity, call.idempotency))

    @_change(api, "DELETE", "lines/<int:n>", None)
    def void_line(call: Call, id: str, n: int) -> Answer:
        """Void a line: it stays listed and counts nowhere."""
        return kept_answer(sales.void_line(call.caller, id, n, call.idempotency))


def _add_beside(api: Api, sales: Sales) -> None:
    @_change(api, "POST", "discounts", AddDiscount, created=True)
    def add_discount(call: Call, id: str) -> Answer:
        """Give a discount on a line or on the sale."""
        return kept_answer(sales.add_discount(call.caller, id, _discount(call.body), call.idempotency))

    @_change(api, "DELETE", "discounts/<int:n>", None)
    def remove_discount(call: Call, id: str, n: int) -> Answer:
        """Take a discount away; `n` is its place in the view's list."""
        return kept_answer(sales.remove_discount(call.caller, id, n, call.idempotency))

    @_change(api, "POST", "comments", AddComment, created=True)
    def add_comment(call: Call, id: str) -> Answer:
        """A comment on a line or on the sale, printed on the receipt."""
        return kept_answer(sales.comment(call.caller, id, call.body.line, call.body.text, call.idempotency))

    @_change(api, "POST", "customer", SetCustomer)
    def set_customer(call: Call, id: str) -> Answer:
        """Choose the customer, or none."""
        return kept_answer(sales.set_customer(call.caller, id, call.body.customer, call.idempotency))

    @_change(api, "POST", "age", AnswerAge)
    def answer_age(call: Call, id: str) -> Answer:
        """Say whether the customer is old enough; a no voids the lines that ask for it."""
        body: AnswerAge = call.body
        return kept_answer(sales.answer_age(call.caller, id, body.confirmed, body.how, call.idempotency))


def _add_paying(api: Api, sales: Sales) -> None:
    @_change(api, "POST", "tenders", AddTender, created=True)
    def add_tender(call: Call, id: str) -> Answer:
        """Add a tender; without an amount it settles what is left."""
        body: AddTender = call.body
        new = NewTender(body.type, body.amount, body.reference)
        return kept_answer(sales.add_tender(call.caller, id, new, call.idempotency))

    @_change(api, "DELETE", "tenders/<int:n>", None)
    def remove_tender(call: Call, id: str, n: int) -> Answer:
        """Take a tender away."""
        return kept_answer(sales.remove_tender(call.caller, id, n, call.idempotency))

    @api.route(
        "POST",
        "/sales/<id>/complete",
        access="session",
        body=Nothing,
        ok={200: SaleCompleted},
        problems=(403, 404, 409, 503),
        idempotent=True,
    )
    def complete_sale(call: Call, id: str) -> Answer:
        """Complete the sale: on disk before this answers."""
        return kept_answer(sales.complete(call.caller, id, call.idempotency))


def _add_ending(api: Api, sales: Sales) -> None:
    @_change(api, "POST", "park", Nothing)
    def park_sale(call: Call, id: str) -> Answer:
        """Set the sale aside."""
        return kept_answer(sales.park(call.caller, id, call.idempotency))

    @_change(api, "POST", "resume", Nothing)
    def resume_sale(call: Call, id: str) -> Answer:
        """Take a parked sale up again."""
        return kept_answer(sales.resume(call.caller, id, call.idempotency))

    @_change(api, "POST", "abort", Nothing)
    def abort_sale(call: Call, id: str) -> Answer:
        """Give the sale up; its number stays as a record."""
        return kept_answer(sales.abort(call.caller, id, call.idempotency))


def add_receipt_routes(api: Api, register: Register) -> None:
    receipts = register.receipts

    @api.route(
        "GET",
        "/receipts/<receipt_no>",
        access="session",
        query=InLanguage,
        ok={200: ReceiptView},
        problems=(404, 503),
    )
    def show_receipt(call: Call, receipt_no: str) -> dict[str, Any]:
        """A receipt of this register: the sale as it was, under today's letterhead."""
        return receipts.show(receipt_no, Wanted(language=call.query.language))

    @api.route(
        "GET",
        "/receipts/<receipt_no>/returnable",
        access="session",
        ok={200: ReturnableView},
        problems=(404, 409, 422),
    )
    def show_returnable(_: Call, receipt_no: str) -> dict[str, Any]:
        """What can still be returned of a receipt; one of another register is asked of head office, ONLINE only."""
        return register.sales.returns.returnable(receipt_no)

    @api.route(
        "POST",
        "/receipts/<receipt_no>/send",
        access="session",
        body=SendReceipt,
        ok={202: ReceiptQueued},
        problems=(404, 409, 503),
        idempotent=True,
    )
    def send_receipt(call: Call, receipt_no: str) -> Answer:
        """Queue the receipt as a file or an e-mail; OFFLINE an e-mail waits. Asked again, it is still queued once."""
        body: SendReceipt = call.body
        if (body.to == "email") == (body.address is None):
            raise Refused("body-invalid", "an e-mail has an address, and a file has none")
        register.send_receipt(receipt_no, body.to, body.address or "", body.language)
        return Answer({"receipt_no": receipt_no, "to": body.to, "state": "waiting"}, 202)

    @api.route(
        "POST",
        "/receipts/<receipt_no>/copy",
        access="session",
        body=CopyReceipt,
        ok={201: ReceiptView},
        problems=(403, 404, 503),
        idempotent=True,
    )
    def copy_receipt(call: Call, receipt_no: str) -> Answer:
        """A copy that says KOPIO; it is journalled."""
        return kept_answer(receipts.copy(call.caller, receipt_no, call.body.language, call.idempotency))


def _new_line(body: AddLine) -> NewLine:
    if sum(given is not None for given in (body.code, body.article_id, body.open, body.original_line)) != 1:
        raise Refused("body-invalid", "a line names exactly one of code, article_id, open and original_line")
    quantity = Quantity.parse(body.quantity) if body.quantity is not None else ONE
    price = (body.open.name, body.open.unit_price, body.open.vat_code) if body.open else None
    counted = body.quantity is not None
    return NewLine(quantity, body.code, body.article_id, price, body.original_line, counted)


def _discount(body: AddDiscount) -> Discount:
    percent = None if body.percent is None else Quantity.parse(body.percent).thousandths // 10
    return Discount(body.line, percent, body.amount, body.reason)

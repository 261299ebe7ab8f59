"""/register, /articles, /customers, /quick-keys: what the screens look up."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from poscore.errors import Refused
from poscore.http import Api, Call, Model
from register_svc.register import Register
from register_svc.web.views import ArticleList, CustomerList, CustomerView, QuickKeyPages, ScannedView


class Search(Model):
    q: Annotated[str, Field(max_length=100)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


def add_catalog_routes(api: Api, register: Register) -> None:
    book = register.book

    @api.route("GET", "/register", ok={200: None})
    def show_register(_: Call) -> dict[str, Any]:
        """Which register this is; no customer, cashier or amount."""
        return register.describe()

    @api.route("GET", "/articles", access="session", query=Search, ok={200: ArticleList}, problems=(503,))
    def search_articles(call: Call) -> dict[str, Any]:
        """Articles whose words begin with the words of q."""
        found = book.require().search(call.query.q, call.query.limit)
        return {"items": [article.to_wire() for article in found], "next": None}

    # path: a Digital Link is an address, and its slashes are part of the code
    @api.route("GET", "/articles/<path:code>", access="session", ok={200: ScannedView}, problems=(404, 409, 422, 503))
    def show_article(_: Call, code: str) -> dict[str, Any]:
        """The article that a scan of this code means, or the candidates."""
        return register.sales.look.article(code)

    @api.route("GET", "/quick-keys", access="session", ok={200: QuickKeyPages}, problems=(503,))
    def quick_keys(_: Call) -> dict[str, Any]:
        """Pages of keys that sell something without its code."""
        return {"items": register.quick_key_pages(), "next": None}

    @api.route("GET", "/customers", access="session", query=Search, ok={200: CustomerList}, problems=(503,))
    def search_customers(call: Call) -> dict[str, Any]:
        """Customers of this store."""
        found = book.require().customers(call.query.q, call.query.limit)
        return {"items": [customer.to_wire() for customer in found], "next": None}

    @api.route("GET", "/customers/<id>", access="session", ok={200: CustomerView}, problems=(404, 503))
    def show_customer(_: Call, id: str) -> dict[str, Any]:
        """One customer."""
        customer = book.require().customer(id)
        if customer is None:
            raise Refused("customer-not-found", f"this store has no customer {id}")
        return customer.to_wire()

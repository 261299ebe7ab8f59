"""Somebody who works at a till: signs in, sells, is paid, and knows what to do when the register dies meanwhile.

- Every call that changes money carries an Idempotency-Key of its own, and a repeat carries the same one.
- With `on_lost` a call that got no answer is repeated after `on_lost()` has returned; without it Lost is raised.
- A session that ended with the register's process is opened again, and the call repeated.
- Each completed sale goes into the books.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from _fleet.books import Books
from _fleet.client import KEY, Answer, Client, Lost, Unexpected

# A code; a code and a quantity; or the body of a line.
Item: TypeAlias = str | tuple[str, str] | Mapping[str, Any]
# A tender's type, which settles what is left; a type and an amount; or the body of a tender.
Payment: TypeAlias = str | tuple[str, int] | Mapping[str, Any]

OPENING_FLOAT = 10_000  # cents; enough change for a day of small notes
_MOST_REPEATS = 20
_PRESSES = 5


def open_price(name: str, unit_price: int, quantity: str = "1", vat_code: str = "standard") -> dict[str, Any]:
    """The body of a line whose price is typed in."""
    return {"open": {"name": name, "unit_price": unit_price, "vat_code": vat_code}, "quantity": quantity}


class Till:
    def __init__(
        self, url: str, cashier: str, pin: str, *, books: Books, on_lost: Callable[[], None] | None = None
    ) -> None:
        self.client = Client(url)
        self.books = books
        self.on_lost = on_lost
        self.repeats = 0
        self._cashier, self._pin = cashier, pin

    # --- the day

    def sign_in(self) -> dict[str, Any]:
        session: dict[str, Any] = self._ask("POST", "/session", {"cashier": self._cashier, "pin": self._pin}).must()
        self.client.headers["Authorization"] = f"Bearer {session['token']}"
        return session

    def open_shift(self, opening_float: int = OPENING_FLOAT) -> dict[str, Any]:
        """The open shift: the one that is open already, or a new one."""
        current = self.call("GET", "/shifts/current")
        if current.code != "no-open-shift":
            return dict(current.must())
        return self.post("/shifts", {"opening_float": opening_float})

    def close_shift(self, counted: int) -> dict[str, Any]:
        return self.post("/shifts/current/close", {"counted": {"cash": counted}})

    def go_offline(self, reason: str = "") -> dict[str, Any]:
        return dict(self.call("PUT", "/offline", {"offline": True, "reason": reason or None}).must())

    def go_online(self) -> dict[str, Any]:
        """Press again, as a cashier does, when head office did not answer in time."""
        answer = self.call("PUT", "/offline", {"offline": False})
        for _ in range(_PRESSES - 1):
            if answer.code != "head-office-unreachable":
                break
            answer = self.call("PUT", "/offline", {"offline": False})
        return dict(answer.must())

    def mode(self) -> dict[str, Any]:
        return dict(self.call("GET", "/offline").must())

    # --- selling

    def sell(self, items: Iterable[Item], pay: Iterable[Payment] = ("cash",), **start: Any) -> dict[str, Any]:
        """A whole sale, or with `kind="return"` a return: what completing it answered."""
        sale = self.start(**start)
        for item in items:
            sale = self.add(sale["id"], item)
        if sale["asks"]:
            self.check_age(sale["id"])
        for payment in pay:
            self.pay(sale["id"], payment)
        return self.complete(sale["id"])

    def start(self, **body: Any) -> dict[str, Any]:
        return self.post("/sales", body)

    def add(self, sale_id: str, item: Item) -> dict[str, Any]:
        return self.post(f"/sales/{sale_id}/lines", _line(item))

    def check_age(self, sale_id: str) -> dict[str, Any]:
        """The customer shows a document."""
        return self.post(f"/sales/{sale_id}/age", {"confirmed": True, "how": "document"})

    def pay(self, sale_id: str, payment: Payment) -> dict[str, Any]:
        return self.post(f"/sales/{sale_id}/tenders", _tender(payment))

    def complete(self, sale_id: str, key: str | None = None) -> dict[str, Any]:
        completed = self.post(f"/sales/{sale_id}/complete", {}, key)
        self.books.add(completed)
        return completed

    def sale(self, sale_id: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/sales/{sale_id}").must())

    def drafts(self, state: str = "open") -> list[dict[str, Any]]:
        return list(self.call("GET", f"/sales?state={state}").must()["items"])

    # --- calls

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
        """A POST that must succeed."""
        return dict(self.call("POST", path, body, key).must())

    def refused(self, path: str, body: Mapping[str, Any]) -> str:
        """The code of a POST that must be refused. Raises Unexpected when it is not."""
        answer = self.call("POST", path, body)
        if answer.code is None:
            raise Unexpected(f"{answer.asked} should have been refused: {answer.status} {answer.json}")
        return answer.code

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> Answer:
        """One call in the session; a session that has ended is opened anew once."""
        headers = {KEY: key or uuid.uuid4().hex} if method in ("POST", "PATCH") else {}
        answer = self._ask(method, path, body, headers)
        if answer.code == "session-required":
            self.sign_in()
            answer = self._ask(method, path, body, headers)
        return answer

    def _ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        for _ in range(_MOST_REPEATS):
            try:
                return self.client.call(method, path, body, headers)
            except Lost:
                if self.on_lost is None:
                    raise
                self.repeats += 1
                self.on_lost()
        raise Lost(f"{method} {path} was repeated {_MOST_REPEATS} times and never answered")


def _line(item: Item) -> Mapping[str, Any]:
    if isinstance(item, str):
        return {"code": item}
    return {"code": item[0], "quantity": item[1]} if isinstance(item, tuple) else item


def _tender(payment: Payment) -> Mapping[str, Any]:
    if isinstance(payment, str):
        return {"type": payment}
    return {"type": payment[0], "amount": payment[1]} if isinstance(payment, tuple) else payment

"""The four kinds of account, and how much more one may take.

| ledger | of | what a sale adds | the limit |
|---|---|---|---|
| `account` | a customer | what the customer owes | the customer's credit limit; none where none was agreed |
| `payroll` | an employee among the customers | what the employer will set off | the same |
| `bonus` | a member among the customers | the bonus that was used | the same, or only what was granted (a setting) |
| `gift-card` | a card, by its number | what was taken off the card | 0: only what was loaded |

Amounts are cents, above 0 where more is owed: a payment, a grant and a loaded card are below 0. So one rule serves all:
what may be taken is limit − balance − what other sales hold. Each ledger has that limit by itself.

Nothing here reads the clock or the disk.

    >>> Standing(balance=7_000, held=1_000, limit=10_000).available
    2000
"""

from __future__ import annotations

from dataclasses import dataclass

from poscore.errors import Refused
from poscore.money import Cents

ACCOUNT, PAYROLL, BONUS, GIFT_CARD = "account", "payroll", "bonus", "gift-card"
LEDGERS = (ACCOUNT, PAYROLL, BONUS, GIFT_CARD)
OF_CUSTOMERS = (ACCOUNT, PAYROLL, BONUS)

# What a sale's tender is entered under. Of the vouchers it is those whose reference is a gift card that is known here.
BY_TENDER = {"account": ACCOUNT, "payroll": PAYROLL, "bonus": BONUS, "voucher": GIFT_CARD}


@dataclass(frozen=True, slots=True)
class Account:
    """One holder's account in one ledger. `holder`: a customer's id, or a gift card's number."""

    ledger: str
    holder: str

    def __post_init__(self) -> None:
        if self.ledger not in LEDGERS:
            raise Refused("ledger-unknown", f"there is no ledger {self.ledger[:40]!r}: {', '.join(LEDGERS)}")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands. `held`: by sales under way. `limit`: None where none was agreed."""

    balance: Cents
    held: Cents
    limit: Cents | None

    @property
    def available(self) -> Cents | None:
        """What may still be taken, at least 0; None without a limit."""
        return None if self.limit is None else max(self.limit - self.balance - self.held, 0)

    def allows(self, amount: Cents) -> bool:
        return self.limit is None or self.balance + self.held + amount <= self.limit

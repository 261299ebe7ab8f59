"""Who sells and who buys, as it stands on an invoice. Both are copied into it: later changes change no invoice."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from poscore.errors import Refused
from server_push.posting.references import check_iban
from server_push.settings import Chain, Invoicing

_POSTAL = re.compile(r"(?:FI-)?([0-9]{5})\s+(\S.*)", re.ASCII)
_BUSINESS_ID = re.compile(r"([0-9]{6,7})-([0-9])", re.ASCII)

UNNAMED = "Asiakas puuttuu"  # of a sale on an invoice that names no customer; a register does not make one


@dataclass(frozen=True, slots=True)
class Seller:
    """`vat_id`: FI and the digits of the Y-tunnus; empty without one. `iban` without blanks, or empty."""

    name: str
    business_id: str
    vat_id: str
    street: str
    postal_code: str
    city: str
    phone: str
    email: str
    iban: str
    bic: str

    @classmethod
    def of(cls, chain: Chain, how: Invoicing) -> Seller:
        """Raises Refused `iban-invalid`."""
        iban = check_iban(how.iban) if how.iban else ""
        where = (how.street, how.postal_code, how.city, how.phone, how.email)
        return cls(chain.name, chain.business_id, vat_id_of(chain.business_id), *where, iban, how.bic)

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Buyer:
    """`customer` is empty for a sale that names none. `payment_term_days`: None where nothing was agreed."""

    customer: str
    name: str
    business_id: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    email: str = ""
    payment_term_days: int | None = None

    def to_wire(self) -> dict[str, Any]:
        shown = asdict(self)
        del shown["payment_term_days"]
        return {**shown, "vat_id": vat_id_of(self.business_id)}


def vat_id_of(business_id: str) -> str:
    """`FI12345671` of `1234567-1`; empty of anything else."""
    match = _BUSINESS_ID.fullmatch(business_id)
    return f"FI{match[1]:0>7}{match[2]}" if match else ""


def address_of(text: str) -> tuple[str, str, str]:
    """street, postal code and city of `Rantatie 1, 00100 Helsinki`; all in the street when it has another form."""
    street, _, rest = text.rpartition(",")
    match = _POSTAL.fullmatch(rest.strip())
    return (street.strip(), match[1], match[2].strip()) if match else (text.strip(), "", "")


def must_be_named(seller: Seller) -> None:
    """Raises Refused `seller-unnamed`: an invoice without its seller's name and Y-tunnus is none (AVL 209 e §)."""
    if not seller.name or not seller.vat_id:
        hint = "name and business_id stand in [chain] of settings.toml"
        raise Refused("seller-unnamed", "invoices need the chain's name and Y-tunnus", hint=hint)

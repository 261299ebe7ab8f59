"""Value added tax: rates in basis points with their days of validity, and the arithmetic on gross sums.

- A rate is found by its code (`standard`, `reduced`, `low`, `zero`) and the business day.
- tax = gross × rate / (10000 + rate), rounded half away from zero on the sum of a receipt, never per line.
- net + tax = gross, or the value cannot be built.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents, divide

STANDARD = "standard"
CODES = (STANDARD, "reduced", "low", "zero")


@dataclass(frozen=True, slots=True)
class VatRate:
    """One rate of one code. `valid_from`..`valid_to` are business days, both inclusive; None is open."""

    code: str
    rate: int
    valid_from: date
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 10_000:
            raise ValueError(f"{self.rate} is not a VAT rate in basis points")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("a VAT rate cannot end before it starts")


class VatTable:
    """All rates of a chain. At most one rate of a code is valid on a day (checked when built)."""

    def __init__(self, rates: Iterable[VatRate]) -> None:
        self.rates = tuple(sorted(rates, key=lambda r: (r.code, r.valid_from)))
        self._found: dict[tuple[str, date], int] = {}
        for earlier, later in zip(self.rates, self.rates[1:], strict=False):
            if earlier.code == later.code and (earlier.valid_to is None or earlier.valid_to >= later.valid_from):
                raise ValueError(f"two VAT rates of {later.code} are valid on {later.valid_from}")

    def rate(self, code: str, day: date) -> int:
        """The rate in basis points. Raises Refused `vat-unknown` when there is none on that day."""
        key = (code, day)
        found = self._found.get(key)
        if found is None:
            found = self._search(code, day)
            self._found[key] = found
        return found

    def rates_on(self, day: date) -> dict[str, int]:
        """Every code that has a rate on that day, with it."""
        return {rate.code: rate.rate for rate in self.rates if _valid(rate, day)}

    def _search(self, code: str, day: date) -> int:
        for rate in self.rates:
            if rate.code == code and _valid(rate, day):
                return rate.rate
        raise Refused("vat-unknown", f"no VAT rate {code!r} is known on {day}")


def _valid(rate: VatRate, day: date) -> bool:
    return rate.valid_from <= day and (rate.valid_to is None or day <= rate.valid_to)


# Act 1501/1993 with its amendments: 25.5 % since 1.9.2024; 14 % becomes 13.5 % on 1.1.2026.
FINLAND = VatTable(
    [
        VatRate("standard", 2400, date(2013, 1, 1), date(2024, 8, 31)),
        VatRate("standard", 2550, date(2024, 9, 1)),
        VatRate("reduced", 1400, date(2013, 1, 1), date(2025, 12, 31)),
        VatRate("reduced", 1350, date(2026, 1, 1)),
        VatRate("low", 1000, date(2013, 1, 1)),
        VatRate("zero", 0, date(2013, 1, 1)),
    ]
)


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One rate's share of a receipt: net + tax == gross."""

    rate: int
    net: Cents
    tax: Cents
    gross: Cents

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            raise ValueError(f"net {self.net} + tax {self.tax} is not gross {self.gross}")

    @classmethod
    def of_gross(cls, rate: int, gross: Cents) -> TaxRow:
        tax = divide(gross * rate, 10_000 + rate)
        return cls(rate, gross - tax, tax, gross)

    def to_wire(self) -> dict[str, int]:
        return {"rate": self.rate, "net": self.net, "tax": self.tax, "gross": self.gross}


def tax_rows(gross_by_rate: Mapping[int, Cents]) -> tuple[TaxRow, ...]:
    """A row for each rate, ascending. A rate whose sum is 0 keeps its row: it was sold and given back."""
    return tuple(TaxRow.of_gross(rate, gross_by_rate[rate]) for rate in sorted(gross_by_rate))


def tax_row_from_wire(wire: Mapping[str, Any]) -> TaxRow:
    """Raises ValueError for anything but whole numbers that add up."""
    rate, net, tax, gross = wire["rate"], wire["net"], wire["tax"], wire["gross"]
    if not type(rate) is type(net) is type(tax) is type(gross) is int or len(wire) != 4:
        raise ValueError("a tax row is four whole numbers")
    return TaxRow(rate, net, tax, gross)

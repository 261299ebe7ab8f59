"""What a bundle needs to know about a store, whoever keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

from poscore.ids import check_id


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """`address`: lines for the receipt's head. `pepper`: the store's secret for PIN hashes; it goes into no bundle."""

    store: str
    name: str
    chain: str
    business_id: str
    pepper: bytes = field(repr=False)
    address: tuple[str, ...] = ()
    time_zone: str = "Europe/Helsinki"
    language: str = "fi"
    receipt_footer: tuple[str, ...] = ("Kiitos käynnistä!",)

    def __post_init__(self) -> None:
        check_id(self.store, "store id")

    @property
    def receipt_header(self) -> tuple[str, ...]:
        """Name, contact details and Y-tunnus must stand on a receipt (act 658/2013)."""
        trader = self.chain if self.chain and self.chain != self.name else ""
        number = f"Y-tunnus {self.business_id}" if self.business_id else ""
        return tuple(line for line in (trader, self.name, *self.address, number) if line)

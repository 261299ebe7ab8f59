"""What a bundle needs to know about a store, whoever keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from poscore.ids import check_id
from server_push.registers.stores import Stores
from server_push.settings import Settings
from server_push.storage import Storage


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


def profiles(storage: Storage, directory: Path) -> Callable[[str], StoreProfile]:
    """Profiles of the stores that this office keeps. The function raises Refused `store-not-found`."""
    stores = Stores(storage)

    def profile_of(store: str) -> StoreProfile:
        found = stores.get(store)
        chain = Settings.read(directory).chain
        return StoreProfile(
            found.store,
            found.name,
            chain.name,
            chain.business_id,
            found.pin_pepper,
            found.address,
            found.time_zone,
            found.language,
        )

    return profile_of

"""Which catalogue is in use. Switching is one assignment: a reader keeps what it has got hold of."""

from __future__ import annotations

from pathlib import Path

from poscore.errors import Fault
from register_svc.catalog.catalog import Catalog


class PriceBook:
    def __init__(self) -> None:
        self.catalog: Catalog | None = None

    def switch(self, path: Path, version: int) -> None:
        """Use another version from now on. Raises Untrusted when it cannot be opened; the old one stays in use."""
        self.catalog = Catalog(path, version)

    def require(self) -> Catalog:
        """The catalogue in use. Raises Fault `no-snapshot`."""
        if self.catalog is None:
            hint = "Head office has not sent a snapshot yet: run `server-push push`."
            raise Fault("no-snapshot", "the register has no price list yet and cannot sell", hint)
        return self.catalog

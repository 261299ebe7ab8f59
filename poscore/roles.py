"""Who may do what: permissions by role, as the setting `people.permissions` gives them.

- A table is an object: role → list of permissions. A role that it does not name may do nothing but `ALWAYS`.
- Whoever is signed in may take the register OFFLINE and back (`ALWAYS`); a technician never does more than `TECHNICAL`.
- A table by which nobody could sell, or nobody could open a shift, is no table: `Roles.read` gives the shipped one, so
  that no mistake at head office closes a shop.
- A register takes no notice of roles and permissions that it does not know: head office may be newer.

    >>> Roles.read({"cashier": ["sell", "shift"]}).of("cashier") == {"sell", "shift", "mode"}
    True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.catalog_format import ROLES

SELL, VOID_LINE, ABORT_SALE, TRAINING = "sell", "void-line", "abort-sale", "training"
DISCOUNT, DISCOUNT_OVER_LIMIT = "discount", "discount-over-limit"
PRICE_OVERRIDE, PRICE_ZERO = "price-override", "price-zero"  # another price; giving goods away
RETURN, RETURN_WITHOUT_RECEIPT = "return", "return-without-receipt"
SHIFT, CASH_MOVEMENT, NO_SALE = "shift", "cash-movement", "no-sale"
SEE_EXPECTED_CASH = "see-expected-cash"  # before the drawer is counted, where the count is blind
REPORT_X, REPORT_Z = "report-x", "report-z"
TENDER_BY_LEAD, TENDER_BY_MANAGER = "tender-by-lead", "tender-by-manager"  # where the shop wants somebody's leave
MODE, SNAPSHOTS, BACKUP = "mode", "snapshots", "backup"

_AT_THE_TILL = (
    *(SELL, VOID_LINE, ABORT_SALE, TRAINING, DISCOUNT, RETURN, RETURN_WITHOUT_RECEIPT),
    *(SHIFT, CASH_MOVEMENT, NO_SALE, REPORT_X, REPORT_Z, MODE),
)
_IN_CHARGE = (*_AT_THE_TILL, DISCOUNT_OVER_LIMIT, PRICE_OVERRIDE, SEE_EXPECTED_CASH, TENDER_BY_LEAD)
_TECHNICAL = (MODE, SNAPSHOTS, BACKUP)

SHIPPED: Mapping[str, list[str]] = {
    "cashier": sorted(_AT_THE_TILL),
    "shift_lead": sorted(_IN_CHARGE),
    "manager": sorted((*_IN_CHARGE, PRICE_ZERO, TENDER_BY_MANAGER, SNAPSHOTS, BACKUP)),
    "technician": sorted(_TECHNICAL),
}
PERMISSIONS = frozenset(SHIPPED["manager"])
ALWAYS, TECHNICAL = frozenset({MODE}), frozenset(_TECHNICAL)
TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True)
class Roles:
    """The permissions of each role. Use `read`."""

    permissions: Mapping[str, frozenset[str]]

    @classmethod
    def read(cls, table: Any) -> Roles:
        """The roles of a table, whatever came in it; those that ship where it is damaged or locks everybody out."""
        return cls._of(SHIPPED if unusable(table) else table)

    @classmethod
    def _of(cls, table: Mapping[str, list[str]]) -> Roles:
        found = {role: PERMISSIONS.intersection(names) | ALWAYS for role, names in table.items()}
        if TECHNICIAN in found:
            found[TECHNICIAN] &= TECHNICAL
        return cls(found)

    def of(self, role: str) -> frozenset[str]:
        """Nothing for a role that no catalogue may hold."""
        return self.permissions.get(role, ALWAYS if role in ROLES else frozenset())


def unusable(table: Any) -> str | None:
    """Why a register cannot go by `table`, as the end of a sentence; None when it can."""
    lists = table.values() if isinstance(table, Mapping) else ()
    if not lists or not all(type(names) is list and all(type(one) is str for one in names) for names in lists):
        return "is lists of permissions by role"
    for needed in (SELL, SHIFT):
        if not any(needed in names for role, names in table.items() if role in ROLES and role != TECHNICIAN):
            return f"gives nobody the permission {needed}"
    return None


def mistake_in(table: Mapping[str, Any]) -> str | None:
    """Why head office should not send `table`: it cannot be used, or names what there is not."""
    unknown = table.keys() - set(ROLES)
    if unknown:
        return f"names the role {min(unknown)}; there are: {', '.join(ROLES)}"
    fault = unusable(table)
    if fault is None:
        strange = frozenset().union(*table.values()) - PERMISSIONS
        fault = f"names the permission {min(strange)}; there are: {', '.join(sorted(PERMISSIONS))}" if strange else None
    return fault

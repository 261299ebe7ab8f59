"""Permissions by role: what ships, what a snapshot may say, and what no mistake of head office can do."""

from __future__ import annotations

from typing import Any

import pytest

from poscore.catalog_format import ROLES
from poscore.errors import Refused
from poscore.roles import PERMISSIONS, SHIPPED, Roles
from poscore.shop_rules import DEFAULTS, check_setting

SHIPPED_ROLES = Roles.read(SHIPPED)


def test_every_role_of_a_catalogue_is_in_the_shipped_table_and_may_change_the_mode() -> None:
    assert set(SHIPPED) == set(ROLES)
    assert all("mode" in SHIPPED_ROLES.of(role) for role in ROLES)
    assert frozenset().union(*map(SHIPPED_ROLES.of, ROLES)) == PERMISSIONS


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("cashier", {"sell", "shift", "void-line", "discount", "no-sale", "report-x"}, {"price-override", "snapshots"}),
        ("shift_lead", {"price-override", "discount-over-limit", "see-expected-cash"}, {"price-zero", "backup"}),
        ("manager", PERMISSIONS, set()),
        ("technician", {"mode", "snapshots", "backup"}, PERMISSIONS - {"mode", "snapshots", "backup"}),
        ("gardener", set(), PERMISSIONS),
    ],
)
def test_a_role_may_do_what_the_table_says(role: str, may: set[str], may_not: set[str]) -> None:
    assert SHIPPED_ROLES.of(role) >= may
    assert not SHIPPED_ROLES.of(role) & may_not


def test_a_shop_may_give_and_take_permissions() -> None:
    roles = Roles.read({"cashier": ["sell"], "shift_lead": ["sell", "shift", "price-override"]})
    assert roles.of("cashier") == {"sell", "mode"}
    assert roles.of("shift_lead") == {"sell", "shift", "price-override", "mode"}
    assert roles.of("manager") == {"mode"}


@pytest.mark.parametrize(
    "table",
    [
        {},
        [],
        None,
        "sell",
        {"cashier": "sell"},
        {"cashier": ["sell", 7]},
        {"cashier": ["shift"], "manager": ["shift"]},  # nobody could sell
        {"cashier": ["sell"]},  # nobody could open a shift
        {"technician": ["sell", "shift"]},  # a technician never sells
        {"gardener": ["sell", "shift"]},
    ],
)
def test_a_table_that_closes_the_shop_is_the_shipped_one(table: Any) -> None:
    assert Roles.read(table) == SHIPPED_ROLES


def test_a_technician_never_sells_whatever_the_table_says() -> None:
    roles = Roles.read({**SHIPPED, "technician": ["sell", "discount", "backup"]})
    assert roles.of("technician") == {"backup", "mode"}


def test_what_a_newer_head_office_sends_beside_is_left_alone() -> None:
    roles = Roles.read({**SHIPPED, "cashier": ["sell", "shift", "fly"], "pilot": ["fly"]})
    assert roles.of("cashier") == {"sell", "shift", "mode"}
    assert roles.of("manager") == SHIPPED_ROLES.of("manager")


@pytest.mark.parametrize("name", [name for name in DEFAULTS if name.startswith(("people.", "discounts.", "reasons."))])
def test_what_ships_may_be_set(name: str) -> None:
    check_setting(name, DEFAULTS[name])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("people.permissions", {"cashier": ["sell"]}, "nobody the permission shift"),
        ("people.permissions", {**SHIPPED, "cashier": ["sel"]}, "permission sel"),
        ("people.permissions", {**SHIPPED, "boss": ["sell"]}, "role boss"),
        ("people.permissions", {"cashier": "sell"}, "lists of permissions"),
        ("people.lock_after_min", -1, "0 to 1440"),
        ("discounts.limits", {"cashier": 101}, "0 to 100"),
        ("discounts.limits", {"boss": 10}, "by role"),
        ("discounts.limits", {"cashier": True}, "whole per cents"),
        ("reasons.discount", [{"reason": "damaged", "fi": "Rikki"}], "such as"),
        ("reasons.discount", [{"reason": "x", "fi": "a", "sv": "b", "en": "c\n"}], "such as"),
        ("reasons.price", 2 * [{"reason": "x", "fi": "a", "sv": "b", "en": "c"}], "each reason once"),
        ("reasons.free_text", ["discount", "love"], "some of"),
    ],
)
def test_head_office_refuses_what_would_only_be_noticed_at_a_till(name: str, value: Any, said: str) -> None:
    with pytest.raises(Refused) as refused:
        check_setting(name, value)
    assert refused.value.code == "setting-invalid"
    assert said in refused.value.detail

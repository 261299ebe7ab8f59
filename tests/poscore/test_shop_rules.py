"""Dated settings: the newest that is not after the day counts, and each has the kind of its default."""

from typing import Any

import pytest

from poscore.errors import Refused
from poscore.shop_rules import DEFAULTS, check_setting, rules_on

NAME = "age.ask_under"
PAGE = {"fi": "Leivät", "sv": "Bröd", "en": "Bread", "keys": [{"article_id": "1", "label": "Ruis"}]}


def test_the_newest_row_that_is_not_after_the_day_counts() -> None:
    rows = [(NAME, "2026-03-01", 21), (NAME, "2026-01-01", 25), (NAME, "2027-01-01", 18)]
    assert rules_on(rows, "2025-12-31") == DEFAULTS
    assert rules_on(rows, "2026-02-28")[NAME] == 25
    assert rules_on(rows, "2026-03-01")[NAME] == 21
    assert rules_on(rows, "2026-12-31")[NAME] == 21


def test_a_name_that_is_not_known_is_left_out() -> None:
    assert rules_on([("from.the.future", "2026-01-01", 1)], "2026-06-01") == DEFAULTS


def test_a_setting_has_the_kind_of_its_default() -> None:
    check_setting(NAME, 25)
    for wrong in ("25", 25.0, True, None, [25]):
        with pytest.raises(Refused) as refused:
            check_setting(NAME, wrong)
        assert refused.value.code == "setting-invalid"
    with pytest.raises(Refused) as refused:
        check_setting("age.ask", 25)
    assert refused.value.code == "setting-unknown"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "tenders.policy",
            [
                {},
                {"account": {"offline": "cap(20000)"}, "card": {"online": "pin(manager)", "offline": "deny"}},
                {"payroll": {"offline": "allow", "reason": {"fi": "a", "sv": "b", "en": "c"}}},
            ],
            [
                {"cheque": {"online": "allow"}},
                {"card": "allow"},
                {"card": {"always": "allow"}},
                {"card": {"online": "cap"}},
                {"card": {"online": "cap(99999999999999)"}},
                {"card": {"online": "pin(cashier)"}},
                {"card": {"online": True}},
                {"card": {"reason": {"fi": "a"}}},
                {"card": {"reason": {"fi": "a", "sv": "b", "en": " "}}},
            ],
        ),
        (
            "quick_keys.pages",
            [[], [PAGE], [{**PAGE, "keys": [{"open": "Kukat", "vat_code": "standard"}]}], [PAGE] * 12],
            [
                ["bread"],
                [{**PAGE, "keys": []}],
                [{**PAGE, "fi": " "}],
                [{**PAGE, "keys": [{"article_id": "1"}] * 37}],
                [{**PAGE, "keys": [{"open": "Kukat", "vat_code": "high"}]}],
                [{**PAGE, "keys": [{"open": "Kukat"}]}],
                [{**PAGE, "keys": [{"label": "1"}]}],
                [{**PAGE, "keys": [{"article_id": "1", "price": 1}]}],
                [PAGE] * 13,
            ],
        ),
        ("alcohol.until", ["21:00", "24:00", "00:00"], ["9:00", "21.00", "24:01", "25:00", "21:00:00", ""]),
        ("alcohol.departments", [["olut"], []], [[""], [1], [["olut"]]]),
        ("codes.prefix_20", ["none", "plain", "weight-3", "price-0"], ["weight", "price-3", "weight-4", "Plain", ""]),
        ("codes.measure_digits", [3, 6], [2, 7]),
        ("codes.coupon_prefixes", [["99"], []], [["9x"], [99], [""]]),
        (
            "codes.recalled",
            [[], [{"gtin": "6410405216120"}], [{"gtin": "6410405216120", "lot": "L1"}]],
            [
                ["6410405216120"],
                [{"lot": "L1"}],
                [{"gtin": 6410405216120}],
                [{"gtin": "000"}],
                [{"gtin": "1", "x": ""}],
            ],
        ),
    ],
)
def test_a_value_that_would_fail_at_the_till_is_refused_at_head_office(
    name: str, good: list[Any], bad: list[Any]
) -> None:
    for value in good:
        check_setting(name, value)
    for value in bad:
        with pytest.raises(Refused) as refused:
            check_setting(name, value)
        assert refused.value.code == "setting-invalid"


def test_every_default_holds_by_itself() -> None:
    for name, value in DEFAULTS.items():
        check_setting(name, value)

"""What scanned texts mean, and that nothing is sold by accident."""

from __future__ import annotations

from typing import Any

import biip
import pytest
from biip.rcn import Rcn, RcnRegion
from hypothesis import given
from hypothesis import strategies as st

from poscore.codes import check_digit
from poscore.errors import PosError, Refused
from poscore.shop_rules import DEFAULTS
from register_svc.till.lots import Lot
from register_svc.till.scans import Scan, read_scan, without_framing

DAY = "2026-11-22"
MILK, MILK_14 = "6410405216120", "06410405216120"
GS = "\x1d"


def scan(text: str, **settings: Any) -> Scan:
    return read_scan(text, {**DEFAULTS, **{name.replace("__", "."): value for name, value in settings.items()}}, DAY)


def refusal(text: str, **settings: Any) -> str:
    with pytest.raises(Refused) as refused:
        scan(text, **settings)
    return refused.value.code


def coded(digits: str) -> str:
    """Twelve digits, and the check digit that fits."""
    assert len(digits) == 12
    return digits + check_digit(digits)


# -- what stands around a code -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "symbology", "code"),
    [
        (MILK, "", MILK),
        (f"]E0{MILK}", "E0", MILK),
        (f"\x02]E0{MILK}\r\n\x03", "E0", MILK),
        (f"]E4{96385074}", "E4", "96385074"),
        (f"]E3{MILK}05", "E3", MILK),  # the issue of a magazine stands behind its code
        ("]Q1https://id.gs1.org/01/1", "Q1", "https://id.gs1.org/01/1"),
        (f"]C1{GS}01{MILK_14}", "C1", f"01{MILK_14}"),
        ("]E0", "", "]E0"),
        ("", "", ""),
    ],
)
def test_framing_and_symbology_are_no_part_of_the_code(text: str, symbology: str, code: str) -> None:
    assert without_framing(text) == (symbology, code)


@pytest.mark.parametrize("text", [MILK, f"]E0{MILK}", "96385074", "A6", "123", "9771234567003", "641040521612X"])
def test_a_plain_code_means_itself(text: str) -> None:
    code = without_framing(text)[1]
    assert scan(text) == Scan(code, (code,))


def test_twelve_digits_of_america_are_looked_up_with_a_zero() -> None:
    assert scan("036000291452").keys == ("0036000291452",)


# -- codes of the shop's own ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "base", "weight"),
    [
        ("2312345012999", "2312345000002", "1.299"),
        (coded("241234501299"), coded("241234500000"), "12.990"),
        (coded("251234501299"), coded("251234500000"), "129.900"),
        (coded("239116250001"), "2391162500001", "0.001"),
        (coded("259999999999"), coded("259999990000"), "999.900"),
    ],
)
def test_a_weight_code_of_finland_is_its_article_and_its_weight(code: str, base: str, weight: str) -> None:
    found = scan(f"]E0{code}")
    assert (found.code, found.keys, found.price) == (code, (base,), None)
    assert found.weight is not None
    assert found.weight.text == weight


@given(st.sampled_from(["23", "24", "25"]), st.integers(0, 999_999), st.integers(1, 9999))
def test_biip_reads_a_weight_code_of_finland_as_we_do(prefix: str, item: int, measure: int) -> None:
    code = coded(f"{prefix}{item:06d}{measure:04d}")
    theirs = biip.parse(code, config=biip.ParseConfig(rcn_region=RcnRegion.FINLAND)).gtin
    assert isinstance(theirs, Rcn)
    ours = scan(code)
    assert ours.weight is not None
    assert ours.weight.thousandths == theirs.weight * 1000
    assert ours.keys == (theirs.without_variable_measure().value,)


@pytest.mark.parametrize(("meaning", "price"), [("price-2", 1299), ("price-1", 12990), ("price-0", 129900)])
@pytest.mark.parametrize("prefix", ["02", "20", "21", "22", "26", "27", "28", "29"])
def test_a_price_code_is_what_the_setting_says(prefix: str, meaning: str, price: int) -> None:
    found = scan(coded(f"{prefix}1234561299"), **{f"codes__prefix_{prefix}": meaning})
    assert (found.keys, found.price, found.weight) == ((coded(f"{prefix}1234560000"),), price, None)


def test_the_measure_may_have_five_digits() -> None:
    found = scan(coded("281234512345"), codes__prefix_28="price-2", codes__measure_digits=5)
    assert (found.keys, found.price) == ((coded("281234500000"),), 12345)


def test_a_code_of_the_shop_that_nobody_has_explained_is_refused_and_says_where_to() -> None:
    code = coded("201234561299")
    assert refusal(code) == "code-not-used"
    assert scan(code, codes__prefix_20="plain") == Scan(code, (code,))


def test_a_weight_of_nothing_and_a_wrong_check_digit_are_not_read() -> None:
    assert scan("2391162500001").keys == ("2391162500001",)
    assert scan("2312345012998") == Scan("2312345012998", ("2312345012998",))


# -- what is no article --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["981", "982", "983", "984", "990", "999"])
def test_a_coupon_is_never_goods(start: str) -> None:
    assert refusal(coded(f"{start}123456789")) == "code-is-coupon"


def test_a_refund_receipt_is_never_goods() -> None:
    assert refusal(coded("980123456789")) == "code-is-refund-receipt"


@pytest.mark.parametrize("zeros", ["0", "00000000", "0000000000000", "00000000000000"])
def test_zeros_are_nobodys_code(zeros: str) -> None:
    assert scan(zeros).keys == ("",)


# -- GS1 -----------------------------------------------------------------------------------------------------------

FULL = f"01{MILK_14}1726123115261224310300129910LOT-1"
SAID = Lot(MILK, "LOT-1", "2026-12-31", "2026-12-24")


@pytest.mark.parametrize("symbology", ["]C1", "]e0", "]d2", "]Q3", "]J1", ""])
def test_element_strings_name_article_lot_days_and_weight(symbology: str) -> None:
    found = scan(symbology + FULL)
    assert (found.code, found.keys, found.lot, found.price) == (FULL, (MILK,), SAID, None)
    assert found.weight is not None
    assert found.weight.text == "1.299"


def test_a_lot_ends_at_its_separator() -> None:
    assert scan(f"]d2{GS}01{MILK_14}10LOT-1{GS}17261231").lot == Lot(MILK, "LOT-1", "2026-12-31")


@pytest.mark.parametrize(
    "link",
    [
        f"https://id.gs1.org/01/{MILK_14}/10/LOT-1?17=261231&15=261224&3103=001299",
        f"HTTPS://kauppa.example/tuotteet/01/{MILK}/10/LOT-1?17=261231&15=261224&3103=001299&linkType=all",
        f"http://id.gs1.org/01/{MILK_14}/10/LOT-1?17=261231&15=261224&3103=001299",
    ],
)
@pytest.mark.parametrize("symbology", ["]Q1", "]d1", ""])
def test_a_digital_link_of_any_shop_names_them_as_well(symbology: str, link: str) -> None:
    found = scan(symbology + link)
    assert (found.code, found.keys, found.lot) == (link, (MILK,), SAID)
    assert found.weight is not None
    assert found.weight.text == "1.299"


def test_short_and_long_gtins_are_looked_up_as_the_price_list_keys_them() -> None:
    assert scan("]d20100000096385074").keys == ("96385074", "0000096385074")
    assert scan("]d20100036000291452").keys == ("0036000291452",)
    assert scan("]d20196410405216123").keys == ("96410405216123",)


@pytest.mark.parametrize(
    ("digits", "day"),
    [
        ("261231", "2026-12-31"),
        ("270200", "2027-02-28"),
        ("280200", "2028-02-29"),
        ("760101", "2076-01-01"),
        ("770101", "1977-01-01"),
    ],
)
def test_a_day_without_a_day_is_the_months_last_and_the_century_the_nearest(digits: str, day: str) -> None:
    lot = scan(f"]d201{MILK_14}17{digits}").lot
    assert lot is not None
    assert lot.expires == day


@pytest.mark.parametrize(
    "text",
    [
        "]d20106410405216121",  # a wrong check digit
        "]d201000000000000000",
        "]d210LOT-1",  # a lot of nothing
        f"]d202{MILK_14}3705",  # a case of five, not an article
        f"]d201{MILK_14}17261331",
        f"]d201{MILK_14}3103000000",  # no weight
        f"]d201{MILK_14}3105000001",  # a hundredth of a gram
        f"]d201{MILK_14}1726",
        f"]d201{MILK_14}10A{GS}10B",
        "]C1nonsense",
        f"]Q3{MILK}",
        "https://id.gs1.org/01/6410405216121",
        "https://example.com/",
        "https://[",
        "]Q1http://example.com/01/",
    ],
)
def test_what_only_looks_like_gs1_is_unreadable(text: str) -> None:
    assert refusal(text) == "code-unreadable"


@pytest.mark.parametrize(
    "text", ["9712345678901", "9912345678901", "]E09812345678901", f"(01){MILK_14}", f"01{MILK_14[:-1]}1"]
)
def test_digits_that_biip_would_take_for_a_message_stay_a_code(text: str) -> None:
    code = without_framing(text)[1]
    assert scan(text) == Scan(code, (code,))


@given(
    st.text(max_size=60) | st.from_regex(r"(\][A-Za-z][0-9])?(01[0-9]{14}|https?://)[ -~\x1d]{0,40}", fullmatch=True)
)
def test_whatever_is_scanned_is_read_or_refused(text: str) -> None:
    refusals = {"code-unreadable", "code-is-coupon", "code-is-refund-receipt", "code-not-used"}
    try:
        found = read_scan(text, DEFAULTS, DAY)
    except PosError as refused:
        refusals.remove(refused.code)
    else:
        assert found.keys
        assert found.weight is None or found.weight.thousandths > 0

"""X and Z as text: every figure of the report, on the same paper as receipts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from register_svc.till.paper import Letterhead, Paper
from register_svc.till.report_text import X, Z, report_text
from register_svc.till.texts import LANGUAGES

GOLDEN = Path(__file__).parents[2] / "poscore" / "golden" / "records.json"
REPORT: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))["bodies"]["shift-closed"]
HELSINKI = ZoneInfo("Europe/Helsinki")


def printed(kind: str = Z, *, columns: int = 42, language: str = "fi", **changed: Any) -> str:
    letterhead = Letterhead(("Kyläkauppa", "Y-tunnus 1234567-1"), ("Kiitos käynnistä!",), language, HELSINKI)
    return report_text(kind, {**REPORT, **changed}, Paper(letterhead, columns))


def test_a_z_report() -> None:
    head = {"register": "r1", "epoch": 1, "seq": 13, "hash": "0123456789abcdef" * 4}
    assert printed(head=head, signed_head=f"e30.e30.{'s' * 86}", closed_at="2026-11-22T10:00:14.000Z") == (
        "                Kyläkauppa\n"
        "            Y-tunnus 1234567-1\n"
        "           *** Z-RAPORTTI 1 ***\n"
        "Kassa r1                           Vuoro 1\n"
        "Myyntipäivä                     22.11.2026\n"
        "Avattu 101                22.11.2026 12:00\n"
        "Suljettu 101              22.11.2026 12:00\n"
        "------------------------------------------\n"
        "Myynnit 2                            49,67\n"
        "Palautukset 1                        -1,93\n"
        "YHTEENSÄ                         47,74 EUR\n"
        "Pyöristys                            -0,04\n"
        "Alennukset 2                          0,21\n"
        "\n"
        "ALV %    Veroton       Vero     Verollinen\n"
        "13,50       2,46       0,33           2,79\n"
        "25,50      35,82       9,13          44,95\n"
        "\n"
        "MAKSUTAVAT\n"
        "Tili                                 44,40\n"
        "Kortti                                3,00\n"
        "Käteinen                              0,30\n"
        "\n"
        "KASSALIPAS\n"
        "Pohjakassa                          100,00\n"
        "Käteismaksut                          0,30\n"
        "Lisätty                               0,00\n"
        "Otettu                                0,00\n"
        "Tilitetty                           -50,00\n"
        "Pitäisi olla                         50,30\n"
        "Laskettu                             50,35\n"
        "Ero                                   0,05\n"
        "Jää lippaaseen                       50,00\n"
        "Tilitetään                            0,35\n"
        "  pikkuraha\n"
        "  1 x 50,00                          50,00\n"
        "  1 x 0,20                            0,20\n"
        "  3 x 0,05                            0,15\n"
        "\n"
        "TAPAHTUMAT\n"
        "OFFLINE-tapahtumat                       2\n"
        "Keskeytetyt                              1\n"
        "Harjoitukset                             0\n"
        "Kuittikopiot                             1\n"
        "Lippaan avaukset                         1\n"
        "Poistetut rivit                          1\n"
        "Hinnan muutokset                         0\n"
        "Palautukset ilman kuittia                0\n"
        "\n"
        "KERTYMÄT\n"
        "Myynti                               49,67\n"
        "Palautukset                          -1,93\n"
        "Netto                                47,74\n"
        "\n"
        "LÄHETTÄMÄTTÄ\n"
        "Kirjaukset                               9\n"
        "Kuitit                                   2\n"
        "\n"
        "PÄIVÄKIRJA\n"
        "r1-1-13\n"
        "0123456789abcdef0123456789abcdef0123456789\n"
        "abcdef0123456789abcdef\n"
        "Allekirjoitus\n"
        f"{'s' * 42}\n"
        f"{'s' * 42}\n"
        "ss\n"
    )


def test_an_x_has_no_end_and_no_signature() -> None:
    found = dict.fromkeys(("counted", "difference", "reason", "left_in_drawer", "dropped"))
    text = printed(X, closed_at=None, closed_by=None, signed_head=None, cash={"expected": 5_030, **found})
    assert "*** X-RAPORTTI ***" in text
    assert "Pitäisi olla                         50,30\n" in text
    for word in ("Suljettu", "Laskettu", "Ero ", "Jää lippaaseen", "Allekirjoitus"):
        assert word not in text


def test_a_blind_x_keeps_its_secrets_on_paper_too() -> None:
    cash = dict.fromkeys(("expected", "counted", "difference", "reason", "left_in_drawer", "dropped"))
    text = printed(X, cash=cash, by_tender=None)
    for word in ("MAKSUTAVAT", "Käteismaksut", "Pitäisi olla", "50,30"):
        assert word not in text
    assert "Pohjakassa                          100,00\n" in text


def test_a_tender_of_tomorrow_goes_by_its_own_name() -> None:
    assert "barter                                1,00\n" in printed(by_tender={"barter": 100})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_speaks_every_language(language: str) -> None:
    texts = {printed(language=one) for one in LANGUAGES}
    assert len(texts) == len(LANGUAGES)
    assert "None" not in printed(language=language)


@settings(max_examples=40)
@given(
    st.sampled_from((32, 42, 48)),
    st.sampled_from(LANGUAGES),
    st.text(st.characters(codec="utf-8"), max_size=80),
    st.integers(-(10**14), 10**14),
)
def test_no_line_is_wider_than_the_paper_and_no_control_character_passes(
    columns: int, language: str, name: str, cents: int
) -> None:
    text = printed(
        columns=columns,
        language=language,
        opened_by=name,
        cash={**REPORT["cash"], "reason": name, "counted": cents},
        total=cents,
    )
    assert max(len(line) for line in text.split("\n")) <= columns
    assert all(letter == "\n" or letter.isprintable() for letter in text)

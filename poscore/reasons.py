"""Why somebody gave a discount, set a price, opened the drawer: the reasons that a shop offers, in three languages.

A setting `reasons.PURPOSE` for each purpose is a list of `{"reason", "fi", "sv", "en"}`; `reason` is what the journal
keeps. `reasons.free_text` lists the purposes for which a cashier may type another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PURPOSES = ("discount", "price", "void", "return", "drawer", "cash")
FREE_TEXT = "reasons.free_text"
LANGUAGES = ("fi", "sv", "en")
MAX_LENGTH = 60  # a line of the screen's list


def name_of(purpose: str) -> str:
    """The setting that holds the reasons for `purpose`."""
    return f"reasons.{purpose}"


def _offered(*rows: tuple[str, str, str, str]) -> list[dict[str, str]]:
    return [dict(zip(("reason", *LANGUAGES), row, strict=True)) for row in rows]


SHIPPED: Mapping[str, list[Any]] = {
    name_of("discount"): _offered(
        ("damaged", "Vaurioitunut", "Skadad", "Damaged"),
        ("expiring", "Viimeinen käyttöpäivä", "Sista förbrukningsdag", "Last use-by day"),
        ("display", "Esittelykappale", "Utställningsexemplar", "Display item"),
        ("staff", "Henkilökunta", "Personal", "Staff"),
        ("goodwill", "Hyvitys asiakkaalle", "Gottgörelse till kunden", "Goodwill"),
    ),
    name_of("price"): _offered(
        ("shelf-price", "Hyllyn hinta", "Hyllpriset", "Shelf price"),
        ("agreed", "Sovittu hinta", "Avtalat pris", "Agreed price"),
        ("damaged", "Vaurioitunut", "Skadad", "Damaged"),
    ),
    name_of("void"): _offered(
        ("mistake", "Väärä tuote", "Fel vara", "Wrong item"),
        ("changed-mind", "Asiakas perui", "Kunden ångrade sig", "Customer changed their mind"),
        ("no-money", "Maksu ei onnistunut", "Betalningen misslyckades", "Could not pay"),
    ),
    name_of("return"): _offered(
        ("faulty", "Viallinen", "Felaktig", "Faulty"),
        ("wrong-item", "Väärä tuote", "Fel vara", "Wrong item"),
        ("changed-mind", "Asiakas vaihtoi mieltään", "Kunden ångrade sig", "Changed their mind"),
    ),
    name_of("drawer"): _offered(
        ("change", "Rahan vaihto", "Växling", "Giving change"),
        ("check", "Tarkistus", "Kontroll", "Check"),
        ("mistake", "Virhe edellisessä myynnissä", "Fel i föregående köp", "Mistake in the last sale"),
    ),
    name_of("cash"): _offered(
        ("change", "Vaihtorahaa", "Växelpengar", "Change"),
        ("safe", "Tilitys kassakaappiin", "Redovisning till kassaskåpet", "To the safe"),
        ("purchase", "Pieni hankinta", "Mindre inköp", "Small purchase"),
    ),
    FREE_TEXT: list(PURPOSES),
}


def faults_of(name: str, value: Iterable[Any]) -> str | None:
    """What is wrong with the value of one of these settings, as the end of a sentence; None when nothing is."""
    rows = list(value)
    if name == FREE_TEXT:
        return None if set(map(str, rows)) <= set(PURPOSES) else f"lists some of: {', '.join(PURPOSES)}"
    members = {"reason", *LANGUAGES}
    sound = all(isinstance(row, dict) and row.keys() == members and all(map(_is_text, row.values())) for row in rows)
    if not sound or len({row["reason"] for row in rows}) < len(rows):
        return 'is a list such as [{"reason": "damaged", "fi": "…", "sv": "…", "en": "…"}], each reason once'
    return None


def _is_text(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= MAX_LENGTH and text.isprintable()

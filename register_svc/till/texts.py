"""Receipt and report texts in Finnish, Swedish and English, keyed by one name each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

LANGUAGES = ("fi", "sv", "en")

_TEXTS: dict[str, tuple[str, str, str]] = {
    "receipt": ("Kuitti", "Kvitto", "Receipt"),
    "register": ("Kassa", "Kassa", "Register"),
    "cashier": ("Myyjä", "Försäljare", "Cashier"),
    "customer": ("Asiakas", "Kund", "Customer"),
    "deposit": ("sis. pantti", "inkl. pant", "incl. deposit"),
    "discount": ("Alennus", "Rabatt", "Discount"),
    "total": ("YHTEENSÄ", "TOTALT", "TOTAL"),
    "rounding": ("Pyöristys", "Avrundning", "Rounding"),
    "change": ("Takaisin", "Växel", "Change"),
    "vat": ("ALV %", "Moms%", "VAT %"),
    "net": ("Veroton", "Netto", "Net"),
    "tax": ("Vero", "Moms", "Tax"),
    "gross": ("Verollinen", "Brutto", "Gross"),
    "copy": ("KOPIO", "KOPIA", "COPY"),
    "training": ("HARJOITUS – EI KUITTI", "ÖVNING – EJ KVITTO", "TRAINING – NOT A RECEIPT"),
    "return": ("PALAUTUS", "RETUR", "RETURN"),
    "original": ("Alkuperäinen kuitti", "Ursprungligt kvitto", "Original receipt"),
    "invoice_follows": ("Lasku toimitetaan jälkikäteen.", "Fakturan skickas i efterhand.", "An invoice will follow."),
    "cash": ("Käteinen", "Kontant", "Cash"),
    "card": ("Kortti", "Kort", "Card"),
    "invoice": ("Lasku", "Faktura", "Invoice"),
    "account": ("Tili", "Konto", "Account"),
    "payroll": ("Palkkaveloitus", "Löneavdrag", "Payroll"),
    "bonus": ("Bonushyvitys", "Bonus", "Bonus"),
    "voucher": ("Lahjakortti", "Presentkort", "Voucher"),
}


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of a language; Finnish for one that is not known."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {name: row[column] for name, row in _TEXTS.items()}

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
    "deposit": ("Pantti", "Pant", "Deposit"),
    "deposit_included": ("sis. pantti", "inkl. pant", "incl. deposit"),
    "discount": ("Alennus", "Rabatt", "Discount"),
    "total": ("YHTEENSÄ", "TOTALT", "TOTAL"),
    "rounding": ("Pyöristys", "Avrundning", "Rounding"),
    "change": ("Takaisin", "Växel", "Change"),
    "vat": ("ALV %", "Moms%", "VAT %"),
    "net": ("Veroton", "Netto", "Net"),
    "tax": ("Vero", "Moms", "Tax"),
    "gross": ("Verollinen", "Brutto", "Gross"),
    "draft": ("LUONNOS – EI KUITTI", "UTKAST – EJ KVITTO", "DRAFT – NOT A RECEIPT"),
    "copy": ("KOPIO", "KOPIA", "COPY"),
    "training": ("HARJOITUS – EI KUITTI", "ÖVNING – EJ KVITTO", "TRAINING – NOT A RECEIPT"),
    "return": ("PALAUTUS", "RETUR", "RETURN"),
    "original": ("Alkuperäinen kuitti", "Ursprungligt kvitto", "Original receipt"),
    "invoice_follows": ("Lasku toimitetaan jälkikäteen.", "Fakturan skickas i efterhand.", "An invoice will follow."),
    "credit_follows": (
        "Hyvityslasku toimitetaan jälkikäteen.",
        "Kreditfakturan skickas i efterhand.",
        "A credit note will follow.",
    ),
    "delivery_note": ("LÄHETE", "FÖLJESEDEL", "DELIVERY NOTE"),
    "lines": ("Rivejä", "Rader", "Lines"),
    "to_invoice": ("Laskutetaan", "Faktureras", "To be invoiced"),
    "received_by": ("Vastaanottajan allekirjoitus", "Mottagarens underskrift", "Received by (signature)"),
    "check": ("Tarkiste", "Kontroll", "Check"),
    "x_report": ("X-RAPORTTI", "X-RAPPORT", "X REPORT"),
    "z_report": ("Z-RAPORTTI", "Z-RAPPORT", "Z REPORT"),
    "business_day": ("Myyntipäivä", "Försäljningsdag", "Business day"),
    "shift": ("Vuoro", "Skift", "Shift"),
    "opened": ("Avattu", "Öppnat", "Opened"),
    "closed": ("Suljettu", "Stängt", "Closed"),
    "sales": ("Myynnit", "Försäljningar", "Sales"),
    "returns": ("Palautukset", "Returer", "Returns"),
    "discounts": ("Alennukset", "Rabatter", "Discounts"),
    "tenders": ("MAKSUTAVAT", "BETALNINGSSÄTT", "TENDERS"),
    "drawer": ("KASSALIPAS", "KASSALÅDA", "CASH DRAWER"),
    "opening_float": ("Pohjakassa", "Växelkassa", "Opening float"),
    "cash_taken": ("Käteismaksut", "Kontantbetalningar", "Cash taken"),
    "in": ("Lisätty", "Insatt", "Cash in"),
    "out": ("Otettu", "Uttaget", "Cash out"),
    "drop": ("Tilitetty", "Deponerat", "Safe drops"),
    "expected": ("Pitäisi olla", "Borde finnas", "Expected"),
    "counted": ("Laskettu", "Räknat", "Counted"),
    "difference": ("Ero", "Differens", "Difference"),
    "left_in_drawer": ("Jää lippaaseen", "Kvar i lådan", "Left in drawer"),
    "dropped": ("Tilitetään", "Deponeras", "To the safe"),
    "counts": ("TAPAHTUMAT", "HÄNDELSER", "EVENTS"),
    "offline": ("OFFLINE-tapahtumat", "OFFLINE-händelser", "OFFLINE receipts"),
    "aborted": ("Keskeytetyt", "Avbrutna", "Aborted"),
    "trainings": ("Harjoitukset", "Övningar", "Training"),
    "copies": ("Kuittikopiot", "Kvittokopior", "Copies"),
    "drawer_openings": ("Lippaan avaukset", "Lådöppningar", "Drawer openings"),
    "voided_lines": ("Poistetut rivit", "Strukna rader", "Voided lines"),
    "price_overrides": ("Hinnan muutokset", "Prisändringar", "Price overrides"),
    "returns_without_receipt": ("Palautukset ilman kuittia", "Returer utan kvitto", "Returns without receipt"),
    "grand": ("KERTYMÄT", "ACKUMULERAT", "GRAND TOTALS"),
    "grand_sales": ("Myynti", "Försäljning", "Sales"),
    "grand_returns": ("Palautukset", "Returer", "Returns"),
    "grand_net": ("Netto", "Netto", "Net"),
    "unsent": ("LÄHETTÄMÄTTÄ", "EJ SÄNT", "NOT SENT YET"),
    "unsent_records": ("Kirjaukset", "Poster", "Records"),
    "unsent_sales": ("Kuitit", "Kvitton", "Receipts"),
    "journal": ("PÄIVÄKIRJA", "JOURNAL", "JOURNAL"),
    "signature": ("Allekirjoitus", "Signatur", "Signature"),
    "cash": ("Käteinen", "Kontant", "Cash"),
    "card": ("Kortti", "Kort", "Card"),
    "invoice": ("Lasku", "Faktura", "Invoice"),
    "account": ("Tili", "Konto", "Account"),
    "account_balance": ("Tilin saldo", "Kontots saldo", "Account balance"),
    "account_limit": ("Luottoraja", "Kreditgräns", "Credit limit"),
    "payroll": ("Palkkaveloitus", "Löneavdrag", "Payroll"),
    "bonus": ("Bonushyvitys", "Bonus", "Bonus"),
    "voucher": ("Lahjakortti", "Presentkort", "Voucher"),
}


@cache
def texts(language: str) -> Mapping[str, str]:
    """All texts of a language; Finnish for one that is not known."""
    column = LANGUAGES.index(language) if language in LANGUAGES else 0
    return {name: row[column] for name, row in _TEXTS.items()}

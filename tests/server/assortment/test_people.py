"""Customers and cashiers; PINs are sealed and stay sealed."""

import json
import os
from pathlib import Path

import pytest

from poscore.errors import Fault
from server_push.assortment.importing import How, import_cashiers, import_customers
from server_push.assortment.people import is_business_id
from server_push.assortment.pins import PinVault
from server_push.storage.tables.assortment import cashier, customer
from tests.support.pricelists import NOW, table

CUSTOMERS = (
    *("customer_id", "name", "business_id", "address"),
    *("email", "tenders", "credit_limit", "payment_term_days"),
)
CASHIERS = ("cashier_id", "name", "pin", "role")


def test_customers_keep_their_address_at_head_office(storage, rows_of, tmp_path) -> None:
    good = ("0100", "Rakennus Oy", "0737546-2", "Katu 1, Tampere", "a@b.fi", "invoice; account|cash", "500.00", "14")
    bare = ("0200", "Asiakas", "", "", "", "", "", "")
    path = table(tmp_path / "c.csv", [CUSTOMERS, good, bare])

    report = import_customers(storage, path, NOW)

    assert (report.added, report.rejected, report.notes) == (2, (), ())
    row = rows_of(customer)["0100"]
    assert (row.address, row.email, json.loads(row.tenders)) == (
        "Katu 1, Tampere",
        "a@b.fi",
        ["invoice", "account", "cash"],
    )
    assert (row.credit_limit, row.payment_term_days) == (50_000, 14)
    assert rows_of(customer)["0200"].credit_limit is None
    assert import_customers(storage, path, NOW).unchanged == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [("tenders", "shells"), ("credit_limit", "much"), ("payment_term_days", "x"), ("customer_id", ""), ("name", "")],
)
def test_a_bad_customer_is_told_and_the_next_one_taken(storage, tmp_path, column, value) -> None:
    bad = dict(zip(CUSTOMERS, ("1", "A", "", "", "", "", "", ""), strict=True)) | {column: value}

    report = import_customers(
        storage, table(tmp_path / "c.csv", [CUSTOMERS, list(bad.values()), ("2", "B", "", "", "", "", "", "")]), NOW
    )

    assert (report.added, report.rejected[0].row, report.rejected[0].column) == (1, 2, column)


def test_a_wrong_business_id_is_told_and_kept(storage, rows_of, tmp_path) -> None:
    rows = [CUSTOMERS, ("1", "A", "0737546-3", "", "", "", "", "")]

    report = import_customers(storage, table(tmp_path / "c.csv", rows), NOW)

    assert "not a Y-tunnus" in report.notes[0].reason
    assert rows_of(customer)["1"].business_id == "0737546-3"


def test_business_ids_are_checked_by_the_rule_of_the_register() -> None:
    from stdnum.fi import ytunnus

    for number in range(1_000_000, 1_002_000):
        for digit in range(10):
            text = f"{number}-{digit}"
            assert is_business_id(text) == ytunnus.is_valid(text), text
    assert not is_business_id("FI07375462")


def test_pins_are_sealed_and_the_same_list_changes_nothing(storage, rows_of, tmp_path) -> None:
    path = table(tmp_path / "c.csv", [CASHIERS, ("1", "Maija", "1234", "cashier"), ("2", "Pekka", "0000", "manager")])

    first = import_cashiers(storage, path, NOW)
    sealed = rows_of(cashier)
    again = import_cashiers(storage, path, NOW, How(complete=True))

    assert (first.added, again.unchanged) == (2, 2)
    assert rows_of(cashier) == sealed
    assert b"1234" not in (tmp_path / "office/office.db").read_bytes()
    vault = PinVault.at(tmp_path / "office/keys")
    assert vault.open("2", sealed["2"].sealed_pin) == "0000"


def test_another_pin_or_role_is_a_change(storage, rows_of, tmp_path) -> None:
    import_cashiers(storage, table(tmp_path / "a.csv", [CASHIERS, ("1", "M", "1234", "cashier")]), NOW)
    before = rows_of(cashier)["1"].sealed_pin

    role = import_cashiers(storage, table(tmp_path / "b.csv", [CASHIERS, ("1", "M", "1234", "manager")]), NOW)
    assert rows_of(cashier)["1"].sealed_pin == before
    pin = import_cashiers(storage, table(tmp_path / "c.csv", [CASHIERS, ("1", "M", "9999", "manager")]), NOW)

    assert (role.changed, pin.changed, pin.name_changed) == (1, 1, 0)
    assert rows_of(cashier)["1"].sealed_pin != before


def test_a_bad_pin_or_role_is_told_without_the_pin(storage, tmp_path) -> None:
    rows = [CASHIERS, ("1", "A", "12", "cashier"), ("2", "B", "1234", "boss"), ("3", "C", "12345", "technician")]

    report = import_cashiers(storage, table(tmp_path / "c.csv", rows), NOW)

    assert [(bad.row, bad.column) for bad in report.rejected] == [(2, "pin"), (3, "role")]
    assert report.rejected[0].reason == "a PIN is 4 to 12 digits"


def test_a_lost_key_is_mended_by_the_next_import(storage, tmp_path) -> None:
    path = table(tmp_path / "c.csv", [CASHIERS, ("1", "M", "1234", "cashier")])
    import_cashiers(storage, path, NOW)
    (tmp_path / "office/keys/pins.key").unlink()

    assert import_cashiers(storage, path, NOW).changed == 1
    assert import_cashiers(storage, path, NOW).unchanged == 1


def test_a_sealed_pin_opens_only_for_its_own_cashier(tmp_path: Path) -> None:
    vault = PinVault.at(tmp_path / "keys")
    sealed = vault.seal("1", "1234")

    assert PinVault.at(tmp_path / "keys").open("1", sealed) == "1234"
    for cashier_id, data in (("2", sealed), ("1", sealed[:-1]), ("1", b"")):
        with pytest.raises(Fault, match="does not open"):
            vault.open(cashier_id, data)
    if os.name != "nt":
        assert (tmp_path / "keys/pins.key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_key_is_a_fault_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "pins.key").write_bytes(b"short")

    with pytest.raises(Fault, match="is not a key"):
        PinVault.at(tmp_path)
    assert (tmp_path / "pins.key").read_bytes() == b"short"

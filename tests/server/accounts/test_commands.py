"""The command line of accounts: what is exported, entered and proved."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from server_push.__main__ import main
from tests.support.accounts import Till
from tests.support.offices import Site


def run(site: Site, *words: str | Path) -> Result:
    return CliRunner().invoke(main, ["accounts", *map(str, words), "--dir", str(site.office.directory)])


def told(site: Site, *words: str | Path) -> dict[str, Any]:
    result = run(site, *words, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_payroll_is_exported_for_whoever_pays_the_wages(site: Site, r1: Till, tmp_path: Path):
    one = r1.owe(site, "E1", payroll=1_295, cashier="102")
    r1.owe(site, "E1", payroll=999, business_day="2026-12-01")
    r1.owe(site, "E1", bonus=500)
    back = r1.owe(site, "E1", payroll=-295)

    said = run(site, "export", "payroll", "--from", "2026-11-01", "--to", "2026-11-30", "--out", tmp_path / "p.csv")

    assert said.output == f"2 purchases written to {tmp_path / 'p.csv'}\n"
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["receipt_no"], row["kind"], row["amount"]) for row in rows] == [
        (one, "sale", "12.95"),
        (back, "return", "-2.95"),
    ]
    assert (rows[0]["customer_id"], rows[0]["name"], rows[0]["cashier"]) == ("E1", "Eeva Esimerkki", "102")
    assert (rows[0]["store"], rows[0]["register"], rows[0]["business_day"]) == ("s1", "r1", "2026-11-22")


def test_what_came_home_late_is_in_the_period_in_which_it_came(site: Site, r1: Till):
    r1.owe(site, "E1", payroll=1_000, home=False)
    site.clock.passes(days=12)
    site.bring_home(r1)
    november, december = ("2026-11-01", "2026-11-30"), ("2026-12-01", "2026-12-31")

    def total(period: tuple[str, str], *more: str) -> int:
        return int(told(site, "export", "payroll", "--from", period[0], "--to", period[1], *more)["total"])

    assert (total(november), total(december)) == (1_000, 0)
    assert (total(november, "--came-home"), total(december, "--came-home")) == (0, 1_000)


def test_an_export_without_purchases_is_a_header(site: Site):
    said = run(site, "export", "bonus", "--from", "2026-11-01", "--to", "2026-11-30")

    assert said.output.startswith("customer_id,name,business_day,")
    assert said.output.count("\n") == 1


def test_days_the_wrong_way_round_are_refused(site: Site):
    said = run(site, "export", "bonus", "--from", "2026-11-30", "--to", "2026-11-01")

    assert (said.exit_code, "(period-invalid)" in said.output) == (1, True)
    assert run(site, "export", "account", "--from", "2026-11-01", "--to", "2026-11-30").exit_code == 2


def test_a_payment_is_entered_once_and_shown(site: Site, r1: Till):
    sale = r1.owe(site, "C1", account=8_000)
    pay = ("enter", "account", "C1", "payment", "60.00", "--id", "bank-1", "--day", "2026-11-23")

    assert "the balance with it is 20.00" in run(site, *pay).output
    assert "bank-1 was entered before" in run(site, *pay).output
    shown = run(site, "show", "C1").output
    assert "C1 Rakennus Oy account: 20.00, limit 100.00, held 0.00" in shown
    assert sale in shown
    assert "payment bank-1" in shown
    assert run(site, "enter", "account", "C1", "payment", "a lot", "--id", "x").exit_code == 2
    assert "(reason-required)" in run(site, "enter", "account", "C1", "correction", "-5", "--id", "x").output


def test_the_check_fails_where_something_differs_and_mends_the_cache(site: Site, r1: Till):
    r1.owe(site, "C1", account=8_000)
    assert told(site, "check")["ok"] is True
    with site.office.storage.write() as connection:
        connection.exec_driver_sql("UPDATE account_balance SET balance = 0")

    broken = run(site, "check", "--rebuild")

    assert broken.exit_code == 1
    assert "cache-differs: account C1: 80.00 by the entries, not 0.00" in broken.output
    assert told(site, "check")["ok"] is True

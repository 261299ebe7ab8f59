"""A store's catalogue: what stands in it, and how one lineage of one file is carried on."""

import json
import random
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from poscore.catalog_format import DDL, INDEX_DDL, TABLES
from poscore.errors import Fault
from poscore.pins import verify_pin
from poscore.vat import FINLAND
from server_push.assortment.shop_settings import ShopSetting, ShopSettings
from server_push.bundles import catalog
from server_push.storage import insert_new
from server_push.storage.tables.registers import store as store_table
from tests.support.pricelists import NOW, gtin, line, lines

LATER = NOW + timedelta(days=1)


def pages(data: bytes) -> list[bytes]:
    return [data[start : start + 4096] for start in range(0, len(data), 4096)]


def changed_pages(before: bytes, after: bytes) -> int:
    old, new = pages(before), pages(after)
    return sum(a != b for a, b in zip(old, new, strict=False)) + abs(len(old) - len(new))


# -- what stands in it -------------------------------------------------------------------------------------------------


def test_articles_are_numbered_by_popularity_then_by_id(head) -> None:
    head.sells([line(n) for n in "DCBA"])
    head.has_sold(C=5, D=70)

    head.publish()

    assert head.ask("SELECT id, article_id FROM article ORDER BY id") == [(1, "D"), (2, "C"), (3, "A"), (4, "B")]
    assert head.ask("SELECT position, label FROM quick_key ORDER BY position") == [(1, "Tuote D"), (2, "Tuote C")]


def test_an_article_carries_what_a_sale_line_needs(head) -> None:
    head.sells([line("A1", name="Olut", price="2.50", vat_code="standard", deposit="0.15", age_limit="18", unit="tlk")])

    head.publish()

    columns = "article_id, name, price, vat_code, department, unit, deposit, age_limit"
    assert head.ask(f"SELECT {columns} FROM article") == [("A1", "Olut", 250, "standard", "ruoka", "tlk", 15, 18)]


def test_every_code_leads_to_all_its_articles(head) -> None:
    strange = 'X"1,\\2'
    head.sells(
        [line("A", gtin=f"{gtin(1)} {gtin(2)}"), line("B", gtin=gtin(2)), line("C", gtin=""), line("D", gtin=strange)]
    )

    head.publish()

    found = head.ask("SELECT code, article_id FROM code JOIN article ON article.id = code.article ORDER BY 1, 2")
    assert found == [(gtin(1), "A"), (gtin(2), "A"), (gtin(2), "B"), (strange, "D")]


def test_a_store_sells_its_own_row_of_an_article_where_it_has_one(head) -> None:
    head.sells([line("A", price="1.00"), line("A", price="2.00", store="s2"), line("B", store="s2"), line("C")])

    head.publish("s1")
    head.publish("s2")
    head.sells([line("A", price="1.00"), line("B", store="s2"), line("C")])  # s2's own price is withdrawn
    prices = "SELECT article_id, price FROM article ORDER BY 1"
    before = head.ask(prices, store="s2")
    head.publish("s2")

    assert head.ask(prices, store="s1") == [("A", 100), ("C", 100)]
    assert before == [("A", 200), ("B", 100), ("C", 100)]
    assert head.ask(prices, store="s2") == [("A", 100), ("B", 100), ("C", 100)]


def test_customers_go_without_address_and_email(head) -> None:
    head.sells([line("A")])
    head.knows(("7", "Rakennus Oy", "0737546-2", "Katu 1", "a@b.fi", "invoice account", "500.00"))

    head.publish()

    assert head.ask("SELECT * FROM customer") == [("7", "Rakennus Oy", "0737546-2", '["invoice","account"]', 50_000)]
    data = head.lineage().read_bytes()
    assert b"Katu 1" not in data
    assert b"a@b.fi" not in data


def test_pins_go_as_hashes_under_the_stores_own_pepper_and_are_made_once(head) -> None:
    head.sells([line("A")])
    head.employs(("1", "Maija", "1234", "cashier"), ("2", "Pekka", "4321", "manager"))
    head.publish("s1")
    head.publish("s2")
    hashes = {store: dict(head.ask("SELECT cashier_id, pin_hash FROM cashier", store=store)) for store in ("s1", "s2")}

    head.employs(
        ("1", "Maija", "1234", "shift_lead"), ("2", "Pekka", "9999", "manager"), ("3", "Aino", "5555", "cashier")
    )
    head.publish("s1")
    after = dict(head.ask("SELECT cashier_id, pin_hash FROM cashier"))

    for store, of in hashes.items():
        assert verify_pin("1234", head.profiles[store].pepper, of["1"])
        assert not verify_pin("1234", b"x" * 32, of["1"])
    assert hashes["s1"]["1"] != hashes["s2"]["1"]
    assert after["1"] == hashes["s1"]["1"]  # only the role has changed
    assert after["2"] != hashes["s1"]["2"]
    assert verify_pin("9999", head.profiles["s1"].pepper, after["2"])
    assert head.ask("SELECT cashier_id, role FROM cashier ORDER BY 1") == [
        ("1", "shift_lead"), ("2", "manager"), ("3", "cashier")
    ]  # fmt: skip
    head.employs(("3", "Aino", "5555", "cashier"))
    head.publish("s1")
    assert head.ask("SELECT cashier_id FROM cashier") == [("3",)]


def test_a_new_pepper_makes_new_hashes(head) -> None:
    from dataclasses import replace

    head.sells([line("A")])
    head.employs(("1", "Maija", "1234", "cashier"))
    head.publish()
    head.profiles["s1"] = replace(head.profiles["s1"], pepper=b"n" * 32)

    assert head.publish().new
    assert verify_pin("1234", b"n" * 32, head.ask("SELECT pin_hash FROM cashier")[0][0])


def test_the_tender_table_says_what_works_offline_and_why_not(head) -> None:
    head.sells([line("A")])
    head.publish()

    rows = head.ask("SELECT type, online, offline, needs_customer, names, reason FROM tender_type ORDER BY position")

    assert [row[:4] for row in rows] == [
        ("cash", "allow", "allow", 0),
        ("card", "allow", "allow", 0),
        ("invoice", "allow", "allow", 1),
        ("account", "allow", "allow", 1),
        ("payroll", "allow", "deny", 1),
        ("bonus", "allow", "deny", 1),
        ("voucher", "allow", "deny", 0),
    ]
    for _, _, offline, _, names, reason in rows:
        assert json.loads(names).keys() == {"fi", "sv", "en"}
        assert (offline == "allow") == (reason is None)
        assert reason is None or all(json.loads(reason)[language] for language in ("fi", "sv", "en"))


def test_vat_receipt_header_and_store_stand_in_it(head) -> None:
    head.sells([line("A"), line("B")])
    head.publish()

    meta = dict(head.ask("SELECT key, value FROM meta"))
    assert (meta["schema"], meta["store"], meta["store_name"], meta["chain"]) == ("2", "s1", "Kauppa s1", "Ketju Oy")
    assert (meta["published_at"], meta["article_count"]) == ("2026-11-22T12:00:00.000Z", "2")
    assert json.loads(meta["receipt_header"]) == ["Ketju Oy", "Kauppa s1", "Y-tunnus 0737546-2"]
    assert isinstance(json.loads(meta["receipt_footer"]), list)
    rates = head.ask("SELECT code, rate, valid_from, valid_to FROM vat_rate")
    assert sorted(rates) == sorted(
        (r.code, r.rate, r.valid_from.isoformat(), r.valid_to.isoformat() if r.valid_to else None)
        for r in FINLAND.rates
    )


def test_the_file_has_the_agreed_tables_and_stands_alone(head) -> None:
    head.sells(lines(50))
    head.publish()
    head.sells(lines(60))
    head.publish()

    tables = dict(head.ask("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    assert set(TABLES) <= tables.keys()
    assert {tables[name] for name in TABLES} == set(DDL)
    assert [
        row[0] for row in head.ask("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    ] == list(INDEX_DDL)
    assert head.lineage().read_bytes()[18:20] == b"\1\1"  # never in WAL mode
    assert {path.name for path in head.lineage().parent.glob("*-*")} == set()


# -- the lineage -------------------------------------------------------------------------------------------------------


def test_after_many_publishings_the_search_finds_what_is_sold_now_and_nothing_else(head) -> None:
    dice = random.Random(1)
    selling = {row["article_id"]: row for row in lines(300)}
    for day in range(12):
        for article_id in dice.sample(sorted(selling), 20):
            selling[article_id] = selling[article_id] | {"name": f"Uusi{day} sana{dice.randrange(50)}"}
        for article_id in dice.sample(sorted(selling), 5):
            del selling[article_id]
        for row in lines(8, 1_000 + 10 * day):
            selling[row["article_id"]] = row | {"gtin": f"{row['gtin']} {gtin(dice.randrange(40))}"}
        head.sells(list(selling.values()))
        head.publish(now=NOW + timedelta(days=day))

    for word in ("Uusi3", "Uusi11", "sana7", "Tuote", "uus*", "s*"):
        stem, prefix = word.rstrip("*").casefold(), word.endswith("*")
        expected = {
            article_id
            for article_id, row in selling.items()
            for part in row["name"].casefold().split()
            if part == stem or (prefix and part.startswith(stem))
        }
        assert set(head.finds(word)) == expected, word
    assert {row[0] for row in head.ask("SELECT article_id FROM article")} == selling.keys()
    codes = head.ask("SELECT code, article_id FROM code JOIN article ON article.id = code.article")
    assert set(codes) == {(code, key) for key, row in selling.items() for code in row["gtin"].split()}
    assert check_search(head) == "ok"


def check_search(head) -> str:
    """FTS5's own check, against the names in the table."""
    copy = head.directory / "copy.db"
    copy.write_bytes(head.lineage().read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("INSERT INTO article_search(article_search, rank) VALUES('integrity-check', 1)")
        return connection.execute("PRAGMA integrity_check").fetchone()[0]


def test_the_check_of_the_search_notices_a_name_that_was_changed_behind_its_back(head) -> None:
    head.sells(lines(10))
    head.publish()
    with closing(sqlite3.connect(head.lineage())) as connection:
        connection.execute("UPDATE article SET name = 'toinen' WHERE id = 3")
        connection.commit()

    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        check_search(head)


def test_a_lineage_carried_on_says_the_same_as_a_file_built_anew(head, tmp_path) -> None:
    head.sells([line("A", store="s1", price="3.00"), *lines(200)])
    head.employs(("1", "Maija", "1234", "cashier"))
    head.knows(("7", "Rakennus Oy", "", "", "", "invoice", ""))
    head.publish()
    head.sells([*lines(150, 100), line("A", name="toinen")])
    head.knows(("8", "Maalaamo", "", "", "", "account", "1.00"))
    head.publish(now=LATER)

    anew = tmp_path / "anew.db"
    catalog.build(anew, head.storage.path, head.profiles["s1"], "2026-11-23T12:00:00.000Z")

    with closing(sqlite3.connect(anew)) as other:
        for query in (
            "SELECT article_id, name, price, vat_code, department, unit, deposit, age_limit FROM article ORDER BY 1",
            "SELECT code, article_id FROM code JOIN article ON id = article ORDER BY 1, 2",
            *(
                f"SELECT * FROM {name} ORDER BY 1"
                for name in ("meta WHERE key <> 'lineage_begun'", "customer", "cashier", "tender_type", "vat_rate")
            ),
        ):
            assert head.ask(query) == other.execute(query).fetchall()


def test_an_article_keeps_its_number_and_a_new_one_comes_last(head) -> None:
    head.sells([line(n) for n in "BCD"])
    head.publish()
    head.sells([line(n) for n in "ABD"])
    head.has_sold(D=100)
    head.publish()

    assert head.ask("SELECT id, article_id FROM article ORDER BY id") == [(1, "B"), (3, "D"), (4, "A")]


def test_a_price_change_touches_few_pages(head) -> None:
    head.sells(lines(8_000))
    head.publish()
    before = head.lineage().read_bytes()

    changed = lines(8_000)
    changed[7_777] |= {"price": "55.55"}
    head.sells(changed)
    head.publish(now=LATER)
    after = head.lineage().read_bytes()

    assert head.ask("SELECT price FROM article WHERE article_id = 'A007777'") == [(5555,)]
    # The file's header, the article's page, and the page of meta that says when it was published.
    assert changed_pages(before, after) <= 3
    assert len(before) > 250 * 4096


def test_a_new_name_touches_few_pages_too(head) -> None:
    head.sells(lines(8_000))
    head.publish()
    before = head.lineage().read_bytes()

    changed = lines(8_000)
    changed[7_777] |= {"name": "Aivan uusi nimi"}
    head.sells(changed)
    head.publish(now=LATER)

    assert changed_pages(before, head.lineage().read_bytes()) <= 12


def test_when_nothing_differs_not_a_byte_is_written(head) -> None:
    head.sells(lines(100))
    head.employs(("1", "Maija", "1234", "cashier"))
    head.publish()
    before, written = head.lineage().read_bytes(), head.lineage().stat().st_mtime_ns

    changed = catalog.refresh(
        head.lineage(), head.storage.path, head.profiles["s1"], "2027-01-01T00:00:00.000Z", fresh=False, force=False
    )

    assert not changed
    assert head.lineage().read_bytes() == before
    assert head.lineage().stat().st_mtime_ns == written


def test_a_refresh_that_dies_leaves_the_file_as_it_was(head, monkeypatch) -> None:
    head.sells(lines(100))
    head.publish()
    before = head.lineage().read_bytes()
    head.sells(lines(100, 50))
    monkeypatch.setattr(catalog.Lineage, "_codes", _die)

    with pytest.raises(KeyboardInterrupt):
        head.publish()

    assert head.lineage().read_bytes() == before


def _die(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("fresh", [False, True])
def test_what_a_kill_left_in_the_middle_of_a_write_never_reaches_the_next_file(head, fresh) -> None:
    head.sells(lines(3_000))
    head.publish()
    folder = head.lineage().parent
    with closing(sqlite3.connect(head.lineage(), isolation_level=None)) as dying:
        dying.execute("PRAGMA cache_size=5")  # so that pages reach the file before the commit
        dying.execute("BEGIN IMMEDIATE")
        dying.execute("UPDATE article SET name = 'half done'")
        left = {path.name: path.read_bytes() for path in folder.glob("lineage.db*")}
    assert "lineage.db-journal" in left
    for name, data in left.items():
        (folder / name).write_bytes(data)

    head.sells(lines(5_000))
    head.publish(fresh=fresh)
    head.publish(force=True)

    assert head.ask("SELECT count(*), sum(name = 'half done') FROM article") == [(5_000, 0)]
    assert check_search(head) == "ok"
    assert not (folder / "lineage.db-journal").exists()


def test_a_damaged_lineage_is_a_fault_until_a_fresh_one_is_asked_for(head) -> None:
    head.sells(lines(100))
    head.publish()
    head.lineage().write_bytes(b"rubbish" * 1000)

    with pytest.raises(Fault) as fault:
        head.publish()
    assert fault.value.code == "lineage-damaged"
    assert "--fresh" in str(fault.value.hint)

    assert head.publish(fresh=True).new
    assert head.ask("SELECT count(*) FROM article") == [(100,)]


def test_a_fresh_lineage_numbers_by_popularity_again(head) -> None:
    head.sells([line(n) for n in "AB"])
    head.publish()
    head.has_sold(B=9)
    head.publish(fresh=True)

    assert head.ask("SELECT article_id FROM article ORDER BY id") == [("B",), ("A",)]


def test_an_empty_assortment_is_an_empty_catalogue(head) -> None:
    published = head.publish()

    assert published.articles == 0
    assert head.ask("SELECT count(*) FROM article") == [(0,)]


def test_settings_of_the_store_stand_in_it_before_those_of_all_stores(head) -> None:
    settings = ShopSettings(head.storage)
    with head.storage.write() as connection:
        row = {"store": "s1", "name": "S", "address": "[]", "time_zone": "Europe/Helsinki", "language": "fi"}
        insert_new(connection, store_table, [{**row, "pin_pepper": b"p" * 32, "added_at": "x"}])
    settings.set(ShopSetting("age.ask_under", 25, "2026-01-01"), NOW)
    settings.set(ShopSetting("age.ask_under", 26, "2026-06-01"), NOW)
    settings.set(ShopSetting("age.ask_under", 40, "2026-06-01", "s1"), NOW)
    head.sells([line("A")])
    head.publish()
    head.publish("s2")

    question = "SELECT valid_from, value FROM setting WHERE name = 'age.ask_under' ORDER BY valid_from"
    assert head.ask(question) == [("2026-01-01", "25"), ("2026-06-01", "40")]
    assert head.ask(question, store="s2") == [("2026-01-01", "25"), ("2026-06-01", "26")]


def test_a_setting_that_is_taken_back_leaves_it_again(head) -> None:
    settings = ShopSettings(head.storage)
    settings.set(ShopSetting("age.ask_under", 25, "2026-01-01"), NOW)
    head.sells([line("A")])
    head.publish()
    settings.unset("age.ask_under", "2026-01-01")
    head.publish()
    assert head.ask("SELECT count(*) FROM setting") == [(0,)]

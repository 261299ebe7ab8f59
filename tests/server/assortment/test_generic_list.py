"""The generic list of articles: what is taken, what is refused and why, and what a second list does to the first."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from server_push.assortment import articles as article_room
from server_push.assortment.articles import COLUMNS, LAYOUT, article_rows
from server_push.assortment.importing import How, import_articles
from server_push.assortment.report import MOST_FINDINGS, BadCell, Findings, ImportReport, Log
from server_push.assortment.sheets import Sheet
from server_push.storage import Storage
from tests.support.pricelists import ARTICLE_COLUMNS, NOW, article_list, gtin, line, lines, table, workbook

LATER = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.withdrawn


def reasons(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(found.row, found.column, found.reason) for found in report.rejected]


# -- a good list -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("delimiter", "bom"), [(",", False), (";", True), (";", False), ("\t", True)])
def test_a_list_is_taken_whatever_separates_its_cells(storage, rows_of, tmp_path, delimiter, bom) -> None:
    path = article_list(tmp_path / "a.csv", [line("0001", name="Maito, kevyt; 1 l", price="1,25")], delimiter, bom)

    report = import_articles(storage, path, NOW)

    assert counts(report) == (1, 0, 0, 0)
    row = rows_of()["0001"]  # leading zeros stay
    assert (row.name, row.price, row.vat_code, row.store) == ("Maito, kevyt; 1 l", 125, "reduced", "")
    assert row.changed_at == "2026-11-22T12:00:00.000Z"


def test_a_workbook_is_read_as_if_somebody_had_typed_it(storage, rows_of, tmp_path) -> None:
    cells = ["A1", "Maito", 6400000000010.0, 12.5, "reduced", "ruoka", "kpl", 0.1, 18.0, None]
    path = workbook(tmp_path / "a.xlsx", [["Hinnasto", None], [], list(ARTICLE_COLUMNS), cells])

    report = import_articles(storage, path, NOW)

    assert reasons(report) == []
    row = rows_of()["A1"]
    assert (row.codes, row.price, row.deposit, row.age_limit) == ('["6400000000010"]', 1250, 10, 18)


def test_columns_may_stand_in_any_order_be_missing_or_be_more(storage, rows_of, tmp_path) -> None:
    rows = [("price", "NAME ", "vat_code", "shelf", "article_id"), ("2.00", "Leipä", "reduced", "7", "A1")]

    report = import_articles(storage, table(tmp_path / "a.csv", rows), NOW)

    assert [(note.row, note.column) for note in report.notes] == [(1, "shelf")]
    row = rows_of()["A1"]
    assert (row.codes, row.unit, row.department, row.deposit, row.age_limit) == ("[]", "kpl", "", 0, 0)


def test_blanks_around_codes_mean_nothing_and_each_code_counts_once(storage, rows_of, tmp_path) -> None:
    twelve = "036000291452"
    cells = line("A1", gtin=f" {gtin(1)}\t{gtin(1)} {twelve} ABC-1 0000000000000 ")

    report = import_articles(storage, article_list(tmp_path / "a.csv", [cells]), NOW)

    assert json.loads(rows_of()["A1"].codes) == [gtin(1), f"0{twelve}", "ABC-1"]
    assert [note.reason for note in report.notes] == ["0000000000000 is no code: the article has none of its own"]


def test_a_wrong_check_digit_is_told_and_the_code_kept(storage, rows_of, tmp_path) -> None:
    wrong = gtin(1)[:-1] + str((int(gtin(1)[-1]) + 1) % 10)

    report = import_articles(storage, article_list(tmp_path / "a.csv", [line("A1", gtin=wrong)]), NOW)

    assert rows_of()["A1"].codes == f'["{wrong}"]'
    assert [(note.row, note.reason) for note in report.notes] == [
        (2, f"{wrong} has a wrong check digit; kept as it is")
    ]


def test_articles_that_share_a_code_all_keep_it(storage, rows_of, tmp_path) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", [line(n, gtin=gtin(7)) for n in "ABC"]), NOW)

    assert {row.codes for row in rows_of().values()} == {f'["{gtin(7)}"]'}
    assert len(rows_of()) == 3


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "part"),
    [
        ({"article_id": " "}, "article_id", "is empty"),
        ({"article_id": "A 1"}, "article_id", "no blanks"),
        ({"article_id": "A" * 65}, "article_id", "at most 64"),
        ({"name": ""}, "name", "is empty"),
        ({"name": "x" * 121}, "name", "longer than 120"),
        ({"name": "bell\x07"}, "name", "cannot be printed"),
        ({"name": "two\nlines"}, "name", "line break"),
        ({"gtin": "\x00"}, "gtin", "is not a code"),
        ({"price": ""}, "price", "not an amount"),
        ({"price": "1.999"}, "price", "not an amount"),
        ({"price": "-1.00"}, "price", "below zero"),
        ({"price": "6400000000010"}, "price", "not an amount"),
        ({"price": "99999999.00"}, "price", "more than any article costs"),
        ({"vat_code": "24"}, "vat_code", "standard, reduced, low, zero"),
        ({"vat_code": ""}, "vat_code", "standard, reduced, low, zero"),
        ({"department": "x" * 61}, "department", "longer than 60"),
        ({"unit": "x" * 13}, "unit", "longer than 12"),
        ({"deposit": "2.00"}, "deposit", "a part"),
        ({"deposit": "x"}, "deposit", "not an amount"),
        ({"age_limit": "-1"}, "age_limit", "whole number"),
        ({"age_limit": "100"}, "age_limit", "whole number"),
        ({"store": "Keskusta!"}, "store", "is not a store id"),
    ],
)
def test_a_bad_row_is_told_by_row_column_and_reason_and_stops_nobody(storage, tmp_path, cells, column, part) -> None:
    rows = [line("B1"), line("A1") | cells, line("B2")]

    report = import_articles(storage, article_list(tmp_path / "a.csv", rows), NOW)

    assert counts(report) == (2, 0, 0, 0)
    assert len(report.rejected) == 1
    assert (report.rejected[0].row, report.rejected[0].column) == (3, column)
    assert part in report.rejected[0].reason


def test_a_decimal_comma_that_was_not_quoted_is_a_row_too_wide(storage, tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("article_id,name,price,vat_code\nA1,Maito,1,25,reduced\nA2,Leipä,2.00,reduced\nA3,Voi\n")

    report = import_articles(storage, path, NOW)

    assert report.added == 1
    assert reasons(report) == [
        (2, "", "has 5 cells where the header has 4"),
        (4, "", "has 2 cells where the header has 4"),
    ]


def test_text_that_is_not_utf8_costs_its_row_only(storage, rows_of, tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"article_id,name,price,vat_code\nA1,K\xe4rp\xe4nen,1.00,reduced\nA2,Leip\xc3\xa4,1.00,reduced\n")

    report = import_articles(storage, path, NOW)

    assert reasons(report) == [(2, "name", "is not UTF-8 text")]
    assert rows_of()["A2"].name == "Leipä"


def test_an_id_that_stands_twice_is_taken_from_its_first_row(storage, rows_of, tmp_path) -> None:
    rows = [line("A1", name="first"), line("A2"), line("A1", name="second"), line("A1", store="s1"), line("A1")]

    report = import_articles(storage, article_list(tmp_path / "a.csv", rows), NOW)

    assert report.added == 3  # A1, A2, and A1 of store s1
    assert reasons(report) == [
        (4, "article_id", "A1 stands already in row 2"),
        (6, "article_id", "A1 stands already in row 2"),
    ]


def test_empty_lines_count_as_rows_and_are_no_articles(storage, tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("article_id,name,price,vat_code\n\nA1,Maito,1.00,reduced\n,,,\nA2,,2.00,reduced\n")

    report = import_articles(storage, path, NOW)

    assert counts(report) == (1, 0, 0, 0)
    assert reasons(report) == [(5, "name", "is empty")]


def test_an_open_quotation_mark_cannot_swallow_the_list_unnoticed(storage, rows_of, tmp_path) -> None:
    path = tmp_path / "a.csv"
    body = "".join(f"B{n},Tuote {n},1.00,reduced\n" for n in range(20))
    path.write_text(f'article_id,name,price,vat_code\nA1,"Maito,1.00,reduced\n{body}')

    report = import_articles(storage, path, NOW)

    assert report.added == 0
    assert len(report.rejected) == 1


# -- what is no list ---------------------------------------------------------------------------------------------------


def test_a_list_without_a_needed_column_names_it(storage, tmp_path) -> None:
    path = table(tmp_path / "a.csv", [("article_id", "name", "price"), ("A1", "Maito", "1.00")])

    with pytest.raises(Refused, match="lacks the column vat_code") as refused:
        import_articles(storage, path, NOW)

    assert refused.value.code == "list-unknown"


@pytest.mark.parametrize(("name", "data"), [("a.csv", b""), ("a.csv", b"hello\n"), ("a.xlsx", b"PK\3\4rubbish")])
def test_what_is_no_list_is_refused_with_a_sentence(storage, tmp_path, name, data) -> None:
    (tmp_path / name).write_bytes(data)

    with pytest.raises(Refused) as refused:
        import_articles(storage, tmp_path / name, NOW)

    assert refused.value.code in ("list-unknown", "list-unreadable")
    assert name in refused.value.detail


def test_a_cut_xz_file_changes_nothing(storage, rows_of, tmp_path) -> None:
    import lzma

    whole = lzma.compress(article_list(tmp_path / "a.csv", lines(5_000)).read_bytes())
    (tmp_path / "a.csv.xz").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(Refused) as refused:
        import_articles(storage, tmp_path / "a.csv.xz", NOW)

    assert refused.value.code == "list-unreadable"
    assert rows_of() == {}


def test_an_unknown_form_is_refused(storage, tmp_path) -> None:
    with pytest.raises(Refused) as refused:
        import_articles(storage, article_list(tmp_path / "a.csv", []), NOW, How("kela"))

    assert refused.value.code == "format-unknown"


# -- a second list over the first --------------------------------------------------------------------------------------


def test_the_same_list_again_changes_nothing(storage, rows_of, tmp_path) -> None:
    path = article_list(tmp_path / "a.csv", lines(1_500))
    import_articles(storage, path, NOW)
    before = rows_of()

    report = import_articles(storage, path, LATER, How(complete=True))

    assert counts(report) == (0, 0, 1_500, 0)
    assert rows_of() == before


def test_changes_are_counted_by_what_changed(storage, rows_of, tmp_path) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", [line(n) for n in "ABCDE"]), NOW)
    second = [
        line("A", price="9.00", name="Uusi"),
        line("B", gtin=gtin(1)),
        line("C", unit="kg"),
        line("D"),
        line("F"),
    ]

    report = import_articles(storage, article_list(tmp_path / "b.csv", second), LATER)

    assert counts(report) == (1, 3, 1, 0)
    assert (report.price_changed, report.name_changed, report.codes_changed) == (1, 1, 1)
    assert rows_of()["A"].changed_at > rows_of()["D"].changed_at
    assert rows_of()["E"].withdrawn == 0


def test_a_complete_list_withdraws_what_it_lacks_and_a_later_one_brings_it_back(storage, rows_of, tmp_path) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", [line(n) for n in "ABC"]), NOW)
    only_a = article_list(tmp_path / "b.csv", [line("A")])

    report = import_articles(storage, only_a, LATER, How(complete=True))
    again = import_articles(storage, only_a, LATER, How(complete=True))
    back = import_articles(storage, article_list(tmp_path / "c.csv", [line("B", price="3.00")]), LATER)

    assert (counts(report), counts(again), counts(back)) == ((0, 0, 1, 2), (0, 0, 1, 0), (1, 0, 0, 0))
    assert back.price_changed == 0  # it is new again, not changed
    assert {key: row.withdrawn for key, row in rows_of().items()} == {"A": 0, "B": 0, "C": 1}
    assert rows_of()["B"].price == 300


def test_a_bad_row_does_not_withdraw_the_article_it_is_about(storage, rows_of, tmp_path) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", [line("A"), line("B"), line("C")]), NOW)
    bad = [line("A"), line("B", price="much")]

    report = import_articles(storage, article_list(tmp_path / "b.csv", bad), LATER, How(complete=True))

    assert counts(report) == (0, 0, 1, 1)
    assert {key: row.withdrawn for key, row in rows_of().items()} == {"A": 0, "B": 0, "C": 1}


@pytest.mark.parametrize(
    "ending", ['A,"Maito,1.00,reduced\nB,Leipä,1.00,reduced\n', "A,Maito,1.00,reduced\n,Leipä,1,reduced\n"]
)
def test_nothing_is_withdrawn_when_a_bad_row_does_not_say_whom_it_is_about(storage, tmp_path, ending) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", [line("A"), line("B"), line("X")]), NOW)
    (tmp_path / "b.csv").write_text(f"article_id,name,price,vat_code\nX,Uusi,1.00,reduced\n{ending}")

    report = import_articles(storage, tmp_path / "b.csv", LATER, How(complete=True))

    assert report.withdrawn == 0
    assert "nothing is withdrawn" in report.notes[0].reason


def test_an_empty_list_withdraws_nothing_even_when_it_claims_to_be_complete(storage, tmp_path) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", [line("A")]), NOW)

    report = import_articles(storage, article_list(tmp_path / "b.csv", []), LATER, How(complete=True))

    assert counts(report) == (0, 0, 0, 0)


def test_a_dry_run_reports_the_same_and_writes_nothing(storage, rows_of, tmp_path) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", lines(50)), NOW)
    before = rows_of()
    second = article_list(tmp_path / "b.csv", [*lines(30, 20), line("A000030", price="bad")])

    dry = import_articles(storage, second, LATER, How(complete=True, dry_run=True))
    assert rows_of() == before
    real = import_articles(storage, second, LATER, How(complete=True))

    assert dry == real
    assert rows_of() != before


def test_an_import_that_dies_leaves_everything_as_it_was(storage, rows_of, tmp_path, monkeypatch) -> None:
    import_articles(storage, article_list(tmp_path / "a.csv", lines(50)), NOW)
    before = rows_of()
    monkeypatch.setattr("server_push.assortment.staging.Staging._withdraw", _die)

    with pytest.raises(KeyboardInterrupt):
        import_articles(storage, article_list(tmp_path / "b.csv", lines(40, 30)), LATER, How(complete=True))

    assert rows_of() == before


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_while_a_list_is_read_the_office_goes_on_writing(storage: Storage, tmp_path: Path) -> None:
    from sqlalchemy import update

    from server_push.storage.tables.assortment import article

    written = []

    def rows(sheet: Sheet, log: Log):
        for row in article_rows(sheet, log):
            if row[0] == 1_000:  # in the midst of staging
                with storage.write() as connection:
                    connection.execute(update(article).values(popularity=1))
                    written.append(row)
            yield row

    original = article_room.LAYOUT
    from server_push.assortment import importing

    formats = dict(importing.ARTICLE_FORMATS)
    importing.ARTICLE_FORMATS["csv"] = (original, rows)
    try:
        import_articles(storage, article_list(tmp_path / "a.csv", lines(2_000)), NOW)
    finally:
        importing.ARTICLE_FORMATS.update(formats)

    assert len(written) == 1


def test_what_has_been_sold_stays_known_over_an_import(storage, rows_of, tmp_path) -> None:
    from sqlalchemy import update

    from server_push.storage.tables.assortment import article

    import_articles(storage, article_list(tmp_path / "a.csv", [line("A")]), NOW)
    with storage.write() as connection:
        connection.execute(update(article).values(popularity=42))

    import_articles(storage, article_list(tmp_path / "b.csv", [line("A", price="7.00")]), LATER)

    assert (rows_of()["A"].popularity, rows_of()["A"].price) == (42, 700)


# -- the short way through a million rows ------------------------------------------------------------------------------


def one_by_one(sheet: Sheet) -> tuple[list[object], Log]:
    log = Log()
    desk = article_room._Desk(sheet, log)
    return list(desk._one_by_one(sheet.first_row, list(sheet.records))), log


cells = st.one_of(
    st.sampled_from(["", " ", "A1", "A 1", "Maito", "Maito  1 l", " Maito", "1.00", "1,5", "0.10", "99", "kpl", "s1"]),
    st.sampled_from(["standard", "reduced", "18", "6400000000010", "0000000000000", "40123455", "036000291452"]),
    st.sampled_from(["6400000000011", "6400000000010 40123455", "\x07", "a\nb", "a\u00a0b", "\ud800", "٣", "x" * 130]),
    st.text(max_size=4),
)
codes = st.one_of(
    st.builds(gtin, st.integers(0, 99)),
    st.sampled_from(["", "40123455", f"{gtin(1)} {gtin(2)}", f"{gtin(1)}\t {gtin(1)} ", "     40123455"]),
)
good = st.builds(
    lambda n, code, name, price: [f"A{n}", name, code, price, "reduced", "ruoka", "kpl", "", "", ""],
    st.integers(0, 10**6),
    codes,
    st.text("abcäö ", min_size=1, max_size=12),
    st.sampled_from(["1.00", "12,5", "0"]),
)
bad = st.lists(cells, min_size=8, max_size=11)


@given(st.lists(st.one_of(good, good, bad, st.none()), max_size=40))
def test_the_short_way_never_disagrees_with_the_long_one(records) -> None:
    def sheet() -> Sheet:
        return Sheet(LAYOUT, COLUMNS, 2, iter(records))

    log = Log()
    quick = list(article_rows(sheet(), log))
    slow, slow_log = one_by_one(sheet())

    assert quick == slow
    assert log.rejected.in_order() == slow_log.rejected.in_order()
    assert log.notes.in_order() == slow_log.notes.in_order()
    assert log.lost == slow_log.lost


def test_a_plainly_good_list_takes_the_short_way(monkeypatch) -> None:
    monkeypatch.setattr(article_room, "checked_row", lambda *_: pytest.fail("went the long way"))
    monkeypatch.setattr(article_room, "_SMALLEST", 0)
    several = {5: f"{gtin(5)} {gtin(6)}", 6: "", 7: "40123455"}
    made = [row | {"gtin": several.get(n % 20, row["gtin"])} for n, row in enumerate(lines(3_000))]
    rows = [[row[column] for column in COLUMNS] for row in made]

    assert len(list(article_rows(Sheet(LAYOUT, COLUMNS, 2, iter(rows)), Log()))) == 3_000


def test_findings_stop_growing_and_go_on_counting() -> None:
    findings = Findings()
    for row in range(MOST_FINDINGS + 5):
        findings.add(row, "price", "bad")

    told = findings.in_order()

    assert len(told) == MOST_FINDINGS + 1
    assert told[-1].reason == "5 more like these are not listed"


def test_more_bad_rows_than_are_remembered_withdraw_nothing() -> None:
    log = Log()
    for row in range(MOST_FINDINGS + 1):
        log.refuse(row, BadCell("price", "bad"), [], f"A{row}")

    assert not log.knows_all_lost

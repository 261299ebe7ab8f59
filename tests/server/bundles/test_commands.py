"""`server-push import`, `bundle` and `keys`, as a person or a program calls them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server_push.__main__ import main
from tests.support.pricelists import article_list, line


@pytest.fixture
def office(tmp_path: Path) -> Path:
    call("init", str(tmp_path / "office"), "--chain", "Ketju Oy")
    call("stores", "add", "s1", "--name", "Keskusta", "--dir", str(tmp_path / "office"))
    return tmp_path / "office"


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def answer(*words: str) -> dict[str, Any]:
    result = call(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_an_import_answers_with_its_whole_report(office, tmp_path) -> None:
    path = article_list(tmp_path / "a.csv", [line("A1"), line("A2", price="x")])

    report = answer("import", "articles", str(path), "--dir", str(office))

    assert report.pop("rejected") == [{"row": 3, "column": "price", "reason": "'x' is not an amount such as 12.95"}]
    counts = ("added", "changed", "unchanged", "withdrawn", "price_changed", "name_changed", "codes_changed")
    assert report == dict.fromkeys(counts, 0) | {"added": 1, "notes": []}


def test_a_person_reads_what_was_wrong_and_where(office, tmp_path) -> None:
    path = article_list(tmp_path / "a.csv", [line("A1"), *(line(f"B{n}", price="x") for n in range(30))])

    result = call("import", "articles", str(path), "--dir", str(office), "--dry-run")

    assert result.exit_code == 0
    assert "dry run: nothing was changed" in result.output
    assert "row 3, price: 'x' is not an amount such as 12.95" in result.output
    assert "and 10 more" in result.output


@pytest.mark.parametrize(("rows", "code"), [([line("A1", price="x")], 1), ([], 0), ([line("A1")], 0)])
def test_an_import_fails_only_when_nothing_could_be_taken(office, tmp_path, rows, code) -> None:
    path = article_list(tmp_path / "a.csv", rows)

    assert call("import", "articles", str(path), "--dir", str(office)).exit_code == code


def test_an_unreadable_list_is_one_clear_line(office, tmp_path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\3\4rubbish")

    result = call("import", "articles", str(tmp_path / "a.xlsx"), "--dir", str(office))

    assert result.exit_code == 1
    assert "a.xlsx" in result.stderr
    assert "Traceback" not in result.output


def test_wrong_usage_is_2(office, tmp_path) -> None:
    path = article_list(tmp_path / "a.csv", [line("A1")])

    assert call("import", "articles", str(path), "--format", "kela", "--dir", str(office)).exit_code == 2
    assert call("import", "articles", str(tmp_path / "none.csv"), "--dir", str(office)).exit_code == 2
    assert call("import", "customers", str(path), "--format", "alko", "--dir", str(office)).exit_code == 2


def test_a_bundle_answers_with_what_was_published(office, tmp_path) -> None:
    call("import", "articles", str(article_list(tmp_path / "a.csv", [line("A1")])), "--dir", str(office))

    first = answer("bundle", "s1", "--dir", str(office))
    again = answer("bundle", "s1", "--dir", str(office))
    forced = answer("bundle", "s1", "--force", "--dir", str(office))

    assert (first["store"], first["version"], first["articles"]) == ("s1", 1, 1)
    assert again == first
    assert forced["version"] == 2
    assert call("bundle", "s9", "--dir", str(office)).exit_code == 1


def test_the_root_keys_are_shown_and_moved(office, tmp_path) -> None:
    shown = answer("keys", "show", "--dir", str(office))["keys"]
    moved = answer("keys", "move-root", str(tmp_path / "stick"), "--dir", str(office))["moved"]
    after = answer("keys", "show", "--dir", str(office))["keys"]

    assert [row["name"] for row in shown] == ["root-1", "root-2", "root-3", "sender", "targets"]
    assert len(moved) == 3
    assert [row["here"] for row in after] == [False, False, False, True, True]


def test_keys_of_no_office_are_not_made_up(tmp_path) -> None:
    result = call("keys", "show", "--dir", str(tmp_path))

    assert result.exit_code == 1
    assert "no head office" in result.stderr


def test_keys_are_replaced_by_command(office, tmp_path) -> None:
    stick = tmp_path / "stick"
    answer("keys", "move-root", str(stick), "--dir", str(office))
    before = {row["name"]: row["key_id"] for row in answer("keys", "show", "--dir", str(office))["keys"]}

    done = answer("keys", "rotate", "targets", "--root-keys", str(stick), "--dir", str(office))
    assert done == {"root": 2, "replaced": ["targets"]}
    done = answer("keys", "revoke", before["sender"][:10], "--root-keys", str(stick), "--dir", str(office))
    assert done == {"root": 3, "replaced": ["sender"]}

    after = {row["name"]: row["key_id"] for row in answer("keys", "show", "--dir", str(office))["keys"]}
    assert after["targets"] != before["targets"]
    assert after["sender"] != before["sender"]
    refused = call("keys", "rotate", "targets", "--dir", str(office))
    assert refused.exit_code == 1
    assert "--root-keys" in refused.output

"""The bench itself: a figure can fail, one that cannot be measured does, and what it counts is counted."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sqlite3
import sys
from collections.abc import Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import _env
import pytest
from _bench import figures, prepared, searching, syncs, timing
from _bench.catalogue import COLUMNS, articles, gtin, typed_letters, write_csv
from _bench.figures import FIGURES, Figure
from _bench.harness import CannotMeasure, Measured, Place, judge

from poscore import catalog_format
from poscore.codes import is_gtin
from poscore.vat import FINLAND

ROOT = Path(__file__).resolve().parent.parent
LESS = Figure("less", 2.0, 1.0, "×", "made_up")
MORE = Figure("more", 0.5, 0.9, "×", "made_up", at_least=True)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """scripts/bench as a module, in the environment that the tests run in, with a folder of its own."""
    monkeypatch.setattr(_env, "enter", lambda _profile: None)
    monkeypatch.setattr(Place, "usual", classmethod(lambda cls, quick: cls(tmp_path, quick)))
    loader = SourceFileLoader("scripts_bench", str(ROOT / "scripts" / "bench"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def measuring(monkeypatch: pytest.MonkeyPatch, found: Mapping[str, Measured] | Exception) -> None:
    """Let the two made-up figures be the only ones, and their measurement give `found`."""

    def measure(_: Place) -> Mapping[str, Measured]:
        if isinstance(found, Exception):
            raise found
        return found

    made_up = ModuleType("_bench.made_up")
    vars(made_up)["measure"] = measure
    monkeypatch.setitem(sys.modules, "_bench.made_up", made_up)
    for name in list(FIGURES):
        monkeypatch.delitem(FIGURES, name)
    for figure in (LESS, MORE):
        monkeypatch.setitem(FIGURES, figure.name, figure)


def run(bench: ModuleType, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["scripts/bench", *words])
    code: int = bench.main()
    return code


# -- judging -----------------------------------------------------------------------------------------------------------


def test_a_figure_meets_its_bar_up_to_the_bar_and_not_beyond() -> None:
    assert judge(LESS, Measured(2.0, "")).ok
    assert not judge(LESS, Measured(2.0001, "")).ok
    assert judge(MORE, Measured(0.5, "")).ok
    assert not judge(MORE, Measured(0.4999, "")).ok


def test_a_figure_of_two_conditions_fails_by_the_other_one_too() -> None:
    assert not judge(LESS, Measured(0.1, "ten times as long, and a hundred are asked for", holds=False)).ok


def test_a_figure_that_misses_its_bar_ends_the_bench_with_1_and_says_so(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measuring(monkeypatch, {"less": Measured(1.2, "a against b"), "more": Measured(0.2, "c against d")})
    assert run(bench, monkeypatch) == 1
    said = capsys.readouterr().out
    assert "NOT MET" in said
    assert said.rstrip().endswith("not met: more")


def test_the_bench_ends_with_0_when_every_bar_is_met(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    measuring(monkeypatch, {"less": Measured(1.2, ""), "more": Measured(0.6, "")})
    assert run(bench, monkeypatch) == 0


def test_json_holds_value_bar_ok_and_how_of_each_figure(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measuring(monkeypatch, {"less": Measured(1.25, "a against b"), "more": Measured(0.2, "c against d")})
    assert run(bench, monkeypatch, "less", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "figures": {"less": {"value": 1.25, "bar": 2.0, "ok": True, "how": "a against b"}}
    }


@pytest.mark.parametrize("trouble", [CannotMeasure("strace is not installed"), RuntimeError("head office has 999")])
def test_what_cannot_be_measured_is_not_met_and_says_why(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], trouble: Exception
) -> None:
    measuring(monkeypatch, trouble)
    assert run(bench, monkeypatch, "--json") == 1
    told = json.loads(capsys.readouterr().out)["figures"]["less"]
    assert (told["value"], told["ok"]) == (None, False)
    assert str(trouble) in told["how"]


def test_a_measurement_that_forgets_a_figure_does_not_pass_for_it(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    measuring(monkeypatch, {"less": Measured(1.0, "")})
    assert run(bench, monkeypatch, "less") == 0
    assert run(bench, monkeypatch, "more") == 1


def test_an_unknown_figure_is_a_wrong_call(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(bench, monkeypatch, "speed")


@pytest.mark.parametrize("figure", list(figures.FIGURES.values()), ids=str)
def test_every_figure_has_a_module_that_measures_it(figure: Figure) -> None:
    assert callable(importlib.import_module(f"_bench.{figure.measured_by}").measure)
    assert figure.meets(figure.goal, figure.bar)


# -- statistics --------------------------------------------------------------------------------------------------------


def test_p99_is_a_time_that_was_measured() -> None:
    assert timing.p99([float(n) for n in range(1, 101)]) == 99.0
    assert timing.p99([1.0, 5.0]) == 5.0
    assert timing.p50([4.0, 1.0, 2.0]) == 2.0
    with pytest.raises(ValueError, match="nothing"):
        timing.p99([])


def test_what_is_compared_is_taken_in_turns() -> None:
    order: list[str] = []

    def note(name: str) -> float:
        order.append(name)
        return float(len(order))

    taken = timing.in_turns({"a": lambda: note("a"), "b": lambda: note("b")}, 4)
    assert [sorted(order[n : n + 2]) for n in range(0, 8, 2)] == [["a", "b"]] * 4
    assert sorted(taken["a"] + taken["b"]) == [float(n) for n in range(1, 9)]


def test_a_sync_that_was_interrupted_is_counted_once(tmp_path: Path) -> None:
    trace = tmp_path / "syscalls"
    trace.write_text(
        "100 fdatasync(7) = 0\n101 fdatasync(8 <unfinished ...>\n100 fsync(9) = 0\n"
        "101 <... fdatasync resumed>) = 0\n100 +++ exited with 0 +++\n",
        encoding="ascii",
    )
    assert syncs.calls_in(trace) == 3


# -- the price list ----------------------------------------------------------------------------------------------------


def test_the_made_up_list_is_the_same_each_time_and_its_codes_are_valid_and_different() -> None:
    found = list(articles(3_000))
    assert found[:100] == list(articles(100))
    codes = [code for article in found for code in article.codes]
    assert all(len(code) == 13 and is_gtin(code) for code in codes)
    assert len(set(codes)) == len(codes) > len(found)
    assert len({gtin(number) for number in range(50_000)}) == 50_000


def test_the_made_up_list_is_written_as_head_office_reads_it(tmp_path: Path) -> None:
    write_csv(tmp_path / "articles.csv", 50)
    lines = (tmp_path / "articles.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) == 51


# -- one real figure, small --------------------------------------------------------------------------------------------


def test_search_is_measured_against_ranking_in_the_same_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = small_catalogue(tmp_path / "catalog.db", 400)
    monkeypatch.setattr(prepared, "large_catalogue", lambda _: path)

    measured = searching.measure(Place(tmp_path, quick=True, say=lambda _: None))["search_p99_ms"]

    assert 0 < measured.value < 1_000
    assert f"after each of {len(typed_letters())} keys" in measured.how
    assert "ORDER BY rank" in measured.how


def small_catalogue(path: Path, count: int) -> Path:
    connection = sqlite3.connect(path)
    for statement in catalog_format.DDL:
        connection.execute(statement)
    texts = {"language": "fi", "time_zone": "Europe/Helsinki", "receipt_header": "[]", "receipt_footer": "[]"}
    connection.executemany("INSERT INTO meta VALUES(?, ?)", {**texts, "schema": str(catalog_format.SCHEMA)}.items())
    connection.executemany(
        "INSERT INTO article VALUES(?, ?, ?, ?, ?, '', 'kpl', 0, 0)",
        [(n, a.article_id, a.name, a.cents, a.kind.vat_code) for n, a in enumerate(articles(count), 1)],
    )
    connection.executemany(
        "INSERT INTO vat_rate VALUES(?, ?, ?, ?)",
        [(r.code, r.rate, r.valid_from.isoformat(), r.valid_to and r.valid_to.isoformat()) for r in FINLAND.rates],
    )
    connection.execute(catalog_format.SEARCH_DDL)
    connection.execute(catalog_format.SEARCH_FILL)
    connection.commit()
    connection.close()
    return path

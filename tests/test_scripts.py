"""The scripts that everything else stands on: they say what is wrong in one line, and leave nothing out in silence."""

import importlib.util
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import _env
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def runner() -> ModuleType:
    """scripts/test as a module."""
    loader = SourceFileLoader("scripts_test", str(ROOT / "scripts" / "test"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module  # dataclasses look their module up
    loader.exec_module(module)
    return module


# -- the environment ---------------------------------------------------------------------------------------------------


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text(
        "raise ImportError\n", encoding="utf-8"
    )  # as on a Debian without python3-venv
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "POS_VENV": str(tmp_path / "venv")}
    command = [sys.executable, str(ROOT / "scripts" / "test"), "--fast"]

    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert told.returncode == 1
    assert told.stderr == "Python's venv is missing. Mend it with:  apt-get install -y python3-venv\n"
    assert not (tmp_path / "venv").exists()


def test_a_python_that_is_too_old_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit, match="1"):
        _env.ensure("run")
    assert "Python 3.11 or newer is needed; this is 3.10.4" in capsys.readouterr().err


def test_a_stamp_holds_only_for_the_lock_that_it_was_written_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for name in ("run", "test"):
        (tmp_path / f"requirements/{name}.txt").write_text("a==1", encoding="utf-8")
    monkeypatch.setattr(_env, "ROOT", tmp_path)
    monkeypatch.setattr(_env, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(_env, "STAMP", tmp_path / "stamp.json")

    assert not _env._up_to_date("run")
    _env._write_stamp("test")
    assert _env._up_to_date("test")
    assert _env._up_to_date("run")  # the test set holds all of the run set
    (tmp_path / "requirements/run.txt").write_text("a==2", encoding="utf-8")
    assert not _env._up_to_date("run")
    (tmp_path / "stamp.json").write_text('{"test"', encoding="utf-8")  # torn by a power cut
    assert not _env._up_to_date("test")


# -- the browser -------------------------------------------------------------------------------------------------------


def test_a_missing_browser_fails_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runner: ModuleType
) -> None:
    monkeypatch.setattr(_env, "find_chromium", lambda: None)
    monkeypatch.setattr(_env, "_root_on_debian", lambda: False)
    result = runner.carry_out(runner.Step("browser tests", lambda: runner.browser_tests(tmp_path)))
    assert result.failed
    with pytest.raises(runner.Failed, match=r"NO BROWSER TEST RAN.*\n +\S+.* install .*chromium"):
        runner.browser_tests(tmp_path)


def test_a_browser_that_is_named_but_not_there_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POS_CHROMIUM", "/nowhere/chromium")
    assert _env.ensure_chromium() is None
    assert "POS_CHROMIUM" in _env.how_to_get_chromium()


def test_a_browser_that_playwright_fetched_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "chromium-1200" / "chrome-linux64" / "chrome"
    browser.parent.mkdir(parents=True)
    browser.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.delenv("POS_CHROMIUM", raising=False)
    assert _env.find_chromium() == browser


# -- the steps ---------------------------------------------------------------------------------------------------------


def test_a_step_that_fails_is_told_and_does_not_end_the_run(runner: ModuleType) -> None:
    def fail() -> None:
        raise runner.Failed("the drawer is open")

    result = runner.carry_out(runner.Step("drawer", fail))
    assert (result.outcome, result.failed) == ("FAILED", True)


def test_whatever_is_left_out_is_named(runner: ModuleType, tmp_path: Path) -> None:
    def names(fast: bool, no_browser: bool) -> tuple[list[str], list[str]]:
        steps, left_out = runner.plan(fast, no_browser, tmp_path)
        return [step.name for step in steps], left_out

    everything, nothing = names(False, False)
    without_browser, left_out = names(False, True)
    assert nothing == []
    assert sorted([*without_browser, *left_out]) == sorted(everything)
    assert left_out == ["browser tests"]
    assert names(True, False)[1] == ["slow tests", "browser tests", "coverage"]


def test_every_test_of_every_runner_is_counted(runner: ModuleType, tmp_path: Path) -> None:
    report = "<testsuites><testcase/><testcase><failure/></testcase><testcase><skipped/></testcase></testsuites>"
    (tmp_path / "web.xml").write_text(report, encoding="utf-8")
    (tmp_path / "tests.xml").write_text("<testsuites><testcase/></testsuites>", encoding="utf-8")
    assert runner.count(tmp_path) == (2, 1, 1)


def test_too_little_covered_is_noticed(runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "poscore").mkdir()
    (tmp_path / "poscore/rule.py").write_text(
        "def f(a):\n    if a:\n        return 1\n    return 2\n", encoding="utf-8"
    )
    measure = ["-m", "coverage", "run", "--branch", "--rcfile=", "poscore/rule.py"]
    monkeypatch.chdir(tmp_path)
    subprocess.run([sys.executable, *measure], cwd=tmp_path, check=True)
    assert not runner.covered("poscore", "poscore/*")
    monkeypatch.setattr(runner, "COVERED", {"poscore": "poscore/*"})
    with pytest.raises(runner.Failed, match="Under 90 %: poscore"):
        runner.coverage()

"""Pages and what they load: kept for good by the browser, and new at once after an update."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from register_svc.web import pages
from webclient import static_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(static_files(), tmp_path / "static"))
    monkeypatch.setattr(pages, "static_files", lambda: folder)
    return folder


@pytest.fixture
def browser(folder: Path) -> Iterator[FlaskClient]:
    assert folder.is_dir()
    app = Flask("pages", static_folder=None)
    pages.add_pages(app, till=True)
    with app.test_client() as browser:
        yield browser


def loaded_by(browser: FlaskClient, page: str) -> list[str]:
    answer = browser.get(page)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    return re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)


@pytest.mark.parametrize("page", ["/", "/customer", "/technician"])
def test_all_that_a_page_loads_is_kept_for_good(browser: FlaskClient, page: str) -> None:
    loaded = loaded_by(browser, page)
    assert len(loaded) == 3  # an icon, one sheet, one script
    for path in loaded:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "immutable" in answer.headers["Cache-Control"], path


def test_an_update_is_another_edition(browser: FlaskClient, folder: Path) -> None:
    before = loaded_by(browser, "/")
    (folder / "till" / "main.js").write_text("// another", encoding="utf-8")
    after = loaded_by(browser, "/")
    assert len(before) == len(after)
    assert not set(before) & set(after)
    assert "// another" in browser.get(after[-1]).text
    assert browser.get(before[-1]).status_code == 404  # an old edition is nowhere any more: the page is loaded anew


def test_a_page_has_all_its_modules_and_sheets_in_one_file_each(browser: FlaskClient, folder: Path) -> None:
    _, sheet, script = loaded_by(browser, "/")
    sheets = re.findall(r'stylesheet" href="/static/([^"]+)"', (folder / "index.html").read_text("utf-8"))
    assert browser.get(sheet).text == "\n".join(
        f"/* {name} */\n{(folder / name).read_text('utf-8')}" for name in sheets
    )
    said = browser.get(script)
    assert said.mimetype == "text/javascript"
    assert all(
        f"'{name}': " in said.text for name in ("till/main.js", "till/pay-screen.js", "lib/dom.js", "i18n/sv.js")
    )


def test_nothing_else_is_joined(browser: FlaskClient) -> None:
    edition = loaded_by(browser, "/")[1].split("/")[2]
    for name in ("till/head.js", "none.css", "../pages.py", "..%2f..%2fpages.js", "", "till/main.js/"):
        assert browser.get(f"/static/{edition}/joined/{name}").status_code == 404, name


def test_a_file_outside_an_edition_is_asked_for_again(browser: FlaskClient) -> None:
    assert browser.get("/static/till/main.js").headers["Cache-Control"] == "no-cache"
    assert browser.get("/static/none.js").status_code == 404
    assert browser.get("/static/../pages.py").status_code == 404

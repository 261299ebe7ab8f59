"""The static pages: the till at `/`, the customer's and the technician's, and what they load below `/static/`.

A page names what it loads under the edition of all files, `/static/EDITION/…`: a browser keeps that for good and asks
for none of it again at its next start, and an update is another edition. A page's modules are one script and its sheets
one sheet, `/static/EDITION/joined/…` (webclient.joining), so all that a page loads is of one edition.
"""

from __future__ import annotations

import hashlib
import re
import threading
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory

from webclient import static_files
from webclient.joining import joined_script, joined_styles

_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"  # kept, but asked for again
_EDITION_LENGTH = 16
_JOINED = "joined/"
_SHEETS = re.compile(r'(?:\s*<link rel="stylesheet" href="/static/([^"]+)">)+')
_SHEET = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)">')
_ENTRY = re.compile(r'<script type="module" src="/static/([^"]+)"')


def add_pages(app: Flask, *, till: bool) -> None:
    """`till`: also the pages of the counter; the LAN shows the technician's only."""
    folder, edition = static_files(), Edition(static_files())
    joined = Joined(folder, edition)

    def send(name: str) -> Response:
        first, _, rest = name.partition("/")
        of_edition = first != "" and first == edition.name
        if of_edition and rest.startswith(_JOINED):
            response = joined.send(rest.removeprefix(_JOINED))
        else:
            response = send_from_directory(folder, rest if of_edition else name, max_age=0)
        response.headers["Cache-Control"] = _FOR_GOOD if of_edition else _ASK_AGAIN
        return response

    def page(name: str) -> Response:
        text = joined.page(name).replace('"/static/', f'"/static/{edition.read()}/')
        response = Response(text, mimetype="text/html")
        response.headers["Cache-Control"] = _ASK_AGAIN
        return response

    app.add_url_rule("/static/<path:name>", "static_file", send)
    app.add_url_rule("/technician", "technician", lambda: page("technician.html"))
    if till:
        app.add_url_rule("/", "till", lambda: page("index.html"))
        app.add_url_rule("/customer", "customer", lambda: page("customer.html"))


class Joined:
    """What the pages load, joined once an edition: `till/main.js` with all its modules, `index.css` for index.html."""

    def __init__(self, folder: Path, edition: Edition) -> None:
        self._folder, self._edition = folder, edition
        self._lock = threading.Lock()
        self._made: tuple[str, dict[str, str]] = ("", {})

    def page(self, name: str) -> str:
        """The page, naming one sheet and one script."""
        sheet = f'\n    <link rel="stylesheet" href="/static/{_JOINED}{Path(name).stem}.css">'
        text = _SHEETS.sub(sheet, self._read(name), count=1)
        return _ENTRY.sub(rf'<script type="module" src="/static/{_JOINED}\1"', text)

    def send(self, name: str) -> Response:
        if name not in self._names():
            abort(404)
        with self._lock:
            edition, texts = self._made
            if edition != self._edition.name:
                self._made = edition, texts = self._edition.name, {}
            if name not in texts:
                texts[name] = self._make(name)
        return Response(texts[name], mimetype="text/css" if name.endswith(".css") else "text/javascript")

    def _names(self) -> set[str]:
        """Just what the pages name."""
        pages = list(self._folder.glob("*.html"))
        scripts = (_ENTRY.findall(self._read(page.name)) for page in pages)
        return {f"{page.stem}.css" for page in pages}.union(*scripts)

    def _make(self, name: str) -> str:
        if name.endswith(".js"):
            return joined_script(name, self._read)
        return joined_styles(_SHEET.findall(self._read(self._source(name))), self._read)

    def _source(self, name: str) -> str:
        """A sheet is that of the page of its name."""
        return f"{name.removesuffix('.css')}.html" if name.endswith(".css") else name

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="utf-8")


class Edition:
    """One name for the content of every file below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen: object = None
        self.name = ""

    def read(self) -> str:
        """The name as of now. Contents are read again only when a file's time or size has changed."""
        with self._lock:
            paths = sorted(path for path in self._folder.rglob("*") if path.is_file())
            seen = [(path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths]
            if seen != self._seen:
                digest = hashlib.sha256()
                for path in paths:
                    content = path.read_bytes()
                    digest.update(f"{path.relative_to(self._folder).as_posix()} {len(content)}\n".encode() + content)
                self._seen, self.name = seen, digest.hexdigest()[:_EDITION_LENGTH]
            return self.name

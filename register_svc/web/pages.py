"""The static pages: the till at `/`, the customer's and the technician's, and what they load below `/static/`.

A page names what it loads under the edition of all files, `/static/EDITION/…`: a browser keeps that for good and asks
for none of it again at its next start, and an update is another edition. Modules import each other by relative paths,
so all that a page loads is of one edition.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from flask import Flask, Response, send_from_directory

from webclient import static_files

_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"  # kept, but asked for again
_EDITION_LENGTH = 16


def add_pages(app: Flask, *, till: bool) -> None:
    """`till`: also the pages of the counter; the LAN shows the technician's only."""
    folder, edition = static_files(), Edition(static_files())

    def send(name: str) -> Response:
        first, _, rest = name.partition("/")
        of_edition = first != "" and first == edition.name
        response = send_from_directory(folder, rest if of_edition else name, max_age=0)
        response.headers["Cache-Control"] = _FOR_GOOD if of_edition else _ASK_AGAIN
        return response

    def page(name: str) -> Response:
        text = (folder / name).read_text(encoding="utf-8").replace('"/static/', f'"/static/{edition.read()}/')
        response = Response(text, mimetype="text/html")
        response.headers["Cache-Control"] = _ASK_AGAIN
        return response

    app.add_url_rule("/static/<path:name>", "static_file", send)
    app.add_url_rule("/technician", "technician", lambda: page("technician.html"))
    if till:
        app.add_url_rule("/", "till", lambda: page("index.html"))
        app.add_url_rule("/customer", "customer", lambda: page("customer.html"))


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

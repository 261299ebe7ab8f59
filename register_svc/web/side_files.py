"""The files that came beside the catalogue (pictures, a logo, layouts), at `/files/…` of the till.

What a file is follows from its name, never from its content; what a browser could run is handed out as a download.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, abort, send_file

_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/json", "text/plain")


def add_side_files(app: Flask, find: Callable[[str], Path | None]) -> None:
    """`find`: where the file of a path lies, of those that came with the active snapshot."""

    def send(path: str) -> Response:
        found = find(path)
        if found is None or not found.exists():
            abort(404)
        kind = mimetypes.guess_type(path)[0]
        shown = kind if kind in _SHOWN else None
        response = send_file(
            found,
            mimetype=shown or "application/octet-stream",
            as_attachment=shown is None,
            download_name=path.rpartition("/")[2],
            etag=found.name,
        )
        response.headers["Cache-Control"] = "no-cache"  # asked for again: another version may have another content
        return response

    app.add_url_rule("/files/<path:path>", "side_file", send)

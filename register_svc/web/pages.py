"""The static pages: the till at `/`, the customer's and the technician's, and what they load below `/static/`."""

from __future__ import annotations

from flask import Flask, Response, send_from_directory

from webclient import static_files


def add_pages(app: Flask, *, till: bool) -> None:
    """`till`: also the pages of the counter; the LAN shows the technician's only."""
    folder = static_files()

    def send(name: str) -> Response:
        response = send_from_directory(folder, name, max_age=0)
        response.headers["Cache-Control"] = "no-cache"  # kept, but asked for again: an update is seen at once
        return response

    app.add_url_rule("/static/<path:name>", "static_file", send)
    app.add_url_rule("/technician", "technician", lambda: send("technician.html"))
    if till:
        app.add_url_rule("/", "till", lambda: send("index.html"))
        app.add_url_rule("/customer", "customer", lambda: send("customer.html"))

"""The headers of `poscore.headers` on every answer of an app."""

from __future__ import annotations

from flask import Flask, Response

from poscore.headers import NOT_KEPT, SECURITY_HEADERS


def secure(app: Flask) -> None:
    """Set the headers on every answer; answers are not cached unless a route says so."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        for name, value in SECURITY_HEADERS:
            headers[name] = value
        if NOT_KEPT[0] not in headers:
            headers[NOT_KEPT[0]] = NOT_KEPT[1]
        return response

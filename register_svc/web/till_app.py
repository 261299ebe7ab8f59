"""The till app: everything a cashier does, on loopback only."""

from __future__ import annotations

import logging

from flask import Flask, Response

from poscore.errors import Fault
from poscore.http import Api
from poscore.http.problems import of_pos_error
from poscore.http.security import secure
from register_svc.register import STORAGE_ERRORS, Register
from register_svc.web.backup_routes import add_backup_routes
from register_svc.web.catalog_routes import add_catalog_routes
from register_svc.web.desk_routes import add_mode_routes, add_session_routes
from register_svc.web.guards import OVERRIDE_HEADER, keep_foreigners_out, locked_session_guard, session_guard
from register_svc.web.health_routes import add_health_routes
from register_svc.web.pages import add_pages
from register_svc.web.people_routes import add_people_routes
from register_svc.web.sales_routes import add_receipt_routes, add_sales_routes
from register_svc.web.shift_routes import add_shift_routes
from register_svc.web.side_files import add_side_files
from register_svc.web.snapshot_routes import add_till_snapshot_routes

_LOG = logging.getLogger("offline-kassa.till")

MAX_BODY_BYTES = 64 * 1024  # the largest request of a cashier is a line with a name


def _disk_failed(error: Exception) -> Response:
    _LOG.exception("the disk refused", exc_info=error)
    hint = "Free space on the register's disk, or mend it; then do it again. What was completed before is safe."
    return of_pos_error(Fault("disk-failed", "the register's disk refused: nothing was changed", hint))


def build_till_app(register: Register) -> tuple[Flask, Api]:
    """The WSGI app and its routes."""
    app = Flask("register_svc.till", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    keep_foreigners_out(app)
    secure(app)
    for kind in STORAGE_ERRORS:
        app.register_error_handler(kind, _disk_failed)
    guards = {
        "session": lambda request: session_guard(register, request),
        "locked-session": lambda request: locked_session_guard(register, request),
    }
    api = Api(app, "Offline-kassa: till", register.version, guards)
    api.headers["session"] = (OVERRIDE_HEADER,)
    add_session_routes(api, register)
    add_people_routes(api, register)
    add_mode_routes(api, register)
    add_catalog_routes(api, register)
    add_sales_routes(api, register)
    add_receipt_routes(api, register)
    add_shift_routes(api, register)
    add_till_snapshot_routes(api, register.snapshots)
    add_backup_routes(api, register)
    add_health_routes(api, register.health)
    add_pages(app, till=True)
    add_side_files(app, register.snapshots.side_file)
    return app, api

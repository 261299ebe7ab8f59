"""The WSGI app of a head office."""

from __future__ import annotations

from flask import Flask, Response

from poscore.http import Api, problems
from poscore.http.security import secure
from server_push.office import Office
from server_push.registers.callers import WrongClock
from server_push.web.account_routes import add_account_routes
from server_push.web.article_routes import add_article_routes
from server_push.web.authorization_routes import add_authorization_routes
from server_push.web.bodies import bound_bodies
from server_push.web.fleet_routes import add_fleet_routes
from server_push.web.guards import guards
from server_push.web.metrics import Metrics
from server_push.web.posting_routes import add_posting_routes
from server_push.web.register_routes import add_register_routes
from server_push.web.report_routes import add_report_routes
from server_push.web.return_routes import add_return_routes
from server_push.web.rollout_routes import add_rollout_routes
from server_push.web.sale_routes import add_sale_routes
from server_push.web.service_routes import add_service_routes


def build_app(office: Office) -> Flask:
    app = Flask("server_push", static_folder=None)
    secure(app)
    bound_bodies(app)
    # `clock` is 409 where a bundle meets it; a call with a wrong clock is not authenticated, and is told our time.
    app.register_error_handler(WrongClock, _wrong_clock)
    api = Api(app, "Offline-kassa: head office", office.version, guards(office))
    metrics = Metrics()
    add_register_routes(api, office, metrics)
    add_sale_routes(api, office)
    add_return_routes(api, office)
    add_authorization_routes(api, office)
    add_account_routes(api, office)
    add_rollout_routes(api, office)
    add_article_routes(api, office)
    add_fleet_routes(api, office)
    add_posting_routes(api, office)
    add_report_routes(api, office)
    add_service_routes(api, office, metrics)
    return app


def _wrong_clock(error: WrongClock) -> Response:
    return problems.problem(401, error.code, error.detail, error.hint, **error.extra)

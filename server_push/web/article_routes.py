"""An ERP's articles: one or a batch, into the list, and with `now` into every till of the store."""

from __future__ import annotations

from typing import Any

from poscore.errors import Refused
from poscore.http import Api, Call
from server_push.office import Office
from server_push.registers.operators import READ_ARTICLES, WRITE_ARTICLES
from server_push.web import fleet_models as models


def add_article_routes(api: Api, office: Office) -> None:
    @api.route(
        "GET",
        "/api/articles/<article_id>",
        access=READ_ARTICLES,
        query=models.ArticleQuery,
        ok={200: models.ArticleView},
        problems=(403, 404),
    )
    def show(call: Call, article_id: str) -> dict[str, Any]:
        """An article as it stands in the list."""
        return office.article(article_id, call.query.store or "")

    @api.route(
        "PUT",
        "/api/articles/<article_id>",
        access=WRITE_ARTICLES,
        body=models.ArticlePut,
        ok={200: models.ArticleAnswer},
        problems=(403, 413, 422),
    )
    def put(call: Call, article_id: str) -> dict[str, Any]:
        """Add or change one article. The same again changes nothing."""
        change = call.body.change(article_id)
        report, rollout = office.distribution.put_articles([change], call.caller.name, office.now(), push=call.body.now)
        for finding in report["rejected"]:
            raise Refused("body-invalid", f"{finding['column'] or 'the article'} {finding['reason']}")
        counted = {name: report[name] for name in ("added", "changed", "unchanged")}
        return {"article": office.article(change.article_id.strip(), change.store), **counted, "rollout": rollout}

    @api.route(
        "PUT",
        "/api/articles",
        access=WRITE_ARTICLES,
        body=models.ArticlesPut,
        ok={200: models.ArticlesAnswer},
        problems=(403, 413),
    )
    def put_batch(call: Call) -> dict[str, Any]:
        """Add or change many; a bad one is told and stops none of the others."""
        changes = [one.change(one.article_id) for one in call.body.articles]
        report, rollout = office.distribution.put_articles(changes, call.caller.name, office.now(), push=call.body.now)
        told = ("added", "changed", "unchanged", "rejected", "notes")
        return {**{name: report[name] for name in told}, "rollout": rollout}

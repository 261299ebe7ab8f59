"""`server-push import {articles|customers|cashiers|promotions} FILE`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from server_push.assortment.importing import (
    ARTICLE_FORMATS,
    PROMOTION_FORMATS,
    How,
    import_articles,
    import_cashiers,
    import_customers,
    import_promotions,
)
from server_push.assortment.report import Finding, ImportReport
from server_push.commands.place import Place, placed
from server_push.storage import Storage

_SHOWN = 20  # findings a person reads; --json gives all

Importer = Callable[[Storage, Path, datetime, How], ImportReport]


@click.group("import")
def import_() -> None:
    """Take in a list. What is wrong in it is told row by row; the rest is taken."""


def _add(name: str, importer: Importer, formats: tuple[str, ...]) -> None:
    @import_.command(name, help=f"Take in a list of {name} (CSV or XLSX, packed with xz or not).")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--format", "form", type=click.Choice(formats), help="The list's form; found by its header if left out."
    )
    @click.option("--complete", is_flag=True, help="Withdraw what the list lacks.")
    @click.option("--dry-run", is_flag=True, help="Tell what would happen, and change nothing.")
    @placed
    def command(place: Place, file: Path, form: str | None, complete: bool, dry_run: bool) -> None:
        storage = Storage.open(place.directory)
        try:
            report = importer(storage, file, datetime.now(UTC), How(form, complete, dry_run))
        finally:
            storage.close()
        place.answer(report.to_wire(), _told(report, dry_run))
        if report.rejected and not report.taken:
            click.get_current_context().exit(1)  # nothing could be taken


_add("articles", import_articles, tuple(ARTICLE_FORMATS))
_add("customers", import_customers, ("csv",))
_add("cashiers", import_cashiers, ("csv",))
_add("promotions", import_promotions, PROMOTION_FORMATS)


def _told(report: ImportReport, dry_run: bool) -> str:
    lines = ["dry run: nothing was changed"] if dry_run else []
    lines += [
        f"added {report.added}, changed {report.changed}, unchanged {report.unchanged}, withdrawn {report.withdrawn}",
        f"of the changed: price {report.price_changed}, name {report.name_changed}, codes {report.codes_changed}",
        *_listed("rejected", report.rejected),
        *_listed("notes", report.notes),
    ]
    return "\n".join(lines)


def _listed(title: str, findings: tuple[Finding, ...]) -> list[str]:
    if not findings:
        return []
    lines = [f"{title}: {len(findings)}"]
    lines += [f"  row {found.row}, {found.column or 'whole row'}: {found.reason}" for found in findings[:_SHOWN]]
    if len(findings) > _SHOWN:
        lines.append(f"  … and {len(findings) - _SHOWN} more; --json lists them")
    return lines

"""`server-push import {articles|customers|cashiers|promotions} FILE`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
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
from server_push.commands.at_office import at_office, user
from server_push.commands.fleet import push_at_once, told
from server_push.commands.place import Place, placed
from server_push.distribution import PRICE, Whom
from server_push.fleet.fleet import Outcome
from server_push.office import Office
from server_push.registers.audit import Deed
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
    @click.option("--now", "push_now", is_flag=True, help="Send what changed to every register at once.")
    @placed
    @at_office
    def command(place: Place, office: Office, file: Path, form: str | None, push_now: bool, **how: bool) -> None:
        dry_run = how["dry_run"]
        if push_now and dry_run:
            raise click.UsageError("--now and --dry-run do not go together")
        report = importer(office.storage, file, office.now(), How(form, **how))
        if not dry_run:
            detail = {"file": file.name, "added": report.added, "changed": report.changed}
            office.audit.note(Deed(user(), "list-imported", name, detail), office.now())
        outcome = _pushed(place, office) if push_now and report.taken else None
        pushed = {"push": outcome and outcome.to_wire()} if push_now else {}
        place.answer({**report.to_wire(), **pushed}, "\n".join([_told(report, dry_run), *_told_push(outcome)]))
        if (report.rejected and not report.taken) or (outcome is not None and not outcome.all_served):
            click.get_current_context().exit(1)  # nothing could be taken, or somebody was not served


def _pushed(place: Place, office: Office) -> Outcome | None:
    """To every enrolled register; None when there is none."""
    members = office.distribution.members(Whom())
    return push_at_once(place, office, members, PRICE) if members else None


def _told_push(outcome: Outcome | None) -> list[str]:
    return [] if outcome is None else [told(outcome)]


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

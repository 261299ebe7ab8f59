"""`register-svc verify-journal` and `export-journal`: both only read, also beside a running service."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from poscore.records import Head
from register_svc.commands.place import Place, placed
from register_svc.identity import Identity
from register_svc.journal.export import export
from register_svc.journal.verify import verify_journal


@click.command("verify-journal")
@placed
def verify(place: Place) -> None:
    """Check every record, the chain, the receipt numbers and every Z; exit 1 unless all is well."""
    from register_svc.register import JOURNAL_FILE

    identity = Identity.load(place.folder)
    head = _acknowledged(place.folder, identity)
    whose = (identity.store, identity.register, identity.epoch)
    verdict = verify_journal(place.folder / JOURNAL_FILE, *whose, head, keys=identity.public_keys())
    findings = [finding.to_wire() for finding in verdict.findings]
    wire = {
        "ok": verdict.ok,
        "records": verdict.records,
        "epoch": verdict.epoch,
        "seq": verdict.seq,
        "hash": verdict.hash,
        "findings": findings,
    }
    said = [f"record {one['seq']}: {one['kind']}: {one['detail']}" for one in findings]
    summary = f"{verdict.records} records, epoch {verdict.epoch} up to {verdict.seq}: "
    place.answer(wire, "\n".join([*said, summary + ("all is well" if verdict.ok else f"{len(said)} findings")]))
    if not verdict.ok:
        click.get_current_context().exit(1)


@click.command("export-journal")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@placed
def export_journal(place: Place, file: Path) -> None:
    """Write every record to FILE, one canonical JSON text a line, oldest first."""
    from register_svc.register import JOURNAL_FILE

    Identity.load(place.folder)
    exported = export(place.folder / JOURNAL_FILE, file)
    wire = {"file": str(file), "records": exported.records, "bytes": exported.bytes, "sha256": exported.sha256}
    place.answer(wire, f"{file}: {exported.records} records, {exported.bytes} bytes, SHA-256 {exported.sha256}")


def _acknowledged(folder: Path, identity: Identity) -> Head | None:
    """The last head that head office has acknowledged: without one a removed tail could not be seen."""
    from register_svc.register import STATE_FILE

    try:
        with closing(sqlite3.connect(f"{(folder / STATE_FILE).absolute().as_uri()}?mode=ro", uri=True)) as state:
            row = state.execute("SELECT seq, hash FROM watermark WHERE epoch = ?", (identity.epoch,)).fetchone()
    except sqlite3.Error:
        return None
    return Head(identity.register, identity.epoch, row[0], row[1]) if row and row[0] else None

"""What has been published: rows with the signed bytes, and the fleet's one counter that versions are drawn from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, desc, func, select, update

from poscore.bundle import BundleInfo, catalog_target
from poscore.errors import Fault
from poscore.instants import instant_text, parse_instant
from server_push.bundles.metadata import Catalogue, File, SignedFile, named_files
from server_push.storage import upsert
from server_push.storage.tables.bundles import publication, version_counter
from server_push.storage.tables.registers import register

_FLEET = "fleet"
# A head office that was put back to an older backup does not know how far it had counted, nor how many stamps it had
# made above the last version that a register tells of. Nobody makes so many between two backups.
LEAP = 10_000_000


@dataclass(frozen=True, slots=True)
class Publication:
    """A published catalogue with its signed metadata."""

    catalogue: Catalogue
    targets: SignedFile
    snapshot: SignedFile

    @property
    def store(self) -> str:
        return self.catalogue.info.store

    @property
    def version(self) -> int:
        return self.catalogue.info.version

    @property
    def expires(self) -> datetime:
        """When the first of its metadata expires; the stamp is made at each send and is not counted."""
        return min(self.targets.expires, self.snapshot.expires)


def draw_version(connection: Connection) -> int:
    """The next number of the fleet. Numbers may be lost, never given twice."""
    counter = version_counter.c
    drawn = connection.execute(
        update(version_counter).where(counter.name == _FLEET).values(value=counter.value + 1).returning(counter.value)
    ).scalar()
    if drawn is None:
        drawn = 1
        upsert(connection, version_counter, [{"name": _FLEET, "value": drawn}])
    return int(drawn)


def leap_above(connection: Connection, version: int) -> None:
    """Count on from far above `version`, or from far above where the count is now."""
    counter = version_counter.c
    draw_version(connection)  # so that there is a row
    highest = case((counter.value > version, counter.value), else_=version)
    connection.execute(update(version_counter).where(counter.name == _FLEET).values(value=highest + LEAP))


def counted_to(connection: Connection) -> int:
    """The last number that was drawn; 0 before the first."""
    found = connection.execute(select(version_counter.c.value).where(version_counter.c.name == _FLEET)).scalar()
    return int(found or 0)


def seen_by_registers(connection: Connection, store: str | None = None) -> int:
    """The highest version that a register, of the store or of any, has told of; 0 when none has."""
    query = select(func.max(register.c.snapshot_seen))
    found = connection.execute(query if store is None else query.where(register.c.store == store)).scalar()
    return int(found or 0)


def save(connection: Connection, published: Publication) -> None:
    """Insert, or replace the signed metadata of one that is there."""
    catalogue, info = published.catalogue, published.catalogue.info
    row = {
        "store": info.store,
        "version": info.version,
        "published_at": info.published_at,
        "sha256": catalogue.plain.sha256,
        "bytes": catalogue.plain.bytes,
        "full_sha256": catalogue.carried.sha256,
        "full_bytes": catalogue.carried.bytes,
        "articles": info.articles,
        "info": json.dumps(info.to_wire(), ensure_ascii=False),
        "targets_version": published.targets.version,
        "targets_expires": instant_text(published.targets.expires),
        "targets": published.targets.data,
        "snapshot_version": published.snapshot.version,
        "snapshot_expires": instant_text(published.snapshot.expires),
        "snapshot": published.snapshot.data,
    }
    upsert(connection, publication, [row])


def newest(connection: Connection, store: str) -> Publication | None:
    rows = connection.execute(
        select(publication).where(publication.c.store == store).order_by(desc(publication.c.version)).limit(1)
    )
    row = rows.one_or_none()
    return None if row is None else _publication(row)


def of_version(connection: Connection, store: str, version: int) -> Publication | None:
    """What was published under a number; it may be long ago."""
    rows = connection.execute(select(publication).where(publication.c.store == store, publication.c.version == version))
    row = rows.one_or_none()
    return None if row is None else _publication(row)


def newest_files(connection: Connection, store: str, count: int) -> set[str]:
    """The hashes of the files that carry a store's newest versions."""
    newest_first = select(publication.c.full_sha256).where(publication.c.store == store)
    return set(connection.execute(newest_first.order_by(desc(publication.c.version)).limit(count)).scalars())


def newest_lists(connection: Connection, store: str, count: int) -> set[str]:
    """The hashes of the lists of files that a store's newest versions name."""
    rows = connection.execute(
        select(publication).where(publication.c.store == store).order_by(desc(publication.c.version)).limit(count)
    )
    found = [_publication(row).catalogue.files for row in rows]
    return {files.sha256 for files in found if files is not None}


def _publication(row: Row[Any]) -> Publication:
    try:
        info = BundleInfo.from_wire(json.loads(row.info))
        deltas = named_files(row.targets, info.deltas.values())
        files = named_files(row.targets, [info.files] if info.files else [])
    except (ValueError, KeyError) as error:
        raise Fault("publication-damaged", f"version {row.version} of {row.store} cannot be read: {error}") from None
    plain = File(catalog_target(row.store), row.sha256, row.bytes)
    return Publication(
        Catalogue(plain, info, File(info.full, row.full_sha256, row.full_bytes), deltas, next(iter(files), None)),
        SignedFile(row.targets_version, parse_instant(row.targets_expires), row.targets),
        SignedFile(row.snapshot_version, parse_instant(row.snapshot_expires), row.snapshot),
    )

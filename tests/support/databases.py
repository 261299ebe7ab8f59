"""New databases of a head office, quickly: migrated once, copied for each test."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from server_push.storage import Storage
from server_push.storage.engine import DATABASE


def new_storage(directory: Path) -> Storage:
    """As Storage.create makes it."""
    (directory / DATABASE).write_bytes(_template())
    return Storage.open(directory)


@functools.cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        Storage.create(Path(folder)).close()
        return (Path(folder) / DATABASE).read_bytes()

"""Killed in every step of a bundle's way in, a register sells on from a whole catalogue: the old one or the new."""

import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.builders import MILK, AnArticle
from tests.support.bundles import Publisher, catalog
from tests.support.killable_snapshots import COMMITTED, GONE_BACK, STEPS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = 100, 200


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    publisher = Publisher()
    (folder / "root.json").write_bytes(publisher.root_v1)
    for version, price in ((1, OLD), (2, NEW)):
        articles = [AnArticle("A1", price=price, codes=(MILK,))]
        content = catalog(articles=articles, padding=1 << 17, spoil=fill)
        (folder / f"{version}.zip").write_bytes(publisher.publish(version, content).zip())
    return folder


def fill(connection: sqlite3.Connection) -> None:
    """So that the file is written in several parts."""
    connection.execute("CREATE TABLE filler(data BLOB)")
    connection.execute("INSERT INTO filler VALUES(zeroblob(3000000))")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at(step: str, published: Path, tmp_path: Path) -> None:
    for name in ("root.json", "1.zip", "2.zip"):
        (tmp_path / name).write_bytes((published / name).read_bytes())

    died = run(tmp_path, "die", step)
    assert died.returncode == -signal.SIGKILL, died.stderr

    started = run(tmp_path, "tell")
    assert started.returncode == 0, started.stderr
    told = json.loads(started.stdout)

    switched = step in ("switched", "told", "confirmed", "rollback-wanted")
    assert told["at_once"] == (NEW if switched else OLD)
    assert told["settled"] == (NEW if step in COMMITTED else OLD)
    if step.startswith("fetching") or step in ("half-received", "received", "verified"):
        assert told["listing"]["seen"] == 1  # what was being trusted was trusted by nobody yet
    states = {slot["version"]: slot["state"] for slot in told["listing"]["slots"]}
    assert states.get(1) == "GOOD"
    if step in GONE_BACK:
        assert states[2] == "ROLLED_BACK"
    # Whatever came of it, the same bundle brings the register to the new version, and leaves nothing behind.
    assert told["again"] == "GOOD"
    assert told["files"] == ["snapshots/1/catalog.db", "snapshots/2/catalog.db"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.support.killable_snapshots", str(folder), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

"""A real process writes the journal and is killed with SIGKILL, within a transaction and between two."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from poscore.idempotency import Idempotency, Kept
from register_svc.database import Database
from register_svc.journal.answers import Answers
from register_svc.journal.drafts import load_drafts
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.schema import MIGRATIONS
from register_svc.journal.verify import verify_journal

ROOT = Path(__file__).resolve().parents[3]
WRITER = Path(__file__).with_name("killed_writer.py")

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")


@contextmanager
def writer(path: Path, *what: str) -> Iterator[Iterator[str]]:
    """What the writer says; at the end of the block it is killed, whatever it is doing."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, str(WRITER), str(path), *what], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert child.stdout is not None
    try:
        yield (line.strip() for line in child.stdout)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()


def reopened(path: Path) -> tuple[Database, Journal]:
    db = Database(path, MIGRATIONS)
    return db, Journal(db, Owner("s1", "r1", 1))


def test_killed_within_a_transaction_nothing_of_it_is_there(path: Path, journal: Journal, db: Database) -> None:
    with journal.write(durable=False) as writing:
        writing.save_draft("r1-1-000001", "open", b"precious", "2026-11-22T10:00:00.000Z")
        writing.next_number("receipt-1")
    db.close()
    with writer(path, "inside") as said:
        assert next(said) == "inside"
    again, after = reopened(path)
    assert after.head.seq == 0
    assert [draft.document for draft in load_drafts(again)] == [b"precious"]
    assert verify_journal(path, "s1", "r1", 1).ok
    with after.write(durable=False) as writing:
        assert writing.next_number("receipt-1") == 2
    again.close()


@pytest.mark.parametrize("kill_after", [1, 2, 7, 24])
def test_killed_while_selling_all_that_was_told_is_there_and_no_number_is_lost(path: Path, kill_after: int) -> None:
    told: list[list[str]] = []
    with writer(path, "sell") as said:
        for line in said:
            told.append(line.split())
            if len(told) == kill_after:
                break
    db, journal = reopened(path)
    verdict = verify_journal(path, "s1", "r1", 1)
    assert verdict.ok, verdict.findings
    sold = [(int(seq), digest, sale_id) for what, seq, digest, sale_id in (line for line in told if line[0] == "sold")]
    kept = {row[0]: row[1] for row in db.reader.execute("SELECT seq, hash FROM journal")}
    assert all(kept[seq] == digest for seq, digest, _ in sold)
    # Each number that was taken is a record or an open draft, none both, none neither.
    records = {row[0] for row in db.reader.execute("SELECT sale_id FROM receipt")}
    drafts = {draft.sale_id for draft in load_drafts(db)}
    assert {sale_id for _, _, sale_id in sold} <= records
    assert not records & drafts
    taken = db.reader.execute("SELECT value FROM counter WHERE name = 'receipt-1'").fetchone()[0]
    assert records | drafts == {f"r1-1-{n:06}" for n in range(1, taken + 1)}
    # Each sale that is there has its answer, and each one that is not has none.
    answers = Answers(db)
    for sale_id in records | drafts:
        found = answers.find(Idempotency(sale_id, b"print"))
        assert found == (Kept(200, sale_id.encode()) if sale_id in records else None)
    assert journal.append("note", "2026-11-22T10:00:00.000Z", None, {}).seq == verdict.seq + 1
    db.close()


def test_killed_again_and_again_the_chain_stays_whole(path: Path) -> None:
    for kill_after in (3, 1, 5, 2, 4):
        with writer(path, "sell") as said:
            for _ in range(kill_after):
                next(said)
    verdict = verify_journal(path, "s1", "r1", 1)
    assert verdict.ok, verdict.findings
    assert verdict.records >= 5

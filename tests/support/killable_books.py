"""A head office that takes a journal home and posts it, over and over, as a process that can be killed at any moment.

    python -m tests.support.killable_books FOLDER JOURNAL

FOLDER is an office's, JOURNAL a file of `{epoch, head, caller, batches}`. It says `ready`, then `done` when all is
posted.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from poscore.errors import Refused
from server_push.intake.intake import Delivery
from server_push.office import Office, World
from server_push.registers.answers import Asking
from server_push.registers.callers import Caller

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


def main(folder: Path, journal: Path) -> None:
    told = json.loads(journal.read_text())
    caller = Caller(**told["caller"])
    office = Office.open(folder, World(now=lambda: NOW))
    print("ready", flush=True)
    for batch in told["batches"]:
        office.intake.receive(caller, Delivery(told["epoch"], told["head"], [tuple(one) for one in batch]), NOW)
        while office.posting_runs.post(Asking("night", NOW))["state"] != "posted":
            raise Refused("posting-run-failed", "a run has failed")
    office.close()
    print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

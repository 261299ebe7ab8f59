"""A process that writes a journal until it is killed. It says on stdout what it has got back from the journal.

python killed_writer.py FILE inside     stops within a transaction that has appended, and says `inside`
python killed_writer.py FILE sell N     sells on and on, the first receipt being N: `draft ID` and `sold SEQ HASH ID`
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from poscore import records
from poscore.idempotency import Idempotency, Kept
from poscore.ids import ReceiptNo
from register_svc.database import Database
from register_svc.journal.answers import Answers
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.schema import MIGRATIONS
from register_svc.journal.verify import receipt_series

AT, DAY = "2026-11-22T10:00:00.000Z", "2026-11-22"


def main(file: str, what: str, *_: str) -> None:
    db = Database(Path(file), MIGRATIONS)
    journal, answers = Journal(db, Owner("s1", "r1", 1)), Answers(db)
    if what == "inside":
        inside(journal)
    while True:
        sell(journal, answers)


def inside(journal: Journal) -> None:
    with journal.write() as writing:
        writing.append(records.SALE, AT, DAY, {"sale": {"receipt_no": "r1-1-000001"}})
        writing.next_number(receipt_series(1, False))
        writing.delete_draft("r1-1-000001")
        say("inside")
        threading.Event().wait()


def sell(journal: Journal, answers: Answers) -> None:
    """One sale as the checkout does it: a draft that a kill does not lose, then all at once."""
    with journal.write(durable=False) as writing:
        sale_id = ReceiptNo("r1", 1, writing.next_number(receipt_series(1, False))).text
        writing.save_draft(sale_id, "open", sale_id.encode(), AT)
    say(f"draft {sale_id}")
    with journal.write() as writing:
        record = writing.append(records.SALE, AT, DAY, {"sale": {"receipt_no": sale_id}})
        writing.keep_receipt(record, sale_id, "completed", False)
        writing.delete_draft(sale_id)
        answers.keep(writing, Idempotency(sale_id, b"print"), Kept(200, sale_id.encode()), 0)
    say(f"sold {record.seq} {journal.head.hash} {sale_id}")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Weaves the golden journal anew after its `bodies` were edited: python -m tests.support.golden_journal

- The first record of each type gets the body that stands in `bodies`; later ones of that type get, empty, the members
  that they lack.
- A type that has no record yet gets one just before the shift is closed.
- Sequence, times, links, hashes and the head's signature follow from that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from poscore.canonical import sha256_hex
from poscore.records import SHIFT_CLOSED, Head, Record, genesis_hash
from poscore.tokens import SigningKey, sign_head

GOLDEN = Path(__file__).parents[1] / "poscore" / "golden"
_EMPTY = {list: [], dict: {}}


def main() -> None:
    journal = json.loads((GOLDEN / "records.json").read_text(encoding="utf-8"))
    key = SigningKey.parse(json.dumps(json.loads((GOLDEN / "tokens.json").read_text(encoding="utf-8"))["private_key"]))
    store, register, epoch = journal["store"], journal["register"], journal["epoch"]
    prev, rows = genesis_hash(store, register, epoch), []
    for seq, (kind, day, body) in enumerate(_bodies(journal), 1):
        if "head" in body:  # a Z names the end of the journal before it
            body["head"] = Head(register, epoch, seq - 1, prev).to_wire()
            body["signed_head"] = sign_head(key, Head(register, epoch, seq - 1, prev))
        at = f"2026-11-22T10:00:{seq:02d}.000Z"
        if "closed_at" in body:
            body["closed_at"] = at
        data = Record(store, register, epoch, seq, prev, at, day, kind, body).encoded()
        prev = sha256_hex(data)
        rows.append({"seq": seq, "hash": prev, "record": data.decode()})
    head = Head(register, epoch, len(rows), prev)
    journal.update(records=rows, head=head.to_wire(), head_jws=sign_head(key, head))
    text = json.dumps(journal, ensure_ascii=False, indent=1)
    (GOLDEN / "records.json").write_text(text + "\n", encoding="utf-8")


def _bodies(journal: dict[str, Any]) -> list[tuple[str, str | None, dict[str, Any]]]:
    bodies, found, seen = journal["bodies"], [], set()
    for row in journal["records"]:
        record = json.loads(row["record"])
        kind, day = record["type"], record["business_day"]
        if kind == SHIFT_CLOSED:
            found += [(new, day, bodies[new]) for new in bodies if new not in _kinds(journal)]
        wanted = bodies[kind]
        missing = {name: _EMPTY.get(type(value)) for name, value in wanted.items() if name not in record["body"]}
        found.append((kind, day, {**record["body"], **missing} if kind in seen else wanted))
        seen.add(kind)
    return found


def _kinds(journal: dict[str, Any]) -> set[str]:
    return {json.loads(row["record"])["type"] for row in journal["records"]}


if __name__ == "__main__":
    main()

"""The golden vectors, byte for byte, and FORMATS.md, which may not say anything else than the code does."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from poscore import bundle, records
from poscore.bundle import BundleInfo
from poscore.canonical import canonical_text, sha256_hex
from poscore.catalog_format import DDL, INDEX_DDL, SEARCH_DDL
from poscore.codes import code_key
from poscore.enrolment import EnrolmentCode, head_office_proof, register_proof
from poscore.errors import Refused
from poscore.frames import Frames, framed, window
from poscore.ids import ReceiptNo
from poscore.instants import instant_text, parse_day, parse_instant
from poscore.money import cash_rounding, divide, parse_cents, split
from poscore.pins import hash_pin, verify_pin
from poscore.pricing import totals_of
from poscore.quantity import Quantity
from poscore.records import Head, Record, genesis_hash, verify_chain
from poscore.sale import Line, Sale, Tender
from poscore.tokens import Claims, SigningKey, sign_head, sign_token, verify_head, verify_token
from poscore.vat import TaxRow

GOLDEN = Path(__file__).parent / "golden"
FORMATS = (Path(__file__).parents[2] / "poscore" / "FORMATS.md").read_text(encoding="utf-8")


def golden(name: str) -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return vectors


# -- the vectors -------------------------------------------------------------------------------------------------------


def test_money() -> None:
    vectors = golden("money")
    for one in vectors["divide"]:
        assert divide(one["numerator"], one["denominator"]) == one["result"]
    for one in vectors["split"]:
        assert split(one["total"], one["weights"]) == one["parts"]
    for one in vectors["cash_rounding"]:
        assert cash_rounding(one["exact"]) == one["rounding"]
    for one in vectors["text"]:
        assert parse_cents(one["text"]) == one["cents"]
    for one in vectors["totals"]:
        quantity = Quantity(1000 if one["exact"] >= 0 else -1000)
        line = Line(1, None, None, "x", quantity, "kpl", abs(one["exact"]), 0, 0, 2550, one["exact"])
        totals = totals_of([line], [Tender(n, kind, amount) for n, (kind, amount) in enumerate(one["tenders"], 1)])
        assert (totals.rounding, totals.due, totals.paid, totals.change) == (
            *(one["rounding"], one["due"], one["paid"], one["change"]),
        )


def test_quantities() -> None:
    vectors = golden("quantity")
    for one in vectors["quantities"]:
        quantity = Quantity.parse(one["read"])
        assert (quantity.text, quantity.thousandths) == (one["text"], one["thousandths"])
    for text in vectors["refused"]:
        with pytest.raises(Refused):
            Quantity.parse(text)
    for one in vectors["times"]:
        assert Quantity.parse(one["quantity"]).times(one["cents"]) == one["result"]


def test_vat() -> None:
    for row in golden("vat")["rows"]:
        assert TaxRow.of_gross(row["rate"], row["gross"]).to_wire() == row


def test_instants_and_days() -> None:
    vectors = golden("instants")
    for one in vectors["instants"]:
        assert instant_text(datetime.fromisoformat(one["at"])) == one["text"]
        assert instant_text(parse_instant(one["text"])) == one["text"]
    for text in vectors["refused"]:
        with pytest.raises(Refused):
            parse_instant(text)
    for text in vectors["days_refused"]:
        with pytest.raises(Refused):
            parse_day(text)


def test_ids_and_codes() -> None:
    vectors = golden("ids")
    for one in vectors["receipts"]:
        number = ReceiptNo(one["register"], one["epoch"], one["n"], one["training"])
        assert number.text == one["text"]
        assert ReceiptNo.parse(one["text"]) == number
    for text in vectors["receipts_refused"]:
        with pytest.raises(Refused):
            ReceiptNo.parse(text)
    for one in vectors["codes"]:
        assert code_key(one["read"]) == one["key"]


def test_canonical_json() -> None:
    for one in golden("canonical")["values"]:
        assert canonical_text(one["value"]) == one["text"]
        assert sha256_hex(one["text"].encode()) == one["sha256"]


def test_sales() -> None:
    vectors = golden("sale")
    for one in vectors["sales"]:
        sale = Sale.from_wire(one["sale"])
        assert canonical_text(sale.to_wire()) == one["text"]
        assert sha256_hex(one["text"].encode()) == one["sha256"]
        assert Sale.of(sale.header, sale.lines, sale.tenders, vectors["standard_rate"]) == sale


def test_a_journal() -> None:
    vectors = golden("records")
    genesis = genesis_hash(vectors["store"], vectors["register"], vectors["epoch"])
    assert genesis == vectors["genesis"]
    rows = [(one["seq"], one["hash"], one["record"].encode()) for one in vectors["records"]]
    head = Head.from_wire(vectors["head"])
    assert list(verify_chain(genesis, rows, head)) == []
    prev = genesis
    for seq, digest, data in rows:
        record = Record.parse(data)
        assert record.encoded() == data
        assert (record.seq, record.prev_hash, sha256_hex(data)) == (seq, prev, digest)
        prev = digest
        if record.type in (records.SALE, records.SALE_ABORTED):
            Sale.from_wire(record.body["sale"])
    assert head == Head(vectors["register"], vectors["epoch"], len(rows), prev)
    key = golden("tokens")
    assert sign_head(SigningKey.parse(json.dumps(key["private_key"])), head) == vectors["head_jws"]


def test_tokens_and_signed_heads() -> None:
    vectors = golden("tokens")
    key, said = SigningKey.parse(json.dumps(vectors["private_key"])), vectors["claims"]
    assert key.public == vectors["public_key"]
    assert json.loads(key.private_text) == vectors["private_key"]
    claims = Claims(said["iss"], said["aud"], said["iat"], said["jti"], sha256_hex(vectors["body"].encode()))
    assert sign_token(key, claims) == vectors["token"]
    assert verify_token(vectors["token"], vectors["public_key"], said["aud"]) == claims
    payload = vectors["token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) == said
    head = Head.from_wire(vectors["head"])
    assert sign_head(key, head) == vectors["head_jws"]
    assert verify_head(vectors["head_jws"], vectors["public_key"]) == head


def test_enrolment() -> None:
    vectors = golden("enrolment")
    code = EnrolmentCode.of(bytes.fromhex(vectors["secret"]), vectors["root_v1"].encode())
    assert (code.text, code.locator, code.mac_key.hex()) == (vectors["code"], vectors["locator"], vectors["mac_key"])
    for text in (vectors["code"], *vectors["read_as"]):
        assert EnrolmentCode.parse(text) == code
    asked, answered = dict(vectors["request"]), dict(vectors["answer"])
    proofs = asked.pop("proof"), answered.pop("proof")
    assert proofs == (
        register_proof(code.mac_key, asked),
        head_office_proof(code.mac_key, {"request": asked, "answer": answered}),
    )
    assert code.fits_root(answered["root"].encode())


def test_pins() -> None:
    vectors = golden("pins")
    pepper, salt = bytes.fromhex(vectors["pepper"]), bytes.fromhex(vectors["salt"])
    for one in vectors["pins"]:
        assert hash_pin(one["pin"], pepper, salt) == one["hash"]
        assert verify_pin(one["pin"], pepper, one["hash"])


def test_a_bundle() -> None:
    vectors = golden("bundle")
    assert bundle.catalog_target("s1") == vectors["catalog_target"]
    assert bundle.full_target("s1") == vectors["full_target"] == vectors["custom"]["full"]
    assert vectors["members"][0] == bundle.TIMESTAMP_MEMBER
    assert all(name.split("/")[0] in (bundle.METADATA, bundle.TARGETS) for name in vectors["members"])
    assert canonical_text(BundleInfo.from_wire(vectors["custom"]).to_wire()) == vectors["canonical"]


def test_frames() -> None:
    vectors = golden("frames")
    for case in vectors["windows"]:
        assert window(case["index"], case["base_bytes"]) == (case["offset"], case["length"]), case
    for case in vectors["deltas"]:  # what zstd makes of the payloads is the register's test
        frames = Frames()
        (payload,) = frames.feed(bytes.fromhex(case["delta"]))
        frames.end()
        assert framed(payload).hex() == case["delta"], case["name"]


# -- the page ----------------------------------------------------------------------------------------------------------


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", FORMATS, re.DOTALL)


def everything_in(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for one in inner for found in everything_in(one))]


def test_every_golden_file_is_named_on_the_page_and_tested() -> None:
    for path in GOLDEN.iterdir():
        assert f"`{path.name}`" in FORMATS, path.name
        assert f'golden("{path.stem}")' in Path(__file__).read_text(encoding="utf-8"), path.name


def test_every_example_on_the_page_is_a_golden_vector() -> None:
    vectors = [found for path in GOLDEN.iterdir() for found in everything_in(golden(path.stem))]
    examples = [json.loads(text) for text in fenced("json")]
    assert len(examples) == 3
    for example in examples:
        assert example in vectors, example


def test_every_type_of_record_is_on_the_page_and_in_the_vectors() -> None:
    types = {value for name, value in vars(records).items() if name.isupper() and isinstance(value, str)}
    assert types == set(golden("records")["bodies"])
    for kind, body in golden("records")["bodies"].items():
        assert f"`{kind}`" in FORMATS
        assert all(f"`{key}`" in FORMATS or f'"{key}"' in FORMATS for key in body), kind


def test_the_tables_on_the_page_are_the_tables_of_the_code() -> None:
    def tables(script: str) -> list[Any]:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(script)
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master ORDER BY name")]
            return [
                (name, connection.execute(f"PRAGMA table_xinfo('{name}')").fetchall(), _options(connection, name))
                for name in names
            ]

    (page,) = fenced("sql")
    assert tables(page) == tables(";\n".join((*DDL, *INDEX_DDL, SEARCH_DDL)))


def _options(connection: sqlite3.Connection, name: str) -> str:
    """The statement without blanks and comments: WITHOUT ROWID, the search's options, the primary keys."""
    sql = connection.execute("SELECT coalesce(sql, '') FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    return re.sub(r"--[^\n]*|\s", "", sql)


def test_no_line_of_the_page_is_beyond_reading() -> None:
    prose = re.sub(r"```.*?```|^\|.*?$", "", FORMATS, flags=re.DOTALL | re.MULTILINE)
    assert max(len(line) for line in prose.splitlines()) <= 125

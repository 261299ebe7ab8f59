"""A small head office for the register's tests: real HTTP, the real formats and signatures of poscore, rows in memory.

It keeps the rules of intake that a register leans on: the same record twice is one, a gap holds the watermark, bytes
that do not match their hash are not taken, a wrong clock is told the time. What it shall do wrong is set on it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from backports import zstd
from flask import Flask, Response, request
from waitress.server import create_server

from poscore.canonical import sha256_hex
from poscore.enrolment import EnrolmentCode, head_office_proof, proofs_equal, register_proof
from poscore.errors import PosError, Untrusted
from poscore.http.problems import problem
from poscore.instants import instant_text, parse_instant
from poscore.records import Head, Record, genesis_hash
from poscore.tokens import SigningKey, verify_head, verify_token

ROOT = json.dumps({"signed": {"_type": "root", "version": 1}})
CLOCK_TOLERANCE_S = 300


class StandInOffice:
    def __init__(self) -> None:
        self.audience = "office-1"
        self.sender = SigningKey.generate()
        self.pepper = secrets.token_bytes(32)
        self.clock_offset = timedelta()
        self.codes: dict[str, dict[str, Any]] = {}
        self.registers: dict[str, dict[str, Any]] = {}
        self.records: dict[tuple[str, int, int], bytes] = {}
        self.heads: list[Head] = []
        self.check_ins: list[dict[str, Any]] = []
        self.uploads: list[tuple[int, list[int]]] = []  # (epoch, seqs) as they came
        self.probes = 0
        self.fail_with: int | None = None  # every journal call answers this status
        self.refuse: str | None = None  # every signed call answers 403 with this code
        self.refuse_uploads: str | None = None  # every journal call answers 409 with this code
        self.not_ready = False
        self.fails_on: Callable[[Record], int | None] = lambda _: None
        self.damage: list[int] = []  # seqs to treat as damaged on arrival, one time each
        self.next_check_in_s = 300
        self.beside: dict[tuple[str, int], dict[tuple[int, str], bytes]] = {}  # records whose number was taken
        self.bundles: list[tuple[int, Any]] = []  # answers to a fetch: status and bytes; -1 breaks off in the middle
        self.fetches = 0
        self.check_in_retry_after: int | None = None  # too busy for check-ins: come again then
        self.is_old = False  # knows nothing of `acked` and `conflicts`
        self._lock = threading.Lock()
        app = Flask("stand-in-office")
        app.add_url_rule("/readyz", "ready", self._ready)
        app.add_url_rule("/api/enrolments", "enrol", self._enrol, methods=["POST"])
        app.add_url_rule("/api/registers/<name>/check-in", "check-in", self._check_in, methods=["POST"])
        app.add_url_rule("/api/registers/<name>/bundle", "bundle", self._bundle)
        app.add_url_rule("/api/registers/<name>/journal", "journal", self._journal, methods=["POST"])
        app.register_error_handler(PosError, lambda error: problem(401, error.code, error.detail))
        self._server = create_server(app, host="127.0.0.1", port=0, threads=4)
        self.port = int(self._server.effective_port)
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # its sockets are closed under it
            self._server.run()

    def close(self) -> None:
        self._server.task_dispatcher.shutdown()
        self._server.close()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_offset

    # -- what tests ask ------------------------------------------------------------------------------------------------

    def new_code(self, store: str, register: str) -> str:
        code = EnrolmentCode.of(secrets.token_bytes(16), ROOT.encode())
        self.codes[code.locator] = {"store": store, "register": register, "mac": code.mac_key, "used_by": None}
        return code.text

    def seqs(self, register: str, epoch: int) -> list[int]:
        return sorted(seq for name, number, seq in self.records if (name, number) == (register, epoch))

    # -- routes --------------------------------------------------------------------------------------------------------

    def _ready(self) -> Response:
        self.probes += 1
        if self.not_ready:
            return problem(503, "not-ready", "the database is away")
        return Response(b'{"status":"pass"}', mimetype="application/json")

    def _enrol(self) -> Response:
        body = json.loads(request.get_data())
        row = self.codes.get(body["locator"])
        asked = {name: value for name, value in body.items() if name != "proof"}
        if row is None or not proofs_equal(register_proof(row["mac"], asked), body["proof"]):
            return problem(409, "code-wrong", "the code is wrong")
        applicant = (body["public_key"]["x"], body["nonce"])
        if row["used_by"] not in (None, applicant):
            return problem(409, "code-used", "this code has been used already")
        if row["used_by"] is None:
            row["used_by"] = applicant
            known = self.registers.setdefault(row["register"], {"store": row["store"], "keys": {}})
            row["epoch"] = max(known["keys"], default=0) + 1
            known["keys"][row["epoch"]] = body["public_key"]
        parse_instant(body["clock"])
        answer = {
            "store": row["store"],
            "register": row["register"],
            "epoch": row["epoch"],
            "chain": "Ketju",
            "store_name": "Kauppa",
            "time_zone": "Europe/Helsinki",
            "root": ROOT,
            "sender_key": self.sender.public,
            "audience": self.audience,
            "pin_pepper": base64.b64encode(self.pepper).decode(),
            "previous": None,
            "now": instant_text(self.now()),
        }
        return _json({**answer, "proof": head_office_proof(row["mac"], {"request": asked, "answer": answer})})

    def _check_in(self, name: str) -> Response:
        refused = self._judge(name)
        if refused:
            return refused
        body = json.loads(request.get_data())
        self.check_ins.append(body)
        if self.check_in_retry_after is not None:
            return problem(429, "too-many-requests", "later", retry_after=self.check_in_retry_after)
        said = {"now": instant_text(self.now()), "next_check_in_s": self.next_check_in_s}
        acked = {} if self.is_old else {"acked": [self._end(name, epoch) for epoch in self.registers[name]["keys"]]}
        return _json({**said, "snapshot": {"version": None}, **acked})

    def _bundle(self, name: str) -> Response:
        refused = self._judge(name)
        if refused:
            return refused
        self.fetches += 1
        status, said = self.bundles.pop(0) if len(self.bundles) > 1 else self.bundles[0]
        if status == 429:
            return problem(429, "too-many-requests", "later", retry_after=said)
        if status == 409:
            return problem(409, "nothing-to-fetch", "there is nothing to fetch")
        headers = {"Bundle-Token": "token-of-head-office"}
        if status == -1:
            return Response(iter([said]), 200, {**headers, "Content-Length": str(len(said) * 2)})
        return Response(said, 200, headers)

    def _end(self, name: str, epoch: int) -> dict[str, Any]:
        acked, _ = self._watermark(name, epoch)
        last = self.records.get((name, epoch, acked))
        digest = sha256_hex(last) if last is not None else genesis_hash(self.registers[name]["store"], name, epoch)
        return {"epoch": epoch, "seq": acked, "hash": digest, "conflicts": len(self.beside.get((name, epoch), ()))}

    def _journal(self, name: str) -> Response:
        refused = self._judge(name)
        if refused:
            return refused
        if self.fail_with:
            return problem(self.fail_with, "internal", "out of order")
        if self.refuse_uploads:
            return problem(409, self.refuse_uploads, "these records are not wanted here")
        raw = request.get_data()
        body = json.loads(zstd.decompress(raw) if request.headers.get("Content-Encoding") == "zstd" else raw)
        epoch = body["epoch"]
        keys = self.registers[name]["keys"]
        try:
            head = verify_head(body["head"], keys[epoch])
        except Untrusted:
            head = verify_head(body["head"], keys[max(keys)])  # the newest key speaks for closed epochs too
        with self._lock:
            return self._take(name, epoch, head, [(one["hash"], one["record"].encode()) for one in body["records"]])

    def _take(self, name: str, epoch: int, head: Head, records: list[tuple[str, bytes]]) -> Response:
        parsed = [Record.parse(data) for _, data in records]
        for record in parsed:
            status = self.fails_on(record)
            if status:
                return problem(status, "body-invalid" if status < 500 else "internal", f"trips over {record.seq}")
        self.heads.append(head)
        self.uploads.append((epoch, [record.seq for record in parsed]))
        resend, conflicts = [], False
        beside = self.beside.setdefault((name, epoch), {})
        for (digest, data), record in zip(records, parsed, strict=True):
            if record.seq in self.damage or sha256_hex(data) != digest:
                if record.seq in self.damage:
                    self.damage.remove(record.seq)
                resend.append(record.seq)
                continue
            if self.records.setdefault((name, epoch, record.seq), data) != data:
                beside[record.seq, digest] = data
                conflicts = True
        acked, gap = self._watermark(name, epoch)
        last = self.records.get((name, epoch, acked))
        return _json(
            {
                "acked_seq": acked,
                "acked_hash": sha256_hex(last) if last is not None else None,
                "gap": gap,
                "quarantined": [],
                "resend": resend,
                **({"conflicts": len(beside)} if conflicts and not self.is_old else {}),
            }
        )

    def _watermark(self, name: str, epoch: int) -> tuple[int, dict[str, int] | None]:
        seqs = self.seqs(name, epoch)
        acked = next((n for n, seq in enumerate(seqs) if seq != n + 1), len(seqs))
        if acked == len(seqs):
            return acked, None
        return acked, {"from": acked + 1, "to": seqs[acked] - 1}

    def _judge(self, name: str) -> Response | None:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        keys = self.registers[name]["keys"]
        claims = verify_token(token, keys[max(keys)], self.audience)
        assert claims.issuer == name
        assert claims.body == sha256_hex(request.get_data())
        if abs(claims.issued_at - self.now().timestamp()) > CLOCK_TOLERANCE_S:
            return problem(401, "clock", "the register's clock is off", now=instant_text(self.now()))
        if self.refuse:
            return problem(403, self.refuse, "this register was revoked")
        return None


def _json(value: Any) -> Response:
    return Response(json.dumps(value), mimetype="application/json")

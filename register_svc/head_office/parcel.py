"""A batch of records packed for the line: what an upload sends, made once however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

_WORTH_COMPRESSING = 512
_ZSTD_LEVEL = 3

Row = tuple[int, str, bytes]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Records of one epoch, with the head of its chain signed by that epoch's key. Rows: (seq, hash, bytes)."""

    epoch: int
    rows: Sequence[Row]
    body: bytes
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def pack(cls, epoch: int, signed_head: str, rows: Sequence[Row]) -> Parcel:
        records = [{"hash": digest, "record": data.decode()} for _, digest, data in rows]
        body = orjson.dumps({"epoch": epoch, "head": signed_head, "records": records})
        headers = (("Content-Type", "application/json"),)
        if len(body) < _WORTH_COMPRESSING:
            return cls(epoch, rows, body, headers)
        from backports import zstd

        return cls(epoch, rows, zstd.compress(body, _ZSTD_LEVEL), (*headers, ("Content-Encoding", "zstd")))

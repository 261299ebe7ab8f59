"""What head office's calls carry. The names of `EnrolmentRequest` and `EnrolmentAnswer` are what the proofs cover."""

from __future__ import annotations

from typing import Annotated, Any, Self

import orjson
from pydantic import BeforeValidator, Field, JsonValue

from poscore.errors import Refused
from poscore.http import Model, Whole
from poscore.http.models import Positive
from poscore.instants import parse_day
from server_push.fleet.check_ins import Inventory, RefusedSaid
from server_push.fleet.check_ins import SlotSaid as Slot
from server_push.registers.enrolment import Application

MAX_RECORDS = 500

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Instant = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Url = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,24}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"\S")]


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


EmptyIsNone = BeforeValidator(_empty_is_none)


def checked_day(text: str) -> str:
    """A business day that was asked for. Raises Refused `query-invalid`."""
    try:
        parse_day(text)
    except Refused as error:
        raise Refused("query-invalid", error.detail) from None
    return text


class PublicKey(Model):
    """JWK of an Ed25519 key."""

    crv: Annotated[str, Field(pattern="^Ed25519$")]
    kty: Annotated[str, Field(pattern="^OKP$")]
    x: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class EnrolmentRequest(Model):
    """`proof` = poscore.enrolment.register_proof(mac_key, every other field)."""

    locator: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    public_key: PublicKey
    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,128}$")]
    lan_url: Url
    clock: Instant
    proof: Hash

    def application(self) -> Application:
        said = self.model_dump(exclude={"public_key"})
        return Application(public_key=self.public_key.model_dump(), **said)


class ClosedEpoch(Model):
    """Where the epoch before had come to at head office."""

    epoch: Positive
    seq: Whole
    hash: Hash


class EnrolmentAnswer(Model):
    """`proof` = head_office_proof(mac_key, {"request": all of the request but proof, "answer": every other field})."""

    store: Id
    register: Id
    epoch: Positive
    chain: str
    store_name: str
    time_zone: str
    root: str
    sender_key: PublicKey
    audience: str
    pin_pepper: str
    previous: ClosedEpoch | None
    now: Instant
    proof: Hash


class SnapshotSeen(Model):
    """Versions; null before the first."""

    active: Whole | None
    seen: Whole | None


class SlotSaid(Model):
    """A slot in the register's own words."""

    version: Positive
    state: Annotated[str, Field(pattern=r"^[A-Z_]{1,20}$")]
    reason: Annotated[str | None, Field(max_length=40)] = None


class FetchRefused(Model):
    """What the register fetched and did not take, and why."""

    version: Positive
    code: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    detail: Annotated[str | None, Field(max_length=400)] = None


class SnapshotInventory(SnapshotSeen):
    """`slots`: which versions it has, and how they fared. `refused`: the last it fetched in vain."""

    slots: Annotated[list[SlotSaid], Field(default_factory=list, max_length=32)]
    refused: FetchRefused | None = None

    def inventory(self) -> Inventory:
        slots = tuple(Slot(one.version, one.state, one.reason) for one in self.slots)
        no = self.refused
        return Inventory(self.active, slots, None if no is None else RefusedSaid(no.version, no.code, no.detail))


class CheckInRequest(Model):
    """What a register says of itself. `lan_url`: null leaves what is known. `health`: as its own /health has it."""

    lan_url: Url | None
    snapshot: SnapshotInventory
    offline: bool
    queued_records: Whole
    health: JsonValue
    clock: Instant


class SnapshotOffered(Model):
    """What the register is to fetch: GET /api/registers/{id}/bundle."""

    version: Positive


class JournalEnd(Model):
    """The watermark of an epoch. `conflicts`: other records that came with numbers which were taken."""

    epoch: Positive
    seq: Whole
    hash: Hash
    conflicts: Whole


class CheckInAnswer(Model):
    """`snapshot`: what the register should fetch; null when there is nothing.

    `acked`: of every epoch that the register has had. It may be less than was acknowledged once: head office may have
    been put back to an older backup, and then the register sends again what is missing.
    """

    now: Instant
    next_check_in_s: Positive
    snapshot: SnapshotOffered | None
    acked: list[JournalEnd]


class JournalRecord(Model):
    """`record`: the canonical JSON text; `hash`: hex SHA-256 of its UTF-8 bytes."""

    hash: Hash
    record: str


class JournalBatch(Model):
    """`head`: JWS over {register, epoch, seq, hash} by the register's key."""

    epoch: Positive
    head: Annotated[str, Field(min_length=1, max_length=4096)]
    records: Annotated[list[JournalRecord], Field(min_length=1, max_length=MAX_RECORDS)]

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **how: Any) -> Self:
        """pydantic's own reader of JSON takes twice the time over a megabyte of escaped quotes. It names the faults."""
        try:
            return cls.model_validate(orjson.loads(json_data))
        except ValueError:
            return super().model_validate_json(json_data, **how)


class GapView(Model):
    """Both ends are missing, as is all between."""

    first: Annotated[int, Field(alias="from")]
    last: Annotated[int, Field(alias="to")]


class SetAside(Model):
    seq: Positive
    reason: str


class JournalReceipt(Model):
    """`conflicts`: there only when a record of the batch has a number that was taken; how many there are by now."""

    acked_seq: Whole
    acked_hash: Hash
    gap: GapView | None
    quarantined: list[SetAside]
    resend: list[Positive]
    conflicts: Positive | None = None


class RegisterView(Model):
    store: Id
    register: Id
    state: str
    epoch: Whole
    acked_seq: Whole
    last_seen: Instant | None
    lan_url: str | None
    snapshot: SnapshotSeen
    offline: bool | None
    queued_records: Whole | None


class RegisterPage(Model):
    items: list[RegisterView]
    next: str | None


class SalePage(Model):
    """Each item is a sale's document with store, register, epoch, seq, received_at and status."""

    items: list[dict[str, Any]]
    next: str | None


class VersionView(Model):
    """What a person made of a record that was set aside; `record` is null when it was rejected."""

    version: Positive
    action: str
    at: Instant
    by: str
    reason: str
    record: str | None


class QuarantineView(Model):
    """`record`: as it came. `state`: open, repaired or rejected."""

    id: str
    store: Id
    register: Id
    epoch: Positive
    seq: Positive
    reason: str
    detail: str
    type: str | None
    business_day: Day
    training: bool
    received_at: Instant
    record: str
    state: str
    versions: list[VersionView]


class Settled(QuarantineView):
    """`status`: of a repaired sale, accepted or late; null for anything else."""

    status: str | None


class RepairRequest(Model):
    """What to change; what is left away stays as the record has it. `type`, `business_day`: of an unreadable record."""

    reason: Reason
    sale: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    type: Annotated[str, Field(pattern=r"^[a-z-]{1,40}$")] | None = None
    business_day: Day | None = None


class ReasonRequest(Model):
    reason: Reason


class QuarantinePage(Model):
    items: list[QuarantineView]
    next: str | None


class IncidentView(Model):
    """`hash`: of what was not as it should be. `record`: the bytes of one that was not taken; null for the others."""

    id: str
    store: Id
    register: Id
    epoch: Positive
    kind: str
    seq: Whole
    detail: str
    at: Instant
    hash: str | None
    record: str | None
    state: str
    closed_at: Instant | None
    closed_by: str | None
    closing: str | None


class IncidentPage(Model):
    items: list[IncidentView]
    next: str | None


class TaxSum(Model):
    rate: int
    net: int
    tax: int
    gross: int


class Summary(Model):
    sales: Whole
    total: int
    rounding: int
    by_tender: dict[str, int]
    by_vat: list[TaxSum]
    quarantined: Whole


_Limit = Annotated[int, Field(ge=1, le=1000)]
_Place = Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
_Kind = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class RegisterQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None
    after: Annotated[Id | None, EmptyIsNone] = None
    limit: _Limit = 1000


class SummaryQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None
    register: Annotated[Id | None, EmptyIsNone] = None
    business_day: Annotated[Day | None, EmptyIsNone] = None


class SaleQuery(SummaryQuery):
    training: Annotated[bool | None, EmptyIsNone] = None
    after: Annotated[_Place | None, EmptyIsNone] = None
    limit: _Limit = 100


class QuarantineQuery(SummaryQuery):
    """`state`: open when left away; `all` for any."""

    state: Annotated[str | None, Field(pattern=r"^(open|repaired|rejected|all)$"), EmptyIsNone] = None
    after: Annotated[_Place | None, EmptyIsNone] = None
    limit: _Limit = 100


class IncidentQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None
    register: Annotated[Id | None, EmptyIsNone] = None
    epoch: Annotated[Positive | None, EmptyIsNone] = None
    kind: Annotated[_Kind | None, EmptyIsNone] = None
    state: Annotated[str | None, Field(pattern=r"^(open|closed)$"), EmptyIsNone] = None
    after: Annotated[_Place | None, EmptyIsNone] = None
    limit: _Limit = 100

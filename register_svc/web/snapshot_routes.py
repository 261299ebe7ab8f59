"""Snapshots over HTTP: head office's way in on the LAN, staff's view and way back on the till."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from flask import request

from poscore.errors import Refused
from poscore.http import Answer, Api, Call, Model
from poscore.roles import SNAPSHOTS

# The largest number that every JSON reader keeps whole.
_MAX_VERSION = 2**53


class Standing(Protocol):
    @property
    def version(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def pending(self) -> bool: ...


class Snapshots(Protocol):
    """What these routes ask for; register.py brings it."""

    def listing(self) -> dict[str, Any]: ...
    def receive(
        self, stream: Any, length: int | None, expected_sha256: str, sworn: datetime | None = None
    ) -> Standing: ...
    def activate(self, version: int, when: Literal["now", "day_change"] = "now") -> Standing: ...
    def rollback(self, version: int) -> Standing: ...


class SlotView(Model):
    version: int
    state: str
    reason: str | None
    sha256: str
    received_at: str
    activated_at: str | None


class SnapshotsView(Model):
    """`seen` may be ahead of `active` after a refusal."""

    active: int | None
    previous: int | None
    seen: int | None
    slots: list[SlotView]


class StandingView(Model):
    version: int
    state: str


class Activation(Model):
    when: Literal["now", "day_change"] = "now"


def add_lan_snapshot_routes(api: Api, snapshots: Snapshots) -> None:
    """What head office does; its calls carry a token that the guard `head-office` has judged."""

    @api.route("GET", "/snapshots", ok={200: SnapshotsView})
    def list_snapshots(_: Call) -> dict[str, Any]:
        """The slots, which one is active, and which version was seen."""
        return snapshots.listing()

    @api.route("POST", "/snapshots", access="head-office", ok={202: StandingView}, problems=(409, 411, 413, 422, 503))
    def push(call: Call) -> Answer:
        """Take a bundle in: an octet stream with its Content-Length."""
        claims = call.caller
        sworn = datetime.fromtimestamp(claims.issued_at, UTC)
        standing = snapshots.receive(request.stream, request.content_length, claims.body, sworn)
        return _answer(standing, 202)

    @api.route(
        "POST",
        "/snapshots/<int:version>/activate",
        access="head-office",
        body=Activation,
        ok={200: StandingView, 202: StandingView},
        problems=(404, 409, 422),
    )
    def activate(call: Call, version: int) -> Answer:
        """Sell from this version as soon as no sale is open; 202 while it waits."""
        return _answer(snapshots.activate(_known(version), call.body.when))

    @api.route(
        "POST",
        "/snapshots/<int:version>/rollback",
        access="head-office",
        ok={200: StandingView, 202: StandingView},
        problems=(404, 409, 422),
    )
    def roll_back(_: Call, version: int) -> Answer:
        """Go back: from this version when it is active, to it when it is an earlier one."""
        return _answer(snapshots.rollback(_known(version)))


def add_till_snapshot_routes(api: Api, snapshots: Snapshots) -> None:
    """What a technician or a manager does at the till."""

    @api.route("GET", "/snapshots", access="session", ok={200: SnapshotsView}, problems=(403,))
    def list_snapshots(call: Call) -> dict[str, Any]:
        """The slots, which one is active, and which version was seen."""
        call.caller.must(SNAPSHOTS)
        return snapshots.listing()

    @api.route(
        "POST",
        "/snapshots/<int:version>/rollback",
        access="session",
        ok={200: StandingView, 202: StandingView},
        problems=(403, 404, 409, 422),
    )
    def roll_back(call: Call, version: int) -> Answer:
        """Go back: from this version when it is active, to it when it is an earlier one."""
        call.caller.must(SNAPSHOTS)
        return _answer(snapshots.rollback(_known(version)))


def _answer(standing: Standing, status: int | None = None) -> Answer:
    content = {"version": standing.version, "state": str(standing.state)}
    return Answer(content, status or (202 if standing.pending else 200))


def _known(version: int) -> int:
    if not 1 <= version <= _MAX_VERSION:
        raise Refused("snapshot-not-found", f"there is no snapshot {version}")
    return version

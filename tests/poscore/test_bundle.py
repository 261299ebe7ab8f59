"""Names inside a bundle, and what the signed description says."""

from __future__ import annotations

from typing import Any

import pytest

from poscore.bundle import BundleInfo, catalog_target, full_target
from poscore.canonical import canonical_bytes
from poscore.errors import Untrusted

INFO = BundleInfo(
    "s1", 7, 1, 300, "2026-11-22T20:00:00.000Z", full_target("s1"), {"6410405216120": "A1"}, {"ab" * 32: "stores/s1/x"}
)


def test_the_targets_bind_the_store() -> None:
    assert catalog_target("s1") == "stores/s1/catalog.db"
    assert full_target("s1") == "stores/s1/catalog.db.zst"


def test_a_description_survives_the_wire() -> None:
    assert BundleInfo.from_wire(INFO.to_wire()) == INFO
    canonical_bytes(INFO.to_wire())  # no float, no long int: it can be signed


def test_a_later_head_office_may_say_more() -> None:
    assert BundleInfo.from_wire({**INFO.to_wire(), "pictures": 12}) == INFO


def test_an_earlier_one_may_leave_the_activation_away() -> None:
    wire = INFO.to_wire()
    del wire["activate_at"]
    assert BundleInfo.from_wire(wire) == INFO


@pytest.mark.parametrize(
    "missing", ["store", "version", "schema", "articles", "published_at", "full", "probes", "deltas"]
)
def test_a_description_that_lacks_something_is_damaged(missing: str) -> None:
    wire = INFO.to_wire()
    del wire[missing]
    with pytest.raises(Untrusted) as untrusted:
        BundleInfo.from_wire(wire)
    assert untrusted.value.code == "damaged"


@pytest.mark.parametrize("wire", [None, 5, [], "x"])
def test_what_is_no_description_is_damaged(wire: Any) -> None:
    with pytest.raises(Untrusted):
        BundleInfo.from_wire(wire)

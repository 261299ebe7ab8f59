"""From a verified bundle to a staged catalogue: built, checked, staged, or found bad, by the slot's saved state alone.

A kill leaves BUILDING (built anew from the bundle) or CHECKING (the file is whole; its hash is asked again).
"""

from __future__ import annotations

import logging
from pathlib import Path

from poscore.errors import PosError, Untrusted
from register_svc.durable_files import remove_directory
from register_svc.snapshots.around import PriceProbe
from register_svc.snapshots.build import Base, build, check_file
from register_svc.snapshots.check import check, check_schema
from register_svc.snapshots.side_files import SideFiles
from register_svc.snapshots.slots import Slot, Slots
from register_svc.snapshots.states import Event, State

_LOG = logging.getLogger("offline-kassa.snapshots")


class Workshop:
    """Works in the thread that calls it; only one may."""

    def __init__(self, slots: Slots, incoming: Path, side_files: SideFiles, price_probe: PriceProbe) -> None:
        self._slots, self._incoming, self._side_files, self._price_probe = slots, incoming, side_files, price_probe

    def work_on(self, slot: Slot) -> None:
        """`slot`, in BUILDING or CHECKING, is STAGED or BAD afterwards."""
        try:
            if slot.state is State.BUILDING:
                self._build(slot)
                self._slots.move(slot.version, Event.BUILT)
            else:
                check_file(self._slots.path(slot.version), slot)
            check(self._slots.path(slot.version), slot.info, self._price_probe)
        except PosError as error:
            self._fail(slot, error.code, error)
        except OSError as error:
            self._fail(slot, "damaged", error)
        else:
            self._drop_bundle(slot)
            self._slots.move(slot.version, Event.PASSED)

    def _build(self, slot: Slot) -> None:
        from register_svc.snapshots.container import Container  # zipfile: a starting register need not pay for it

        path = self._slots.path(slot.version)
        check_schema(slot.info)
        remove_directory(path.parent)  # a killed attempt's
        build(self._incoming / slot.source.bundle, slot, path, self._base(slot))
        if slot.source.files is not None:
            with Container(self._incoming / slot.source.bundle) as container:
                self._side_files.take(container, slot.source.files, slot.version)

    def _base(self, slot: Slot) -> Base | None:
        """What a delta changes, None for a whole file. Raises Untrusted `base`."""
        if slot.source.base is None:
            return None
        found = self._slots.whole(slot.source.base)
        if found is None:
            raise Untrusted("base", f"the catalogue that version {slot.version} changes is not here any more")
        return Base(found, self._slots.path(found.version))

    def _fail(self, slot: Slot, reason: str, error: Exception) -> None:
        _LOG.error("snapshot %d is bad (%s): %s", slot.version, reason, error)
        remove_directory(self._slots.path(slot.version).parent)
        self._drop_bundle(slot)
        self._slots.move(slot.version, Event.FAILED, reason)

    def _drop_bundle(self, slot: Slot) -> None:
        """Before the state moves on: from then on the door may give the name to another bundle."""
        (self._incoming / slot.source.bundle).unlink(missing_ok=True)

"""The switch between two receipts, its trial, and the way back.

- The intent is saved before anything is tried, and lives until it is done or given up; a restart goes on with it.
- Before the switch to a new version comes a verified backup. Without one there is no switch and nothing is deleted.
- The switch is one row in one transaction while the till is held still; then the till is told, then the probes run.
- A version that fails its probes once the till sells from it is left again, by itself, for the one before.
- It is on TRIAL until a receipt has been made with it, or ten minutes have passed, or a newer one takes its place. A
  register that has been started twice meanwhile, and so has twice not come so far, leaves it at the next start.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from poscore.errors import Refused, Untrusted
from poscore.instants import instant_text, parse_instant
from register_svc.durable_files import remove_directory
from register_svc.snapshots.around import Around, Standing, When
from register_svc.snapshots.build import check_file
from register_svc.snapshots.check import probe
from register_svc.snapshots.side_files import SideFiles
from register_svc.snapshots.slots import FINAL_REASONS, Slot, Slots
from register_svc.snapshots.states import AT_WORK, Event, State, after

_LOG = logging.getLogger("offline-kassa.snapshots")

# The intents that a slot's `wanted` can hold; after a day's text the switch waits for another day.
_NOW, _BACK, _AFTER = "now", "back", "after:"
# An open sale delays the switch for minutes at the most; a look this often costs one small query.
_RETRY_S = 5.0
# While a first snapshot fails its probes and there is nothing to go back to.
_LATER_S = 60.0
# So often a register may start with a version on trial before that version counts as what brings it down.
_TRIAL_STARTS = 2
# A backup stays good for a switch that waits for the end of a receipt.
_BACKUP_GOOD_FOR = timedelta(minutes=15)


class Switch:
    """One switch, rollback or tidying at a time, from whichever thread."""

    def __init__(self, slots: Slots, side_files: SideFiles, around: Around) -> None:
        self._slots, self._side_files, self._around = slots, side_files, around
        self._alone = threading.RLock()
        self._backed_up: tuple[int, datetime] | None = None
        self._complaint: tuple[int, str] | None = None
        self._probed: int | None = None
        self._receipts_before = around.receipts()

    def begin(self) -> None:
        """A start of the register: one that has a version on trial is counted, before anything is opened."""
        with self._alone:
            pointer = self._slots.pointer()
            if pointer.active is None or self._get(pointer.active).state is not State.TRIAL:
                return
            if self._slots.count_start() > _TRIAL_STARTS and pointer.previous is not None:
                _LOG.error("snapshot %d never came through its trial; back to %d", pointer.active, pointer.previous)
                self._slots.go_back(pointer.previous, instant_text(self._around.now()), "trial")
                self._announce()

    def activate(self, version: int, when: When) -> Standing:
        """As `Snapshots.activate` says."""
        with self._alone:
            slot = self._get(version)
            active = self._slots.pointer().active
            if active == version:
                return Standing(version, slot.state)
            if slot.state is State.BAD or slot.reason in FINAL_REASONS:
                raise Untrusted(slot.reason or "check", f"snapshot {version} was tried and is bad")
            if slot.state is State.GOOD or (active is not None and version < active):
                raise Refused(
                    "rollback", f"snapshot {version} is older than {active}", "To go back, ask for a rollback."
                )
            if when == "now":
                self._slots.want(version, _NOW)
            elif not (slot.wanted or "").startswith(_AFTER):
                self._slots.want(version, f"{_AFTER}{self._around.business_day()}")
            return self._try(self._get(version))

    def rollback(self, version: int) -> Standing:
        """As `Snapshots.rollback` says."""
        with self._alone:
            slot, pointer = self._get(version), self._slots.pointer()
            if slot.state is State.ROLLED_BACK or (version == pointer.active and self._came_back()):
                return Standing(version, slot.state)
            target = pointer.previous if version == pointer.active else version
            if target is None:
                raise Refused("no-previous-snapshot", f"there is nothing before snapshot {version} to go back to")
            earlier = self._get(target)
            after(earlier.state, Event.RETURNED)
            check_file(self._slots.path(target), earlier)
            self._slots.want(target, _BACK)
            done = self._go_back(target, "manual")
            return Standing(version, self._get(version).state, pending=not done)

    def settle(self) -> float | None:
        """Confirm a trial that a kill cut short, do what is wanted, tidy up. Seconds to the next look; None: a poke."""
        with self._alone:
            trial_s = self._trial()
            wanted = next((slot for slot in self._slots.all() if slot.wanted and slot.state not in AT_WORK), None)
            waits_s = self._carry_out(wanted) if wanted is not None else None
            self._tidy()
            return min((wait_s for wait_s in (trial_s, waits_s) if wait_s is not None), default=None)

    # -- the trial -----------------------------------------------------------------------------------------------------

    def _trial(self) -> float | None:
        """Go on with the trial of the active version. Seconds to the next look; None when there is none."""
        active = self._slots.pointer().active
        if active is None or self._get(active).state is not State.TRIAL:
            return None
        if self._probed != active and not self._probe(active):
            return _LATER_S
        left_s = self._trial_left_s(self._get(active))
        if left_s > 0 and self._around.receipts() == self._receipts_before:
            return left_s
        return None if self._confirm(active) else _LATER_S

    def _trial_left_s(self, slot: Slot) -> float:
        since = self._around.now() - parse_instant(slot.activated_at or "")
        # A clock that was set back would make the trial longer, and nobody would know why.
        return self._around.trial_s - since.total_seconds() if since >= timedelta(0) else 0.0

    def _probe(self, version: int) -> bool:
        """Whether it can be sold from; otherwise back to the one before, if there is one and no sale is open."""
        try:
            if self._complaint and self._complaint[0] == version:
                raise Untrusted("check", self._complaint[1])
            probe(self._slots.path(version), self._get(version).info, self._around.price_probe)
        except Untrusted as error:
            _LOG.error("the till sells from snapshot %d, and it fails its probes: %s", version, error.detail)
            previous = self._slots.pointer().previous
            return previous is not None and self._go_back(previous, "check")
        self._probed = version
        return True

    def _confirm(self, version: int) -> bool:
        """GOOD when the probes still pass; otherwise as `_probe` says."""
        if not self._probe(version):
            return False
        if self._get(version).state is State.TRIAL:  # and not left again by the probes
            self._slots.move(version, Event.CONFIRMED)
        return True

    # -- forward -------------------------------------------------------------------------------------------------------

    def _carry_out(self, slot: Slot) -> float | None:
        """Do what is wanted with `slot`; seconds to the next look when it has to wait."""
        if slot.wanted == _BACK:
            return None if self._go_back(slot.version, "manual") else _RETRY_S
        try:
            return _RETRY_S if self._try(slot).pending else self._trial()
        except Refused as refusal:
            _LOG.warning("snapshot %d is not switched to: %s", slot.version, refusal.detail)
            return None

    def _try(self, slot: Slot) -> Standing:
        if slot.state in AT_WORK or not self._due(slot):
            return Standing(slot.version, slot.state, pending=True)
        self._back_up(slot.version)
        self._end_trial()
        if not self._around.between_receipts(lambda: self._switch(slot.version)):
            return Standing(slot.version, slot.state, pending=True)
        self._trial()
        return Standing(slot.version, self._get(slot.version).state)

    def _end_trial(self) -> None:
        """What a newer one replaces has been sold from; when its probes passed it is something to go back to."""
        active = self._slots.pointer().active
        if active is not None and self._get(active).state is State.TRIAL:
            self._confirm(active)

    def _due(self, slot: Slot) -> bool:
        wanted, at = slot.wanted or "", slot.info.activate_at
        if at is not None and self._around.now() < parse_instant(at):
            return False  # a store's registers change prices together
        return wanted == _NOW or (wanted.startswith(_AFTER) and wanted != f"{_AFTER}{self._around.business_day()}")

    def _back_up(self, version: int) -> None:
        """Raises Refused `backup`, and then the intent is given up until somebody activates again."""
        now = self._around.now()
        if self._backed_up is not None:
            backed_up, at = self._backed_up
            if backed_up == version and timedelta(0) <= now - at < _BACKUP_GOOD_FOR:
                return
        try:
            self._around.backup()
        except Exception as error:
            _LOG.exception("no backup, so no switch to snapshot %d", version)
            self._slots.give_up(version, "backup")
            hint = "Mend the backup, then activate the snapshot again."
            raise Refused("backup", f"the backup before the switch failed: {error}", hint) from error
        self._backed_up = (version, now)

    def _switch(self, version: int) -> None:
        self._slots.switch(version, instant_text(self._around.now()))
        self._announce()

    def _announce(self) -> None:
        """Tell the till. That it cannot open the file is a failed probe: the pointer is written already."""
        active = self._slots.active()
        assert active is not None
        self._complaint = self._probed = None
        self._receipts_before = self._around.receipts()
        try:
            self._around.on_switched(active)
        except Exception as error:  # noqa: BLE001 - whatever it is, the till cannot sell from this file
            self._complaint = (active.version, str(error))

    # -- back ----------------------------------------------------------------------------------------------------------

    def _go_back(self, version: int, reason: str) -> bool:
        def go_back() -> None:
            self._slots.go_back(version, instant_text(self._around.now()), reason)
            self._announce()

        return self._around.between_receipts(go_back)

    def _came_back(self) -> bool:
        """Whether the active version is one that the till went back to."""
        active = self._slots.pointer().active or 0
        return any(slot.version > active and slot.state is State.ROLLED_BACK for slot in self._slots.all())

    # -- tidying -------------------------------------------------------------------------------------------------------

    def _tidy(self) -> None:
        """Delete the directories of forgotten versions; what something holds on to is tried again later."""
        versions = self._slots.forget_old()
        kept = {str(version) for version in versions}
        for path in self._slots.directory.iterdir():
            if path.is_dir() and path.name not in kept:
                remove_directory(path)
        self._side_files.forget_others(versions)

    def _get(self, version: int) -> Slot:
        slot = self._slots.get(version)
        if slot is None:
            raise Refused("snapshot-not-found", f"there is no snapshot {version}")
        return slot

"""`register-svc run`: the service itself."""

from __future__ import annotations

import gc

import click

from register_svc.commands.place import Place, placed
from register_svc.commands.running import note_addresses
from register_svc.durable_files import FolderLock
from register_svc.identity import PENDING_FILE, Identity
from register_svc.logs import log_to


@click.command("run")
@placed
def run_register(place: Place) -> None:
    """Serve the till and the LAN until stopped; says `ready TILL_URL LAN_URL`."""
    if not place.folder.is_dir():
        Identity.load(place.folder)  # it says that nothing is enrolled there
    lock = FolderLock(place.folder)
    try:
        if (place.folder / PENDING_FILE).exists():
            from register_svc.head_office.enrol import finish

            finish(place.folder)  # an enrolment that was killed after its answer
        Identity.load(place.folder)
    finally:
        lock.release()
    log_to(place.folder)

    gc.disable()  # nothing of what a start loads is garbage; the service turns it on again
    from register_svc.service import print_ready, run

    def say_ready(till_url: str, lan_url: str) -> None:
        note_addresses(place.folder, till_url, lan_url)
        print_ready(till_url, lan_url, as_json=place.json)

    run(place.folder, say_ready)

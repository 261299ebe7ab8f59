"""POST /backups: a verified backup now, for a technician, a manager, and the register's own command."""

from __future__ import annotations

from typing import Any

from poscore.http import Answer, Api, Call, Model
from poscore.roles import BACKUP
from register_svc.register import Register


class BackupView(Model):
    """`records`: how many the journal had when it was made."""

    folder: str
    kind: str
    made_at: str
    records: int


def add_backup_routes(api: Api, register: Register) -> None:
    @api.route("POST", "/backups", access="session", ok={201: BackupView}, problems=(403, 503))
    def back_up(call: Call) -> Answer:
        """Back up journal, drafts and state; answered once the copy has been verified."""
        call.caller.must(BACKUP)
        summary: dict[str, Any] = register.backups.make(register.desk.clock()).summary()
        return Answer(summary, 201)

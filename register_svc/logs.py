"""What happened, as JSON lines in `logs/register.log`: rotated by size, so that a log never fills a till's disk.

{"at":"2026-11-22T20:00:00.000Z","level":"warning","logger":"offline-kassa.courier","message":"…"}
"""

from __future__ import annotations

import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from poscore.instants import instant_text

FOLDER = "logs"
_FILE_BYTES = 2 << 20
_FILES = 5

_PLAIN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One object a line; what `extra` adds stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": instant_text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update((key, value) for key, value in vars(record).items() if key not in _PLAIN)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def log_to(directory: Path, level: int = logging.INFO) -> None:
    """Write this process's log below `directory`. A folder that cannot be written to leaves only warnings on stderr."""
    root = logging.getLogger()
    root.setLevel(level)
    try:
        (directory / FOLDER).mkdir(mode=0o700, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            directory / FOLDER / "register.log", maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8", delay=True
        )
    except OSError:
        handler = logging.StreamHandler()
        handler.setLevel(logging.WARNING)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    # A browser opens six connections at once; waitress would call that a growing queue each time.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)

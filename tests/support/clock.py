"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from poscore.instants import instant_text, parse_instant

NOON = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)  # noon in Finland


class Clock:
    """Called for the time; `advance` and `set` move it, also backwards."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    @property
    def text(self) -> str:
        return instant_text(self.at)

    def advance(self, seconds: float = 0, *, minutes: float = 0, days: float = 0) -> None:
        self.at += timedelta(days=days, minutes=minutes, seconds=seconds)

    def set(self, text: str) -> None:
        self.at = parse_instant(text)

"""The three errors that a caller can act on.

- `Refused`   – no; nothing changed. The caller may do something else.
- `Untrusted` – do not use these bytes. Nothing of them was used.
- `Fault`     – something is broken; retry or repair.

Each carries a stable kebab-case `code`, a sentence for the cashier and a hint for the technician:

    raise Refused("not-paid", "2.50 is still to be paid")

The lower layer raises; the caller that knows the context decides.
"""

from __future__ import annotations

from typing import Any


class PosError(Exception):
    """Root of the three; catch one of the subclasses instead.

    `extra` holds further members for the problem answer (for example `candidates`), JSON values only.
    """

    def __init__(self, code: str, detail: str = "", hint: str | None = None, **extra: Any) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail or code
        self.hint = hint
        self.extra = extra

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.code, self.detail, self.hint, self.extra))


class Refused(PosError):
    """No; nothing changed."""


class Untrusted(PosError):
    """Do not use these bytes."""


class Fault(PosError):
    """Broken; retry or repair."""


def _rebuild(kind: type[PosError], code: str, detail: str, hint: str | None, extra: dict[str, Any]) -> PosError:
    return kind(code, detail, hint, **extra)

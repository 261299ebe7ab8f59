"""Memory that was needed for a moment goes back to the system, in a process that runs for months.

- A sign-in takes 19 MiB (argon2id), a bundle's way in some more. After the first time glibc answers such a wish from
  the heap of whichever thread asks, and keeps it there: a few threads later the register is twice its size.
- With a fixed threshold each large block is mapped by itself and unmapped when it is done with.
- Other C libraries have no such habit, and nothing is done there.
"""

from __future__ import annotations

import contextlib

_M_MMAP_THRESHOLD = -3  # malloc.h
# Larger than what a request needs, smaller than what a sign-in or a chunk of a bundle does. A block that is mapped
# costs 0.1 ms a MiB more.
_LARGE_BYTES = 512 * 1024


def give_back_large_blocks() -> None:
    """From now on, for the whole process."""
    import ctypes  # 2 ms that a starting register need not pay before it answers

    with contextlib.suppress(OSError, AttributeError, TypeError):  # no glibc
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)

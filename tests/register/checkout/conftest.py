"""A counter over real files, for each test its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import ACounter, a_counter


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., ACounter]]:
    """Makes a counter in a folder of its own and closes it again, under whatever object it ends."""
    made: list[ACounter] = []

    def make(**options: Any) -> ACounter:
        made.append(a_counter(tmp_path, **options))
        return made[-1]

    yield make
    for counter in made:
        counter.db.close()
        counter.state.close()


@pytest.fixture
def counter(opened: Callable[..., ACounter]) -> ACounter:
    """With the usual catalogue, ONLINE, and an open shift."""
    return opened()

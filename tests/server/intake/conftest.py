from pathlib import Path

import pytest

from tests.support.intaking import Office
from tests.support.returning import Returning


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def till() -> Returning:
    return Returning()

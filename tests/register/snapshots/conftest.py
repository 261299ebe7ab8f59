from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bundles import Publisher
from tests.support.receiving import Receiving


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def register(tmp_path: Path, publisher: Publisher) -> Iterator[Receiving]:
    receiving = Receiving(tmp_path, publisher.root_v1)
    yield receiving
    receiving.close()

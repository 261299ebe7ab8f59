from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.offices import Site, new_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = new_site(tmp_path)
    yield site
    site.office.close()

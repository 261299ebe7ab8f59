from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.booking import booking_site
from tests.support.offices import Site
from tests.support.returning import Returning


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = booking_site(tmp_path)
    yield site
    site.office.close()


@pytest.fixture
def till(site: Site) -> Returning:
    return site.enrol()

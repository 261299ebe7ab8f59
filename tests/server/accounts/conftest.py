from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.accounts import Till, a_till, site_with_customers
from tests.support.offices import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = site_with_customers(tmp_path)
    yield site
    site.office.close()


@pytest.fixture
def r1(site: Site) -> Till:
    return a_till(site, "r1")


@pytest.fixture
def r2(site: Site) -> Till:
    return a_till(site, "r2")

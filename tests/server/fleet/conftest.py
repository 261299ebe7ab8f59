from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.offices import Site, new_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An office whose push loses no time: tests have seconds where shops have minutes."""
    site = new_site(tmp_path)
    limits = {
        "connect_timeout_s": 1,
        "answer_timeout_s": 5,
        "activate_budget_s": 0.4,
        "activate_every_s": 0.05,
        "transfer_budget_s": 5,
        "staged_wait_s": 0.5,
        "lease_s": 2,
    }
    push = site.office.settings.push.model_copy(update=limits)
    site.office.settings = site.office.settings.model_copy(update={"push": push})
    yield site
    site.office.close()

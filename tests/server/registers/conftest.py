from pathlib import Path

import pytest

from tests.support.enrolling import Chain


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return Chain(tmp_path)

"""What every test may ask for: the browser, the real data, and one way of drawing examples."""

from pathlib import Path
from typing import Any

import _env
import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

# The same examples in every run, so that a red gate means that the change is wrong and not that the dice fell badly.
# Search for new ones with --hypothesis-profile=search.
settings.register_profile("gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", max_examples=2_000, deadline=None)
settings.load_profile("gate")


@pytest.hookimpl(tryfirst=True)  # before -m chooses by mark
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a page or for the real data carries the mark that says so, without writing it twice."""
    for item in items:
        asked_for = set(getattr(item, "fixturenames", ()))
        if asked_for & {"playwright", "browser", "context", "page"}:
            item.add_marker("browser")
        if "shared_data" in asked_for:
            item.add_marker("data")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real price lists and sales, which stands beside the project and is never copied into it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no real data: ../shared/data does not stand beside this clone")
    return SHARED_DATA


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The installed Chromium, with everything off that would make it call home."""
    chromium = _env.find_chromium()
    if chromium is None:
        pytest.fail(f"No Chromium. Mend it with:  {_env.how_to_get_chromium()}", pytrace=False)
    return {
        **browser_type_launch_args,
        "executable_path": str(chromium),
        "args": [
            "--disable-dev-shm-usage",  # Debian's own launcher fails to notice a small /dev/shm
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--no-first-run",
        ],
    }

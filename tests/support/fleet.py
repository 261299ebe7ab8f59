"""A real fleet for tests: the very one that the demo stands on, on ports that nobody else uses.

    with Fleet(copied_shop(tmp_path_factory, tmp_path / "shop"), TWO_TILLS) as fleet:
        till = fleet.till("r1")
        till.sell(["9520000010010"], pay=["cash"])
        fleet.books_balance()

A fleet takes ten seconds to build and two to start, so one is built for all tests of a run and copied for each that
does not care how it came about. A block that ends with an error shows what each process said last.
"""

import contextlib
import fcntl
import shutil
from pathlib import Path

import pytest
from _fleet import (
    DEMO_LISTS,
    DEMO_PROMOTIONS,
    DEMO_SETTINGS,
    Books,
    BooksDiffer,
    Client,
    CommandFailed,
    Fleet,
    Lists,
    Lost,
    Office,
    Plan,
    Register,
    StartFailed,
    Till,
    Unexpected,
    Wire,
    free_port,
    open_price,
)
from _fleet.goods import Goods, read_goods

TWO_TILLS = Plan(registers=("r1", "r2"))


def copied_shop(factory: pytest.TempPathFactory, folder: Path) -> Path:
    """`folder`, with a copy of a shop of `TWO_TILLS` and the demo's lists: nothing sold, nobody signed in yet."""
    shared = factory.getbasetemp()
    if shared.name.startswith("popen-"):  # a worker's own; the folder over it is the whole run's
        shared = shared.parent
    template = shared / "shop-to-copy"
    with (shared / "shop-to-copy.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fleet = Fleet(template, TWO_TILLS)
        with contextlib.ExitStack() as stack:
            stack.callback(fleet.stop)
            if not fleet.is_whole:
                stack.enter_context(fleet)
    shutil.copytree(template, folder)
    return folder


__all__ = [
    "DEMO_LISTS",
    "DEMO_PROMOTIONS",
    "DEMO_SETTINGS",
    "TWO_TILLS",
    "Books",
    "BooksDiffer",
    "Client",
    "CommandFailed",
    "Fleet",
    "Goods",
    "Lists",
    "Lost",
    "Office",
    "Plan",
    "Register",
    "StartFailed",
    "Till",
    "Unexpected",
    "Wire",
    "copied_shop",
    "free_port",
    "open_price",
    "read_goods",
]

"""A real fleet for tests: the very one that the demo stands on, on ports that nobody else uses.

    with Fleet(tmp_path / "fleet", Plan(registers=("r1",))) as fleet:
        till = fleet.till("r1")
        till.sell(["9520000010010"], pay=["cash"])
        fleet.books_balance()

A block that ends with an error shows what each process said last.
"""

from _fleet import (
    DEMO_LISTS,
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

__all__ = [
    "DEMO_LISTS",
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
    "free_port",
    "open_price",
    "read_goods",
]

"""A real fleet on one machine: a head office and registers as processes of their own, joined by a wire that can be cut.

    with Fleet(folder, registers=("r1", "r2")) as fleet:
        till = fleet.till("r1")
        till.sell(["9520000010010"], pay=["cash"])
        fleet.kill("r1")
        fleet.restart("r1")
        fleet.books_balance()

The demo, the replay, the soak and the tests all stand on it. It knows the product only by its commands and its HTTP:
nothing in here imports the two services, and Python's own library is enough for it.
"""

from _fleet.books import Books, BooksDiffer
from _fleet.client import Answer, Client, Lost, Unexpected
from _fleet.fleet import DEMO_LISTS, DEMO_PROMOTIONS, DEMO_SETTINGS, Fleet, Lists, Plan
from _fleet.office import Office
from _fleet.processes import CommandFailed, Process, StartFailed, free_port, in_use
from _fleet.register import Register
from _fleet.till import Till, open_price
from _fleet.wire import Wire

__all__ = [
    "DEMO_LISTS",
    "DEMO_PROMOTIONS",
    "DEMO_SETTINGS",
    "Answer",
    "Books",
    "BooksDiffer",
    "Client",
    "CommandFailed",
    "Fleet",
    "Lists",
    "Lost",
    "Office",
    "Plan",
    "Process",
    "Register",
    "StartFailed",
    "Till",
    "Unexpected",
    "Wire",
    "free_port",
    "in_use",
    "open_price",
]

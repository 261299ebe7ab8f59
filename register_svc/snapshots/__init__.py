"""A bundle's way in: receive (bounded), trust (TUF), build, check, then the switch between two receipts.

`Snapshots` joins the parts; each can be read alone: states (the pure table), schema and slots (what state.db holds),
sender (whose calls count), door (receive, container, trust), workshop (build, check), switch.
"""

from register_svc.snapshots.around import Around, Standing
from register_svc.snapshots.sender import Sender
from register_svc.snapshots.slots import ActiveSnapshot
from register_svc.snapshots.snapshots import Snapshots
from register_svc.snapshots.trusted import Anchor

__all__ = ["ActiveSnapshot", "Anchor", "Around", "Sender", "Snapshots", "Standing"]

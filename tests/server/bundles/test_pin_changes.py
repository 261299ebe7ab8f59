"""What head office makes of a PIN that was changed at a till: the next snapshot of that store carries it."""

from datetime import timedelta

from poscore.instants import instant_text
from poscore.pins import hash_pin, verify_pin
from server_push.storage import upsert
from server_push.storage.tables.assortment import cashier_pin_change
from tests.support.pricelists import NOW, lines

LATER = NOW + timedelta(hours=1)


def told(head, pin: str, changed_at=LATER, store: str = "s1") -> str:
    """The record has come home."""
    pin_hash = hash_pin(pin, head.profiles[store].pepper, b"t" * 16)
    row = {"store": store, "cashier_id": "101", "pin_hash": pin_hash, "changed_at": instant_text(changed_at)}
    with head.storage.write() as connection:
        upsert(connection, cashier_pin_change, [row])
    return pin_hash


def carried(head, store: str = "s1") -> tuple[str, str]:
    (row,) = head.ask("SELECT pin_hash, pin_changed_at FROM cashier WHERE cashier_id = '101'", store=store)
    return row


def staffed(head) -> None:
    head.sells(lines(3))
    head.employs(("101", "Matti", "1234", "cashier"))
    head.publish()


def test_the_next_snapshot_carries_the_very_hash_of_the_till(head) -> None:
    staffed(head)
    first = head.publish()
    pin_hash = told(head, "4711")
    second = head.publish(now=LATER)
    assert second.version > first.version
    assert carried(head) == (pin_hash, instant_text(LATER))
    assert head.publish(now=LATER).version == second.version  # and then nothing differs


def test_another_store_keeps_the_pin_of_the_list(head) -> None:
    staffed(head)
    told(head, "4711")
    head.publish("s2", now=LATER)
    assert verify_pin("1234", head.profiles["s2"].pepper, carried(head, "s2")[0])


def test_the_same_list_again_does_not_bring_the_old_pin_back(head) -> None:
    staffed(head)
    pin_hash = told(head, "4711")
    head.publish(now=LATER)
    head.employs(("101", "Matti Meikäläinen", "1234", "shift_lead"))
    head.publish(now=LATER)
    assert carried(head)[0] == pin_hash


def test_another_pin_in_the_list_is_the_newest_then(head) -> None:
    staffed(head)
    told(head, "4711")
    head.publish(now=LATER)
    head.employs(("101", "Matti", "8642", "cashier"))
    reset_at = LATER + timedelta(hours=1)
    head.publish(now=reset_at)
    told(head, "4711")  # from a register that was OFFLINE all the while
    head.publish(now=reset_at + timedelta(hours=1))
    pin_hash, changed_at = carried(head)
    assert verify_pin("8642", head.profiles["s1"].pepper, pin_hash)
    assert changed_at == instant_text(reset_at)


def test_a_change_of_somebody_who_has_left_is_in_no_snapshot(head) -> None:
    staffed(head)
    told(head, "4711")
    head.employs(("102", "Maija", "5678", "cashier"))
    head.publish(now=LATER)
    assert head.ask("SELECT cashier_id FROM cashier") == [("102",)]

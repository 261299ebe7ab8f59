"""A stand-in head office, a wire to it, and a register's journal and state in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fleet import Wire, free_port
from tests.support.small_register import Shop, identity_at
from tests.support.stand_in_office import StandInOffice


@pytest.fixture
def office() -> Iterator[StandInOffice]:
    office = StandInOffice()
    yield office
    office.close()


@pytest.fixture
def wire(office: StandInOffice) -> Iterator[Wire]:
    wire = Wire(free_port(), office.port)
    yield wire
    wire.close()


@pytest.fixture
def shop(tmp_path: Path, office: StandInOffice, wire: Wire) -> Iterator[Shop]:
    shop = Shop(tmp_path, wire.url, identity_at(office))
    yield shop
    shop.close()

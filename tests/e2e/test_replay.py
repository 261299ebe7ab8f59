"""Real invoices through a real till, cut off and killed on the way: head office reaches the file's own sum."""

from pathlib import Path

import pytest
from _replay.replay import Wish, replay

from tests.support.fleet import copied_shop

pytestmark = pytest.mark.slow

FIRST_300 = 10_229_599  # cents: the rows of the first 300 invoices, each rounded, summed by other means


def test_three_hundred_invoices_come_home_to_the_cent(
    shared_data: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = shared_data / "transactions" / "online-retail-2010-12_2011-05.csv.xz"
    shop = copied_shop(tmp_path_factory, tmp_path / "shop")
    done = replay(shop, Wish(file, invoices=300, kills=2, offline_share=0.3), print)
    assert (done.deals, done.kills) == (300, 2)
    assert done.returns >= 29  # that many begin with C
    assert done.offline == pytest.approx(90, abs=2)
    assert done.total == done.listing.total == FIRST_300
    assert {"POST", "D", "M"} <= set(done.listing.not_goods)

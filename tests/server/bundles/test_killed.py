"""A real process, really killed: what an import or a publishing leaves when it dies at any moment."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server_push.assortment.importing import import_articles
from server_push.storage.tables.assortment import article
from tests.support.pricelists import NOW, article_list, lines

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not known there"),
]

IMPORT = """
import sys; from pathlib import Path; from datetime import datetime, UTC
from server_push.assortment.importing import import_articles, How
from server_push.storage import Storage
storage = Storage.open(Path(sys.argv[1]))
print("ready", flush=True)
for n in range(1000):
    import_articles(storage, Path(sys.argv[2 + n % 2]), datetime.now(UTC), How(complete=True))
"""
PUBLISH = """
import sys; from pathlib import Path; from datetime import datetime, UTC
from server_push.storage import Storage
from server_push.bundles.publishing import Publisher
from server_push.bundles.store_profile import StoreProfile
directory = Path(sys.argv[1])
storage = Storage.open(directory)
profile = StoreProfile("s1", "Kauppa s1", "Ketju Oy", "0737546-2", b"s1" * 16)
publisher = Publisher(directory, storage, lambda store: profile)
print("ready", flush=True)
for n in range(1000):
    publisher.publish("s1", datetime.now(UTC), force=True, fresh=n % 5 == 4)
"""


def killed_somewhere(program: str, *words: Path, after_s: float) -> None:
    process = subprocess.Popen([sys.executable, "-c", program, *map(str, words)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    time.sleep(after_s)
    assert process.poll() is None, "it ended by itself"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def test_an_import_killed_at_any_moment_is_whole_or_not_there(head, tmp_path) -> None:
    old = article_list(tmp_path / "old.csv", lines(3_000))
    new = article_list(tmp_path / "new.csv", [row | {"price": "99.00"} for row in lines(3_000, 1_000)])
    import_articles(head.storage, old, NOW)
    dice = random.Random(2)

    for _ in range(6):
        killed_somewhere(IMPORT, head.directory, new, old, after_s=dice.uniform(0.0, 0.4))
        with head.storage.read() as connection:
            listed = connection.execute(article.select().where(article.c.withdrawn == 0)).all()
        prices = {row.price == 9_900 for row in listed}
        assert len(listed) == 3_000
        assert len(prices) == 1, "a part of one list and a part of the other"


def test_a_publishing_killed_at_any_moment_leaves_what_can_be_sent_and_published_on(head, tmp_path) -> None:
    head.sells(lines(2_000))
    head.publish()
    dice = random.Random(3)
    newest = 0

    for number in range(6):
        killed_somewhere(PUBLISH, head.directory, after_s=dice.uniform(0.0, 0.5))
        sent = head.publisher.write_container("s1", tmp_path / f"{number}.zip", NOW)
        assert sent.version >= newest
        newest = sent.version

    after = head.publish()
    assert after.version > newest or not after.new
    assert head.ask("SELECT count(*) FROM article") == [(2_000,)]

"""A price list in and a signed bundle out, each a command of head office, against the sqlite3 shell.

The shell does the least that makes a list searchable: it imports the same file, indexes the codes and fills the same
full text index, with nothing validated, compared, checked or signed. All three are timed as whole processes, in turns.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from _fleet import Office, free_port

from _bench import prepared
from _bench.catalogue import COLUMNS
from _bench.harness import CannotMeasure, Measured, Place
from _bench.timing import in_turns, p50, seconds
from poscore.catalog_format import SEARCH_DDL


def measure(place: Place) -> dict[str, Measured]:
    """The figures `import_vs_shell` and `bundle_vs_shell`."""
    articles, folder = prepared.large_csv(place), place.fresh("publishing")
    shell = _sqlite_shell()
    rounds = iter(range(1_000))

    def publish() -> tuple[float, float]:
        office = _new_office(folder / f"office{next(rounds)}")
        imported = seconds(lambda: _import(office, articles, place.articles))
        return imported, seconds(lambda: _bundle(office, place.articles))

    published: list[tuple[float, float]] = []

    def one_office() -> float:
        published.append(publish())
        return sum(published[-1])

    peer = folder / "shell.db"
    times = in_turns({"shell": lambda: _by_shell(shell, articles, peer), "office": one_office}, place.rounds(3, 2))
    shell_s, import_s, bundle_s = (
        p50(times["shell"]),
        p50([imported for imported, _ in published]),
        p50([bundled for _, bundled in published]),
    )
    peer_said = f"the sqlite3 shell's import, unique index and FTS5 fill of the same file, {shell_s:.1f} s"
    rows, runs = f"{place.articles:,} rows", f"median of {len(published)}, in turns"
    return {
        "import_vs_shell": Measured(
            import_s / shell_s,
            f"server-push import articles of {rows} into an empty office (validated, compared, one transaction),"
            f" {import_s:.1f} s, against {peer_said}; whole processes, {runs}",
        ),
        "bundle_vs_shell": Measured(
            bundle_s / shell_s,
            f"server-push bundle of the {rows} (built, integrity_check, zstd, signed), {bundle_s:.1f} s, against"
            f" {peer_said}; whole processes, {runs}",
        ),
    }


def _new_office(folder: Path) -> Office:
    office = Office(folder, free_port())
    office.init("Mittakauppiaat Oy", "9912345-6")
    office.command("stores", "add", prepared.STORE, "--name", "Mittakauppa")
    return office


def _import(office: Office, articles: Path, rows: int) -> None:
    said = office.command("import", "articles", str(articles))
    if said["added"] != rows or said["rejected"]:
        raise RuntimeError(f"of {rows} rows {said['added']} were added: {said['rejected'][:3]}")


def _bundle(office: Office, rows: int) -> None:
    said = office.command("bundle", prepared.STORE)
    if said["articles"] != rows:
        raise RuntimeError(f"the bundle holds {said['articles']} of {rows} articles")


def _by_shell(shell: str, articles: Path, path: Path) -> float:
    path.unlink(missing_ok=True)
    return seconds(lambda: _run_shell(shell, articles, path))


def _run_shell(shell: str, articles: Path, path: Path) -> None:
    columns = ", ".join(f"{name} TEXT NOT NULL" for name in COLUMNS)
    statements = [
        "PRAGMA journal_mode=OFF;",
        "PRAGMA synchronous=OFF;",
        "PRAGMA cache_size=-200000;",
        f"CREATE TABLE article({columns});",
        f".import --csv --skip 1 '{articles}' article",
        "CREATE UNIQUE INDEX article_gtin ON article(gtin);",
        SEARCH_DDL.replace("content_rowid='id'", "content_rowid='rowid'") + ";",
        "INSERT INTO article_search(rowid, name) SELECT rowid, name FROM article ORDER BY rowid;",
        "INSERT INTO article_search(article_search) VALUES('optimize');",
    ]
    subprocess.run([shell, str(path)], input="\n".join(statements), text=True, check=True, stdout=subprocess.DEVNULL)


def _sqlite_shell() -> str:
    """Raises CannotMeasure."""
    found = shutil.which("sqlite3")
    if found is None:
        raise CannotMeasure("the sqlite3 shell is not installed: apt-get install -y sqlite3")
    return found

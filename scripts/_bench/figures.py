"""The figures: their names, their bars, and where we want to be. Python's own library is enough to read this.

The bar is what must hold; the goal is where the next round starts. `measured_by` names the module whose
`measure(place)` gives the figure; those that share a module share a run.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`at_least`: more is better, and the bar is the least that will do."""

    name: str
    bar: float
    goal: float
    unit: str
    measured_by: str
    at_least: bool = False

    def meets(self, value: float, limit: float) -> bool:
        """Whether `value` is as good as `limit` (the bar or the goal), or better."""
        return value >= limit if self.at_least else value <= limit


_ALL = (
    # fdatasyncs of the whole register process for a completed sale of ten lines, drafts on disk
    Figure("sale_fsyncs", 1.10, 1.02, "", "syncs"),
    # completing a sale of ten lines, against a POST that only commits
    Figure("sale_vs_commit", 1.7, 1.25, "×", "selling"),
    # the tenth scan of a sale among a million articles, against a POST that does nothing
    Figure("scan_vs_noop", 1.7, 1.3, "×", "selling"),
    # the fiftieth scan of a sale with discounts and mix-and-match, against a POST that does nothing
    Figure("basket50_vs_noop", 3.0, 2.0, "×", "basket"),
    # search as you type among a million articles
    Figure("search_p99_ms", 3.0, 1.0, "ms", "searching"),
    # a list of a million articles into an empty office and out as a signed bundle, against the sqlite3 shell
    Figure("import_vs_shell", 2.5, 1.5, "×", "publishing"),
    Figure("bundle_vs_shell", 1.6, 1.2, "×", "publishing"),
    # ten thousand sales returned, against the same rows in one transaction
    Figure("return_vs_executemany", 0.35, 0.6, "×", "returning", at_least=True),
    # a sale in a posting run over 130,000, against one in a run over 13,000
    Figure("posting_scale", 1.5, 1.0, "×", "posting"),
    # a snapshot of a million articles taken in, against reading it once for its hash and once for its pages
    Figure("snapshot_vs_hash", 5.0, 3.0, "×", "refreshing"),
    Figure("snapshot_rss_mb", 120.0, 100.0, "MB", "refreshing"),
    Figure("snapshot_stall_ms", 50.0, 25.0, "ms", "refreshing"),
    # scanning while the LAN is noisy, against scanning in peace
    Figure("lan_load_scan_p99", 3.0, 1.5, "×", "lan"),
    # the till's page in Chromium: usable, against an empty page of one module; a scan on the screen, against a fetch
    Figure("page_vs_empty", 3.0, 2.0, "×", "browsing"),
    Figure("scan_painted_vs_fetch", 4.0, 2.5, "×", "browsing"),
    # a start to the first answer of /health, against `python -c pass`; the memory it then has
    Figure("cold_start_vs_python", 26.0, 16.0, "×", "starting"),
    Figure("rss_mb", 64.0, 48.0, "MB", "starting"),
)
FIGURES = {figure.name: figure for figure in _ALL}

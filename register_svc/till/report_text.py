"""An X or Z as text, on the same paper as receipts.

What a report keeps back (None, where the count is blind) leaves no line behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from poscore.instants import parse_day
from poscore.money import Cents
from poscore.pricing import CASH
from register_svc.till.paper import Paper, clean, money
from register_svc.till.shifts import DROP, IN, OUT

X, Z = "X", "Z"
_FOUND = ("expected", "counted", "difference", "left_in_drawer", "dropped")
_SIGNS = {IN: 1, OUT: -1, DROP: -1}

Report = Mapping[str, Any]


def report_text(kind: str, report: Report, paper: Paper) -> str:
    """`report`: as `shift_report` makes it, with `unsent` and `head`."""
    return paper.text(
        (
            *(paper.centred(line) for line in paper.letterhead.header),
            *_head(kind, report, paper),
            paper.rule,
            *_sales(report, paper),
            "",
            *paper.taxes(report["by_vat"]),
            *_tenders(report, paper),
            *_drawer(report, paper),
            *_counts(report["counts"], paper),
            *_grand(report["grand"], paper),
            *_journal(report, paper),
        )
    )


def _head(kind: str, report: Report, paper: Paper) -> Iterator[str]:
    words = paper.words
    title = f"{words['z_report']} {report['no']}" if kind == Z else words["x_report"]
    yield paper.mark(title)
    day = parse_day(report["business_day"])
    yield paper.row(f"{words['register']} {report['head']['register']}", f"{words['shift']} {report['no']}")
    yield paper.row(words["business_day"], f"{day.day}.{day.month}.{day.year}")
    for name, word in (("opened", words["opened"]), ("closed", words["closed"])):
        if report[f"{name}_at"]:
            who = clean(report.get(f"{name}_by") or "-")
            yield paper.row(f"{word} {who}", paper.moment(report[f"{name}_at"]))


def _sales(report: Report, paper: Paper) -> Iterator[str]:
    words, counts = paper.words, report["counts"]
    for name in ("sales", "returns"):
        yield paper.sum(f"{words[name]} {report[name]['count']}", report[name]["total"])
    yield paper.row(words["total"], f"{money(report['total'])} EUR")
    yield paper.sum(words["rounding"], report["rounding"])
    yield paper.sum(f"{words['discounts']} {counts['discounts']}", report["discount"])


def _tenders(report: Report, paper: Paper) -> Iterator[str]:
    if report["by_tender"]:
        yield from _title("tenders", paper)
        for kind, amount in report["by_tender"].items():
            yield paper.sum(paper.words.get(kind, kind), amount)


def _drawer(report: Report, paper: Paper) -> Iterator[str]:
    words, cash = paper.words, report["cash"]
    yield from _title("drawer", paper)
    yield paper.sum(words["opening_float"], report["opening_float"])
    if report["by_tender"] is not None:
        yield paper.sum(words["cash_taken"], report["by_tender"].get(CASH, 0))
    for name, sign in _SIGNS.items():
        yield paper.sum(words[name], sign * report["cash_movements"][name])
    for name in _FOUND:
        if cash[name] is not None:
            yield paper.sum(words[name], cash[name])
    if cash["reason"]:
        yield f"  {clean(cash['reason'])}"
    yield from _pieces(cash.get("denominations") or {}, paper)


def _pieces(denominations: Mapping[str, int], paper: Paper) -> Iterator[str]:
    for cents in sorted(map(int, denominations), reverse=True):
        pieces = denominations[str(cents)]
        if pieces:
            yield paper.sum(f"  {pieces} x {money(cents)}", pieces * cents)


def _counts(counts: Mapping[str, int], paper: Paper) -> Iterator[str]:
    yield from _title("counts", paper)
    for name, count in counts.items():
        if name != "discounts":  # beside their sum
            yield paper.row(paper.words["trainings" if name == "training" else name], str(count))


def _grand(grand: Mapping[str, Cents], paper: Paper) -> Iterator[str]:
    yield from _title("grand", paper)
    for name, amount in grand.items():
        yield paper.sum(paper.words[f"grand_{name}"], amount)


def _journal(report: Report, paper: Paper) -> Iterator[str]:
    """What waits to go home, and where the journal ends; of the signature what the head itself does not say."""
    words, head, unsent = paper.words, report["head"], report["unsent"]
    yield from _title("unsent", paper)
    yield paper.row(words["unsent_records"], str(unsent["records"]))
    yield paper.row(words["unsent_sales"], str(unsent["sales"]))
    yield from _title("journal", paper)
    yield f"{head['register']}-{head['epoch']}-{head['seq']}"
    yield head["hash"]
    if report.get("signed_head"):
        yield words["signature"]
        yield report["signed_head"].rpartition(".")[2]


def _title(name: str, paper: Paper) -> Iterator[str]:
    yield ""
    yield paper.words[name]

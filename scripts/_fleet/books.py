"""What the tills answered, against what head office has: every sale exactly once and to the cent.

The sums are worked out here a second time, from the documents alone, so that a mistake in the product's own sums shows.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

# What head office adds to a sale's document.
_ADDED = frozenset({"store", "register", "epoch", "seq", "received_at", "status"})
_MOST_SHOWN = 20


class BooksDiffer(AssertionError):
    """Head office does not have what the tills answered; the text lists how."""


class Books:
    """Completed sales and returns as the tills answered them."""

    def __init__(self) -> None:
        self._documents: dict[str, bytes] = {}  # as text: two hundred thousand lines as objects are too much

    def __len__(self) -> int:
        return len(self._documents)

    def add(self, completed: Mapping[str, Any]) -> None:
        """The answer to a completed sale. Raises BooksDiffer when the same sale was answered otherwise before."""
        sale, number = completed["sale"], completed["receipt_no"]
        change = sale["totals"]["change"]
        if (sale["state"], sale["receipt_no"], completed["change"]) != ("completed", number, change):
            raise BooksDiffer(f"{number} was answered as completed, but is not: {completed}")
        document = _text(sale)
        if self._documents.setdefault(number, document) != document:
            raise BooksDiffer(f"{number} was answered twice, and not alike")

    def sales(self) -> Iterable[dict[str, Any]]:
        return (json.loads(document) for document in self._documents.values())

    def differences(self, items: Iterable[Mapping[str, Any]], summary: Mapping[str, Any]) -> list[str]:
        """How head office's sales (training among them) and its summary differ from what was answered."""
        found: list[str] = []
        seen: Counter[str] = Counter()
        for item in items:
            number = item["receipt_no"]
            seen[number] += 1
            if number not in self._documents:
                found.append(f"head office has {number}, which no till has answered")
                continue
            document = _text({name: value for name, value in item.items() if name not in _ADDED})
            if document != self._documents[number]:
                told = self._documents[number].decode()
                found.append(f"{number}\n  till:        {told}\n  head office: {document.decode()}")
            if item["status"] == "quarantined":
                found.append(f"{number} is quarantined")
        found += [f"head office has {number} {count} times" for number, count in seen.items() if count > 1]
        found += [f"head office lacks {number}" for number in self._documents if number not in seen]
        return found + self._sums_differ(summary)

    def check(self, items: Iterable[Mapping[str, Any]], summary: Mapping[str, Any]) -> None:
        """Raises BooksDiffer unless head office has exactly what was answered."""
        found = self.differences(items, summary)
        if found:
            more = [f"… and {len(found) - _MOST_SHOWN} more"] if len(found) > _MOST_SHOWN else []
            raise BooksDiffer("\n".join(["the books differ:", *found[:_MOST_SHOWN], *more]))

    def summary(self) -> dict[str, Any]:
        """What head office's summary should be."""
        by_tender: Counter[str] = Counter()
        by_vat: dict[int, Counter[str]] = {}
        sales = total = rounding = 0
        for sale in self.sales():
            if sale["training"]:
                continue
            sales += 1
            total += sale["totals"]["gross"] - sale["totals"]["discount"]
            rounding += sale["totals"]["rounding"]
            for tender in sale["tenders"]:
                by_tender[tender["type"]] += tender["amount"]
            if sale["totals"]["change"]:
                by_tender["cash"] -= sale["totals"]["change"]
            for row in sale["taxes"]:
                sums = by_vat.setdefault(row["rate"], Counter())
                for name in ("net", "tax", "gross"):
                    sums[name] += row[name]
        return {
            "sales": sales,
            "total": total,
            "rounding": rounding,
            "by_tender": dict(by_tender),
            "by_vat": [{"rate": rate, **by_vat[rate]} for rate in sorted(by_vat)],
            "quarantined": 0,
        }

    def _sums_differ(self, summary: Mapping[str, Any]) -> list[str]:
        wanted = self.summary()
        found = [
            f"the summary's {name} is {summary.get(name)}, the tills' answers make {value}"
            for name, value in wanted.items()
            if name != "by_tender" and summary.get(name) != value
        ]
        told, made = Counter(summary.get("by_tender", {})), Counter(wanted["by_tender"])
        if {k: v for k, v in told.items() if v} != {k: v for k, v in made.items() if v}:
            found.append(f"the summary's by_tender is {dict(told)}, the tills' answers make {dict(made)}")
        if sum(told.values()) != wanted["total"] + wanted["rounding"]:
            found.append(f"the tenders make {sum(told.values())}, not total + rounding")
        return found


def _text(sale: Mapping[str, Any]) -> bytes:
    return json.dumps(sale, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

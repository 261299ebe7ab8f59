"""Figures for a monitoring system. No amount, no name."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """One set a process; the gauges are asked for when they are shown."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._records = Counter(
            "office_records_returned", "Journal records that came in, repeats included", registry=self._registry
        )
        self._aside = Counter("office_records_set_aside", "Of these, answered as quarantined", registry=self._registry)
        self._resend = Counter("office_records_asked_again", "Of these, damaged on the way", registry=self._registry)
        self._quarantined = Gauge("office_quarantine_open", "Records that wait for a person", registry=self._registry)
        self._incidents = Gauge("office_incidents", "Incidents noted so far", ["kind"], registry=self._registry)
        self._registers = Gauge("office_registers", "Registers enrolled", registry=self._registry)

    def returned(self, records: int, set_aside: int, asked_again: int) -> None:
        self._records.inc(records)
        self._aside.inc(set_aside)
        self._resend.inc(asked_again)

    def as_text(self, quarantined: int, incidents: dict[str, int], registers: int) -> bytes:
        self._quarantined.set(quarantined)
        self._registers.set(registers)
        for kind, count in incidents.items():
            self._incidents.labels(kind).set(count)
        return bytes(generate_latest(self._registry))

"""Figures for a monitoring system, in Prometheus' text form.

Counting costs a dict's addition and imports nothing; `prometheus_client` is imported when somebody asks for the first
time. A gauge is a function that is asked then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.registry import CollectorRegistry

_LOG = logging.getLogger("offline-kassa.metrics")

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "offline_kassa_"

Labels = tuple[tuple[str, str], ...]


class Metrics:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, dict[Labels, float]] = {}
        self._gauges: dict[str, tuple[str, Callable[[], dict[Labels, float]]]] = {}
        self._help: dict[str, str] = {}
        self._registry: CollectorRegistry | None = None

    def counter(self, name: str, text: str) -> None:
        """Say what a counter counts; from now on it is shown, also while it is 0."""
        with self._lock:
            self._help[name] = text
            self._counters.setdefault(name, {})

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        key = tuple(sorted(labels.items()))
        with self._lock:
            series = self._counters.setdefault(name, {})
            series[key] = series.get(key, 0) + amount

    def gauge(self, name: str, text: str, ask: Callable[[], float | dict[Labels, float]]) -> None:
        """`ask` gives one figure, or one for each set of labels."""

        def asked() -> dict[Labels, float]:
            figure = ask()
            return figure if isinstance(figure, dict) else {(): figure}

        self._gauges[name] = (text, asked)

    def as_text(self) -> bytes:
        from prometheus_client.exposition import generate_latest

        return generate_latest(self._open_registry())

    def _open_registry(self) -> CollectorRegistry:
        from prometheus_client.registry import CollectorRegistry

        if self._registry is None:
            self._registry = CollectorRegistry(auto_describe=False)
            self._registry.register(self)  # type: ignore[arg-type]  # a collector is whatever has `collect`
        return self._registry

    def collect(self) -> Iterator[object]:
        """Asked by the registry."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        with self._lock:
            counters = {name: dict(series) for name, series in self._counters.items()}
        for name, series in sorted(counters.items()):
            names = sorted({key for labels in series for key, _ in labels})
            counter = CounterMetricFamily(PREFIX + name, self._help.get(name, name), labels=names)
            for labels, figure in (series or {(): 0}).items():
                counter.add_metric([dict(labels).get(key, "") for key in names], figure)
            yield counter
        for name, (text, ask) in sorted(self._gauges.items()):
            try:
                figures = ask()
            except Exception:  # noqa: BLE001 - the other figures are shown; this one's absence is what tells
                _LOG.exception("the figure %s cannot be made", name)
                continue
            names = sorted({key for labels in figures for key, _ in labels})
            gauge = GaugeMetricFamily(PREFIX + name, text, labels=names)
            for labels, figure in figures.items():
                gauge.add_metric([dict(labels).get(key, "") for key in names], figure)
            yield gauge

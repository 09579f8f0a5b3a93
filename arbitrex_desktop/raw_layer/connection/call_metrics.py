# SPDX-License-Identifier: MIT
"""Round-trip times of the calls to the terminal, by kind."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import deque

from arbitrex_desktop.raw_layer.views import CallStats

_KEPT = 1000


class _Series:
    """Counters and the latest durations of one kind of call."""

    def __init__(self) -> None:
        self.count = 0
        self.failures = 0
        self.longest = 0.0
        self._latest: deque[float] = deque()
        self._ordered: list[float] = []

    def add(self, seconds: float) -> None:
        """Take a duration; kept in order, since a snapshot wants the figures of all kinds four times a second."""
        self._latest.append(seconds)
        insort(self._ordered, seconds)
        if len(self._latest) > _KEPT:
            del self._ordered[bisect_left(self._ordered, self._latest.popleft())]

    def summary(self) -> CallStats:
        """Return the figures in milliseconds."""
        ordered = self._ordered or [0.0]
        p50, p99 = (ordered[round((len(ordered) - 1) * share)] for share in (0.5, 0.99))
        return CallStats(self.count, self.failures, p50 * 1e3, p99 * 1e3, self.longest * 1e3)


class CallMetrics:
    """Collects durations; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._series: dict[str, _Series] = {}

    def record(self, kind: str, seconds: float, *, failed: bool) -> None:
        """Note one call of a kind and how long its caller waited."""
        with self._lock:
            series = self._series.setdefault(kind, _Series())
            series.count += 1
            series.failures += failed
            series.longest = max(series.longest, seconds)
            series.add(seconds)

    def count(self, kind: str) -> int:
        """Return how many calls of a kind were made."""
        series = self._series.get(kind)
        return series.count if series else 0

    def summary(self) -> dict[str, CallStats]:
        """Return the figures of every kind."""
        with self._lock:
            return {kind: series.summary() for kind, series in self._series.items()}

# SPDX-License-Identifier: MIT
"""How many ticks came, how fast, and how many were kept off the board."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from arbitrex_desktop.clock import Clock

_RATE_WINDOW_SECONDS: Final = 10.0
"""While nobody looks, the ticks of most symbols come once in ten seconds."""


class TickCounters:
    """Written by the pool's thread, read by any.

    Attributes:
        total: good ticks so far
        bad: ticks kept off the board by cause; those that came late among them, which are recorded all the same
        gaps: polls whose ticks did not all fit
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._recent: deque[tuple[float, int]] = deque()
        self.total = 0
        self.bad: Counter[str] = Counter()
        self.gaps = 0

    def add(self, count: int) -> None:
        """Count good ticks that came just now."""
        now = self._clock.monotonic()
        self.total += count
        self._recent.append((now, count))
        while self._recent and self._recent[0][0] < now - _RATE_WINDOW_SECONDS:
            self._recent.popleft()

    def rate(self) -> float:
        """Return the good ticks per second over the last ten seconds."""
        since = self._clock.monotonic() - _RATE_WINDOW_SECONDS
        return sum(count for at, count in tuple(self._recent) if at > since) / _RATE_WINDOW_SECONDS

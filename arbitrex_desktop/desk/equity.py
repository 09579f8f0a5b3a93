# SPDX-License-Identifier: MIT
"""The equity curve: a point for each sync, thinned as it grows."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.snapshot import EquityPoint
from arbitrex_desktop.raw_layer.views import AccountReading

MOST_POINTS: Final = 5_000


class EquityTrack:
    """Keeps 5 000 points at most: when full, every second one goes and from then on half as many come.

    Used on one thread; the tuples it gives are frozen.
    """

    def __init__(self) -> None:
        self._points: list[EquityPoint] = []
        self._stride = 1
        self._seen = 0

    def add(self, reading: AccountReading) -> None:
        """Take a reading of the account."""
        self._seen += 1
        point = EquityPoint(reading.observed_at, reading.account.equity, reading.account.balance)
        if (self._seen - 1) % self._stride == 0 or not self._points:
            self._points.append(point)
        if len(self._points) >= MOST_POINTS:
            self._points = self._points[::2]
            self._stride *= 2

    def points(self) -> tuple[EquityPoint, ...]:
        """Return the points, oldest first."""
        return tuple(self._points)

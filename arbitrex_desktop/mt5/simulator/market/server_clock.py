# SPDX-License-Identifier: MIT
"""The broker's clock: what it shows for a moment of UTC, daylight saving included.

The rules are computed, not looked up, since a bare Windows or container has no time zone files.  Europe changes on
the last Sundays of March and October at 01:00 UTC; New York on the second Sunday of March (07:00 UTC) and the
first of November (06:00 UTC).  All moments are milliseconds since 1970.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

HOUR_MSC: Final = 3_600_000
DAY_MSC: Final = 24 * HOUR_MSC
SERVER_CLOCKS: Final = ("EET", "NewYork", "UTC")
"""EET: UTC+2, +3 in Europe's summer. NewYork: UTC+2, +3 in New York's summer, so that 17:00 there is midnight."""

_YEARS: Final = range(1990, 2081)
_STANDARD_MSC: Final = 2 * HOUR_MSC
_SUMMER_MSC: Final = 3 * HOUR_MSC


def _nth_sunday(year: int, month: int, n: int) -> datetime:
    """Return midnight UTC of a month's n-th Sunday."""
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (n - 1))


def _last_sunday(year: int, month: int) -> datetime:
    """Return midnight UTC of the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _msc(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def _changes(rule: str) -> list[int]:
    """Return the moments of UTC at which summer time begins and ends, in turn."""
    moments: list[datetime] = []
    for year in _YEARS:
        if rule == "EET":
            moments += [_last_sunday(year, 3) + timedelta(hours=1), _last_sunday(year, 10) + timedelta(hours=1)]
        elif rule == "NewYork":
            moments += [_nth_sunday(year, 3, 2) + timedelta(hours=7), _nth_sunday(year, 11, 1) + timedelta(hours=6)]
    return [_msc(moment) for moment in moments]


class SimulatedServerClock:
    """Converts between UTC and one broker's clock.  Raises ValueError for an unknown rule."""

    def __init__(self, rule: str) -> None:
        if rule not in SERVER_CLOCKS:
            raise ValueError(f"unknown server clock {rule!r}, expected one of {', '.join(SERVER_CLOCKS)}")
        self.rule = rule
        self._moments = _changes(rule)
        self._changes: NDArray[np.int64] = np.array(self._moments, dtype=np.int64)
        self._standard = 0 if rule == "UTC" else _STANDARD_MSC

    def offset_msc(self, utc_msc: int) -> int:
        """Return server time minus UTC, in milliseconds, at a moment of UTC."""
        if self.rule == "UTC":
            return 0
        # NumPy takes ten times as long for one moment, and each call of the terminal needs some.
        return _SUMMER_MSC if bisect_right(self._moments, utc_msc) % 2 else _STANDARD_MSC

    def offsets_msc(self, utc_msc: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the offset of each of many moments, which must be sorted; one alone where it is that of all."""
        if not len(utc_msc):
            return np.zeros(0, dtype=np.int64)
        first, last = self.offset_msc(int(utc_msc[0])), self.offset_msc(int(utc_msc[-1]))
        if first == last and utc_msc[-1] - utc_msc[0] < 90 * DAY_MSC:
            return np.array([first], dtype=np.int64)
        summer = np.searchsorted(self._changes, utc_msc, side="right") % 2 == 1
        return np.where(summer, _SUMMER_MSC, self._standard).astype(np.int64)

    def to_server(self, utc_msc: int) -> int:
        """Return what the broker's clock shows, as milliseconds dressed as UTC."""
        return utc_msc + self.offset_msc(utc_msc)

    def to_utc(self, server_msc: int) -> int:
        """Return the moment of UTC; in the hour that autumn repeats, a Sunday's, the later one."""
        return server_msc - self.offset_msc(server_msc - self._standard)

    def all_to_utc(self, server_msc: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the moments of UTC of many times that the broker's clock shows, in any order; as `to_utc`."""
        if self.rule == "UTC":
            return server_msc
        summer = np.searchsorted(self._changes, server_msc - self._standard, side="right") % 2 == 1
        moments: NDArray[np.int64] = server_msc - np.where(summer, _SUMMER_MSC, self._standard)
        return moments

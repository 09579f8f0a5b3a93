# SPDX-License-Identifier: MIT
"""Average true range, measured when an intent brings none."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader

WINDOW: Final = 14
_BARS: Final = 100
_WINDOWS: Final = 4
"""So many windows of bars are read, since the first of them still weighs in the average."""
_KEEP_SECONDS: Final = 60.0
_BAR_MINUTES: Final = 15


class AtrMeter:
    """Measures the ATR of 15-minute bars, and keeps each symbol's for a minute.  Asks the terminal."""

    def __init__(self, pool: PoolReader, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._kept: dict[tuple[str, int], tuple[float, float]] = {}
        self._bars: dict[str, int] = {}

    def measure(self, symbol: str, window: int = WINDOW) -> float | None:
        """Return the ATR over `window` bars in price units, None when there are too few or none could be read."""
        now = self._clock.monotonic()
        value, until = self._kept.get((symbol, window), (0.0, -math.inf))
        if now < until:
            return value
        try:
            rows = self._pool.read_rates(symbol, Timeframe.M15, max(_BARS, _WINDOWS * window))
        except (PoolError, MT5Error):
            return None
        self._bars[symbol] = len(rows)
        measured = wilder_atr(rows, window)
        if measured is not None:
            self._kept[symbol, window] = (measured, now + _KEEP_SECONDS)
        return measured

    def shortfall(self, symbol: str, window: int = WINDOW) -> str:
        """Return how many bars the last measurement lacked, as a text, "" when it had enough or could read none."""
        found = self._bars.get(symbol)
        if found is None or found > window:
            return ""
        minutes = (window + 1 - found) * _BAR_MINUTES
        return (
            f"it needs {window + 1} bars of {_BAR_MINUTES} minutes and there are {found}; "
            f"it will be known after {minutes} more minutes of trading"
        )


def wilder_atr(rows: Rows, window: int = WINDOW) -> float | None:
    """Return the average true range of bars, oldest first, in price units.

    Wilder, New Concepts in Technical Trading Systems (1978): the mean of the first `window` true ranges, then each
    further one weighs 1/window.  None with fewer than `window` + 1 bars, or if the answer is no positive number.
    """
    if len(rows) < window + 1:
        return None
    high, low, before = rows["high"][1:], rows["low"][1:], rows["close"][:-1]
    ranges = np.maximum(high - low, np.maximum(np.abs(high - before), np.abs(low - before)))
    average = float(np.mean(ranges[:window]))
    for true_range in ranges[window:]:
        average += (float(true_range) - average) / window
    return average if math.isfinite(average) and average > 0.0 else None

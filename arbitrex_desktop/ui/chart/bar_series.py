# SPDX-License-Identifier: MIT
"""Bars of one symbol and timeframe: the terminal's history, carried on by ticks."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.timeframes import bar_end, bar_start, seconds_of

Floats = NDArray[np.float64]

_SPARE: Final = 1024
"""Rows kept free behind the last bar, so that a new one rarely moves the others."""


class BarSeries:
    """Bars, oldest first; times are opening seconds on the broker's server clock, prices are bids.

    GUI thread only.

    What is looked through from end to end in each frame, highs, lows and volumes, stands apart from the rows: read out
    of them it took half of what 100,000 bars in sight cost.

    Attributes:
        timeframe: length of a bar.
        prepended: bars that `load` has put in front so far; who counts bars by index adds the difference.
    """

    def __init__(self, timeframe: Timeframe) -> None:
        self.timeframe = timeframe
        self.prepended = 0
        self._rows: Rows = np.zeros(_SPARE, dtype=RATE_DTYPE)
        self._apart = _fields_of(self._rows)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> Rows:
        """All bars, dtype `RATE_DTYPE`; a view that the next tick may change."""
        return self._rows[: self._count]

    @property
    def highs(self) -> Floats:
        """The highest price of each bar."""
        return self._apart["high"][: self._count]

    @property
    def lows(self) -> Floats:
        """The lowest price of each bar."""
        return self._apart["low"][: self._count]

    @property
    def volumes(self) -> Floats:
        """The ticks of each bar."""
        return self._apart["tick_volume"][: self._count]

    def column(self, name: str) -> NDArray[np.float64]:
        """Return a field of all bars as floats."""
        values: NDArray[np.float64] = self.rows[name].astype(np.float64)
        return values

    def seconds_left(self, now: float) -> float | None:
        """Return the seconds until the last bar closes, None where that is over; `now` is on the server clock."""
        end = bar_end(int(self.rows["time"][-1]), self.timeframe) if self._count else 0
        return end - now if end > now else None

    def load(self, history: Rows) -> None:
        """Take history of the terminal, oldest first: it is truer than what ticks made, older bars are kept."""
        if not len(history):
            return
        known = self.rows
        older = known[known["time"] < history["time"][0]]
        newer = known[known["time"] > history["time"][-1]]
        first = int(known["time"][0]) if self._count else None
        self._replace(np.concatenate((older, history, newer)))
        if first is not None:
            self.prepended += int(np.searchsorted(self.rows["time"], first))

    def tick(self, seconds: float, price: float) -> bool:
        """Carry the last bar on by a price, or begin the next one; return True when a bar began.

        A tick older than the last bar is left to the next `load`.  Without any history nothing is begun: a chart
        of one bar would look like one of a market that has just opened.
        """
        if not self._count:
            return False
        start = bar_start(seconds, self.timeframe)
        last = self._rows[self._count - 1]
        if start < last["time"]:
            return False
        if start > last["time"]:
            self._append(start, price)
            return True
        last["high"] = max(last["high"], price)
        last["low"] = min(last["low"], price)
        last["close"] = price
        last["tick_volume"] += 1
        self._keep_apart(self._count - 1)
        return False

    def index_at(self, seconds: float) -> int:
        """Return the index of the bar that a moment belongs to; -1 for one before the first bar."""
        return int(np.searchsorted(self.rows["time"], seconds, side="right")) - 1

    def place_of(self, seconds: float) -> float:
        """Return the index at which a moment stands, counted on beyond the last bar; there must be bars."""
        last = float(self._rows[self._count - 1]["time"])
        if seconds > last:
            return self._count - 1 + (seconds - last) / seconds_of(self.timeframe)
        return float(max(0, self.index_at(seconds)))

    def seconds_at(self, place: float) -> float:
        """Return the moment at an index, counted on beyond the last bar; there must be bars."""
        beyond = place - (self._count - 1)
        if beyond > 0.0:
            return float(self._rows[self._count - 1]["time"]) + beyond * seconds_of(self.timeframe)
        return float(self._rows[max(0, round(place))]["time"])

    def _append(self, start: int, price: float) -> None:
        if self._count == len(self._rows):
            self._replace(self.rows)
        self._rows[self._count] = (start, price, price, price, price, 1, 0, 0)
        self._keep_apart(self._count)
        self._count += 1

    def _keep_apart(self, index: int) -> None:
        for name, values in self._apart.items():
            values[index] = self._rows[index][name]

    def _replace(self, rows: Rows) -> None:
        self._count = len(rows)
        self._rows = np.concatenate((rows, np.zeros(_SPARE, dtype=RATE_DTYPE)))
        self._apart = _fields_of(self._rows)


def _fields_of(rows: Rows) -> dict[str, Floats]:
    """Return the fields that stand apart, as they are in rows."""
    return {name: rows[name].astype(np.float64) for name in ("high", "low", "tick_volume")}

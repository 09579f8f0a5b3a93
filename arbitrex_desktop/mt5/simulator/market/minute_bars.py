# SPDX-License-Identifier: MIT
"""Minute bars of generated days whose ticks are no longer kept: coarse, a trading day at a time.

Opens and closes lie on the drivers' minute paths, which meet the paths of the ticks at each full hour, and a cross is
the quotient of its legs there.  What a minute's price did in between is drawn for each symbol by itself.
"""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.simulator.broker.symbols import SymbolSpec
from arbitrex_desktop.mt5.simulator.market.liveliness import LEAST_SPREAD, SPREAD_VARIES, ticks_a_second, usual_spread
from arbitrex_desktop.mt5.simulator.market.price_paths import MINUTES, DriverPaths, Mixture
from arbitrex_desktop.mt5.simulator.market.trading_calendar import HOURS_A_DAY, TradingHour

Floats = NDArray[np.float64]

_MINUTE: Final = 60
_HOUR: Final = 3600
_SENT: Final = (0.82, 0.98)
"""What part of the ticks that arrive differ from the one before and are sent."""


class MinuteBars:
    """Draws the bars of one symbol's old days; nothing is kept.  For one thread."""

    def __init__(self, seed: int, paths: DriverPaths, spec: SymbolSpec, mix: Mixture) -> None:
        self._seed = seed
        self._paths = paths
        self._spec = spec
        self._mix = mix
        self._name = zlib.crc32(spec.name.encode())
        hours = range(HOURS_A_DAY)
        counts = np.array([_MINUTE * ticks_a_second(spec, hour) for hour in hours])
        usual = np.array([usual_spread(spec, hour) for hour in hours])
        # A bar's spread is its least one: on average that of n even draws lies 1/(n + 1) of the way up.
        least = usual * (LEAST_SPREAD + SPREAD_VARIES / (counts + 1))
        self._counts = np.repeat(counts, MINUTES)
        self._half_spreads = np.maximum(np.rint(usual), 1.0) / 2.0
        self._spreads = np.maximum(np.rint(least), 1.0)

    def of_day(self, day: int) -> Rows:
        """Return the 1440 minute bars of a trading day as `RATE_DTYPE` rows, with `time` in seconds of UTC."""
        logarithms, counts = self._drawn(day)
        return self._rows(day, logarithms, counts)

    def hours_of_day(self, day: int) -> Rows:
        """Return the same day as 24 bars: what merging its minutes gives, in less time.

        Within an hour all bids lie as far below their middle, so that the highest middle makes the highest bid.
        """
        logarithms, counts = self._drawn(day)
        opened, closed, high, low = logarithms.reshape(4, HOURS_A_DAY, MINUTES)
        hours = np.stack((opened[:, 0], closed[:, -1], high.max(axis=1), low.min(axis=1)))
        return self._rows(day, hours, counts.reshape(HOURS_A_DAY, MINUTES).sum(axis=1))

    def _drawn(self, day: int) -> tuple[Floats, Floats]:
        """Return the logarithms of each minute's open, close, high and low as four rows, and its ticks."""
        path, variances = self._paths.minutes(self._mix, day)
        random = np.random.default_rng([self._seed, self._name, 6, day])
        few, most = _SENT
        counts = np.rint(self._counts * (few + (most - few) * random.random(len(variances))))
        return _extremes(path, variances, random), counts

    def _rows(self, day: int, logarithms: Floats, counts: Floats) -> Rows:
        """Return evenly long bars of a day, with bids on the price grid."""
        scale, number = 10.0**self._spec.digits, len(counts)
        each = number // HOURS_A_DAY
        points = np.rint(np.exp(logarithms) * scale - np.repeat(self._half_spreads, each))
        bars = np.zeros(number, dtype=RATE_DTYPE)
        bars["time"] = TradingHour(day, 0).start_msc // 1000 + np.arange(number) * (_HOUR // each)
        for name, prices in zip(("open", "close", "high", "low"), np.maximum(points, 1.0) / scale, strict=True):
            bars[name] = prices
        bars["tick_volume"] = counts
        bars["spread"] = np.repeat(self._spreads, each)
        return bars


def _extremes(path: Floats, variances: Floats, random: np.random.Generator) -> Floats:
    """Return open, close, high and low of each minute as four rows.

    The high of a Brownian bridge from a to b of variance v is (a + b + sqrt((b - a)^2 + 2 v e)) / 2 for an exponential
    e, by the reflection principle (Karatzas and Shreve, Brownian Motion and Stochastic Calculus, 4.3.40); the low
    likewise.  The two are drawn independently of each other, which they are not quite.
    """
    opened, closed = path[:-1], path[1:]
    reach = random.standard_exponential((2, len(variances)))
    reach *= 2.0 * variances
    reach += (closed - opened) ** 2
    np.sqrt(reach, out=reach)
    both = opened + closed
    high = np.maximum((both + reach[0]) / 2.0, np.maximum(opened, closed))
    low = np.minimum((both - reach[1]) / 2.0, np.minimum(opened, closed))
    return np.stack((opened, closed, high, low))

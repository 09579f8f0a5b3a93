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
from arbitrex_desktop.mt5.simulator.liveliness import LEAST_SPREAD, SPREAD_VARIES, ticks_a_second, usual_spread
from arbitrex_desktop.mt5.simulator.paths import MINUTES, DriverPaths, Mixture
from arbitrex_desktop.mt5.simulator.symbols import SymbolSpec
from arbitrex_desktop.mt5.simulator.trading_calendar import HOURS_A_DAY, TradingHour

Floats = NDArray[np.float64]

_MINUTE: Final = 60
_SENT: Final = (0.82, 0.98)
"""What part of the ticks that arrive differ from the one before and are sent."""


class MinuteBars:
    """Draws the minute bars of one symbol's old days; nothing is kept.  For one thread."""

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
        self._half_spreads = np.repeat(np.maximum(np.rint(usual), 1.0) / 2.0, MINUTES)
        self._spreads = np.repeat(np.maximum(np.rint(least), 1.0), MINUTES)

    def of_day(self, day: int) -> Rows:
        """Return the 1440 minute bars of a trading day as `RATE_DTYPE` rows, with `time` in seconds of UTC."""
        path, variances = self._paths.minutes(self._mix, day)
        random = np.random.default_rng([self._seed, self._name, 6, day])
        bars = np.zeros(len(variances), dtype=RATE_DTYPE)
        bars["time"] = TradingHour(day, 0).start_msc // 1000 + np.arange(len(variances)) * _MINUTE
        quotes = self._bids(_extremes(path, variances, random))
        for name, prices in zip(("open", "close", "high", "low"), quotes, strict=True):
            bars[name] = prices
        few, most = _SENT
        bars["tick_volume"] = np.rint(self._counts * (few + (most - few) * random.random(len(variances))))
        bars["spread"] = self._spreads
        return bars

    def _bids(self, logarithms: Floats) -> Floats:
        """Return the bids on the price grid of logarithms of the middle, minutes along the last axis."""
        points = np.exp(logarithms) * 10.0**self._spec.digits - self._half_spreads
        return np.asarray(np.maximum(np.rint(points), 1.0) / 10.0**self._spec.digits)


def _extremes(path: Floats, variances: Floats, random: np.random.Generator) -> Floats:
    """Return open, close, high and low of each minute as four rows.

    The high of a Brownian bridge from a to b of variance v is (a + b + sqrt((b - a)^2 - 2 v ln u)) / 2 for a uniform
    u, by the reflection principle (Karatzas and Shreve, Brownian Motion and Stochastic Calculus, 4.3.40); the low
    likewise.  The two are drawn independently of each other, which they are not quite.
    """
    opened, closed = path[:-1], path[1:]
    below_one = random.random((2, len(variances)))
    reach = np.sqrt((closed - opened) ** 2 - 2.0 * variances * np.log1p(-below_one))
    high = np.maximum((opened + closed + reach[0]) / 2.0, np.maximum(opened, closed))
    low = np.minimum((opened + closed - reach[1]) / 2.0, np.minimum(opened, closed))
    return np.stack((opened, closed, high, low))

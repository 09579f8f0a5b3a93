# SPDX-License-Identifier: MIT
"""Minute bars of the generated market, a trading day at a time: history is made of them, and ticks are made to fit.

Closes lie on the drivers' minute paths, where a cross is the quotient of its legs.  A bar opens a step of a tick away
from the close before it; how far its price went in between is drawn for each symbol by itself.  All prices here are
bids in points.
"""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.simulator.market.liveliness import (
    LEAST_SPREAD,
    SPREAD_VARIES,
    below_middle,
    ticks_a_second,
    usual_spread,
)
from arbitrex_desktop.mt5.simulator.market.price_paths import MINUTES, DriverPaths, Mixture, news_fade
from arbitrex_desktop.mt5.simulator.market.trading_calendar import HOURS_A_DAY
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

Floats = NDArray[np.float64]

_MINUTE: Final = 60
_SENT: Final = (0.82, 0.98)
"""What part of the ticks that arrive differ from the one before and are sent."""
_NEWS_MINUTES: Final = 30
_NEWS_WIDENS: Final = 3.0
_MOST_LOTS: Final = 9


class DayMinutes(NamedTuple):
    """The minutes of a trading day, one value each: prices and `spread`, the least one, in points, and ticks.

    `lots` is the volume of a deal; every second tick of an exchange's symbol tells of one, the first among them.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    ticks: NDArray[np.int64]
    spread: Floats
    lots: NDArray[np.int64]

    def part(self, minutes: slice) -> DayMinutes:
        """Return some of the minutes."""
        prices = (self.open[minutes], self.high[minutes], self.low[minutes], self.close[minutes])
        return DayMinutes(*prices, self.ticks[minutes], self.spread[minutes], self.lots[minutes])


class MinuteBars:
    """Draws the minutes of one symbol's days; nothing is kept.  For one thread."""

    def __init__(self, seed: int, paths: DriverPaths, spec: SymbolSpec, mix: Mixture) -> None:
        self._seed = seed
        self._paths = paths
        self._mix = mix
        self._name = zlib.crc32(spec.name.encode())
        self._scale = 10.0**spec.digits
        self._most_lots = _MOST_LOTS if spec.is_exchange else 0
        hours = range(HOURS_A_DAY)
        self._counts = np.repeat([_MINUTE * ticks_a_second(spec, hour) for hour in hours], MINUTES)
        self._usual = np.repeat([usual_spread(spec, hour) for hour in hours], MINUTES)
        self._below_middle = np.repeat([below_middle(spec, hour) for hour in hours], MINUTES)

    def of_day(self, day: int) -> DayMinutes:
        """Return the 1440 minutes of a trading day."""
        path, variances = self._paths.minutes(self._mix, day)
        random = np.random.default_rng([self._seed, self._name, 6, day])
        few, most = _SENT
        ticks = np.rint(self._counts * (few + (most - few) * random.random(len(variances)))).astype(np.int64)
        spread = np.maximum(np.rint(self._least_spreads(random, day)), 1.0)
        extremes = self._bids(_extremes(path, variances, random))
        middle = np.exp(path) * self._scale
        close = np.rint(middle[1:] - self._below_middle)
        before = np.concatenate(([np.rint(middle[0] - self._below_middle[-1])], close[:-1]))
        opened = before + _first_steps(random, middle[1:] * np.sqrt(variances / ticks))
        high = np.maximum(extremes[0], np.maximum(opened, close))
        low = np.minimum(extremes[1], np.minimum(opened, close))
        return DayMinutes(opened, high, low, close, ticks, spread, self._lots(day))

    def _lots(self, day: int) -> NDArray[np.int64]:
        """Return the volume of each minute's deals, 0 where none are told of."""
        if not self._most_lots:
            return np.zeros(HOURS_A_DAY * MINUTES, dtype=np.int64)
        random = np.random.default_rng([self._seed, self._name, 7, day])
        return random.integers(1, self._most_lots, HOURS_A_DAY * MINUTES, endpoint=True)

    def _bids(self, logarithms: Floats) -> Floats:
        """Return the bids, in points, that go with logarithms of the middle; the last axis is the day's minutes."""
        bids: Floats = np.rint(np.exp(logarithms) * self._scale - self._below_middle)
        return bids

    def _least_spreads(self, random: np.random.Generator, day: int) -> Floats:
        """Return the least spread of each minute in points: wider at night and for a while after news."""
        least: Floats = self._usual * (LEAST_SPREAD + SPREAD_VARIES * random.random(len(self._usual)))
        for item in self._paths.news(self._mix, day):
            first = item.hour * MINUTES + item.second // _MINUTE
            after = least[first : first + _NEWS_MINUTES]
            after *= 1.0 + _NEWS_WIDENS * news_fade(np.arange(len(after), dtype=np.float64) * _MINUTE)
        return least


def rates_of(minutes: DayMinutes, start_msc: int, digits: int) -> Rows:
    """Return a trading day's minutes as `RATE_DTYPE` rows with `time` in seconds of UTC."""
    scale = 10.0**digits
    bars = np.zeros(len(minutes.open), dtype=RATE_DTYPE)
    bars["time"] = start_msc // 1000 + np.arange(len(bars)) * _MINUTE
    for name in ("open", "high", "low", "close"):
        bars[name] = getattr(minutes, name) / scale
    bars["tick_volume"] = minutes.ticks
    bars["spread"] = minutes.spread
    bars["real_volume"] = (minutes.ticks + 1) // 2 * minutes.lots
    return bars


def _first_steps(random: np.random.Generator, usual: Floats) -> Floats:
    """Return by how many points each minute's first tick differs from the last one before: never by none."""
    steps = random.standard_normal(len(usual)) * usual
    away: Floats = np.where(steps < 0, -1.0, 1.0) * np.maximum(np.rint(np.abs(steps)), 1.0)
    return away


def _extremes(path: Floats, variances: Floats, random: np.random.Generator) -> Floats:
    """Return the logarithms of each minute's high and low as two rows.

    The high of a Brownian bridge from a to b of variance v is (a + b + sqrt((b - a)^2 + 2 v e)) / 2 for an exponential
    e, by the reflection principle (Karatzas and Shreve, Brownian Motion and Stochastic Calculus, 4.3.40); the low
    likewise.  The two are drawn independently of each other, which they are not quite.
    """
    opened, closed = path[:-1], path[1:]
    reach = random.standard_exponential((2, len(variances)))
    reach *= 2.0 * variances
    reach += (closed - opened) ** 2
    np.sqrt(reach, out=reach)
    reach[1] *= -1.0
    reach += opened + closed
    reach /= 2.0
    return reach

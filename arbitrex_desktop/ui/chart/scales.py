# SPDX-License-Identifier: MIT
"""From bars and prices to pixels and back."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_BAR: Final = 0.01
"""Pixels a bar when zoomed out as far as it goes: 100,000 bars in 1,000 pixels."""
MOST_BAR: Final = 60.0
_LIVE_EDGE_SHARE: Final = 0.06
"""Part of the width that stays free to the right of the newest bar."""

_AIR: Final = 0.08
"""Part of the height left free above and below what is seen."""
_LEAST_SPAN: Final = 1e-9


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Where bars stand: bars are counted from 0, and stand at equal distances whatever time lies between them.

    Attributes:
        width: of the plot, in pixels.
        right: bar index at the right edge, with fractions.
        bar: pixels from one bar to the next.
        follows: whether the newest bar keeps its place when another one comes.
    """

    width: float = 800.0
    right: float = 0.0
    bar: float = 7.0
    follows: bool = True

    def x(self, index: float) -> float:
        """Return the pixel of a bar's middle."""
        return self.width - (self.right - index) * self.bar

    def index(self, x: float) -> float:
        """Return the bar index at a pixel, with fractions."""
        return self.right - (self.width - x) / self.bar

    def visible(self, count: int) -> tuple[int, int]:
        """Return the first bar in sight and the one behind the last, of `count` bars."""
        first = max(0, math.floor(self.index(0.0)))
        last = min(count, math.ceil(self.right) + 1)
        return min(first, count), max(min(first, count), last)

    def at_live_edge(self, count: int) -> TimeScale:
        """Return the scale with the newest of `count` bars near the right edge, followed from now on."""
        return replace(self, right=count - 1 + self.width * _LIVE_EDGE_SHARE / self.bar, follows=True)

    def panned(self, pixels: float, count: int) -> TimeScale:
        """Return the scale after the bars were pulled to the right by so many pixels; some always stay in sight."""
        least, most = min(8.0, count), count - 1 + 0.8 * self.width / self.bar
        right = min(max(self.right - pixels / self.bar, least), most)
        return replace(self, right=right, follows=right >= count - 1 and pixels < 0)

    def zoomed(self, factor: float, x: float, count: int) -> TimeScale:
        """Return the scale with bars `factor` times as wide; the bar at `x`, or the live edge, keeps its place."""
        bar = min(max(self.bar * factor, LEAST_BAR), MOST_BAR)
        wider = replace(self, bar=bar)
        if self.follows:
            return wider.at_live_edge(count)
        anchor = self.index(x)
        return replace(wider, right=anchor + (self.width - x) / bar)

    def resized(self, width: float, count: int) -> TimeScale:
        """Return the scale for another width; what was at the right edge stays there."""
        wider = replace(self, width=max(1.0, width))
        return wider.at_live_edge(count) if self.follows else wider


@dataclass(frozen=True, slots=True)
class PriceScale:
    """Where prices stand.

    Attributes:
        top, height: of the plot, in pixels.
        low, high: prices at its lower and upper edge.
        is_automatic: whether the prices in sight decide; False once the trader has drawn the axis.
    """

    top: float = 0.0
    height: float = 400.0
    low: float = 0.0
    high: float = 1.0
    is_automatic: bool = True

    def y(self, price: float) -> float:
        """Return the pixel of a price."""
        return self.top + (self.high - price) / max(self.high - self.low, _LEAST_SPAN) * self.height

    def ys(self, prices: Floats) -> Floats:
        """Return the pixels of prices."""
        pixels: Floats = self.top + (self.high - prices) * (self.height / max(self.high - self.low, _LEAST_SPAN))
        return pixels

    def price(self, y: float) -> float:
        """Return the price at a pixel."""
        return self.high - (y - self.top) / max(self.height, 1.0) * (self.high - self.low)

    def fitted(self, low: float, high: float) -> PriceScale:
        """Return the scale for prices from `low` to `high`, with air around them; itself when drawn by hand."""
        if not self.is_automatic:
            return self
        span = max(high - low, abs(high) * 1e-6, _LEAST_SPAN)
        return replace(self, low=low - span * _AIR, high=high + span * _AIR)

    def stretched(self, factor: float) -> PriceScale:
        """Return the scale with a span `factor` times as large around the same middle, drawn by hand from now on."""
        middle, half = (self.low + self.high) / 2.0, (self.high - self.low) / 2.0 * factor
        return replace(self, low=middle - half, high=middle + half, is_automatic=False)

    def shifted(self, pixels: float) -> PriceScale:
        """Return the scale after prices were pulled down by so many pixels; an automatic one stays as it is."""
        if self.is_automatic:
            return self
        by = pixels / max(self.height, 1.0) * (self.high - self.low)
        return replace(self, low=self.low + by, high=self.high + by)

    def ticks(self, pixels_each: float) -> list[float]:
        """Return round prices for grid lines, at least `pixels_each` apart."""
        step = round_step((self.high - self.low) * pixels_each / max(self.height, 1.0))
        first = math.ceil(self.low / step)
        return [number * step for number in range(first, math.floor(self.high / step) + 1)]


def round_step(least: float) -> float:
    """Return the smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `least`."""
    if least <= 0.0 or not math.isfinite(least):
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(least))
    return next((power * part for part in (1.0, 2.0, 2.5, 5.0) if power * part >= least * (1 - 1e-9)), power * 10.0)

# SPDX-License-Identifier: MIT
"""Bars merged to what a screen can tell apart, so that a frame costs what is seen and not what is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.ui.chart.scales import Floats, TimeScale


@dataclass(frozen=True, slots=True)
class Columns:
    """What is painted side by side: a bar each, or several bars where less than a pixel is left for one.

    Attributes:
        x: pixel of the middle.
        open, high, low, close: prices.
        volume: ticks.
    """

    x: Floats
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats


def visible_columns(rows: Rows, scale: TimeScale) -> Columns:
    """Return the bars in sight, those that share a pixel merged into one."""
    first, last = scale.visible(len(rows))
    seen = rows[first:last]
    x = scale.width - (scale.right - np.arange(first, last, dtype=np.float64)) * scale.bar
    starts = column_starts(x, scale.bar)
    if len(starts) == len(seen):
        fields = (seen[name].astype(np.float64) for name in ("open", "high", "low", "close", "tick_volume"))
        return Columns(x, *fields)
    ends = np.append(starts[1:], len(seen)) - 1
    return Columns(
        np.floor(x[starts]),
        seen["open"][starts],
        np.maximum.reduceat(seen["high"], starts),
        np.minimum.reduceat(seen["low"], starts),
        seen["close"][ends],
        np.add.reduceat(seen["tick_volume"].astype(np.float64), starts),
    )


def column_starts(x: Floats, bar: float) -> NDArray[np.intp]:
    """Return the places at which a new column begins: each bar, or each pixel where bars are narrower."""
    if bar >= 1.0 or not len(x):
        return np.arange(len(x))
    pixels = np.floor(x)
    return np.concatenate((np.zeros(1, dtype=np.intp), np.flatnonzero(np.diff(pixels)) + 1))

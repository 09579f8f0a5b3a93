# SPDX-License-Identifier: MIT
"""Bars merged to what a screen can tell apart, so that a frame costs what is seen and not what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.scales import Floats, TimeScale

_ROUNDING: Final = 1e-5
"""Of a pixel or a bar, by which a bar may be said to stand in the next pixel: sums of floats are no nearer."""


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


def visible_columns(series: BarSeries, scale: TimeScale) -> Columns:
    """Return the bars in sight, those that share a pixel merged into one."""
    first, last = scale.visible(len(series))
    seen = series.rows[first:last]
    starts = column_starts(scale, first, last)
    if len(starts) == len(seen):
        fields = (seen[name].astype(np.float64) for name in ("open", "high", "low", "close", "tick_volume"))
        return Columns(pixels_of(scale, np.arange(first, last)), *fields)
    ends = np.append(starts[1:], len(seen)) - 1
    return Columns(
        np.floor(pixels_of(scale, first + starts) + _ROUNDING),
        seen["open"][starts],
        np.maximum.reduceat(series.highs[first:last], starts),
        np.minimum.reduceat(series.lows[first:last], starts),
        seen["close"][ends],
        np.add.reduceat(series.volumes[first:last], starts),
    )


def pixels_of(scale: TimeScale, indices: NDArray[np.intp]) -> Floats:
    """Return the pixels of bars' middles."""
    x: Floats = scale.width - (scale.right - indices.astype(np.float64)) * scale.bar
    return x


def column_starts(scale: TimeScale, first: int, last: int) -> NDArray[np.intp]:
    """Return the places from `first` on at which a new column begins: each bar, or the first in each pixel.

    It costs what there are pixels, not what there are bars.
    """
    if scale.bar >= 1.0 or last - first < 2:  # noqa: PLR2004 - one bar is one column
        return np.arange(last - first)
    edges = np.arange(np.floor(scale.x(first)) + 1.0, np.floor(scale.x(last - 1)) + 1.0)
    begins = np.ceil(scale.right - (scale.width - edges) / scale.bar - _ROUNDING).astype(np.intp) - first
    inside = begins[(begins > 0) & (begins < last - first)]
    return np.unique(np.concatenate((np.zeros(1, dtype=np.intp), inside)))

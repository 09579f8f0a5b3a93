# SPDX-License-Identifier: MIT
"""Indicators over arrays of bars; NaN until an indicator is known.  Plain numpy: a handful needs no library."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import Rows

Floats = NDArray[np.float64]

_BLOCK: Final = 64
_DAY: Final = 86_400


def sma(values: Floats, period: int) -> Floats:
    """Return the simple moving average of the last `period` values."""
    result = np.full(len(values), np.nan)
    if period <= len(values):
        sums = np.cumsum(np.insert(values, 0, 0.0))
        result[period - 1 :] = (sums[period:] - sums[:-period]) / period
    return result


def smoothed(values: Floats, weight: float) -> Floats:
    """Return y[i] = weight * x[i] + (1 - weight) * y[i - 1], beginning with y[0] = x[0].

    Done in blocks: a product of matrices inside each, and one step in Python from block to block.
    """
    if not len(values):
        return np.empty(0)
    keep = 1.0 - weight
    padded = np.append(values, np.full(-len(values) % _BLOCK, values[-1])).reshape(-1, _BLOCK)
    steps = np.arange(_BLOCK)
    ages = steps[:, None] - steps[None, :]
    within = padded @ np.where(ages >= 0, weight * keep ** np.maximum(ages, 0), 0.0).T
    decay = keep ** (steps + 1)
    carried = np.empty(len(padded))
    before = float(values[0])
    for number, last in enumerate(within[:, -1]):
        carried[number] = before
        before = last + decay[-1] * before
    result: Floats = (within + carried[:, None] * decay).reshape(-1)[: len(values)]
    return result


def ema(values: Floats, period: int) -> Floats:
    """Return the exponential moving average, weight 2 / (period + 1)."""
    return smoothed(values, 2.0 / (period + 1.0))


def true_range(rows: Rows) -> Floats:
    """Return the true range of each bar (J. Welles Wilder, New Concepts in Technical Trading Systems, 1978)."""
    high, low, close = (rows[name].astype(np.float64) for name in ("high", "low", "close"))
    before = np.concatenate((close[:1], close[:-1]))
    result: Floats = np.maximum(high, before) - np.minimum(low, before)
    return result


def atr(rows: Rows, period: int) -> Floats:
    """Return the average true range with Wilder's smoothing, in price units."""
    return _wilder(true_range(rows), period)


def rsi(closes: Floats, period: int) -> Floats:
    """Return the relative strength index with Wilder's smoothing, 0 to 100; 50 where nothing has moved."""
    if len(closes) <= period:
        return np.full(len(closes), np.nan)
    moves = np.diff(closes, prepend=closes[0])
    up = _wilder(np.maximum(moves, 0.0), period)
    down = _wilder(np.maximum(-moves, 0.0), period)
    both = up + down
    return np.where(both > 0.0, 100.0 * up / np.where(both > 0.0, both, 1.0), np.where(np.isnan(both), np.nan, 50.0))


def vwap(rows: Rows) -> Floats:
    """Return the volume weighted average of typical prices since the start of each server day, by tick volume."""
    if not len(rows):
        return np.empty(0)
    typical = (rows["high"] + rows["low"] + rows["close"]) / 3.0
    volume = np.maximum(rows["tick_volume"].astype(np.float64), 1.0)
    days = rows["time"] // _DAY
    starts = np.concatenate((np.zeros(1, dtype=np.intp), np.flatnonzero(np.diff(days)) + 1))
    lengths = np.diff(np.append(starts, len(rows)))
    result: Floats = _since(typical * volume, starts, lengths) / _since(volume, starts, lengths)
    return result


def _since(values: Floats, starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> Floats:
    """Return running sums that begin anew at each of `starts`."""
    sums = np.cumsum(values)
    before = np.where(starts > 0, sums[starts - 1], 0.0)
    result: Floats = sums - np.repeat(before, lengths)
    return result


def _wilder(values: Floats, period: int) -> Floats:
    """Return Wilder's average: the mean of the first `period` values, then each new one with weight 1 / period."""
    result = np.full(len(values), np.nan)
    if len(values) >= period:
        begun = np.concatenate((values[:period].mean(keepdims=True), values[period:]))
        result[period - 1 :] = smoothed(begun, 1.0 / period)
    return result

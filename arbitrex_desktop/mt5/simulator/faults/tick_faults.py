# SPDX-License-Identifier: MIT
"""Spoiling ticks: which ones is decided by their own time, so that every reading of a tick finds it spoilt alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import Rows, read_only
from arbitrex_desktop.mt5.results import Tick

_BUCKETS: Final = 1000
_WAYS: Final = 4


@dataclass(frozen=True, slots=True)
class TickWindow:
    """A stretch of the server's clock, in milliseconds, within which a share of the ticks is spoilt.

    `wrong_msc` is by how much a fault has moved that clock: which ticks are spoilt must not depend on it.
    """

    first_msc: float
    end_msc: float
    share: float
    wrong_msc: int = 0

    def lot(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return each tick's lot: a large number without likeness to its time, the same on a moved clock."""
        return _hash(times - self.wrong_msc)

    def chosen(self, times: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which ticks are spoilt."""
        lucky = self.lot(times) % _BUCKETS < round(self.share * _BUCKETS)
        within: NDArray[np.bool_] = (times >= self.first_msc) & (times < self.end_msc) & lucky
        return within


def crazy(rows: Rows, window: TickWindow) -> Rows:
    """Return the ticks with some prices zero, negative, crossed or not a number."""
    spoilt = window.chosen(rows["time_msc"])
    if not spoilt.any():
        return rows
    copy = rows.copy()
    way = window.lot(rows["time_msc"]) // _BUCKETS % _WAYS
    for name, other in (("bid", "ask"), ("ask", "bid")):
        choices = [np.zeros(len(rows)), -rows[name], rows[other] * (1.001 if name == "bid" else 1.0)]
        values = np.select([way == 0, way == 1, way == 2], choices, default=np.nan)  # noqa: PLR2004 - the third way
        copy[name] = np.where(spoilt, values, rows[name])
    return read_only(copy)


def crazy_tick(tick: Tick, window: TickWindow) -> Tick:
    """Return a single tick as `crazy` would have it."""
    times = np.array([tick.time_msc], dtype=np.int64)
    rows = np.zeros(1, dtype=[("time_msc", "<i8"), ("bid", "<f8"), ("ask", "<f8")])
    rows["time_msc"], rows["bid"], rows["ask"] = times, tick.bid, tick.ask
    spoilt = crazy(rows, window)
    return tick.changed(bid=float(spoilt["bid"][0]), ask=float(spoilt["ask"][0]))


def duplicated(rows: Rows, window: TickWindow) -> Rows:
    """Return the ticks with some of them twice in a row."""
    spoilt = window.chosen(rows["time_msc"])
    return read_only(np.repeat(rows, np.where(spoilt, 2, 1))) if spoilt.any() else rows


def late(rows: Rows, window: TickWindow, now_msc: int, delay_msc: float) -> Rows:
    """Return the ticks without those still on their way: for `delay_msc`, or with 0 until the window ends."""
    arrival = np.minimum(rows["time_msc"] + delay_msc, window.end_msc) if delay_msc else window.end_msc
    missing = window.chosen(rows["time_msc"]) & (arrival > now_msc)
    return read_only(rows[~missing]) if missing.any() else rows


def _hash(times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a large number for each time that has no likeness to it."""
    mixed = times.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(24)).astype(np.int64)

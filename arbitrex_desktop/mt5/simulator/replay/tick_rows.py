# SPDX-License-Identifier: MIT
"""Ticks out of a file's columns: what was left out because it did not change is filled in, a bar becomes four ticks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE, Rows
from arbitrex_desktop.mt5.constants import TickFlag
from arbitrex_desktop.mt5.simulator.replay.errors import RowError
from arbitrex_desktop.mt5.simulator.replay.fields import Floats, Integers

BOTH: Final = int(TickFlag.BID | TickFlag.ASK)
_TRADED: Final = int(TickFlag.LAST | TickFlag.VOLUME)

Tail = Mapping[str, float]
"""The last known value of each role, where there is one."""


def tail_of(values: Mapping[str, Floats], before: Tail) -> dict[str, float]:
    """Return the last known values at the end of a part."""
    tail = dict(before)
    for role, column in values.items():
        known = column[~np.isnan(column)]
        if len(known):
            tail[role] = float(known[-1])
    return tail


def tick_rows(times: Integers, values: Mapping[str, Floats], before: Tail) -> Rows:
    """Return a part's ticks with times as in the file.

    `values` has NaN where a field is empty; `before` is what was known at the end of the part before.  A file that
    begins between two changes has no bid or no ask at first; the first one that comes stands for it.  Where there are
    only deals, as of exchange symbols, their price stands for both.
    """
    rows = np.zeros(len(times), dtype=TICK_DTYPE)
    empty = np.full(len(times), np.nan)
    deals = values.get("last", empty)
    last = _filled(deals, before.get("last", 0.0))
    bid, ask = values.get("bid", empty), values.get("ask", empty)
    if not {"bid", "ask"} & {*before} and np.isnan(bid).all() and np.isnan(ask).all():
        bid = ask = np.where(deals > 0, deals, np.nan)
        before = {name: before.get("last", np.nan) for name in ("bid", "ask")}
    rows["time_msc"] = times
    rows["time"] = times // 1000
    rows["bid"] = _filled(bid, before.get("bid", np.nan))
    rows["ask"] = _filled(ask, before.get("ask", np.nan))
    rows["last"] = last
    rows["volume_real"] = _filled(values.get("volume", empty), before.get("volume", 0.0))
    rows["volume"] = rows["volume_real"].astype(np.uint64)
    flags = values.get("flags", empty)
    rows["flags"] = np.where(np.isnan(flags), _changes(rows, values), np.nan_to_num(flags)).astype(np.uint32)
    return rows


def _filled(column: Floats, before: float) -> Floats:
    """Return the column with each NaN replaced by the value before it, leading ones by what was known, or the first."""
    known = ~np.isnan(column)
    if known.all() or not known.any():
        return column if known.any() else np.full(len(column), before)
    if np.isnan(before):
        before = float(column[np.argmax(known)])
    places = np.maximum.accumulate(np.where(known, np.arange(len(column)), -1))
    filled: Floats = np.where(places < 0, before, column[places])
    return filled


def _changes(rows: Rows, values: Mapping[str, Floats]) -> Integers:
    """Return the flags of ticks whose file has none: what differs from the tick before, or was traded."""
    flags = np.full(len(rows), BOTH, dtype=np.int64)
    flags[1:] = np.where(np.diff(rows["bid"]) != 0, int(TickFlag.BID), 0)
    flags[1:] |= np.where(np.diff(rows["ask"]) != 0, int(TickFlag.ASK), 0)
    if "last" in values:
        flags |= np.where(np.isnan(values["last"]), 0, _TRADED)
    return flags


def bar_rows(times: Integers, values: Mapping[str, Floats], length: int, digits: int, spread: int) -> Rows:
    """Return four ticks of each bar: open, the two extremes, close; a rising bar sees its low first.

    `length` is the bars' length in milliseconds; `spread`, in points, counts where the file has none.
    """
    opened, high, low, close = (values[name] for name in ("open", "high", "low", "close"))
    sound = (low <= np.minimum(opened, close)) & (np.maximum(opened, close) <= high)
    if not sound.all():
        raise RowError(int(np.argmin(sound)), "expected LOW <= OPEN, CLOSE <= HIGH, found another order")
    rising = close >= opened
    path = np.stack((opened, np.where(rising, low, high), np.where(rising, high, low), close), axis=1)
    points = np.nan_to_num(values.get("spread", np.full(len(times), np.nan)), nan=float(spread))
    rows = np.zeros(4 * len(times), dtype=TICK_DTYPE)
    rows["time_msc"] = np.repeat(times, 4) + np.tile([0, length // 3, 2 * length // 3, length - 1], len(times))
    rows["time"] = rows["time_msc"] // 1000
    rows["bid"] = path.ravel()
    rows["ask"] = np.round(rows["bid"] + np.repeat(points, 4) * 10.0**-digits, digits)
    rows["flags"] = BOTH
    return rows

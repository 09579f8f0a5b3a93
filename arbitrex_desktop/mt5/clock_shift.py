# SPDX-License-Identifier: MIT
"""By how much the server's clock was moved, found by the ticks themselves.

A clock that is moved takes its history along; prices and the milliseconds between ticks stay what they were.  So a
symbol's last known ticks are looked for in what the terminal has now: the distance in time at which they all lie
again is the shift, to the millisecond, whatever time has passed and however much the clock was moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.commands import Command
from arbitrex_desktop.mt5.constants import CopyTicks
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows

TAIL: Final = 16
"""How many of a symbol's last ticks are looked for."""
_REACHES_MSC: Final = (60_000, 7_200_000)
"""How much farther back to look than a tail must lie: a little, and much more only if it is not found there."""
_MOST_TICKS: Final = 1_048_576
_ENOUGH: Final = 3


@dataclass(frozen=True, slots=True)
class Tail:
    """A symbol's last ticks as they were read.

    Attributes:
        symbol: its name
        rows: up to `TAIL` good ones or none, oldest first, dtype `TICK_DTYPE`
        quiet_msc: how long before the terminal's present the last of them can lie, in milliseconds
        likely: by how much others were moved that this one was not
    """

    symbol: str
    rows: Rows
    quiet_msc: int
    likely: frozenset[int] = frozenset()


@dataclass(frozen=True)
class FindClockShift(Command[Mapping[str, int | None]]):
    """Find where the tails lie now: milliseconds by symbol, None for one that lies nowhere.

    A tail of one or two ticks could lie in many places; its answer counts only where the other symbols give the
    same one, or were moved by as much before.  Symbols that cannot be read are left out.  Raises `CallFailed` when
    the connection is gone.
    """

    tails: tuple[Tail, ...]
    deadline: ClassVar[float] = 5.0

    def run(self, module: MetaTrader5Module) -> Mapping[str, int | None]:
        """Read each symbol's ticks around the place where its tail must be."""
        searched = {tail.symbol: _search(module, tail) if len(tail.rows) else set() for tail in self.tails}
        places = {symbol: shifts for symbol, shifts in searched.items() if shifts is not None}
        ticks = {tail.symbol: len(tail.rows) for tail in self.tails}
        sure = {symbol: _nearest(shifts) for symbol, shifts in places.items() if shifts and ticks[symbol] >= _ENOUGH}
        weight = Counter(dict.fromkeys(sure.values(), _ENOUGH))
        for symbol in places.keys() - sure.keys():
            weight.update(dict.fromkeys(places[symbol], ticks[symbol]))
        likely = {tail.symbol: tail.likely for tail in self.tails}
        agreed = {
            symbol: {shift for shift in shifts if weight[shift] >= _ENOUGH} | (shifts & likely[symbol])
            for symbol, shifts in places.items()
        }
        return {symbol: sure.get(symbol, _nearest(shifts)) for symbol, shifts in agreed.items()}


def _search(module: MetaTrader5Module, tail: Tail) -> set[int] | None:
    """Return the shifts at which a tail lies again, None for a symbol that cannot be read."""
    try:
        latest = int(call(module, "symbol_info_tick", tail.symbol)._asdict()["time_msc"])
        span = int(tail.rows["time_msc"][-1] - tail.rows["time_msc"][0])
        starts = (max(0, latest - tail.quiet_msc - span - reach) // 1000 for reach in _REACHES_MSC)
        reads = (
            call(module, "copy_ticks_from", tail.symbol, start, _MOST_TICKS, int(CopyTicks.ALL)) for start in starts
        )
        return next(filter(None, (_places(rows, tail.rows) for rows in reads)), set())
    except CallFailed as failure:
        if failure.connection_lost:
            raise
        return None


def _places(rows: Rows, tail: Rows) -> set[int]:
    """Return the shifts at which all of a tail lies again: what was given out stays in the terminal's history."""
    there = set(_keys(rows, 0))
    last = tail[-1]
    alike = rows[(rows["bid"] == last["bid"]) & (rows["ask"] == last["ask"])]
    shifts = np.unique(alike["time_msc"] - last["time_msc"]).tolist()
    return {shift for shift in shifts if there.issuperset(_keys(tail, shift))}


def _keys(rows: Rows, shift: int) -> zip[tuple[int, float, float]]:
    """Return time, bid and ask of each tick, the time shifted."""
    return zip((rows["time_msc"] + shift).tolist(), rows["bid"].tolist(), rows["ask"].tolist(), strict=True)


def _nearest(shifts: set[int]) -> int | None:
    """Return the smallest move, None when there is none."""
    return min(shifts, key=lambda shift: (abs(shift), shift), default=None)

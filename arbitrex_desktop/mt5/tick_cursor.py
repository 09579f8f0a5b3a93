# SPDX-License-Identifier: MIT
"""Reading a symbol's ticks from where one stopped, and noticing when that place has moved.

The cursor is the millisecond of the last tick read and the number of ticks already read at that millisecond, since
about one tick in a hundred shares its millisecond with another.  `copy_ticks_from` takes whole seconds, so each
read starts at the cursor's second and skips what was seen.  Every read therefore meets the cursor's own tick again:
when it is not there, the server's clock was moved or its history amended, and time does not show what is new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.constants import CopyTicks
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows

_FIRST_READ = 256
_LARGEST_READ = 1_048_576
_IDENTITY: Final = ("bid", "ask", "last", "volume", "flags")

LatestTick = Mapping[str, float]
"""A symbol's last tick, field by field."""


@dataclass(frozen=True, slots=True)
class TickCursor:
    """How far a symbol's ticks have been read.

    Attributes:
        symbol: its name
        time_msc: the last tick's milliseconds on the server clock, None to begin at the last known tick
        seen: ticks read at exactly that millisecond, 0 while the cursor is not anchored to a tick
        newest: bid, ask, last, volume and flags of the last tick, to know it again and to distinguish it from a further
            one of the same millisecond
    """

    symbol: str
    time_msc: int | None = None
    seen: int = 0
    newest: tuple[float, ...] = ()

    @property
    def anchored(self) -> bool:
        """Return whether the cursor stands at a tick that was read."""
        return self.seen > 0

    def shifted(self, msc: int) -> TickCursor:
        """Return the cursor after the server's clock was moved by so many milliseconds."""
        return self if self.time_msc is None else replace(self, time_msc=self.time_msc + msc)

    def unanchored(self) -> TickCursor:
        """Return the cursor without its tick, which the terminal no longer has."""
        return replace(self, seen=0, newest=())

    def advanced(self, rows: Rows) -> TickCursor:
        """Return the cursor after reading `rows` (new ticks only, in the terminal's order)."""
        if not len(rows):
            return self
        last = int(rows["time_msc"][-1])
        at_last = int(np.count_nonzero(rows["time_msc"] == last))
        seen = at_last + (self.seen if last == self.time_msc else 0)
        return replace(self, time_msc=last, seen=seen, newest=_values(rows[-1]))

    def start(self, latest: LatestTick) -> int:
        """Return the millisecond from which to read.

        A cursor that is not anchored yet begins at the last tick if that lies before it: a closed market's, or all
        there is on a clock that was set back.
        """
        newest = int(latest["time_msc"])
        if self.time_msc is None:
            return newest
        return self.time_msc if self.anchored else min(self.time_msc, newest)

    def is_at(self, latest: LatestTick) -> bool:
        """Return whether the terminal's latest tick is the cursor's."""
        values = tuple(latest[name] for name in _IDENTITY)
        return self.anchored and latest["time_msc"] == self.time_msc and values == self.newest

    def is_in(self, rows: Rows) -> bool:
        """Return whether the cursor's tick is where it was read, by time, bid and ask; true of one without a tick.

        The flags are left out: terminals are said to mend them when they complete their history.
        """
        if not self.anchored:
            return True
        ranks = np.flatnonzero(rows["time_msc"] == self.time_msc)
        if len(ranks) < self.seen:
            return False
        row = rows[ranks[self.seen - 1]]
        there = np.array([row["bid"], row["ask"]])
        return bool(np.array_equal(there, np.array(self.newest[:2]), equal_nan=True))

    def passed(self, rows: Rows) -> Rows:
        """Return a copy of the rows that the cursor has passed, its own tick the last of them."""
        return _split(rows, self.time_msc or 0, self.seen)[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at a symbol brought.

    Attributes:
        rows: the new ticks, oldest first
        complete: whether they are all there are
        in_place: False when the cursor's tick has gone from its place, so that nothing was taken
    """

    rows: Rows
    complete: bool = True
    in_place: bool = True


def new_ticks(module: MetaTrader5Module, cursor: TickCursor, latest: LatestTick) -> Reading:
    """Read the ticks after a cursor; raises `CallFailed` when the symbol cannot be read."""
    nothing = np.empty(0, dtype=TICK_DTYPE)
    if not latest["time_msc"] or cursor.is_at(latest):
        return Reading(nothing)
    start = cursor.start(latest)
    count = _FIRST_READ
    while True:
        rows = call(module, "copy_ticks_from", cursor.symbol, start // 1000, count, int(CopyTicks.ALL))
        _, fresh = _split(rows, start, cursor.seen)
        complete = len(rows) < count
        if complete or len(fresh) or count >= _LARGEST_READ:
            return Reading(fresh, complete) if cursor.is_in(rows) else Reading(nothing, in_place=False)
        count *= 8


def _split(rows: Rows, msc: int, seen: int) -> tuple[Rows, Rows]:
    """Return copies of the rows up to the first `seen` ones of a millisecond, and of those behind."""
    times = rows["time_msc"]
    at_msc = times == msc
    behind = (times > msc) | (at_msc & (np.cumsum(at_msc) > seen))
    return rows[~behind].copy(), rows[behind].copy()


def _values(row: np.void) -> tuple[float, ...]:
    """Return what identifies a tick among those of its millisecond."""
    return tuple(row[name].item() for name in _IDENTITY)

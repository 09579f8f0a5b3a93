# SPDX-License-Identifier: MIT
"""Reading a symbol's ticks from where one stopped, and noticing when that place has moved.

The cursor is the millisecond of the last tick read and the number of ticks already read at that millisecond, since
about one tick in a hundred shares its millisecond with another.  `copy_ticks_from` takes whole seconds, so each
read starts at a whole second and skips what was seen.  It starts with the second of the last tick but two, so that
every read meets three known ticks again: when they are not there, the server's clock was moved or its history amended,
and time does not show what is new.  One tick would not do: about one in ten thousand finds another of the same bid and
ask, to the millisecond, in its place on a clock that was moved by seconds, and all in between would come twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.calls import call
from arbitrex_desktop.mt5.constants import CopyTicks
from arbitrex_desktop.mt5.module import MetaTrader5Module, Rows

_FIRST_READ = 256
_LARGEST_READ = 1_048_576
_IDENTITY: Final = ("bid", "ask", "last", "volume", "flags")
_KNOWN_BEFORE: Final = 2

_NAMES: Final = TICK_DTYPE.names or ()
_time_msc: Final = itemgetter(_NAMES.index("time_msc"))
_place: Final = itemgetter(*map(_NAMES.index, ("time_msc", "bid", "ask")))
_identity: Final = itemgetter(*map(_NAMES.index, _IDENTITY))
"""What identifies a tick among those of its millisecond."""

_Place = tuple[int, float, float]

LatestTick = Mapping[str, float]
"""A symbol's last tick, field by field."""


class TickCursor(NamedTuple):
    """How far a symbol's ticks have been read.

    Attributes:
        symbol: its name
        time_msc: the last tick's milliseconds on the server clock, None to begin at the last known tick
        seen: ticks read at exactly that millisecond, 0 while the cursor is not anchored to a tick
        newest: bid, ask, last, volume and flags of the last tick, to know it again and to distinguish it from a further
            one of the same millisecond
        in_second: about how many ticks were read in the second of the last one, since a read begins with it or before
        before: time_msc, bid and ask of the two ticks before the last one, oldest first, as far as they were read
    """

    symbol: str
    time_msc: int | None = None
    seen: int = 0
    newest: tuple[float, ...] = ()
    in_second: int = 0
    before: tuple[_Place, ...] = ()

    @property
    def anchored(self) -> bool:
        """Return whether the cursor stands at a tick that was read."""
        return self.seen > 0

    def shifted(self, msc: int) -> TickCursor:
        """Return the cursor after the server's clock was moved by so many milliseconds."""
        if self.time_msc is None:
            return self
        before = tuple((time_msc + msc, bid, ask) for time_msc, bid, ask in self.before)
        return self._replace(time_msc=self.time_msc + msc, before=before)

    def loosened(self) -> TickCursor:
        """Return the cursor without the ticks before its own, or, where none are known, without its tick.

        For a terminal that no longer has them.
        """
        return self._replace(before=()) if self.before else TickCursor(self.symbol, self.time_msc)

    def advanced(self, rows: Rows) -> TickCursor:
        """Return the cursor after reading `rows` (new ticks only, in the terminal's order)."""
        if not len(rows):
            return self
        times = rows["time_msc"]
        tail = rows[-1 - _KNOWN_BEFORE :].tolist()
        last = _time_msc(tail[-1])
        seen = int(np.count_nonzero(times == last)) + (self.seen if last == self.time_msc else 0)
        second = last // 1000
        same = self.time_msc is not None and self.time_msc // 1000 == second
        in_second = int(np.count_nonzero(times >= second * 1000)) + (self.in_second if same else 0)
        before = (*self._known(), *map(_place, tail))[-1 - _KNOWN_BEFORE : -1]
        return TickCursor(self.symbol, last, seen, _identity(tail[-1]), in_second, before)

    def _known(self) -> tuple[_Place, ...]:
        """Return time, bid and ask of the last ticks that were read, the cursor's own among them."""
        if not self.anchored or self.time_msc is None:
            return ()
        bid, ask = self.newest[:2]
        return (*self.before, (self.time_msc, bid, ask))

    @property
    def known_from(self) -> int | None:
        """Return the milliseconds of the oldest tick that is to be met again, None where none is known."""
        return next((time_msc for time_msc, _, _ in self._known()), None)

    def start(self, latest: LatestTick | None) -> int:
        """Return the millisecond from which to read; one that is anchored needs no look at the last tick for that.

        A cursor that is not anchored yet begins at the last tick if that lies before it: a closed market's, or all
        there is on a clock that was set back.
        """
        newest = int(latest["time_msc"]) if latest is not None else 0
        if self.time_msc is None:
            return newest
        return self.time_msc if self.anchored else min(self.time_msc, newest)

    def is_at(self, latest: LatestTick) -> bool:
        """Return whether the terminal's latest tick is the cursor's."""
        values = tuple(latest[name] for name in _IDENTITY)
        return self.anchored and latest["time_msc"] == self.time_msc and values == self.newest

    def is_in(self, rows: Rows) -> bool:
        """Return whether the known ticks are where they were read, by time, bid and ask; true of none.

        The flags are left out: terminals are said to mend them when they complete their history.
        """
        if not self.anchored:
            return True
        times = rows["time_msc"]
        ranks = (times == self.time_msc).nonzero()[0]
        if len(ranks) < self.seen:
            return False
        last = int(ranks[self.seen - 1])
        # Others may have come between the known ones, late.
        return _is_at(rows, [last], self._known()[-1]) and all(
            _is_at(rows, (times[:last] == tick[0]).nonzero()[0], tick) for tick in self.before
        )

    def passed(self, rows: Rows) -> Rows:
        """Return a copy of the rows that the cursor has passed, its own tick the last of them."""
        passed: Rows = rows[~_behind(rows, self.time_msc or 0, self.seen)]
        return passed


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


def new_ticks(module: MetaTrader5Module, cursor: TickCursor, latest: LatestTick | None) -> Reading:
    """Read the ticks after a cursor; raises `CallFailed` when the symbol cannot be read.

    `latest`, its last tick, may show that there are none; None for an anchored cursor where some are known to be there.
    """
    nothing = np.empty(0, dtype=TICK_DTYPE)
    if latest is not None and (not latest["time_msc"] or cursor.is_at(latest)):
        return Reading(nothing)
    start = cursor.start(latest)
    begin = cursor.known_from or start
    count = _FIRST_READ + cursor.in_second
    while True:
        rows = call(module, "copy_ticks_from", cursor.symbol, begin // 1000, count, int(CopyTicks.ALL))
        fresh: Rows = rows[_behind(rows, start, cursor.seen)]
        complete = len(rows) < count
        if complete or len(fresh) or count >= _LARGEST_READ:
            return Reading(fresh, complete) if cursor.is_in(rows) else Reading(nothing, in_place=False)
        count *= 8


def _behind(rows: Rows, msc: int, seen: int) -> NDArray[np.bool_]:
    """Return which rows come after the first `seen` ones of a millisecond."""
    times = np.ascontiguousarray(rows["time_msc"])
    behind: NDArray[np.bool_] = times > msc
    at_msc = times == msc
    if np.count_nonzero(at_msc) > seen:
        behind |= at_msc & (np.cumsum(at_msc) > seen)
    return behind


def _is_at(rows: Rows, places: Iterable[int], tick: _Place) -> bool:
    """Return whether a tick lies at one of some places, by bid and ask; what is not a number is as good as itself."""
    bids, asks = rows["bid"], rows["ask"]
    return any(_is_same(bids[at], tick[1]) and _is_same(asks[at], tick[2]) for at in places)


def _is_same(one: float, other: float) -> bool:
    return bool(one == other) or (math.isnan(one) and math.isnan(other))

# SPDX-License-Identifier: MIT
"""The ticks of one symbol: how far they were read, the last good ones, and those that came late."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from arbitrex_desktop.mt5.clock_shift import TAIL, Tail
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.tick_cursor import TickCursor
from arbitrex_desktop.raw_layer.ticks.late_ticks import LateTicks
from arbitrex_desktop.raw_layer.ticks.quality import bad_ticks
from arbitrex_desktop.raw_layer.ticks.tick_ring import TickRing

_MOST_SEARCHES: Final = 3


class SymbolTicks:
    """Follows one symbol.  For the pool's thread; `ring` may be read by any.

    Attributes:
        cursor: how far the ticks have been read
        ring: the last good ones
        searches: how often the cursor's tick was searched for without it being in its place since
        moved_msc: by how much the server's clock was moved, as far as this symbol shows
    """

    def __init__(self, symbol: str, begin_msc: int | None, ring_capacity: int) -> None:
        self.cursor = TickCursor(symbol, begin_msc)
        self.ring = TickRing(ring_capacity)
        self.searches = 0
        self.moved_msc = 0
        self._late = LateTicks()

    @property
    def last_msc(self) -> int:
        """Return the time of the last tick that was read, 0 before one was."""
        return int(self.cursor.time_msc or 0) if self.cursor.anchored else 0

    def take(self, rows: Rows, *, all_good: bool) -> tuple[Rows, dict[str, int]]:
        """Advance over new ticks; return the good ones, which the ring keeps, and how many were bad by cause.

        `all_good`: whether a look at them has shown already that they all are.
        """
        last_msc = self.last_msc
        self.cursor = self.cursor.advanced(rows)
        kept, causes = rows, dict[str, int]()
        if not all_good:
            good, causes = bad_ticks(rows, last_msc, self.ring.latest(1))
            kept = rows[good]
        if len(kept):
            self.ring.append(kept)
        return kept, causes

    def take_late(self, overlap: Rows) -> Rows:
        """Return the good ticks of the last seconds, as the terminal has them now, that never reached us."""
        good, _ = bad_ticks(overlap, 0)
        return self._late.find(overlap[good], self.ring)

    def follows(self, rows: Rows) -> bool:
        """Return whether new ticks came after we began to follow the symbol."""
        began = self.cursor.time_msc
        return began is not None and (self.cursor.anchored or int(rows["time_msc"][-1]) >= began)

    def tail(self, latest_possible_msc: int, moved: Iterable[int]) -> Tail:
        """Return the last good ticks, to be found again after the server's clock was moved; `moved`, others so far."""
        rows = self.ring.latest(TAIL)
        quiet_msc = max(0, latest_possible_msc - int(rows["time_msc"][-1]) if len(rows) else 0)
        likely = frozenset(msc - self.moved_msc for msc in moved) - {0}
        return Tail(self.cursor.symbol, rows, quiet_msc, likely)

    def realign(self, found_msc: int | None, common_msc: int) -> None:
        """Go along with a server clock that was moved, history and all.

        `found_msc` is where the search found the tail, None for nowhere; then it goes along with most of the others,
        by `common_msc`.  A tail found in its old place or nowhere, time and again, goes on from the cursor's tick
        without those before, and where that has gone too, from its time.  Not at once: of others that were read before
        the clock was moved, the next poll shows it.
        """
        shift = common_msc if found_msc is None else found_msc
        self.searches = 0 if shift else self.searches + 1
        if shift:
            self.moved_msc += shift
            self.cursor = self.cursor.shifted(shift)
            self.ring.shift(shift)
            self._late.shift(shift)
        elif self.searches >= _MOST_SEARCHES:
            self.cursor = self.cursor.loosened()

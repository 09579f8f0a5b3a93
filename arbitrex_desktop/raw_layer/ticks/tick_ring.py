# SPDX-License-Identifier: MIT
"""A bounded memory of ticks."""

from __future__ import annotations

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.module import Rows


class TickRing:
    """The last `capacity` ticks of one symbol, dtype `TICK_DTYPE`, times on the server clock.

    One writer; readers get copies.  Memory is taken when the first tick comes: 60 bytes a tick.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._rows: Rows | None = None
        self._written = 0

    @property
    def written(self) -> int:
        """Return how many ticks were ever appended."""
        return self._written

    def append(self, rows: Rows) -> None:
        """Append ticks, oldest first."""
        if self._rows is None:
            self._rows = np.empty(self._capacity, dtype=TICK_DTYPE)
        kept = rows[-self._capacity :]
        start = (self._written + len(rows) - len(kept)) % self._capacity
        first = min(len(kept), self._capacity - start)
        self._rows[start : start + first] = kept[:first]
        if first < len(kept):
            self._rows[: len(kept) - first] = kept[first:]
        self._written += len(rows)

    def shift(self, msc: int) -> None:
        """Move the times of all that is kept, after the server's clock was moved."""
        if self._rows is not None:
            self._rows["time_msc"] += msc
            self._rows["time"] = self._rows["time_msc"] // 1000

    def latest(self, count: int | None = None) -> Rows:
        """Return a copy of the last `count` ticks (all that are kept when None), oldest first."""
        if self._rows is None:
            return np.empty(0, dtype=TICK_DTYPE)
        kept = min(self._written, self._capacity)
        wanted = kept if count is None else min(count, kept)
        start = (self._written - wanted) % self._capacity
        older = self._rows[start : start + wanted]
        rest = wanted - len(older)
        return np.concatenate([older, self._rows[:rest]]) if rest else older.copy()

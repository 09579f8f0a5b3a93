# SPDX-License-Identifier: MIT
"""Finding the ticks that the terminal got late, behind the cursor."""

from __future__ import annotations

from collections import Counter

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.polling import OVERLAP_SECONDS
from arbitrex_desktop.raw_layer.ticks.tick_ring import TickRing

_LOOKED_AT = 4096


class LateTicks:
    """Remembers the late ticks of one symbol, so that each is found once.  For the pool's thread."""

    def __init__(self) -> None:
        self._known: Rows = np.empty(0, dtype=TICK_DTYPE)

    def shift(self, msc: int) -> None:
        """Move the times of what is remembered, after the server's clock was moved."""
        self._known["time_msc"] += msc
        self._known["time"] = self._known["time_msc"] // 1000

    def find(self, overlap: Rows, ring: TickRing) -> Rows:
        """Return the good ticks of the overlap that neither reached the ring nor were found before.

        Only the stretch that the ring covers is compared.
        """
        seen = ring.latest(_LOOKED_AT)
        if not len(seen) or not len(overlap):
            return overlap[:0]
        comparable = overlap[overlap["time_msc"] > int(seen["time_msc"].min())]
        if not len(comparable):
            return comparable
        seen = seen[seen["time_msc"] >= int(comparable["time_msc"].min())]
        if seen.tobytes() == comparable.tobytes():
            return comparable[:0]
        left = Counter(row.tobytes() for row in seen) + Counter(row.tobytes() for row in self._known)
        missed = np.zeros(len(comparable), dtype=bool)
        for index, row in enumerate(comparable):
            key = row.tobytes()
            missed[index] = not left[key]
            left[key] -= 1
        found: Rows = comparable[missed].copy()
        if len(found):
            # Twice the overlap: it begins at a whole second, and its last good tick may lie before the cursor.
            kept = self._known["time_msc"] > int(overlap["time_msc"][-1]) - 2000 * OVERLAP_SECONDS
            self._known = np.concatenate([self._known[kept], found])
        return found

# SPDX-License-Identifier: MIT
"""Bars for a chart; apart from the snapshot's rows, since the window starts without numpy."""

from __future__ import annotations

from dataclasses import dataclass

from arbitrex_desktop.mt5.arrays import Rows


@dataclass(frozen=True, slots=True)
class BarHistory:
    """Bars for a chart.

    Attributes:
        rows: oldest first, dtype `RATE_DTYPE`, times on the server clock, read only.
        server_offset: seconds that the server clock is ahead of UTC, 0 while that is not known.
    """

    rows: Rows
    server_offset: int = 0

# SPDX-License-Identifier: MIT
"""Bars for a chart; apart from the snapshot's rows, since the window starts without numpy."""

from __future__ import annotations

from dataclasses import dataclass

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.raw_layer.server_zone import UNKNOWN_ZONE, ServerZone


@dataclass(frozen=True, slots=True)
class BarHistory:
    """Bars for a chart.

    Attributes:
        rows: oldest first, dtype `RATE_DTYPE`, times on the server clock, read only.
        zone: how the server clock is set, UTC while that is not known.
    """

    rows: Rows
    zone: ServerZone = UNKNOWN_ZONE

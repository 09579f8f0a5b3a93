# SPDX-License-Identifier: MIT
"""Numpy layouts of the ticks and bars that the MetaTrader5 API gives: packed, field by field as in the package."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

TICK_DTYPE: Final = np.dtype(
    [
        ("time", "<i8"),
        ("bid", "<f8"),
        ("ask", "<f8"),
        ("last", "<f8"),
        ("volume", "<u8"),
        ("time_msc", "<i8"),
        ("flags", "<u4"),
        ("volume_real", "<f8"),
    ]
)
"""One tick: `time` in seconds, `time_msc` in milliseconds of the broker's server clock, `flags` as `TickFlag` bits."""

RATE_DTYPE: Final = np.dtype(
    [
        ("time", "<i8"),
        ("open", "<f8"),
        ("high", "<f8"),
        ("low", "<f8"),
        ("close", "<f8"),
        ("tick_volume", "<u8"),
        ("spread", "<i4"),
        ("real_volume", "<u8"),
    ]
)
"""One bar: `time` is its opening second on the broker's server clock, `spread` in points."""

Rows = NDArray[np.void]
"""A one-dimensional array of `TICK_DTYPE` or `RATE_DTYPE` rows."""


def read_only(rows: Rows) -> Rows:
    """Return a view of the rows that cannot be written to, as the package hands its arrays out."""
    view = rows.view()
    view.flags.writeable = False
    return view

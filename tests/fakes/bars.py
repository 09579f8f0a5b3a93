# SPDX-License-Identifier: MIT
"""Bars of a random walk, for charts."""

from __future__ import annotations

import numpy as np

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows

MONDAY = 1_789_948_800
"""2026-09-21, midnight on the server clock."""


def bar_rows(count: int, step: int = 900, *, start: int = MONDAY, seed: int = 3) -> Rows:
    """Return bars `step` seconds apart whose high and low hold open and close."""
    random = np.random.default_rng(seed)
    close = 1.15 + np.cumsum(random.normal(0.0, 2e-4, count))
    rows = np.zeros(count, dtype=RATE_DTYPE)
    rows["time"] = start + step * np.arange(count)
    rows["open"] = np.concatenate((close[:1], close[:-1]))
    rows["close"] = close
    rows["high"] = np.maximum(rows["open"], close) + np.abs(random.normal(0.0, 1e-4, count))
    rows["low"] = np.minimum(rows["open"], close) - np.abs(random.normal(0.0, 1e-4, count))
    rows["tick_volume"] = random.integers(50, 900, count)
    return rows

# SPDX-License-Identifier: MIT
"""Ticks to play back in a benchmark: 41 symbols, so many ticks a second in all, at random moments."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.tick_files import FORMAT, SCHEMA
from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE

SYMBOLS = tuple(symbol for group in TRADING_UNIVERSE.values() for symbol in group)
BEGIN_MSC = 1_741_770_000_000
"""A Wednesday morning."""


def make_ticks(rate: float, seconds: float, seed: int = 1, *, names: Sequence[str] = SYMBOLS) -> dict[str, Rows]:
    """Return random ticks by symbol, `rate` a second over all of them; every symbol has one at the very start."""
    random = np.random.default_rng(seed)
    ticks: dict[str, Rows] = {}
    for place, symbol in enumerate(names):
        count = max(1, round(rate * seconds / len(names)))
        rows = np.zeros(count, dtype=TICK_DTYPE)
        rows["time_msc"] = BEGIN_MSC + np.sort(random.integers(0, round(seconds * 1000), count))
        rows["time_msc"][0] = BEGIN_MSC
        rows["time"] = rows["time_msc"] // 1000
        rows["bid"] = np.round(1.0 + place + np.cumsum(random.choice([-1e-5, 1e-5], count)), 5)
        rows["ask"] = np.round(rows["bid"] + 0.0001, 5)
        rows["flags"] = 6
        ticks[symbol] = rows
    return ticks


def write_recording(path: Path, ticks: dict[str, Rows]) -> None:
    """Write ticks in the recorder's format, which the simulated terminal plays."""
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
        database.execute(f"PRAGMA user_version={FORMAT}")
        for identity, (symbol, rows) in enumerate(ticks.items(), 1):
            database.execute("INSERT INTO symbols VALUES (?, ?)", (identity, symbol))
            columns = [rows[name].tolist() for name in ("time_msc", "bid", "ask")]
            database.executemany(
                "INSERT INTO ticks (symbol, time_msc, bid, ask, last, volume, flags, volume_real)"
                f" VALUES ({identity}, ?, ?, ?, 0, 0, 6, 0)",
                zip(*columns, strict=True),
            )
    database.close()

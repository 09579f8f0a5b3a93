# SPDX-License-Identifier: MIT
"""The format of recorded ticks: written by the recorder, replayed by the simulated terminal."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.module import Rows

RECORDING_SUFFIX: Final = ".sqlite3"

FORMAT: Final = 1
"""Version of the file's layout, in `PRAGMA user_version`."""

COLUMNS: Final = ("time_msc", "bid", "ask", "last", "volume", "flags", "volume_real")
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS symbols (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS ticks (
    id INTEGER PRIMARY KEY, symbol INTEGER NOT NULL REFERENCES symbols (id),
    time_msc INTEGER NOT NULL, bid REAL NOT NULL, ask REAL NOT NULL, last REAL NOT NULL,
    volume INTEGER NOT NULL, flags INTEGER NOT NULL, volume_real REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS ticks_by_time ON ticks (symbol, time_msc);
"""
_INSERT: Final = f"INSERT INTO ticks (symbol, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608 - our own names


def read_recording(path: Path) -> dict[str, Rows]:
    """Return the ticks of a recording by symbol, in the order in which they came, dtype `TICK_DTYPE`.

    Raises ValueError for a file that is no recording of a known format, OSError for one that cannot be read.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = database.execute("PRAGMA user_version").fetchone()[0]
        if found != FORMAT:
            raise ValueError(f"{path}: no tick recording of format {FORMAT}")
        ticks: dict[str, Rows] = {}
        for identity, name in database.execute("SELECT id, name FROM symbols ORDER BY id").fetchall():
            query = f"SELECT {', '.join(COLUMNS)} FROM ticks WHERE symbol = ? ORDER BY id"  # noqa: S608 - our own names
            columns = list(zip(*database.execute(query, (identity,)), strict=True))
            rows = np.zeros(len(columns[0]) if columns else 0, dtype=TICK_DTYPE)
            for column, values in zip(COLUMNS, columns, strict=False):
                rows[column] = values
            rows["time"] = rows["time_msc"] // 1000
            ticks[str(name)] = rows
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path}: {error}") from error
    finally:
        database.close()
    return ticks

# SPDX-License-Identifier: MIT
"""The format of recorded ticks: written by the recorder, replayed by the simulated terminal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from arbitrex_desktop.causes import error_text
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


class RecordedSymbol(NamedTuple):
    """Where a recording has the ticks of a symbol: its number, and the first and last number of a tick."""

    name: str
    number: int
    first: int
    last: int


def recorded_symbols(path: Path) -> tuple[RecordedSymbol, ...]:
    """Return the symbols of a recording that have ticks.

    Raises ValueError for a file that is no recording of a known format, OSError for one that cannot be read.
    """
    query = "SELECT name, s.id, min(t.id), max(t.id) FROM symbols s JOIN ticks t ON t.symbol = s.id GROUP BY s.id"
    with _opened(path) as database:
        return tuple(RecordedSymbol(*row) for row in database.execute(query))


def read_recorded(path: Path, symbol: RecordedSymbol, first: int, end: int) -> Rows:
    """Return those ticks of a symbol whose numbers lie from one to before another, in the order in which they came.

    The dtype is `TICK_DTYPE`; raises as `recorded_symbols`.
    """
    query = f"SELECT {', '.join(COLUMNS)} FROM ticks WHERE symbol = ? AND id >= ? AND id < ? ORDER BY id"  # noqa: S608 - our own names
    with _opened(path) as database:
        columns = list(zip(*database.execute(query, (symbol.number, first, end)), strict=True))
    rows = np.zeros(len(columns[0]) if columns else 0, dtype=TICK_DTYPE)
    for column, values in zip(COLUMNS, columns, strict=False):
        rows[column] = values
    rows["time"] = rows["time_msc"] // 1000
    return rows


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a recording for reading."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = database.execute("PRAGMA user_version").fetchone()[0]
        if found != FORMAT:
            raise ValueError(f"{path}: no tick recording of format {FORMAT}")
        yield database
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path}: {error_text(error)}") from error
    finally:
        database.close()

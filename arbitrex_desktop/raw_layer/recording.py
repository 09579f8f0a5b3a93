# SPDX-License-Identifier: MIT
"""Durable recording of ticks, in SQLite; the simulated terminal replays the same files."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.arrays import TICK_DTYPE
from arbitrex_desktop.mt5.module import Rows

FORMAT: Final = 1
"""Version of the file's layout, in `PRAGMA user_version`."""

_COLUMNS: Final = ("time_msc", "bid", "ask", "last", "volume", "flags", "volume_real")
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS symbols (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS ticks (
    id INTEGER PRIMARY KEY, symbol INTEGER NOT NULL REFERENCES symbols (id),
    time_msc INTEGER NOT NULL, bid REAL NOT NULL, ask REAL NOT NULL, last REAL NOT NULL,
    volume INTEGER NOT NULL, flags INTEGER NOT NULL, volume_real REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS ticks_by_time ON ticks (symbol, time_msc);
"""
_INSERT: Final = f"INSERT INTO ticks (symbol, {', '.join(_COLUMNS)}) VALUES (?{', ?' * len(_COLUMNS)})"  # noqa: S608 - our own names


class SqliteTickSink:
    """A `TickSink` that appends every good tick to `<folder>/<name>-<UTC date>.sqlite3`.

    Times stay on the server clock, in the order in which the ticks came.  Each batch is one transaction (WAL,
    `synchronous=NORMAL`: a crash of the program loses nothing, a power cut at most the last moments).  Put it behind
    a `BackgroundSink`, which keeps a slow disk from slowing the feed and tries again what failed.

    Attributes: `written`, ticks on disk.
    """

    def __init__(self, folder: Path, name: str, clock: Clock) -> None:
        self._folder = folder
        self._name = name
        self._clock = clock
        self._day = ""
        self._database: sqlite3.Connection | None = None
        self.written = 0

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Append a batch, whole or not at all; raises OSError when it cannot be written now."""
        try:
            database = self._open()
            with database:
                _insert(database, batch)
        except sqlite3.Error as error:
            self.close()
            raise OSError(f"{self._folder}: {error}") from error
        self.written += sum(map(len, batch.values()))

    def close(self) -> None:
        """Close today's file, if one is open."""
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _open(self) -> sqlite3.Connection:
        """Return the database of today, opening it when the day is new."""
        day = self._clock.now().date().isoformat()
        if self._database is not None and day == self._day:
            return self._database
        self.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        # Written by one thread and closed by another, never at once.
        database = sqlite3.connect(self._folder / f"{self._name}-{day}.sqlite3", check_same_thread=False)
        self._database, self._day = database, day
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_SCHEMA)
        database.execute(f"PRAGMA user_version={FORMAT}")
        return database


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
            query = f"SELECT {', '.join(_COLUMNS)} FROM ticks WHERE symbol = ? ORDER BY id"  # noqa: S608 - our own names
            columns = list(zip(*database.execute(query, (identity,)), strict=True))
            rows = np.zeros(len(columns[0]) if columns else 0, dtype=TICK_DTYPE)
            for column, values in zip(_COLUMNS, columns, strict=False):
                rows[column] = values
            rows["time"] = rows["time_msc"] // 1000
            ticks[str(name)] = rows
    except sqlite3.DatabaseError as error:
        raise ValueError(f"{path}: {error}") from error
    finally:
        database.close()
    return ticks


def _insert(database: sqlite3.Connection, batch: Mapping[str, Rows]) -> None:
    """Insert a batch."""
    for symbol, rows in batch.items():
        database.execute("INSERT OR IGNORE INTO symbols (name) VALUES (?)", (symbol,))
        identity = database.execute("SELECT id FROM symbols WHERE name = ?", (symbol,)).fetchone()[0]
        columns = (rows[column].tolist() for column in _COLUMNS)
        database.executemany(_INSERT, ((identity, *values) for values in zip(*columns, strict=True)))

# SPDX-License-Identifier: MIT
"""Durable recording of ticks, in SQLite; the simulated terminal replays the same files."""

from __future__ import annotations

import sqlite3
from collections import deque
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
_HELD_AT_MOST: Final = 200_000


class SqliteTickSink:
    """A `TickSink` that appends every good tick to `<folder>/<name>-<UTC date>.sqlite3`.

    Times stay on the server clock, in the order in which the ticks came.  Each batch is one transaction (WAL,
    `synchronous=NORMAL`: a crash of the program loses nothing, a power cut at most the last moments).  Batches that
    cannot be written are held, 200 000 ticks at most, and written when the disk lets us again; `write` raises
    OSError meanwhile, which the feed reports without stopping.

    Attributes: `written`, ticks on disk; `dropped`, ticks that were held too long and lost.
    """

    def __init__(self, folder: Path, name: str, clock: Clock) -> None:
        self._folder = folder
        self._name = name
        self._clock = clock
        self._day = ""
        self._database: sqlite3.Connection | None = None
        self._held: deque[Mapping[str, Rows]] = deque()
        self._held_rows = 0
        self.written = 0
        self.dropped = 0

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Append the ticks of one poll; raises OSError when they cannot be written now."""
        self._hold(batch)
        try:
            database = self._open()
            while self._held:
                with database:
                    _insert(database, self._held[0])
                self._release()
        except sqlite3.Error as error:
            self._close_database()
            raise OSError(f"{self._folder}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._close_database()

    def _hold(self, batch: Mapping[str, Rows]) -> None:
        """Queue a batch, dropping the oldest when too much waits."""
        self._held.append(batch)
        self._held_rows += _count(batch)
        while self._held_rows > _HELD_AT_MOST:
            oldest = self._held.popleft()
            self._held_rows -= _count(oldest)
            self.dropped += _count(oldest)

    def _release(self) -> None:
        """Forget the oldest batch, which is on disk."""
        count = _count(self._held.popleft())
        self._held_rows -= count
        self.written += count

    def _open(self) -> sqlite3.Connection:
        """Return the database of today, opening it when the day is new."""
        day = self._clock.now().date().isoformat()
        if self._database is not None and day == self._day:
            return self._database
        self._close_database()
        self._folder.mkdir(parents=True, exist_ok=True)
        # The pool closes its sinks from whatever thread stops it, after the collector has ended.
        database = sqlite3.connect(self._folder / f"{self._name}-{day}.sqlite3", check_same_thread=False)
        self._database, self._day = database, day
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(_SCHEMA)
        database.execute(f"PRAGMA user_version={FORMAT}")
        return database

    def _close_database(self) -> None:
        """Close today's database, if one is open."""
        database, self._database = self._database, None
        if database is not None:
            database.close()


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


def _count(batch: Mapping[str, Rows]) -> int:
    """Return how many ticks a batch has."""
    return sum(len(rows) for rows in batch.values())


def _insert(database: sqlite3.Connection, batch: Mapping[str, Rows]) -> None:
    """Insert a batch."""
    for symbol, rows in batch.items():
        database.execute("INSERT OR IGNORE INTO symbols (name) VALUES (?)", (symbol,))
        identity = database.execute("SELECT id FROM symbols WHERE name = ?", (symbol,)).fetchone()[0]
        columns = (rows[column].tolist() for column in _COLUMNS)
        database.executemany(_INSERT, ((identity, *values) for values in zip(*columns, strict=True)))

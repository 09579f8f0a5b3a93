# SPDX-License-Identifier: MIT
"""Durable recording of ticks, in SQLite; the simulated terminal replays the same files."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.tick_files import COLUMNS, FORMAT, RECORDING_SUFFIX, SCHEMA

_INSERT: Final = f"INSERT INTO ticks (symbol, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"  # noqa: S608 - our own names


class SqliteTickSink:
    """A `TickSink` that appends every good tick to `<folder>/<name>-<UTC date>.sqlite3`.

    Times stay on the server clock, in the order in which the ticks came.  Each batch is one transaction (WAL,
    `synchronous=NORMAL`: a crash of the program loses nothing, a power cut at most the last moments).  Put it behind
    a `BackgroundSink`, which keeps a slow disk from slowing the feed and tries again what failed.

    Attributes:
        written: ticks on disk
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
            raise OSError(f"{self._folder}: {error_text(error)}") from error
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
        database = sqlite3.connect(self._folder / f"{self._name}-{day}{RECORDING_SUFFIX}", check_same_thread=False)
        self._database, self._day = database, day
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(SCHEMA)
        database.execute(f"PRAGMA user_version={FORMAT}")
        return database


def _insert(database: sqlite3.Connection, batch: Mapping[str, Rows]) -> None:
    """Insert a batch."""
    for symbol, rows in batch.items():
        database.execute("INSERT OR IGNORE INTO symbols (name) VALUES (?)", (symbol,))
        identity = database.execute("SELECT id FROM symbols WHERE name = ?", (symbol,)).fetchone()[0]
        columns = (rows[column].tolist() for column in COLUMNS)
        database.executemany(_INSERT, ((identity, *values) for values in zip(*columns, strict=True)))

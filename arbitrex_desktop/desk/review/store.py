# SPDX-License-Identifier: MIT
"""What Review keeps of its own in the data folder: notes and tags on trades, and equity through the days."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from arbitrex_desktop.causes import error_text, why_not_written
from arbitrex_desktop.desk.errors import DeskError
from arbitrex_desktop.paths import account_file_stem

EVERY_SECONDS: Final = 60
"""Equity is kept once in so long."""

MOST_POINTS: Final = 2_000

_SCHEMA: Final = """
    CREATE TABLE IF NOT EXISTS notes (trade TEXT PRIMARY KEY, note TEXT NOT NULL, tags TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS equity (at INTEGER PRIMARY KEY, equity REAL NOT NULL, anchor REAL);
"""

_ENDS: Final = "SELECT min(at), max(at) FROM equity WHERE at >= ? AND at < ?"
_STRETCHES: Final = "SELECT at, {}(equity), anchor FROM equity WHERE at >= ? AND at < ? GROUP BY at / ?"
"""SQLite takes the other columns from the row that has the least, or the greatest."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """What the trader wrote on a trade: a note, and tags in the order given."""

    note: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EquityMoment:
    """Equity at a moment (UTC), and what the day's loss was measured from, None where that was not known."""

    at: datetime
    equity: float
    anchor: float | None


class ReviewStore:
    """One account's file, made when something is written first.  Safe from any thread.

    Raises `DeskError` in words when the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()

    def annotate(self, trade: str, annotation: Annotation) -> None:
        """Keep what the trader wrote on a trade, in place of what was there."""
        tags = json.dumps(annotation.tags, ensure_ascii=False)
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (trade, annotation.note, tags))

    def annotations(self) -> dict[str, Annotation]:
        """Return all of them by the trade's key."""
        if not self._path.is_file():
            return {}
        with self._open() as database:
            rows = database.execute("SELECT trade, note, tags FROM notes").fetchall()
        return {trade: Annotation(note, tuple(json.loads(tags))) for trade, note, tags in rows}

    def add_equity(self, at: datetime, equity: float, anchor: float | None) -> None:
        """Keep the equity of a moment, one for each minute."""
        minute = int(at.timestamp()) // EVERY_SECONDS * EVERY_SECONDS
        with self._open() as database:
            database.execute("INSERT OR REPLACE INTO equity VALUES (?, ?, ?)", (minute, equity, anchor))

    def equity(self, since: datetime, until: datetime, most: int = MOST_POINTS) -> tuple[EquityMoment, ...]:
        """Return the equity of a time, oldest first; of many moments the lowest and highest of each stretch."""
        if not self._path.is_file():
            return ()
        span = (int(since.timestamp()), int(until.timestamp()))
        with self._open() as database:
            first, last = database.execute(_ENDS, span).fetchone()
            stretch = max(EVERY_SECONDS, 2 * ((last or 0) - (first or 0)) // most)
            found = [database.execute(_STRETCHES.format(kind), (*span, stretch)) for kind in ("min", "max")]
            rows = {row for rows in found for row in rows}
        return tuple(_moment(row) for row in sorted(rows))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Give the database for one transaction."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, contextlib.closing(sqlite3.connect(self._path)) as database, database:
                database.executescript(_SCHEMA)
                yield database
        except (sqlite3.Error, OSError) as error:
            cause = why_not_written(self._path) or error_text(error)
            raise DeskError(f"the review file {self._path.name} cannot be used: {cause}") from error


def review_store(data_dir: Path, server: str, login: int) -> ReviewStore:
    """Return an account's store below a data folder."""
    return ReviewStore(data_dir / "review" / f"{account_file_stem(server, login)}.sqlite3")


def _moment(row: Sequence[float]) -> EquityMoment:
    at, equity, anchor = row
    return EquityMoment(datetime.fromtimestamp(at, tz=UTC), equity, anchor)

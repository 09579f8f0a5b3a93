# SPDX-License-Identifier: MIT
"""Verifying a journal: any edit, deletion or change of order is found, and where."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.errors import JournalDamaged, JournalUnavailable
from arbitrex_desktop.desk.journal.notes import end_problems
from arbitrex_desktop.desk.journal.schema import (
    APPLICATION_ID,
    COLUMNS,
    GENESIS,
    MIGRATIONS,
    as_journal_error,
    expected_schema,
    read_schema,
    row_hash,
)

_MOST_PROBLEMS: Final = 20
_BETWEEN_LOOKS: Final = 1024
_PASSING: Final = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}
)
Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: `events` read, and `problems` in words, at most twenty; none means intact.

    `head`, number and hash of the last event that was read; `unread`, whether the file could not be read just now, so
    that nothing is known.
    """

    path: Path
    events: int
    problems: tuple[str, ...]
    head: tuple[int, str] = (0, GENESIS)
    unread: bool = False

    @property
    def intact(self) -> bool:
        """Return whether nothing was found."""
        return not self.problems


@contextlib.contextmanager
def read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a journal for reading, also while a desk writes to it; raise `JournalError` when that cannot be."""
    if not path.is_file():
        raise JournalUnavailable(f"there is no journal {path}")
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)
    except sqlite3.Error as error:
        raise as_journal_error(error, path) from error
    try:
        yield connection
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _PASSING:
            raise as_journal_error(error, path) from error
        raise JournalDamaged(f"the journal {path.name} cannot be read: {error_text(error)}") from error
    except UnicodeDecodeError as error:
        raise JournalDamaged(f"the journal {path.name} cannot be read: {error_text(error)}") from error
    finally:
        connection.close()


def verify(path: Path, watch: Watch | None = None) -> Report:
    """Check a journal's file, tables, every event's hash and place, and its end; never raises for what it finds.

    `watch` is called with the number of events read, every thousand; what it raises ends the check.
    """
    chain, unread = _Chain(), False
    try:
        with read_only(path) as connection:
            # One transaction: what a running desk appends meanwhile is not looked at.
            connection.execute("BEGIN")
            chain.problems.extend(_file_problems(connection))
            for row in connection.execute(f"SELECT {COLUMNS} FROM events ORDER BY seq"):  # noqa: S608 - a constant
                chain.link(row, watch)
            chain.problems.extend(_end_problems(connection, path, chain))
    except (JournalDamaged, JournalUnavailable) as error:
        chain.problems.append(str(error))
        unread = isinstance(error, JournalUnavailable)
        if not path.is_file():
            chain.problems.extend(end_problems(path, (0, GENESIS), lambda _: None, len(MIGRATIONS)))
    return Report(path, chain.events, tuple(chain.problems[:_MOST_PROBLEMS]), (chain.seq, chain.hash), unread)


class _Chain:
    """Follows the hashes from event to event."""

    def __init__(self) -> None:
        self.events = 0
        self.seq = 0
        self.hash = GENESIS
        self.problems: list[str] = []

    def link(self, row: tuple[Any, ...], watch: Watch | None) -> None:
        """Check one event against the one before; `watch` hears every thousand."""
        self.events += 1
        if watch is not None and self.events % _BETWEEN_LOOKS == 0:
            watch(self.events)
        seq, prev_hash, stored = row[0], row[-2], row[-1]
        if seq != self.seq + 1:
            self.problems.append(f"event {self.seq + 1} is missing: event {seq} follows event {self.seq}")
        elif prev_hash != self.hash:
            self.problems.append(f"event {seq} does not follow event {self.seq}: the chain is broken there")
        if _hash_or_none(row) != stored:
            self.problems.append(f"event {seq} was changed: its content does not fit its hash")
        self.seq, self.hash = seq if isinstance(seq, int) else self.seq + 1, stored


def _hash_or_none(row: tuple[Any, ...]) -> str | None:
    """Return the hash that a row's content asks for, None when it holds what no event can."""
    try:
        return row_hash(row[:-1])
    except (TypeError, ValueError):
        return None


def _file_problems(connection: sqlite3.Connection) -> Iterator[str]:
    """Look at the file as SQLite sees it, and at its tables."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if application != APPLICATION_ID or not 0 < version <= len(MIGRATIONS):
        raise JournalDamaged(f"the file is no journal that this program knows (version {version})")
    for (finding,) in connection.execute("PRAGMA integrity_check"):
        if finding != "ok":
            yield f"the file is damaged: {finding}"
    if read_schema(connection) != expected_schema(version):
        yield "the journal's tables were changed"


def _end_problems(connection: sqlite3.Connection, path: Path, chain: _Chain) -> Iterator[str]:
    """Compare the last event with what the file and the note beside it say."""
    head = connection.execute("SELECT seq, hash FROM head").fetchall()
    if head != ([(chain.seq, chain.hash)] if chain.events else []):
        yield f"the journal's end was changed: event {chain.seq} is not the one that was written last"
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    yield from end_problems(path, (chain.seq, chain.hash), partial(_hash_now, path, connection), version)


def _hash_now(path: Path, connection: sqlite3.Connection, seq: int) -> str | None:
    """Return an event's hash; a desk that is running may have gone further than the transaction we read in."""
    sql = "SELECT hash FROM events WHERE seq = ?"
    row = connection.execute(sql, (seq,)).fetchone()
    if row is None:
        with read_only(path) as newer:
            row = newer.execute(sql, (seq,)).fetchone()
    return str(row[0]) if row else None

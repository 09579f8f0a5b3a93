# SPDX-License-Identifier: MIT
"""Verifying a journal: any edit, deletion or change of order is found, and where."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.desk.errors import JournalDamaged, JournalUnavailable
from arbitrex_desktop.desk.journal.anchor import anchor_path, parse_anchor
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


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: `events` read, and `problems` in words, at most twenty; none means intact."""

    path: Path
    events: int
    problems: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Tell whether nothing was found."""
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
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise JournalDamaged(f"the journal {path.name} cannot be read: {error}") from error
    finally:
        connection.close()


def verify(path: Path) -> Report:
    """Check a journal's file, tables, every event's hash and place, and its end; never raises for what it finds."""
    chain = _Chain()
    try:
        with read_only(path) as connection:
            # One transaction: what a running desk appends meanwhile is not looked at.
            connection.execute("BEGIN")
            chain.problems.extend(_file_problems(connection))
            for row in connection.execute(f"SELECT {COLUMNS} FROM events ORDER BY seq"):  # noqa: S608 - a constant
                chain.link(row)
            chain.problems.extend(_end_problems(connection, path, chain))
    except (JournalDamaged, JournalUnavailable) as error:
        chain.problems.append(str(error))
    return Report(path, chain.events, tuple(chain.problems[:_MOST_PROBLEMS]))


class _Chain:
    """Follows the hashes from event to event."""

    def __init__(self) -> None:
        self.events = 0
        self.seq = 0
        self.hash = GENESIS
        self.problems: list[str] = []

    def link(self, row: tuple[Any, ...]) -> None:
        """Check one event against the one before."""
        self.events += 1
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
    try:
        noted = parse_anchor(anchor_path(path).read_bytes())
    except OSError:
        return
    if noted is None or noted[0] == 0:
        return
    row = connection.execute("SELECT hash FROM events WHERE seq = ?", (noted[0],)).fetchone()
    # A desk that is running may have gone further than the transaction we read in.
    behind = noted[0] > chain.seq and _still_there(path, noted)
    if not behind and (row is None or row[0] != noted[1]):
        yield f"the journal lost its end: event {noted[0]} was written, and event {chain.seq} is the last"


def _still_there(path: Path, noted: tuple[int, str]) -> bool:
    """Tell whether a newer look at the file finds the event that was noted."""
    with read_only(path) as connection:
        row = connection.execute("SELECT hash FROM events WHERE seq = ?", (noted[0],)).fetchone()
    return row is not None and row[0] == noted[1]

# SPDX-License-Identifier: MIT
"""The journal's file: its tables by version, the way a row is hashed, and the words for what SQLite refuses.

Each event carries the hash of the one before, so that an edit, a deletion or a change of order shows.  The newest
hash stands in table `head` as well, and in two small files (`notes.py`), so that a tail cut off shows too.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.causes import error_text, os_error_text, why_not_written
from arbitrex_desktop.desk.errors import JournalDamaged, JournalError, JournalUnavailable
from arbitrex_desktop.desk.intents.events import Event, EventKind, NewEvent, journalled
from arbitrex_desktop.desk.intents.intent import IntentState

APPLICATION_ID: Final = 0x41425844  # "ABXD"
GENESIS: Final = "0" * 64
"""What stands for the hash before the first event's."""

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        intent_id TEXT NOT NULL,
        client_id TEXT NOT NULL,
        source TEXT NOT NULL,
        symbol TEXT NOT NULL,
        before TEXT,
        after TEXT,
        ticket INTEGER,
        body TEXT NOT NULL,
        prev_hash TEXT NOT NULL,
        hash TEXT NOT NULL
    );
    CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL);
    CREATE INDEX events_by_intent ON events (intent_id, seq, after);
    CREATE INDEX events_by_client ON events (source, client_id) WHERE client_id != '';
    CREATE INDEX events_by_ticket ON events (ticket) WHERE ticket IS NOT NULL;
    CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    """,
    # From version 2 on its end is noted in another folder too: a file of that version without the note is not whole.
    "",
)
"""What to run to come from each version to the next; entries are never edited, only added."""

COLUMNS: Final = (
    "seq, at, kind, who, why, intent_id, client_id, source, symbol, before, after, ticket, body, prev_hash, hash"
)
Row = Sequence[Any]


def migrate(connection: sqlite3.Connection, migrations: Sequence[str] = MIGRATIONS) -> int:
    """Bring a file to the newest version, one transaction for each step; return the version it came from.

    Raises `JournalDamaged` for a file that a newer program made, or that is no journal.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    if version > len(migrations):
        raise JournalDamaged(f"it was written by a newer version of this program (journal version {version})")
    if application != APPLICATION_ID and (version or application or _has_tables(connection)):
        raise JournalDamaged("the file is not a journal of this program")
    for number, script in enumerate(migrations[version:], start=version + 1):
        mark = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number};"
        connection.executescript(f"BEGIN IMMEDIATE; {script} {mark} COMMIT;")
    return version


def expected_schema(version: int) -> list[tuple[str, str, str]]:
    """Return type, name and definition of every table, index and trigger that a version has."""
    with sqlite3.connect(":memory:") as blank:
        migrate(blank, MIGRATIONS[:version])
        found = read_schema(blank)
    blank.close()
    return found


def read_schema(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return type, name and definition of all that a file has."""
    return connection.execute("SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name").fetchall()


def to_row(seq: int, draft: NewEvent, prev_hash: str) -> tuple[Any, ...]:
    """Return an event's columns, its hash last."""
    body = json.dumps(draft.body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    columns = (
        seq,
        draft.at.astimezone(UTC).isoformat(timespec="microseconds"),
        draft.kind.value,
        draft.actor,
        draft.reason,
        draft.intent_id,
        draft.client_id,
        draft.source,
        draft.symbol,
        draft.old_state.value if draft.old_state else None,
        draft.new_state.value if draft.new_state else None,
        draft.ticket,
        body,
        prev_hash,
    )
    return (*columns, row_hash(columns))


def row_hash(columns: Row) -> str:
    """Return the SHA-256 of all columns before the hash, written as one JSON array."""
    return hashlib.sha256(_hashed.encode(list(columns)).encode("utf-8", "surrogatepass")).hexdigest()


_hashed: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def from_row(row: Row) -> Event:
    """Return the event of a row."""
    seq, at, kind, actor, reason, intent_id, client_id, source, symbol, before, after, ticket, body = row[:13]
    draft = NewEvent(
        at=datetime.fromisoformat(at),
        kind=EventKind(kind),
        actor=actor,
        reason=reason,
        intent_id=intent_id,
        client_id=client_id,
        source=source,
        symbol=symbol,
        old_state=IntentState(before) if before else None,
        new_state=IntentState(after) if after else None,
        ticket=ticket,
        body=json.loads(body),
    )
    return journalled(draft, seq)


def as_journal_error(error: sqlite3.Error | OSError, path: Path) -> JournalError:
    """Return the failure that the trader is told for what SQLite or the file system raised, with its true cause."""
    if isinstance(error, OSError):
        return JournalUnavailable(f"the journal {path.name} cannot be used: {os_error_text(error)}")
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return JournalDamaged(f"the journal {path.name} is damaged; it is left as it is")
    # SQLite says of a full or a forbidden disk that a file cannot be opened, or that the disk failed.
    cause = why_not_written(path) if code in _VAGUE else ""
    return JournalUnavailable(
        f"the journal {path.name} cannot be used: {cause or _MESSAGES.get(code, error_text(error))}"
    )


_VAGUE: Final = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})

_MESSAGES: Final[dict[int, str]] = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "another program has locked it",
    sqlite3.SQLITE_LOCKED: "another program has locked it",
    sqlite3.SQLITE_READONLY: "the file or its folder is read-only",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; does the folder exist and may this user write to it?",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_PERM: "this user may not write to it",
    sqlite3.SQLITE_AUTH: "this user may not write to it",
}


def _has_tables(connection: sqlite3.Connection) -> bool:
    """Return whether somebody's tables are in the file."""
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None

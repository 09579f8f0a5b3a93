# SPDX-License-Identifier: MIT
"""The journal: append-only, hash-chained, on disk before anything takes effect.

One SQLite file for each account, WAL with `synchronous=FULL`: when `append` returns, the events survive a crash of
the program and of the computer.  One desk at a time: a second one is refused by a lock file that the operating
system releases when its holder dies.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Final

from arbitrex_desktop.causes import why_not_written
from arbitrex_desktop.desk.errors import JournalDamaged, JournalUnavailable
from arbitrex_desktop.desk.intents.events import Event, EventKind, NewEvent, journalled
from arbitrex_desktop.desk.intents.intent import ENDED
from arbitrex_desktop.desk.journal.check import Report
from arbitrex_desktop.desk.journal.files import OpenFiles, hold
from arbitrex_desktop.desk.journal.notes import EndNotes, file_seal
from arbitrex_desktop.desk.journal.schema import (
    COLUMNS,
    GENESIS,
    MIGRATIONS,
    as_journal_error,
    from_row,
    migrate,
    to_row,
)
from arbitrex_desktop.paths import account_file_stem

Connect = Callable[[Path], sqlite3.Connection]
JournalOpener = Callable[[str, int], "Journal"]
"""Opens the journal of a server and login; raises `JournalError`."""
_BUSY_SECONDS: Final = 2.0
_COMMITS_BETWEEN: Final = 200
"""After so many the write-ahead log is carried into the file.  SQLite would do it unasked, and then a change of the
file by our own hand could not be told from one by another's."""
_LOOKED_THROUGH: Final = 20_000
"""So many of the newest events are looked through for troubles: at a start nobody waits for more."""


def journal_path(data_dir: Path, server: str, login: int) -> Path:
    """Return where an account's journal is."""
    return data_dir / "journal" / f"{account_file_stem(server, login)}.sqlite3"


def journal_opener(data_dir: Path) -> JournalOpener:
    """Return what opens journals below a data folder, making the folder when it is not there."""

    def open_account(server: str, login: int) -> Journal:
        return Journal(journal_path(data_dir, server, login))

    return open_account


def connect(path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """Open a SQLite file for use by several threads, one at a time, with transactions begun by hand."""
    return sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=factory)


class Journal:
    """An account's events.  Safe to use from any thread; `append` returns when its events are on disk.

    Raises `JournalUnavailable` when the file cannot be used now, and `JournalDamaged` when it is not what was
    written; then nothing more is appended, and the file is left as it is.
    """

    def __init__(self, path: Path, connect: Connect = connect) -> None:
        self.path = path
        self._lock = RLock()
        self._doubtful = False
        self._damage = ""
        self._suspicion = ""
        self._whole = False
        self._commits = 0
        self._notes = EndNotes(path)
        self._stack = contextlib.ExitStack()
        try:
            self._open(connect)
        except (sqlite3.Error, OSError) as error:
            self._stack.close()
            raise as_journal_error(error, path) from error
        except BaseException:
            self._stack.close()
            raise

    @property
    def head(self) -> tuple[int, str]:
        """Return number and hash of the newest event, (0, GENESIS) when there is none."""
        return self._head

    @property
    def doubtful(self) -> bool:
        """Return whether the last append failed, so that the file may hold more than it was known to take."""
        return self._doubtful

    @property
    def whole(self) -> bool:
        """Return whether the chain was checked and nothing touched the file since."""
        return self._whole and not self._suspicion and not self._damage

    @property
    def damage(self) -> str:
        """Return in words why nothing is ever appended again, empty while all is well."""
        return self._damage

    def astray(self) -> str:
        """Return in words which of its files is not on the disk any more as it was opened, empty when all are."""
        with self._lock:
            return self._files.astray()

    def look(self) -> str:
        """Return what is wrong with the content, in words: it is damaged, or was touched by another hand.

        What was touched has to be checked again, from `begin_check` to `end_check`.  Raises `JournalError`.
        """
        with self._lock:
            if not self._damage:
                self._suspect()
            return self._damage or self._suspicion

    def begin_check(self) -> None:
        """From here on, what `end_check` is given counts for the file as it is now."""
        with self._lock:
            self._whole, self._suspicion, self._mark = False, "", self._state()

    def end_check(self, report: Report) -> None:
        """Take over what a check of the whole chain found; a journal that is not whole takes no more events."""
        with self._lock:
            self._suspect()
            seq, digest = report.head
            if report.problems:
                self._damage = f"the journal {self.path.name} is not whole: {report.problems[0]}"
            elif seq > 0 and self._hash_of(seq) != digest:
                self._damage = f"the journal {self.path.name} is not whole: event {seq} changed while it was read"
            else:
                self._whole = True

    def append(self, *drafts: NewEvent) -> tuple[Event, ...]:
        """Write events in one transaction and return them with their numbers, once they are on disk."""
        with self._lock:
            astray = self._files.astray()
            if astray:
                raise JournalUnavailable(astray)
            try:
                return self._append(drafts)
            except sqlite3.Error as error:
                self._doubtful = True
                raise as_journal_error(error, self.path) from error
            except JournalDamaged as error:
                # Nothing is ever chained behind what another hand wrote.
                self._damage = str(error)
                raise
            except BaseException:
                self._doubtful = True
                raise

    def unended_actions(self) -> tuple[Event, ...]:
        """Return the orders on positions whose end was never journalled, oldest first.

        Older journals name no order in an end: it then ends whatever was sent on the position before.
        """
        return self._query(
            "kind = 'ACTION_SENDING' AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.ticket = events.ticket "
            "AND e.kind = 'ACTION_ENDED' AND e.seq > events.seq AND coalesce(json_extract(e.body, '$.of') = "
            "json_extract(events.body, '$.action.name'), 1)) ORDER BY seq"
        )

    def closing_orders(self, position: int) -> frozenset[int]:
        """Return the broker's orders that are known to have carried out closes of a position."""
        sql = "SELECT json_extract(body, '$.order') FROM events WHERE ticket = ? AND kind = 'ACTION_ENDED'"
        return frozenset(row[0] for row in self._rows(sql, position) if row[0])

    def exit_rules(self) -> tuple[Event, ...]:
        """Return the newest instructions of every position that has some, oldest first."""
        return self._query(
            "kind = 'STANDING_SET' AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.ticket = events.ticket "
            "AND e.kind IN ('STANDING_SET', 'STANDING_ENDED') AND e.seq > events.seq) ORDER BY seq"
        )

    def events(self, after: int = 0, intent_id: str | None = None) -> tuple[Event, ...]:
        """Return the events after a number, oldest first, of one intent or of all."""
        if intent_id is None:
            return self._query("seq > ? ORDER BY seq", after)
        return self._query("intent_id = ? AND seq > ? ORDER BY seq", intent_id, after)

    def newest(self, kind: EventKind) -> Event | None:
        """Return the newest event of a kind, None when there is none."""
        return next(iter(self._query("kind = ? ORDER BY seq DESC LIMIT 1", kind.value)), None)

    def troubles(self, since: datetime) -> tuple[Event, ...]:
        """Return what failed, or became or stayed of unknown fate, after a moment, oldest first; of the newest events.

        An order that was executed after it had counted as failed is among them.
        """
        condition = (
            "seq > ? AND at >= ? AND before IS NOT after "
            "AND (after IN ('FAILED', 'UNKNOWN', 'PARTIAL') OR before = 'FAILED') ORDER BY seq"
        )
        moment = since.astimezone(UTC).isoformat(timespec="microseconds")
        return self._query(condition, self._head[0] - _LOOKED_THROUGH, moment)

    def catch_up(self, after: int) -> tuple[Event, ...]:
        """After a failed append: read what did reach the file, and trust the journal again."""
        with self._lock:
            events = self.events(after)
            self._head = self._read_head()
            self._doubtful = False
            return events

    def open_intents(self) -> tuple[str, ...]:
        """Return the intents that have not ended, oldest first."""
        marks = ", ".join("?" for _ in ENDED)
        sql = f"""
            SELECT intent_id FROM events AS e
            WHERE intent_id != '' AND after IS NOT NULL
              AND seq = (SELECT max(seq) FROM events WHERE intent_id = e.intent_id AND after IS NOT NULL)
              AND after NOT IN ({marks}) ORDER BY seq"""  # noqa: S608 - only question marks are put in
        return tuple(row[0] for row in self._rows(sql, *(state.value for state in ENDED)))

    def watched_intents(self) -> tuple[str, ...]:
        """Return the intents that failed without a trace at the broker, and are not known to be final since."""
        sql = """
            SELECT intent_id FROM events AS e
            WHERE kind = 'FAILED' AND body LIKE '%"watched":true%' AND NOT EXISTS (
                SELECT 1 FROM events WHERE intent_id = e.intent_id AND seq > e.seq
                AND (after != 'FAILED' OR body LIKE '%"watched":false%')) ORDER BY seq"""
        return tuple(row[0] for row in self._rows(sql))

    def latest_intents(self, limit: int) -> tuple[str, ...]:
        """Return the intents received last, oldest first."""
        sql = "SELECT intent_id FROM events WHERE kind IN ('RECEIVED', 'TAKEN_IN') ORDER BY seq DESC LIMIT ?"
        return tuple(row[0] for row in self._rows(sql, limit))[::-1]

    def find_client(self, source: str, client_id: str) -> str | None:
        """Return the intent that a sender knows by its own name."""
        sql = "SELECT intent_id FROM events WHERE source = ? AND client_id = ? AND client_id != '' LIMIT 1"
        return next((row[0] for row in self._rows(sql, source, client_id)), None)

    def find_ticket(self, ticket: int) -> str | None:
        """Return the intent that an order or position came from."""
        sql = "SELECT intent_id FROM events WHERE ticket = ? AND intent_id != '' ORDER BY seq LIMIT 1"
        return next((row[0] for row in self._rows(sql, ticket)), None)

    def has_intent(self, intent_id: str) -> bool:
        """Return whether an intent's id is taken."""
        return bool(self._rows("SELECT 1 FROM events WHERE intent_id = ? LIMIT 1", intent_id))

    def has_left(self, intent_id: str) -> bool:
        """Return whether an intent is known to have left for the broker."""
        sql = "SELECT 1 FROM events WHERE intent_id = ? AND kind IN ('SENDING', 'TAKEN_IN') LIMIT 1"
        return bool(self._rows(sql, intent_id))

    def close(self) -> None:
        """Close the file and let others have it."""
        with self._lock:
            self._stack.close()

    def _open(self, connect: Connect) -> None:
        """Open the files; what is to be closed is on the stack, the last first."""
        if not self.path.is_file() or self.path.stat().st_size == 0:
            # SQLite would begin a new one in its place.
            self._notes.check((0, GENESIS), lambda _: None, 0)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._stack.callback(hold(self.path.with_suffix(".lock")).close)
        self._stack.callback(self._notes.close)
        self._stack.callback(self._seal)
        found = file_seal(self.path)
        self._db = connect(self.path)
        self._stack.callback(self._db.close)
        self._prepare(found)

    def _prepare(self, found: str) -> None:
        """Set the file up, bring it to the newest version, and see that its end is where we left it.

        `found`, the seal of the file before it was opened: as it was noted, nothing has changed since it was whole.
        """
        (mode,) = self._db.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            # SQLite goes on in another mode, without an error, where the disk refused this one.
            cause = why_not_written(self.path) or "its write-ahead log cannot be set up"
            raise JournalUnavailable(f"the journal {self.path.name} cannot be used: {cause}")
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF", "wal_autocheckpoint = 0"):
            self._db.execute(f"PRAGMA {pragma}")
        version = migrate(self._db)
        self._head = self._read_head()
        self._notes.check(self._head, self._hash_of, version)
        sealed = self._notes.open()
        self._whole = self._head[0] == 0 or (sealed == found != "" and version == len(MIGRATIONS))
        self._notes.move(self._head)
        self._notes.flush()
        self._files = OpenFiles(self.path, self._notes.paths)
        self._mark = self._state()

    def _seal(self) -> None:
        """Note what the closed file is like, if it is known to be whole."""
        if self.whole and not self._doubtful:
            self._notes.move(self._head, file_seal(self.path))
            self._notes.flush()

    def _state(self) -> tuple[int, ...]:
        """Return what changes when somebody else writes to the file, by SQLite's word and by the file system's."""
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        return (int(version), *self._files.state())

    def _suspect(self) -> None:
        """Note when somebody else has written to the file."""
        try:
            touched = self._state() != self._mark
        except sqlite3.Error as error:
            raise as_journal_error(error, self.path) from error
        if touched and not self._suspicion:
            self._whole = False
            self._suspicion = f"another program wrote to the journal {self.path.name}, which has to be checked first"

    def _mark_ours(self) -> None:
        """Take the files as they are now for our own work, unless somebody else's was seen before."""
        with contextlib.suppress(sqlite3.Error):
            if not self._suspicion:
                self._mark = self._state()

    def _carry_over(self) -> None:
        """Carry the write-ahead log into the file, now and then; failing to is no failure of the journal."""
        self._commits += 1
        if self._commits < _COMMITS_BETWEEN:
            return
        with contextlib.suppress(sqlite3.Error):
            ours = self._state() == self._mark
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")
            self._commits = 0
            if ours:
                self._mark = self._state()

    def _append(self, drafts: Sequence[NewEvent]) -> tuple[Event, ...]:
        """Write the rows, then the head, then commit; the anchor last."""
        if self._damage:
            raise JournalDamaged(self._damage)
        if self._doubtful:
            raise JournalUnavailable(f"the journal {self.path.name} has to be read again after a failure")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            head = self._write(drafts)
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            self._mark_ours()
            raise
        first, self._head = self._head[0] + 1, head
        self._notes.move(head)
        self._mark_ours()
        self._carry_over()
        return tuple(journalled(draft, seq) for seq, draft in enumerate(drafts, start=first))

    def _write(self, drafts: Sequence[NewEvent]) -> tuple[int, str]:
        """Insert events behind the head and return the new head."""
        if self._read_head() != self._head:
            raise JournalDamaged(f"another program wrote to the journal {self.path.name}")
        self._suspect()
        if self._suspicion:
            raise JournalUnavailable(self._suspicion)
        seq, prev_hash = self._head
        for draft in drafts:
            seq += 1
            row = to_row(seq, draft, prev_hash)
            marks = ", ".join("?" for _ in row)
            self._db.execute(f"INSERT INTO events ({COLUMNS}) VALUES ({marks})", row)  # noqa: S608 - constants
            prev_hash = str(row[-1])
        self._db.execute("INSERT OR REPLACE INTO head (one, seq, hash) VALUES (1, ?, ?)", (seq, prev_hash))
        return seq, prev_hash

    def _read_head(self) -> tuple[int, str]:
        """Return the newest event's number and hash as the file has them."""
        row = self._db.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        return (int(row[0]), str(row[1])) if row else (0, GENESIS)

    def _hash_of(self, seq: int) -> str | None:
        """Return an event's hash, None when there is no such event."""
        row = self._db.execute("SELECT hash FROM events WHERE seq = ?", (seq,)).fetchone()
        return str(row[0]) if row else None

    def _query(self, condition: str, *values: Any) -> tuple[Event, ...]:
        """Return the events that meet a condition."""
        sql = f"SELECT {COLUMNS} FROM events WHERE {condition}"  # noqa: S608 - conditions are constants above
        return tuple(from_row(row) for row in self._rows(sql, *values))

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        """Run a query; say in words what SQLite refuses."""
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise as_journal_error(error, self.path) from error

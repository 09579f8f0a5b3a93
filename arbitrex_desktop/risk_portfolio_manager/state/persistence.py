# SPDX-License-Identifier: MIT
"""The risk state on disk: one SQLite file with a row per account, and a log of the approvals made since.

A row of an account is written whole, now and then; an approval is appended to the log before it is given, which is one
write and one fsync.  A file that cannot be read is set aside under another name, and every account then starts halted
until a person resumes; so does an account whose row or approvals are damaged.
"""

from __future__ import annotations

import logging
import sqlite3
import weakref
from collections import defaultdict
from contextlib import closing
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.risk_portfolio_manager.state.approval_log import ApprovalLog, Entry, checksum_of
from arbitrex_desktop.risk_portfolio_manager.state.writer_lock import WriterLock

FILE_NAME: Final = "risk_state.sqlite3"
LOG_NAME: Final = "risk_state.approvals"
LOCK_NAME: Final = "risk_state.lock"
BUSY_SECONDS = 2.0
"""How long another program's lock on the file is waited for."""

_VERSION: Final = 2
_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS state (
    account TEXT PRIMARY KEY, body TEXT NOT NULL, checksum TEXT NOT NULL, saved_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS numbers (account TEXT PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS damage (noticed_at TEXT NOT NULL, words TEXT NOT NULL);
PRAGMA user_version = {_VERSION};
"""
_SAVE: Final = """
INSERT INTO state VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE SET
body = excluded.body, checksum = excluded.checksum, saved_at = excluded.saved_at
"""
_SAVE_NUMBER: Final = "INSERT INTO numbers VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET number = excluded.number"
_files: Final[defaultdict[Path, Lock]] = defaultdict(Lock)
"""Held while the files of a folder are used, by all stores of this program together."""
_log = logging.getLogger(__name__)


class StateDamaged(Exception):  # noqa: N818 - what the state is
    """What was saved of an account cannot be trusted; the text says why."""


class StateUnread(StateDamaged):
    """What was saved of an account cannot be read now, and may be sound."""


class StateInUse(OSError):  # noqa: N818 - what the state is
    """Another program or manager keeps this account's state; the text says who."""


class Stored(NamedTuple):
    """What was kept of an account: its row (None when there is none), approvals since, and the newest one's number."""

    body: bytes | None = None
    approvals: tuple[bytes, ...] = ()
    number: int = 0


class SqliteStateStore:
    """Keeps the risk state of accounts in `folder`, which is made with the first thing saved.

    Safe to call from any thread.  What is saved or added while another has the right to write raises `StateInUse`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._log = ApprovalLog(folder / LOG_NAME)
        self._writer = WriterLock(folder / LOCK_NAME)
        self._lock = _files[folder.absolute()]
        self._connection: sqlite3.Connection | None = None

    def take(self, account: str, *, over: bool) -> str:
        """Take the right to write an account's state; return who else has it, empty when it is ours.

        With `over` it is taken from another manager of this program, never from another program.  Raises OSError.
        """
        return self._writer.take(account, over=over) if self._path.parent.is_dir() else ""

    def holder(self, account: str) -> str:
        """Return who else has that right, empty for nobody; from memory."""
        return self._writer.holder(account)

    def load(self, account: str) -> Stored:
        """Return what was kept of an account; raise `StateDamaged` when file or rows cannot be trusted.

        A damaged file is set aside first; the damage is remembered until an account has been saved after it.
        """
        with self._lock:
            try:
                found = Stored()
                if self._connection is not None or self._path.exists():
                    found = _read_account_row(self._open_connection(), account)
                since = [each for each in self._log.entries() if each.account == account and each.number > found.number]
            except ValueError as error:
                raise StateDamaged(
                    f"the saved approvals of this account cannot be trusted: {error_text(error)}"
                ) from error
            except sqlite3.OperationalError as error:  # locked or out of reach, which is no damage
                raise StateUnread(f"the saved risk state could not be read: {error_text(error)}") from error
            except sqlite3.DatabaseError as error:
                raise StateDamaged(self._set_aside(error)) from error
        bodies = tuple(each.body for each in since)
        return Stored(found.body, bodies, since[-1].number if since else found.number)

    def save(self, account: str, body: bytes, number: int, moment: datetime) -> None:
        """Write an account's row, and drop the approvals up to a number, which are in it; raise OSError on failure."""
        with self._lock:
            self._claim_account(account)
            try:
                with self._open_connection() as connection:
                    connection.execute(_SAVE, (account, body.decode(), checksum_of(body), moment.isoformat()))
                    connection.execute(_SAVE_NUMBER, (account, number))
                self._log.keep(lambda each: each.account != account or each.number > number)
            except (sqlite3.Error, ValueError) as error:
                raise OSError(f"the risk state could not be saved: {error_text(error)}") from error

    def append(self, account: str, body: bytes, number: int) -> None:
        """Write an approval, on disk when this returns; raise OSError when that fails."""
        with self._lock:
            self._claim_account(account)
            self._log.append(Entry(account, number, body))

    def backup(self, moment: datetime) -> Path | None:
        """Copy the file to `risk_state.TIME.sqlite3` beside it; raise OSError when that fails."""
        if not self._path.exists():
            return None
        target = self._path.with_name(f"risk_state.{moment:%Y%m%dT%H%M%S%f}.sqlite3")
        try:
            with self._lock, closing(sqlite3.connect(target)) as copy:
                self._open_connection().backup(copy)
        except sqlite3.Error as error:
            raise OSError(f"the risk state could not be backed up: {error_text(error)}") from error
        return target

    def close(self) -> None:
        """Let go of the files; a later call opens them again."""
        with self._lock:
            self._close_connection()
            self._log.close()
            self._writer.release()

    def _claim_account(self, account: str) -> None:
        """Make sure that nobody else writes this account's state; raise `StateInUse` when somebody does."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if holder := self._writer.ensure(account):
            raise StateInUse(holder)

    def _open_connection(self) -> sqlite3.Connection:
        """Return the connection, opened and checked once; the caller holds the lock."""
        if self._connection is None:
            found = self._path.exists()
            connection = sqlite3.connect(self._path, check_same_thread=False, timeout=BUSY_SECONDS)
            weakref.finalize(self, connection.close)  # programs that never close their manager leave no open file
            try:
                _prepare_file(connection, found=found)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _close_connection(self) -> None:
        """Close the connection if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _set_aside(self, error: Exception) -> str:
        """Rename the damaged file and note the damage in a new one; return what to tell the trader."""
        self._close_connection()
        number = 1
        while (target := self._path.with_name(f"{FILE_NAME}.damaged-{number}")).exists():
            number += 1
        message = f"the saved risk state was damaged ({error_text(error)}); it was set aside as {target.name}"
        _log.error("%s", message)
        try:
            self._path.rename(target)
            for suffix in ("-wal", "-shm"):
                self._path.with_name(FILE_NAME + suffix).unlink(missing_ok=True)
            with self._open_connection() as connection:
                connection.execute("INSERT INTO damage VALUES (datetime('now'), ?)", (message,))
        except (OSError, sqlite3.Error) as failure:
            _log.error("the damaged risk state could not be set aside: %s", failure)
        return message


def _prepare_file(connection: sqlite3.Connection, *, found: bool) -> None:
    """Check a file and make its tables; raise DatabaseError for one that was `found` and is none of ours.

    One that a newer version has made is no damage: it raises OperationalError, and is left as it is.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > _VERSION:
        raise sqlite3.OperationalError("a newer version of this program has made it; use that one, or another folder")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok" or version < 0:
        raise sqlite3.DatabaseError(f"check says {verdict}, version {version}")
    if found and connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'state'").fetchone() is None:
        raise sqlite3.DatabaseError("it holds no risk state")
    connection.executescript(_SCHEMA)


def _read_account_row(connection: sqlite3.Connection, account: str) -> Stored:
    """Return an account's row; raise `StateDamaged` for one that is not what was written."""
    row = connection.execute("SELECT body, checksum FROM state WHERE account = ?", (account,)).fetchone()
    damage = connection.execute("SELECT words FROM damage LIMIT 1").fetchone()
    number = connection.execute("SELECT number FROM numbers WHERE account = ?", (account,)).fetchone()
    if row is None and damage is not None:
        raise StateDamaged(str(damage[0]))
    return Stored(None if row is None else _checked_body(*row), number=0 if number is None else number[0])


def _checked_body(text: str, checksum: str) -> bytes:
    """Return a row's content; raise `StateDamaged` when it is not what was written."""
    body = str(text).encode()
    if checksum_of(body) != checksum:
        raise StateDamaged("the saved risk state of this account was changed or damaged")
    return body

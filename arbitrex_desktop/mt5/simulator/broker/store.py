# SPDX-License-Identifier: MIT
"""The file that keeps the broker's books, so that a killed host takes up the same account where it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import msgspec

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.mt5.simulator.broker.records import BrokerPosition, Deal, Order

_WAIT_SECONDS: Final = 3.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS records (
    account TEXT NOT NULL, kind TEXT NOT NULL, ticket INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (account, kind, ticket)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (
    account TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;
"""

Record = BrokerPosition | Order | Deal


class StoreError(OSError):
    """The books cannot be read or written; the text names the file."""


@dataclass(frozen=True, slots=True)
class SavedBooks:
    """The books as they were last committed; deals and closed orders in the order of their tickets."""

    positions: tuple[BrokerPosition, ...] = ()
    orders: tuple[Order, ...] = ()
    closed_orders: tuple[Order, ...] = ()
    deals: tuple[Deal, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One record to be written under its kind and ticket, or removed when None."""

    kind: str
    ticket: int
    record: Record | None


class BookStore(Protocol):
    """Keeps the books of one account."""

    def load(self) -> SavedBooks | None:
        """Return what was last committed, None for an account that was never seen."""

    def commit(self, changes: Sequence[Change], numbers: Mapping[str, int]) -> None:
        """Write all or nothing; when this returns, a killed process loses nothing of it."""

    def close(self) -> None:
        """Let go of the file."""


class NoBookStore:
    """Books that live as long as the process."""

    def load(self) -> SavedBooks | None:
        """Return None: there is never anything to go on with."""
        return None

    def commit(self, changes: Sequence[Change], numbers: Mapping[str, int]) -> None:
        """Keep nothing."""

    def close(self) -> None:
        """Nothing is held."""


class SqliteStore:
    """The books of one account in an SQLite file, which may hold several accounts.

    Raises `StoreError` when the file cannot be opened, read or written.  For one thread at a time.
    """

    def __init__(self, path: Path, account: str) -> None:
        self._path = path
        self._account = account
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{path}: the simulated broker's books cannot be opened: {error_text(error)}") from error
        try:
            # One broker per file: a second one would hand out the same tickets again.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            self._db.close()
            raise StoreError(f"{path}: the simulated broker's books cannot be opened: {error_text(error)}") from error

    def load(self) -> SavedBooks | None:
        """Return the account's books, None when the file has none."""
        try:
            numbers = dict(
                self._db.execute("SELECT name, value FROM numbers WHERE account = ?", (self._account,)).fetchall()
            )
            return self._read(numbers) if numbers else None
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise StoreError(
                f"{self._path}: the simulated broker's books cannot be read: {error_text(error)}"
            ) from error

    def _read(self, numbers: dict[str, int]) -> SavedBooks:
        return SavedBooks(
            positions=tuple(msgspec.json.decode(body, type=BrokerPosition) for body in self._bodies("position")),
            orders=tuple(msgspec.json.decode(body, type=Order) for body in self._bodies("order")),
            closed_orders=tuple(msgspec.json.decode(body, type=Order) for body in self._bodies("closed_order")),
            deals=tuple(msgspec.json.decode(body, type=Deal) for body in self._bodies("deal")),
            numbers=numbers,
        )

    def _bodies(self, kind: str) -> list[bytes]:
        """Return the encoded records of a kind in the order of their tickets."""
        query = "SELECT body FROM records WHERE account = ? AND kind = ? ORDER BY ticket"
        return [body for (body,) in self._db.execute(query, (self._account, kind))]

    def commit(self, changes: Sequence[Change], numbers: Mapping[str, int]) -> None:
        """Write all changes in one transaction."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for change in changes:
                self._write(change)
            self._db.executemany(
                "INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)",
                [(self._account, name, value) for name, value in numbers.items()],
            )
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise StoreError(
                f"{self._path}: the simulated broker's books cannot be written: {error_text(error)}"
            ) from error

    def _write(self, change: Change) -> None:
        key = (self._account, change.kind, change.ticket)
        if change.record is None:
            self._db.execute("DELETE FROM records WHERE account = ? AND kind = ? AND ticket = ?", key)
        else:
            body = msgspec.json.encode(change.record)
            self._db.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", (*key, body))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

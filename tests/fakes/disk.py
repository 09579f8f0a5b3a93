# SPDX-License-Identifier: MIT
"""A disk, and a program, that fail at one chosen moment of all those at which they could."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from arbitrex_desktop.desk.journal.journal import connect


class Killed(BaseException):
    """The program was killed here; nothing in it may catch this and go on."""


class DiskFull(sqlite3.OperationalError):
    """What SQLite raises when there is no space."""

    sqlite_errorcode = sqlite3.SQLITE_FULL


class Fate:
    """Counts the moments at which something could fail, and fails at the one that was chosen.

    `moment(name)` is called at each; `chosen` is the number of the one that raises `error()`, None for none.
    `passed` has the names of those that went by, `failed` the name of the one that did not.
    """

    def __init__(self, chosen: int | None, error: Callable[[], BaseException] = Killed) -> None:
        self.chosen = chosen
        self._error = error
        self.passed: list[str] = []
        self.failed = ""

    def moment(self, name: str) -> None:
        """Let a moment pass, or fail at it."""
        if self.chosen is not None and len(self.passed) == self.chosen:
            self.failed, self.chosen = name, None
            raise self._error()
        self.passed.append(name)

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open a journal's file whose writes are moments."""
        fate = self

        class Connection(sqlite3.Connection):
            """Writes that may fail: before each insert and commit, and right after a commit is on disk."""

            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                """Run a statement, with its moments."""
                word = sql.split(maxsplit=1)[0]
                if word in ("INSERT", "COMMIT"):
                    fate.moment(f"before {word}")
                cursor = super().execute(sql, *values)
                if word == "COMMIT":
                    fate.moment("after COMMIT")
                return cursor

        return connect(path, factory=Connection)

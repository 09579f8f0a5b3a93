# SPDX-License-Identifier: MIT
"""Which terminals a desk uses: another login through the module would switch the account under it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.desk.errors import DeskError, JournalOccupied, JournalUnavailable
from arbitrex_desktop.desk.journal.files import hold
from arbitrex_desktop.file_lock import locks_folder
from arbitrex_desktop.paths import data_dir
from arbitrex_desktop.raw_layer.connection.sessions import SessionConfig

_LAST_USED: Final = "last-used.lock"


class TerminalsInUse:
    """Locks that say which terminals this process uses; they end with it.  One thread at a time.

    The locks are one set for all data folders of a user, since a terminal belongs to none.  A session without a path
    takes the terminal used last, which may be any: it is taken to share its terminal with every other.
    """

    name = "terminal"

    def __init__(self, sessions: Iterable[SessionConfig], folder: Path | None = None) -> None:
        self._folder = folder or locks_folder("terminals")
        self._own = {self._lock_of(session) for session in sessions}
        self._held = ExitStack()

    def start(self) -> None:
        """Take the locks; raises `DeskError` when another process uses one of the terminals."""
        real = {path for path in self._own if path.parent == self._folder}
        last_used = self._folder / _LAST_USED
        others = set(self._folder.glob("*.lock")) if last_used in real else {last_used} if real else set()
        try:
            for path in sorted(self._own):
                self._held.callback(_hold_lock(path).close)
            for path in sorted(others - self._own):
                _hold_lock(path).close()
        except JournalOccupied:
            self.stop()
            raise DeskError("another window of this program uses this terminal, and its account would change") from None
        except (JournalUnavailable, OSError) as error:
            self.stop()
            raise DeskError(
                f"it cannot be determined whether another window uses this terminal: {error_text(error)}"
            ) from error

    def stop(self) -> None:
        """Let the terminals go."""
        self._held.close()

    def _lock_of(self, session: SessionConfig) -> Path:
        """Return the file of a terminal's lock; a simulated terminal belongs to its data folder."""
        if session.is_simulated:
            return data_dir() / "simulated" / "terminal.lock"
        if session.terminal_path is None:
            return self._folder / _LAST_USED
        text = os.path.normcase(Path(session.terminal_path).absolute())
        return self._folder / f"{hashlib.sha256(os.fsencode(text)).hexdigest()[:16]}.lock"


def _hold_lock(path: Path) -> sqlite3.Connection:
    """Take a lock; raises `JournalOccupied` when it is taken."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return hold(path)

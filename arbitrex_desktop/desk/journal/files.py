# SPDX-License-Identifier: MIT
"""The files of an open journal, told from others of the same name; and the lock that one desk holds."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from arbitrex_desktop import file_lock
from arbitrex_desktop.desk.errors import JournalOccupied
from arbitrex_desktop.desk.journal.schema import as_journal_error

Identity = tuple[int, int]


class OpenFiles:
    """Which files a journal has open.  A file that was removed or renamed can be written to still, and is lost."""

    def __init__(self, journal: Path, notes: tuple[Path, ...]) -> None:
        self._journal = journal
        self._wal = Path(f"{journal}-wal")
        self._known: dict[Path, Identity | None] = {path: _file_identity(path) for path in (journal, *notes)}
        self._known[self._wal] = None

    def astray(self) -> str:
        """Return in words which file is not the one that was opened any more, empty when all are."""
        for path, known in self._known.items():
            found = _file_identity(path)
            if known is None and path == self._wal:
                # It comes with the first write.
                self._known[path] = found
            elif found != known:
                what = "was replaced" if found else "was removed or renamed"
                return f"the journal {self._journal.name} is not on the disk as it was opened: {path} {what}"
        return ""

    def state(self) -> tuple[int, ...]:
        """Return size and time of the last change of the journal's file and of its log.

        On Windows they lag behind and say nothing.
        """
        if sys.platform == "win32":
            return ()
        return (*_size_and_time(self._journal), *_size_and_time(self._wal))


def hold(path: Path) -> sqlite3.Connection:
    """Take the lock that one desk holds, until the connection is closed.

    Raises `JournalOccupied` when another desk has it, `JournalUnavailable` with the cause for anything else.
    """
    try:
        return file_lock.hold(path)
    except file_lock.FileHeld as held:
        raise JournalOccupied(f"another window of this program uses this data folder; {held}") from held
    except sqlite3.Error as error:
        raise as_journal_error(error, path) from error


def _size_and_time(path: Path) -> tuple[int, int]:
    """Return a file's size and the time of its last change, zeros when there is none."""
    try:
        status = path.stat()
    except OSError:
        return (0, 0)
    return (status.st_size, status.st_mtime_ns)


def _file_identity(path: Path) -> Identity | None:
    """Return what tells a file from another of its name, None when there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino)

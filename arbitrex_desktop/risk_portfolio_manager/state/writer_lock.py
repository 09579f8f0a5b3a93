# SPDX-License-Identifier: MIT
"""Who may write an account's state: one program a data folder, and in it the manager that took it up last."""

from __future__ import annotations

import os
import sqlite3
import weakref
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.file_lock import FileHeld, hold

_LET_GO: Final = "the saved state was let go of, and has to be read again"


class LockMessages(NamedTuple):
    """How it is told that another program, or another manager of this one, was there first."""

    program: str = "another program keeps its risk state in this data folder"
    manager: str = "another risk manager of this program keeps the state of this account"


class _FolderLock:
    """A data folder's lock, which all stores of this program share; it is let go with the last of them."""

    def __init__(self, path: Path) -> None:
        connection = hold(path)
        weakref.finalize(self, connection.close)
        self.process = os.getpid()
        self.writers: dict[str, weakref.ref[WriterLock]] = {}


_held: weakref.WeakValueDictionary[Path, _FolderLock] = weakref.WeakValueDictionary()
_guard: Final = Lock()


class WriterLock:
    """One store's right to write, by account; the lock's file is `path`.  Safe to call from any thread.

    The account "" stands for all of them, and belongs to all stores of the program that has the folder.
    """

    def __init__(self, path: Path, messages: LockMessages | None = None) -> None:
        self._messages = messages or LockMessages()
        self._path = path
        self._folder: _FolderLock | None = None
        self._program = ""
        self._taken: set[str] = set()

    def take(self, account: str, *, over: bool) -> str:
        """Take the right to write an account's state; return who else has it, empty when it is ours now.

        What another manager of this program has is taken over with `over` only.  Raises OSError when the lock cannot
        be made.
        """
        with _guard:
            folder = self._lock_folder()
            if folder is None:
                return self._program
            if not account:  # what counts for every account is everybody's in this program
                return ""
            writer = folder.writers.get(account)
            other = None if writer is None else writer()
            if other is not None and other is not self and not over:
                return self._messages.manager
            folder.writers[account] = weakref.ref(self)
            self._taken.add(account)
            return ""

    def holder(self, account: str) -> str:
        """Return why this store may not write; empty when it may, or never asked."""
        folder = self._folder
        if account not in self._taken or self._program:
            return self._program
        if folder is None:
            return _LET_GO
        writer = folder.writers.get(account)
        return "" if writer is not None and writer() is self else self._messages.manager

    def ensure(self, account: str) -> str:
        """Take the right to write if it was never asked for; return who else has it, empty when it is ours."""
        return self.holder(account) if account in self._taken or self._program else self.take(account, over=True)

    def release(self) -> None:
        """Let go; what is written by others from now on has to be read before this store may write again."""
        with _guard:
            if self._folder is not None:
                mine = [account for account, writer in self._folder.writers.items() if writer() is self]
                for account in mine:
                    del self._folder.writers[account]
            self._folder, self._program = None, ""

    def _lock_folder(self) -> _FolderLock | None:
        """Return the folder's lock, taken if need be; None while another program has it."""
        folder = self._folder or _held.get(self._path.absolute())
        if folder is None or folder.process != os.getpid():
            try:
                folder = _FolderLock(self._path)
            except FileHeld as held:
                self._program = f"{self._messages.program}; {held}"
                return None
            except sqlite3.Error as error:
                raise OSError(f"the data folder could not be locked: {error_text(error)}") from error
            _held[self._path.absolute()] = folder
        self._folder, self._program = folder, ""
        return folder

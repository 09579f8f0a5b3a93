# SPDX-License-Identifier: MIT
"""A lock that one program holds on a file, and that ends with the program."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

_PROC_LOCKS: Final = Path("/proc/locks")
_INODE_FIELD: Final = 5
_PID_FIELD: Final = 4


class FileHeld(OSError):  # noqa: N818 - what the file is
    """Another holds the lock; the text says who, as far as the system tells."""


def hold(path: Path) -> sqlite3.Connection:
    """Take the lock on a file, which is made if need be, until the connection is closed.

    SQLite's file locks work alike everywhere, and end with the process.  One that only reads the file keeps nobody
    out.  Raises `FileHeld`, or sqlite3.Error for anything else.
    """
    lock = sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        lock.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise
        raise FileHeld(f"{_holder(path) or 'it'} holds {path}") from error
    return lock


def locks_folder(kind: str) -> Path:
    """Return this user's folder for locks of what belongs to no data folder; it may not be there yet."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return _root() / f"arbitrex-{kind}-{user}"


def _root() -> Path:
    """Return where the locks of all users are."""
    return Path(tempfile.gettempdir())


def _holder(path: Path) -> str:
    """Return which other process has a lock on a file, as far as the system tells."""
    try:
        inode = str(path.stat().st_ino)
        rows = [line.split() for line in _PROC_LOCKS.read_text(encoding="ascii").splitlines()]
        pids = {row[_PID_FIELD] for row in rows if len(row) > _INODE_FIELD and row[_INODE_FIELD].endswith(f":{inode}")}
        others = sorted(pid for pid in pids if pid.isdecimal() and int(pid) != os.getpid())
        names = [Path("/proc", pid, "comm").read_text(encoding="utf-8", errors="replace").strip() for pid in others]
    except OSError:
        return ""
    return ", ".join(f"process {pid} ({name})" for pid, name in zip(others, names, strict=True))

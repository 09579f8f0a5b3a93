# SPDX-License-Identifier: MIT
"""Approvals that are not yet in a saved state: a file that is only appended to, a line each."""

from __future__ import annotations

import hashlib
import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """One approval; `number` grows with each of an account."""

    account: str
    number: int
    body: bytes


class ApprovalLog:
    """Not safe for threads; the store locks.  A line is its checksum, number, account and body, in this order.

    A last line that is not whole was never given to anybody, and is passed over; any other that is not what was
    written raises ValueError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole = False
        self._file: FileIO | None = None
        self._let_go: Callable[[], object] = lambda: None

    def append(self, entry: Entry) -> None:
        """Write an entry, on disk when this returns; raise OSError when that fails, and leave nothing of it."""
        file = self._open_file()
        content = b"%d %s %s" % (entry.number, entry.account.encode(), entry.body)
        line = b"%s %s\n" % (checksum_of(content).encode(), content)
        self._whole = False  # until it is
        if file.write(line) != len(line):
            raise OSError("the disk took a part of the approval only")
        os.fsync(file.fileno())
        self._whole = True

    def close(self) -> None:
        """Let go of the file, which the next append opens again; a log that is never closed does so when it ends."""
        self._let_go()

    def entries(self) -> list[Entry]:
        """Return every whole entry, oldest first."""
        return [_parsed_entry(line) for line in self._whole_lines()]

    def keep(self, wanted: Callable[[Entry], bool]) -> None:
        """Drop the entries that are not wanted any more; raise OSError when that fails, and then all are kept.

        So they are where another program has the file open and the system keeps it from being replaced.
        """
        lines = self._whole_lines()
        kept = [line for line in lines if wanted(_parsed_entry(line))]
        if len(kept) < len(lines):
            beside = self._path.with_suffix(".new")
            with FileIO(beside, "w") as file:
                file.write(b"".join(line + b"\n" for line in kept))
                os.fsync(file.fileno())
            self.close()
            with suppress(PermissionError):
                beside.replace(self._path)

    def _open_file(self) -> FileIO:
        """Return the file, kept open from one append to the next while it is the one that is found under its name."""
        if self._file is not None and self._whole and _is_at(self._file, self._path):
            return self._file
        self.close()
        self._drop_torn_end()
        self._file = FileIO(self._path, "ab")
        self._let_go = weakref.finalize(self, self._file.close)
        self._whole = True
        return self._file

    def _whole_lines(self) -> list[bytes]:
        """Return the whole lines."""
        if not self._path.exists():
            return []
        return self._path.read_bytes().split(b"\n")[:-1]

    def _drop_torn_end(self) -> None:
        """Cut off a line that a crash or a full disk left unfinished, so that the next one stands by itself."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            os.truncate(self._path, self._path.read_bytes().rfind(b"\n") + 1)


def _is_at(file: FileIO, path: Path) -> bool:
    """Return whether a file is open, and not replaced by another program meanwhile."""
    try:
        return not file.closed and os.path.samestat(os.fstat(file.fileno()), os.stat(path))  # noqa: PTH116 - the faster
    except FileNotFoundError:
        return False


def checksum_of(content: bytes) -> str:
    """Return the SHA-256 of what is kept, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _parsed_entry(line: bytes) -> Entry:
    """Return a line's entry; raise ValueError for one that is not what was written."""
    checksum, _, content = line.partition(b" ")
    if checksum != checksum_of(content).encode():
        raise ValueError("an approval was changed or damaged")
    number, account, body = content.split(b" ", 2)
    return Entry(account.decode(), int(number), body)

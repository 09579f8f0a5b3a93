# SPDX-License-Identifier: MIT
"""Where a journal ended, noted outside of it, so that a tail cut off shows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from arbitrex_desktop.desk.errors import JournalDamaged
from arbitrex_desktop.desk.journal.schema import GENESIS


class JournalAnchor:
    """A small file beside the journal with the newest event's number and hash.

    Written after each commit without waiting for the disk: after a power cut it may lag behind, never run ahead.
    If it names an event that the journal does not have, the journal's tail is gone.
    """

    def __init__(self, journal: Path) -> None:
        self.path = anchor_path(journal)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)

    def check(self, head: tuple[int, str], hash_of: Callable[[int], str | None]) -> None:
        """Raise `JournalDamaged` when events that were written are missing."""
        noted = parse_anchor(os.read(self._file, 128))
        if noted is not None and noted[0] > 0 and hash_of(noted[0]) != noted[1]:
            raise JournalDamaged(
                f"the journal lost its end: event {noted[0]} was written, and event {head[0]} is the last"
            )
        self.move(head)

    def move(self, head: tuple[int, str]) -> None:
        """Note a new end; failing to is no failure of the journal."""
        with contextlib.suppress(OSError):
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, f"{head[0]:020d} {head[1]}\n".encode())

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def anchor_path(journal: Path) -> Path:
    """Return the file beside a journal that notes its end."""
    return journal.with_suffix(".head")


def parse_anchor(content: bytes) -> tuple[int, str] | None:
    """Read an anchor; None when it is empty or was cut by a power failure."""
    number, _, digest = content.decode("ascii", "replace").strip().partition(" ")
    return (int(number), digest) if number.isdecimal() and len(digest) == len(GENESIS) else None

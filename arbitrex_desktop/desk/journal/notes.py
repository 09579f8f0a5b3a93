# SPDX-License-Identifier: MIT
"""Where a journal ended, noted outside of it and in two folders, so that a lost tail, or a lost journal, shows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from arbitrex_desktop.desk.errors import JournalDamaged
from arbitrex_desktop.desk.journal.schema import GENESIS

SET_ASIDE: Final = ".damaged-"
"""What a journal that was set aside has in its name."""
_ENDING: Final = ".sqlite3"
_SEAL_WIDTH: Final = 120
_MOST_BYTES: Final = 512
_FIRST_WITH_TWO: Final = 2
"""The version of the journal from which on there are two notes."""


@dataclass(frozen=True, slots=True)
class End:
    """What a note says.

    Attributes:
        seq, hash: of the newest event, 0 and `GENESIS` for none
        seal: what the journal's file was like when it was closed whole (`file_seal`), empty while it is in use
    """

    seq: int
    hash: str
    seal: str = ""


class EndNotes:
    """Two small files with the newest event's number and hash, one beside the journal and one in a folder of its own.

    Written after each commit without waiting for the disk: after a power cut they may lag behind, never run ahead.
    What they name and the journal lacks is lost.
    """

    def __init__(self, journal: Path) -> None:
        self.paths = note_paths(journal)
        self._journal = journal
        self._files: list[int] = []

    def check(self, head: tuple[int, str], hash_of: Callable[[int], str | None], version: int) -> None:
        """Raise `JournalDamaged` when events that were written are missing, or may be, for want of a note.

        `version`, the one that the journal's file had before it was opened.
        """
        problem = next(iter(end_problems(self._journal, head, hash_of, version)), "")
        if problem:
            raise JournalDamaged(f"the journal {self._journal.name} is not whole: {problem}")

    def open(self) -> str:
        """Open the files for `move`, making those that are not there; return the seal that both agree on."""
        seals = {note.seal if note else "" for note in map(read_note, self.paths)}
        for path in self.paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files.append(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600))
        return seals.pop() if len(seals) == 1 else ""

    def move(self, head: tuple[int, str], seal: str = "") -> None:
        """Note a new end; failing to is no failure of the journal."""
        for file in self._files:
            with contextlib.suppress(OSError):
                os.lseek(file, 0, os.SEEK_SET)
                os.write(file, _note_text(head, seal))

    def flush(self) -> None:
        """Have the notes outlive a power cut, as they are now."""
        for file in self._files:
            with contextlib.suppress(OSError):
                os.fsync(file)

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.pop())


def note_paths(journal: Path) -> tuple[Path, Path]:
    """Return the notes of a journal's end: the one beside it, and the one in the folder `...-notes` next to its own."""
    away = journal.parent.with_name(f"{journal.parent.name}-notes")
    name = f"{journal.name.removesuffix(_ENDING)}.head"
    return journal.with_name(name), away / name


def journals_noted(folder: Path) -> list[Path]:
    """Return the journals that are, or were, in a folder: those that a note names are among them without a file."""
    away = folder.with_name(f"{folder.name}-notes")
    noted = {folder / f"{note.stem}{_ENDING}" for place in (folder, away) for note in place.glob("*.head")}
    lost = {path for path in noted if any(note and note.seq for note in map(read_note, note_paths(path)))}
    set_aside = {path for path in lost if SET_ASIDE in path.name}
    return sorted({*folder.glob(f"*{_ENDING}"), *lost} - set_aside)


def end_problems(journal: Path, head: tuple[int, str], hash_of: Callable[[int], str | None], version: int) -> list[str]:
    """Return in words what the notes say against a journal's end; empty when they bear it out."""
    paths = note_paths(journal)
    notes = [read_note(path) for path in paths]
    for note in notes:
        if note is not None and note.seq > 0 and hash_of(note.seq) != note.hash:
            return [_missing_events(head[0], note.seq)]
    expected = paths if version >= _FIRST_WITH_TWO else paths[:1]
    if head[0] == 0:
        return []
    return [
        f"the note of its end, {path}, is missing or empty, so that events may be missing, too"
        for path, note in zip(expected, notes, strict=False)
        if note is None
    ]


def read_note(path: Path) -> End | None:
    """Return what a note says; None when it is not there, is empty or was cut off."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except OSError:
        return None
    first, _, rest = content.decode("ascii", "replace").partition("\n")
    number, _, digest = first.strip().partition(" ")
    if not number.isdecimal() or len(digest) != len(GENESIS):
        return None
    return End(int(number), digest, rest.strip())


def file_seal(journal: Path) -> str:
    """Return what a closed journal's file is like, empty when it cannot be told: any later write changes it.

    The system sets the time of a change itself, and nobody can set it back; Windows has no such time.
    """
    try:
        status = journal.stat()
    except OSError:
        return ""
    if os.name == "nt" or Path(f"{journal}-wal").exists():
        return ""
    return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _note_text(head: tuple[int, str], seal: str) -> bytes:
    """Return a note's content; its length is always the same, so that writing it over needs no room."""
    return f"{head[0]:020d} {head[1]}\n{seal:<{_SEAL_WIDTH}}\n".encode()


def _missing_events(last: int, written: int) -> str:
    """Say what is missing."""
    if last == 0:
        return f"it is empty or gone, and event {written} was written to it"
    if last >= written:
        return f"event {written} is not the one that was written"
    return f"it lost its end, or is an older copy: event {written} was written, and event {last} is the last"

# SPDX-License-Identifier: MIT
"""Setting a damaged journal aside, so that an account can be traded again; nothing of it is thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from arbitrex_desktop.causes import error_text
from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import CommandRefused, JournalUnavailable
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent
from arbitrex_desktop.desk.journal.check import Report, verify
from arbitrex_desktop.desk.journal.files import hold
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.desk.journal.notes import SET_ASIDE, note_paths


@dataclass(frozen=True, slots=True)
class SetAside:
    """What was done: `kept`, where the damaged journal is now; `found`, what was wrong with it."""

    kept: Path
    found: Report


def set_aside(path: Path, reason: str, clock: Clock) -> SetAside:
    """Rename a damaged journal and begin a new one, whose first event says so.

    Raises `CommandRefused` for a journal that is intact, or without a reason, and `JournalError` when another window
    uses the file or it cannot be renamed.  Killed half-way, the account stays without a usable journal, so that nothing
    is sent; the same command then ends the work.
    """
    if not reason.strip():
        raise CommandRefused("say why the journal is set aside; it is written to the new one")
    kept = path.with_name(f"{path.name}{SET_ASIDE}{clock.now():%Y%m%dT%H%M%S%fZ}")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = hold(path.with_suffix(".lock"))
    try:
        found = verify(path)
        if found.intact:
            raise CommandRefused(f"{path} is intact ({found.events} events); it is left where it is")
        _move_journal_files(path, kept)
    except OSError as error:
        raise JournalUnavailable(f"the journal {path.name} cannot be renamed: {error_text(error)}") from error
    finally:
        lock.close()
    journal = Journal(path)
    try:
        body = {"kept": kept.name, "events": found.events, "problems": list(found.problems)}
        journal.append(NewEvent(clock.now(), EventKind.SET_ASIDE, "trader", reason, body=body))
    finally:
        journal.close()
    return SetAside(kept, found)


def _move_journal_files(path: Path, kept: Path) -> None:
    """Move the journal, SQLite's files of it, and last the note of its end.

    While that note names an event that a new journal does not have, no desk uses it.
    """
    moves = [(Path(f"{path}{ending}"), Path(f"{kept}{ending}")) for ending in ("-wal", "", "-shm")]
    for old, new in (*moves, *zip(note_paths(path), note_paths(kept), strict=True)):
        if old.exists():
            old.rename(new)

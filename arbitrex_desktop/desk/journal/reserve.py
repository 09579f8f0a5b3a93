# SPDX-License-Identifier: MIT
"""Room taken beforehand, in which exits are written down while the journal cannot be written."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from arbitrex_desktop.causes import os_error_text
from arbitrex_desktop.desk.errors import JournalUnavailable
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent
from arbitrex_desktop.desk.journal.journal import Journal
from arbitrex_desktop.paths import account_file_stem

_BYTES: Final = 1024 * 1024
"""Enough for a hundred positions to be closed."""
ReserveOpener = Callable[[str, int], "ExitReserve"]
"""Gives the reserve of a server and login."""
_CHECK: Final = 16
SOURCE: Final = "reserve"
"""The source of what the journal has from here; its `client_id` is made here, so that nothing is taken over twice."""


class ExitReserve:
    """A file of a fixed size, only ever written over, so that writing needs no room.  Safe from any thread.

    A line has an event and the beginning of its hash: one that was cut off by a crash is not read.

    Attributes:
        waiting: whether there is something that the journal has not taken over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._prepared = False
        self.waiting = bool(self.events())

    def prepare(self) -> bool:
        """Take the room, if that was not done; return whether it is there.  A full disk may have room later."""
        with self._lock:
            if not self._prepared:
                try:
                    self._take_room()
                except OSError:
                    return False
                self._prepared = True
            return True

    def write(self, draft: NewEvent) -> None:
        """Write an event down, safe on disk when this returns; raises `JournalUnavailable`."""
        marked = replace(draft, source=SOURCE, client_id=secrets.token_hex(8))
        body = msgspec.json.encode(marked)
        line = hashlib.sha256(body).hexdigest()[:_CHECK].encode() + b" " + body + b"\n"
        with self._lock:
            try:
                self._append(line)
                self.waiting = True
            except OSError as error:
                raise JournalUnavailable(f"the reserve for exits cannot be written: {os_error_text(error)}") from error

    def _append(self, line: bytes) -> None:
        """Put a line behind those that are there, within the room that was taken."""
        with self.path.open("r+b") as file:
            used = sum(len(each) + 1 for each in _whole_lines(file.read(_BYTES)))
            if used + len(line) > _BYTES:
                raise JournalUnavailable("the reserve for exits is used up")
            file.seek(used)
            _write_durably(file.fileno(), line)

    def events(self) -> tuple[NewEvent, ...]:
        """Return what the journal has not taken over yet, oldest first."""
        with self._lock:
            return self._events()

    def _events(self) -> tuple[NewEvent, ...]:
        """Return what is in the file."""
        try:
            lines = _whole_lines(self.path.read_bytes())
            return tuple(msgspec.json.decode(line[_CHECK + 1 :], type=NewEvent) for line in lines)
        except (OSError, msgspec.DecodeError):
            return ()

    def hand_over(self, journal: Journal) -> int:
        """Have the journal take over what is here, each event once; return how many; raises `JournalError`."""
        with self._lock:  # what is written meanwhile would be cleared unread
            fresh = [each for each in self._events() if journal.find_client(SOURCE, each.client_id) is None]
            if fresh:
                journal.append(*(_of_this_journal(each, journal) for each in fresh))
            self._clear()
            return len(fresh)

    def _clear(self) -> None:
        """Forget what the journal has taken over; raises `JournalUnavailable`."""
        try:
            with self.path.open("r+b") as file:
                _write_durably(file.fileno(), b" " * _BYTES)
            self.waiting = False
        except OSError as error:
            raise JournalUnavailable(f"the reserve for exits cannot be cleared: {os_error_text(error)}") from error

    def _take_room(self) -> None:
        """Make the file as long as it will ever be, unless it is."""
        if self.path.is_file() and self.path.stat().st_size >= _BYTES:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            # Written, not only made longer: what was never written has no room.
            _write_durably(file.fileno(), b" " * (_BYTES - self.path.stat().st_size))


def reserve_opener(data_dir: Path) -> ReserveOpener:
    """Return what gives the reserves below a data folder, in a folder that is not the journals' own."""
    return lambda server, login: ExitReserve(data_dir / "journal-notes" / f"{account_file_stem(server, login)}.reserve")


def _of_this_journal(event: NewEvent, journal: Journal) -> NewEvent:
    """Return an event as a journal can take it: where that is a new one, the intent's way is no more than words."""
    if not event.intent_id or journal.has_intent(event.intent_id):
        return event
    message = f"of intent {event.intent_id}, which this journal does not know: {event.kind}, {event.reason}"
    event = replace(event, kind=EventKind.ACTION_ENDED, reason=message, body={**event.body, "of": ""})
    return replace(event, intent_id="", old_state=None, new_state=None)


def _whole_lines(content: bytes) -> list[bytes]:
    """Return the whole lines at the beginning of the file."""
    whole: list[bytes] = []
    for line in content.split(b"\n"):
        check, _, body = line.partition(b" ")
        if not body or hashlib.sha256(body).hexdigest()[:_CHECK].encode() != check:
            break
        whole.append(line)
    return whole


def _write_durably(handle: int, content: bytes) -> None:
    """Write all of a content where the file stands, and have it on the disk; raises OSError."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)

# SPDX-License-Identifier: MIT
"""Checking a journal's whole chain on a thread of its own: when it is opened, when it was touched, and now and then."""

from __future__ import annotations

import time
from threading import Event, Thread
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.errors import JournalDamaged, JournalError, JournalUnavailable
from arbitrex_desktop.desk.journal.check import Report, verify
from arbitrex_desktop.desk.journal.journal import Journal

_BREATH_SECONDS: Final = 0.0005
"""How long the check lets others have the interpreter, every thousand events."""
_AGAIN_SECONDS: Final = 3_600.0
_RETRY_SECONDS: Final = 5.0
_JOIN_SECONDS: Final = 5.0


class ChainWatch:
    """Says whether a journal is known to be whole.  `step` and `close` on the worker's thread, `blocker` from any.

    A journal that was closed whole and whose file nobody touched since is known to be; it is checked all the same,
    while trading goes on, since a disk may fail without a word.

    Attributes:
        trouble: what is wrong with the journal as of the last `step`, None when nothing is.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._trouble = ""
        self.trouble: JournalError | None = None
        self._read = 0
        self._report: Report | None = None
        self._stopping = Event()
        self._thread: Thread | None = None
        self._next = clock.monotonic() + (0.0 if journal.head[0] else _AGAIN_SECONDS)
        self.step()

    @property
    def blocker(self) -> str:
        """Return why nothing that adds risk may leave, empty when the journal is known to be whole."""
        if self._trouble:
            return self._trouble
        if self._journal.whole:
            return ""
        events = max(self._journal.head[0], self._read)
        return f"the journal is being checked ({self._read:,} of {events:,} events); until then only exits are sent"

    def step(self) -> None:
        """Look at the files, begin a check that is due, and take over what one has found; raises `JournalError`."""
        if self._thread is not None and not self._thread.is_alive():
            self._end()
        astray = self._journal.astray()
        self._trouble = astray or self._journal.look()
        self.trouble = (
            JournalUnavailable(astray) if astray else JournalDamaged(self._trouble) if self._journal.damage else None
        )
        touched = bool(self._trouble) and not self._journal.damage
        due = touched or self._clock.monotonic() >= self._next
        if self._thread is None and due and not astray and not self._journal.damage:
            self._begin()

    def close(self) -> None:
        """End a check that is going on."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_JOIN_SECONDS)

    def wait(self, seconds: float) -> None:
        """Let a check that is going on come to its end, for so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)
            self.step()

    def _begin(self) -> None:
        """Begin a check; where the journal counts as whole it still does meanwhile."""
        if not self._journal.whole:
            self._journal.begin_check()
            self._trouble = ""
        self._read, self._report = 0, None
        self._thread = Thread(target=self._check, name="journal-check", daemon=True)
        self._thread.start()

    def _end(self) -> None:
        """Take over what the check found."""
        self._thread = None
        known = self._report is not None and not self._report.unread
        self._next = self._clock.monotonic() + (_AGAIN_SECONDS if known else _RETRY_SECONDS)
        if self._report is not None and known:
            self._journal.end_check(self._report)

    def _check(self) -> None:
        """Check the chain (on the thread)."""
        try:
            self._report = verify(self._journal.path, self._note)
        except _StoppedError:
            return

    def _note(self, events: int) -> None:
        """Take note of how far the check has come, and let others run."""
        self._read = events
        if self._stopping.is_set():
            raise _StoppedError
        time.sleep(_BREATH_SECONDS)


class _StoppedError(Exception):
    """The check is no longer wanted."""

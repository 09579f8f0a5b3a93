# SPDX-License-Identifier: MIT
"""Group commit: changes that several threads make at the same time share one transaction, and one wait for the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock

from arbitrex_desktop.desk.errors import JournalError
from arbitrex_desktop.desk.intents.events import Intent, NewEvent


@dataclass(slots=True, eq=False)
class JournalChange:
    """Something that is to be journalled.

    Attributes:
        senders: whose intents it is about; of two changes about one sender's, the later sees what the earlier did
        prepare: returns the events, as things are when its turn has come; raises what keeps it from being made
        intents: as its events left them
        error: why nothing was
        written: whether it is on the disk, so that it must not be tried again
        done: whether it was journalled, or never will be
    """

    senders: frozenset[str]
    prepare: Callable[[], tuple[NewEvent, ...]]
    intents: list[Intent] = field(default_factory=list)
    error: BaseException | None = None
    written: bool = False
    done: bool = False


class CommitQueue:
    """Takes changes from any thread; whoever's turn it is journals his own and all that wait by then.

    So nobody waits for more than the commit that is under way and the one that his own is in, however many there are.
    `commit` journals changes in one go, says that they are `written`, and fills their `intents` or, for one that cannot
    be prepared, sets its `error`; it is called by one thread at a time.  When it fails because of one of several,
    before they are written, they are tried one by one.
    """

    def __init__(self, commit: Callable[[list[JournalChange]], None]) -> None:
        self._commit = commit
        self._waiting = deque[JournalChange]()
        self.turn = RLock()

    def run(self, change: JournalChange) -> list[Intent]:
        """Have a change journalled and return what came of it; raises what kept it from being made."""
        self._waiting.append(change)
        with self.turn:
            while not change.done:
                self._serve(self._next())
        if change.error is not None:
            raise change.error
        return change.intents

    def _next(self) -> list[JournalChange]:
        """Take what waits, and leave for the next commit what is about the same sender as another before it."""
        batch, later, senders = list[JournalChange](), list[JournalChange](), set[str]()
        for _ in range(len(self._waiting)):
            change = self._waiting.popleft()
            (batch if senders.isdisjoint(change.senders) else later).append(change)
            senders |= change.senders
        self._waiting.extendleft(reversed(later))
        return batch

    def _serve(self, batch: list[JournalChange]) -> None:
        """Commit changes; whatever happens, each of them is done then."""
        failure: BaseException | None = None
        try:
            self._commit(batch)
        except Exception as error:  # noqa: BLE001 - what one sender's change is made of may not touch another's
            failure = error
        except BaseException as error:
            self._fail(batch, error)
            raise
        if failure is None:
            self._end(batch)
        elif isinstance(failure, JournalError) or len(batch) == 1 or any(change.written for change in batch):
            self._fail(batch, failure)
        else:
            for change in batch:
                self._serve([change])

    def _fail(self, batch: list[JournalChange], error: BaseException) -> None:
        """Note why changes were not made."""
        for change in batch:
            change.error = change.error or error
        self._end(batch)

    def _end(self, batch: list[JournalChange]) -> None:
        """Let those who wait go on."""
        for change in batch:
            change.done = True

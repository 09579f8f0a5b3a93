# SPDX-License-Identifier: MIT
"""Whose turn it is at the host: one caller at a time, the most urgent of those who wait first."""

from __future__ import annotations

import bisect
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turns:
    """Hands out turns by priority, a smaller number first, among equals to who came first.  Safe from any thread.

    `when_taken` is called by whoever finds the turn taken, once it waits.
    """

    def __init__(self, when_taken: Callable[[], None]) -> None:
        self._when_taken = when_taken
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int]] = []
        self._counter = itertools.count()
        self._taken = False

    @property
    def contended(self) -> bool:
        """Return whether somebody waits."""
        return bool(self._waiting)

    def enter(self, priority: int, timeout: float | None = None) -> bool:
        """Wait for one's turn; return False when it has not come within `timeout` seconds."""
        ticket = (priority, next(self._counter))
        with self._changed:
            bisect.insort(self._waiting, ticket)
        if self._taken:
            self._when_taken()
        with self._changed:
            came = self._changed.wait_for(lambda: not self._taken and self._waiting[0] == ticket, timeout)
            self._waiting.remove(ticket)
            self._taken = self._taken or came
            self._changed.notify_all()
            return came

    def leave(self) -> None:
        """Give the turn to the next."""
        with self._changed:
            self._taken = False
            self._changed.notify_all()

    @contextmanager
    def turn(self, priority: int) -> Iterator[None]:
        """Wait for one's turn, and give it on at the end."""
        self.enter(priority)
        try:
            yield
        finally:
            self.leave()

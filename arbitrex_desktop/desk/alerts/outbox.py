# SPDX-License-Identifier: MIT
"""Messages that leave the computer: queued, sent on a thread of their own, tried again, and never waited for."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event, Lock, Thread
from typing import Final, Protocol

from arbitrex_desktop.clock import Clock

MOST_WAITING: Final = 100
MOST_TRIES: Final = 6
FIRST_WAIT_S: Final = 2.0
_LONGEST_WAIT_S: Final = 300.0
_JOIN_S: Final = 2.0

_log: Final = logging.getLogger(__name__)


class SendError(Exception):
    """A message was not taken; the text is for the trader and has no secret; `is_final`, trying again is no use."""

    def __init__(self, words: str, *, is_final: bool = False) -> None:
        super().__init__(words)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """What is told: when, what kind of thing, and the words."""

    at: datetime
    kind: str
    text: str
    is_urgent: bool = False


class Messenger(Protocol):
    """One way out of the computer."""

    @property
    def name(self) -> str:
        """What the trader calls it."""

    def send(self, message: AlertMessage) -> None:
        """Send, within seconds; raises `SendError`."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    way: str
    message: AlertMessage
    tries: int = 0
    due: float = 0.0


class RetryQueue:
    """Messages for each way, with when each is due: bounded, the oldest goes first when there is no room."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._most = most

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def put(self, way: str, message: AlertMessage) -> bool:
        """Add a message for a way; return whether another had to go for it."""
        self._waiting.append(_Waiting(way, message))
        full = len(self._waiting) > self._most
        if full:
            self._waiting.popleft()
        return full

    def take_due(self, now: float) -> _Waiting | None:
        """Take the oldest that is due, None when none is."""
        found = next((each for each in self._waiting if each.due <= now), None)
        if found is not None:
            self._waiting.remove(found)
        return found

    def put_back(self, failed: _Waiting, now: float) -> bool:
        """Have a failed message wait twice as long as before; return False when it was tried often enough."""
        tries = failed.tries + 1
        if tries >= MOST_TRIES:
            return False
        wait = min(_LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (tries - 1))
        self._waiting.append(replace(failed, tries=tries, due=now + wait))
        return True

    def seconds_to_next(self, now: float) -> float | None:
        """Return how long until one is due, None when none waits."""
        return max(0.0, min(each.due for each in self._waiting) - now) if self._waiting else None


class Outbox:
    """Sends what is put into it; `trouble` is told in words what did not arrive.  `put` may be called from any thread.

    `ways` is asked, on the sending thread, for the messengers as they are set up by then; it may raise `SendError`.
    """

    def __init__(self, ways: Callable[[], Sequence[Messenger]], clock: Clock, trouble: Callable[[str], None]) -> None:
        self._ways, self._clock, self._trouble = ways, clock, trouble
        self._queue = RetryQueue()
        self._lock = Lock()
        self._wake, self._stopping = Event(), Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._stopping.clear()
        self._thread = Thread(target=self._run, name="alert-outbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what waits is given up, and a slow server is not waited for."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)

    def put(self, way: str, message: AlertMessage) -> None:
        """Have a message sent that way, soon."""
        with self._lock:
            full = self._queue.put(way, message)
        if full:
            self._trouble("too many messages wait to be sent; the oldest was given up")
        self._wake.set()

    def send_due(self) -> None:
        """Send what is due now (sending thread)."""
        while not self._stopping.is_set():
            with self._lock:
                waiting = self._queue.take_due(self._clock.monotonic())
            if waiting is None:
                return
            self._send(waiting)

    def _send(self, waiting: _Waiting) -> None:
        """Send one; a way that was switched off meanwhile takes its message with it."""
        try:
            for messenger in self._ways():
                if messenger.name == waiting.way:
                    messenger.send(waiting.message)
        except SendError as error:
            with self._lock:
                again = not error.is_final and self._queue.put_back(waiting, self._clock.monotonic())
            _log.warning("%s: %s%s", waiting.way, error, "" if again else "; given up")
            self._trouble(f"{waiting.way}: {error}{'; it is tried again' if again else '; given up'}")
        else:
            self._trouble("")

    def _run(self) -> None:
        """Send until stopped (sending thread)."""
        while not self._stopping.is_set():
            self.send_due()
            with self._lock:
                wait = self._queue.seconds_to_next(self._clock.monotonic())
            self._wake.wait(wait)
            self._wake.clear()

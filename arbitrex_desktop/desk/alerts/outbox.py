# SPDX-License-Identifier: MIT
"""Messages that leave the computer: queued, sent on a thread of their own, tried again, and never waited for."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
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
    """A message was not taken; the text is for the trader and has no secret.

    `is_final`, trying again is no use; `wait`, for how many seconds at least it is no use.
    """

    def __init__(self, message: str, *, is_final: bool = False, wait: float = 0.0) -> None:
        super().__init__(message)
        self.is_final, self.wait = is_final, wait


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
    message: AlertMessage
    tries: int = 0
    due: float = 0.0


class RetryQueue:
    """Messages with when each is due: bounded, the oldest goes first when there is no room."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._most = most

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def put(self, message: AlertMessage) -> bool:
        """Add a message; return whether another had to go for it."""
        self._waiting.append(_Waiting(message))
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

    def put_back(self, failed: _Waiting, now: float, least: float = 0.0) -> bool:
        """Have a failed message wait twice as long as before, `least` seconds at least; False after enough tries."""
        tries = failed.tries + 1
        if tries >= MOST_TRIES:
            return False
        wait = max(least, min(_LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (tries - 1)))
        self._waiting.append(replace(failed, tries=tries, due=now + wait))
        return True

    def seconds_to_next(self, now: float) -> float | None:
        """Return how long until one is due, None when none waits."""
        return max(0.0, min(each.due for each in self._waiting) - now) if self._waiting else None


class Outbox:
    """Sends what is put into it by one way; `trouble` is told in words what did not arrive, "" when one has arrived.

    Each way has its own, so that a server that does not answer holds up no other.  `put` may be called from any thread.
    `messenger` is asked, on the sending thread, for the way as it is set up by then, None when it is off; it may raise
    `SendError`.
    """

    def __init__(
        self, way: str, messenger: Callable[[], Messenger | None], clock: Clock, trouble: Callable[[str], None]
    ) -> None:
        self._way, self._messenger, self._clock, self._trouble = way, messenger, clock, trouble
        self._queue = RetryQueue()
        self._lock = Lock()
        self._wake, self._stopping = Event(), Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._stopping.clear()
        self._thread = Thread(target=self._run, name=f"alert-outbox-{self._way}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what waits is given up, and a slow server is not waited for."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)

    def put(self, message: AlertMessage) -> None:
        """Have a message sent, soon."""
        with self._lock:
            full = self._queue.put(message)
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
            messenger = self._messenger()
            if messenger is not None:
                messenger.send(waiting.message)
        except SendError as error:
            self._take_back(waiting, error)
        except Exception:  # noqa: BLE001 - one message that fails as nobody foresaw must not end the sending
            _log.exception("%s: sending failed", self._way)
            self._take_back(waiting, SendError("the program itself failed; Help, Report a problem, has the log"))
        else:
            self._trouble("")

    def _take_back(self, waiting: _Waiting, error: SendError) -> None:
        with self._lock:
            again = not error.is_final and self._queue.put_back(waiting, self._clock.monotonic(), error.wait)
        _log.warning("%s: %s%s", self._way, error, "" if again else "; given up")
        self._trouble(f"{self._way}: {error}{'; it is tried again' if again else '; given up'}")

    def _run(self) -> None:
        """Send until stopped (sending thread)."""
        while not self._stopping.is_set():
            self.send_due()
            with self._lock:
                wait = self._queue.seconds_to_next(self._clock.monotonic())
            self._wake.wait(wait)
            self._wake.clear()

# SPDX-License-Identifier: MIT
"""The host's requests, read on a thread of their own, so that a command that waits sees the next one come."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import BinaryIO, Protocol

from arbitrex_desktop.mt5.host.messages import EndWait, Shutdown, read_message

_log = logging.getLogger(__name__)


class Interruption(Protocol):
    """What ends the wait of a command before its time."""

    def requested(self) -> bool:
        """Return whether the command shall answer now."""

    def wait(self, seconds: float) -> None:
        """Wait so long, or until `requested`."""


class Inbox:
    """The messages that the program sent; `receive` and `interruption` are for the host's main thread."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._changed = threading.Condition()
        self._messages: deque[object | None] = deque()
        self._ended = 0
        threading.Thread(target=self._read, name="mt5-host-inbox", daemon=True).start()

    def receive(self) -> object | None:
        """Wait for the next message; None at the end of the stream."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages)
            return self._messages.popleft()

    def interruption(self, number: int) -> Interruption:
        """Return what ends the wait of the request of a number: being asked to, or whatever else comes."""
        return _Interruption(self, number)

    def is_over(self, number: int) -> bool:
        """Return whether the request of a number shall wait no longer."""
        return bool(self._messages) or self._ended >= number

    def wait_over(self, number: int, seconds: float) -> None:
        """Wait so long, or until `is_over`."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_over(number), seconds)

    def _read(self) -> None:
        """Take message after message, up to the last; then the stream is read no more."""
        message: object | None = None
        while True:
            try:
                message = read_message(self._stream)
            except Exception:  # noqa: BLE001 - whatever came, the main thread must learn that no more will
                _log.exception("a request could not be read")
                message = None
            with self._changed:
                if isinstance(message, EndWait):
                    self._ended = max(self._ended, message.number)
                else:
                    self._messages.append(message)
                self._changed.notify_all()
            if message is None or isinstance(message, Shutdown):
                return


class _Interruption:
    """The interruption of one request."""

    def __init__(self, inbox: Inbox, number: int) -> None:
        self._inbox = inbox
        self._number = number

    def requested(self) -> bool:
        """Return whether the command shall answer now."""
        return self._inbox.is_over(self._number)

    def wait(self, seconds: float) -> None:
        """Wait so long, or until `requested`."""
        self._inbox.wait_over(self._number, seconds)

# SPDX-License-Identifier: MIT
"""Work that is written down on threads of its own, so that nobody has to wait for the disk."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread
from typing import Final

_PATIENCE_SECONDS: Final = 2.0


class BackgroundWork:
    """Pieces of work, each on its own thread.  Safe from any thread."""

    def __init__(self) -> None:
        self._threads: list[Thread] = []
        self._lock = Lock()

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return any(thread.is_alive() for thread in self._threads)

    def begin(self, name: str, work: Callable[[], None]) -> None:
        """Begin a piece of work; nobody waits for it."""
        thread = Thread(target=work, name=name, daemon=True)
        with self._lock:
            self._threads = [*(each for each in self._threads if each.is_alive()), thread]
            # Within the lock: a thread that does not run yet would look ended to the next one.
            thread.start()

    def join(self) -> None:
        """Wait, not for ever, for what is being done."""
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)

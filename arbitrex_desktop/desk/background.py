# SPDX-License-Identifier: MIT
"""Work that nobody waits for: on threads of its own, or giving way to what somebody does wait for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Lock, Thread
from typing import Final

_PATIENCE_SECONDS: Final = 2.0
_MOMENT_SECONDS: Final = 0.05


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


class AwaitedAnswers:
    """Counts the answers that the trader waits for; what he does not wait for gives way to them.

    Threads share one interpreter: each that works meanwhile holds an answer up at every one of its steps.  Safe from
    any thread.
    """

    def __init__(self) -> None:
        self._count = 0
        self._slow = False
        self._over = Condition()

    def begin(self) -> None:
        """Count one more answer."""
        with self._over:
            self._count += 1

    def end(self) -> None:
        """Count one less: it was given."""
        with self._over:
            self._count -= 1
            if not self._count:
                self._slow = False
                self._over.notify_all()

    def give_way(self) -> None:
        """Wait until no answer is awaited, a moment at most; what takes longer waits for something else than us.

        Called where nothing is held that an answer needs.
        """
        if self._count and not self._slow:
            with self._over:
                self._slow = not self._over.wait_for(lambda: not self._count, _MOMENT_SECONDS)

# SPDX-License-Identifier: MIT
"""A thread that reads for the window through what the core gives: begun once, given up in time, or left behind."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QDeadlineTimer, QObject, QThread

Source = TypeVar("Source")


class ReaderThread(QObject, Generic[Source]):
    """Base of what reads beside the window: a resident that lives on a thread of its own.  Lives on the GUI thread."""

    def __init__(self, name: str, resident: QObject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source: Source | None = None
        self._stopped = False
        self._thread = QThread()
        self._thread.setObjectName(name)
        self._resident = resident
        resident.moveToThread(self._thread)

    @property
    def source(self) -> Source | None:
        """What is read through, None before `start` and after `stop`."""
        return self._source

    def start(self, source: Source) -> None:
        """Read through this from now on; not after `stop`, as when a core is ready while its window closes."""
        if not self._stopped:
            self._source = source
            self._thread.start()

    def give_up(self) -> None:
        """Have what is being read end as soon as it can; nobody waits for it any more."""
        raise NotImplementedError

    def stop(self, wait_ms: int) -> bool:
        """End the thread; return False when it still waits for the terminal after `wait_ms`, and is left behind."""
        self._source, self._stopped = None, True
        self.give_up()
        self._thread.quit()
        ended = self._thread.wait(QDeadlineTimer(wait_ms))
        if not ended:
            # WORKAROUND: Qt aborts the process when it destroys a running QThread, so its parent is never deleted.
            self._thread.setParent(QThread.currentThread())
        return ended

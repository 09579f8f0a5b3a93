# SPDX-License-Identifier: MIT
"""Closed trades for the charts' marks, read on a thread of its own, since the broker's history may keep it waiting."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

if TYPE_CHECKING:
    # At run time these load what the window's first picture must not wait for.
    from datetime import datetime

    from arbitrex_desktop.ui.seam import ReviewAccess

_log = logging.getLogger(__name__)


class _DealReader(QObject):
    """Lives on the reader's thread."""

    answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.is_stopping = False

    @Slot(object, object)
    def read(self, review: ReviewAccess, since: datetime) -> None:
        """Read, and answer with the trades; a failure is logged, since the next change asks again."""
        from arbitrex_desktop.desk.review.views import ReviewQuery  # noqa: PLC0415 - loaded when it is needed

        try:
            data = review.read(ReviewQuery(since=since), self._go_on)
        except Exception:  # noqa: BLE001 - whatever it was, the thread must live on
            if not self.is_stopping:
                _log.warning("closed trades could not be read for the charts", exc_info=True)
            return
        self.answered.emit(data)

    def _go_on(self, _doing: str, _share: float) -> None:
        if self.is_stopping:
            raise InterruptedError("the window is closing")


class TradeReader(QObject):
    """Reads closed trades when asked; lives on the GUI thread.

    Signals:
        answered(ReviewData): what was read.
    """

    answered = Signal(object)
    _read = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread()
        self._thread.setObjectName("chart-trades")
        self._reader = _DealReader()
        self._reader.moveToThread(self._thread)
        self._reader.answered.connect(self.answered)
        self._read.connect(self._reader.read)
        self._review: ReviewAccess | None = None

    def start(self, review: ReviewAccess | None) -> None:
        """Read through this from now on; None where nothing is kept of trades.

        Not after `stop`, as when a core is ready while its window closes.
        """
        if self._reader.is_stopping:
            return
        self._review = review
        if review is not None:
            self._thread.start()

    @Slot(object)
    def ask(self, since: datetime) -> None:
        """Have the trades read that were closed since a moment, UTC."""
        if self._review is not None:
            self._read.emit(self._review, since)

    def stop(self, wait_ms: int) -> bool:
        """End the thread; return False when it still waits for the terminal after `wait_ms`, and is left behind."""
        self._review = None
        self._reader.is_stopping = True
        self._thread.quit()
        ended = self._thread.wait(QDeadlineTimer(wait_ms))
        if not ended:
            # WORKAROUND: Qt aborts the process when it destroys a running QThread, so its parent is never deleted.
            self._thread.setParent(QThread.currentThread())
        return ended

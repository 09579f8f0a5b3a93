# SPDX-License-Identifier: MIT
"""Closed trades for the charts' marks, read on a thread of its own, since the broker's history may keep it waiting."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from arbitrex_desktop.ui.background.reader_thread import ReaderThread

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
            data = review.read(ReviewQuery(since=since, intents=False), self._go_on)
        except Exception:  # noqa: BLE001 - whatever it was, the thread must live on
            if not self.is_stopping:
                _log.warning("closed trades could not be read for the charts", exc_info=True)
            return
        self.answered.emit(data)

    def _go_on(self, _stage: str, _share: float) -> None:
        if self.is_stopping:
            raise InterruptedError("the window is closing")


class TradeReader(ReaderThread["ReviewAccess | None"]):
    """Reads closed trades when asked; lives on the GUI thread.

    Signals:
        answered(ReviewData): what was read.
    """

    answered = Signal(object)
    _read = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        self._reader = _DealReader()
        super().__init__("chart-trades", self._reader, parent)
        self._reader.answered.connect(self.answered)
        self._read.connect(self._reader.read)

    @Slot(object)
    def ask(self, since: datetime) -> None:
        """Have the trades read that were closed since a moment, UTC."""
        if self.source is not None:
            self._read.emit(self.source, since)

    def give_up(self) -> None:
        """Have the reading end at its next step."""
        self._reader.is_stopping = True

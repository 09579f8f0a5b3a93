# SPDX-License-Identifier: MIT
"""Drawing what other threads change: soon after it changed, and no more often than a display shows."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from arbitrex_desktop.clock import Clock

FRAME_SECONDS: Final = 1 / 60
"""The least time between two frames."""


class FramePacer(QObject):
    """Asks for a frame on the GUI thread; many changes between two frames make one of them.

    Attributes:
        least_seconds: between two frames; more than `FRAME_SECONDS` while nobody can see them

    Signals: `frame()`, when it is time to draw.
    """

    frame = Signal()
    _requested = Signal()

    def __init__(self, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._pending = False
        self._drawn = -math.inf
        self.least_seconds = FRAME_SECONDS
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._draw)
        self._requested.connect(self._on_requested, Qt.ConnectionType.QueuedConnection)

    def request(self) -> None:
        """Ask for a frame; from any thread, returns at once."""
        if not self._pending:
            self._pending = True
            self._requested.emit()

    @Slot()
    def _on_requested(self) -> None:
        left = self._drawn + self.least_seconds - self._clock.monotonic()
        if left <= 0.0:
            self._draw()
        else:
            self._timer.start(math.ceil(left * 1000.0))

    @Slot()
    def _draw(self) -> None:
        self._pending = False
        self._drawn = self._clock.monotonic()
        self.frame.emit()

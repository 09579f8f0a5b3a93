# SPDX-License-Identifier: MIT
"""What the benchmarks of the window share: a beat on the GUI thread, and the newest snapshot."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer

from arbitrex_desktop.app import Application
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.raw_layer.views import ConnectionState

_BEAT_MS = 2


class Beat(QObject):
    """Measures the longest gap between two beats of a timer on this thread, in milliseconds.

    `work` is the processor time of this thread in each of them: what it did itself, whatever else the machine did.
    """

    def __init__(self) -> None:
        super().__init__()
        self._clock = SystemClock()
        self._timer = QTimer(self, interval=_BEAT_MS)
        self._timer.timeout.connect(self._on_beat)
        self._last = self._worked = 0.0
        self.gaps: list[float] = []
        self.work: list[float] = []

    def start(self) -> None:
        """Begin to measure anew."""
        self.gaps, self.work = [], []
        self._last, self._worked = self._clock.monotonic(), time.thread_time()
        self._timer.start()

    def stop(self) -> str:
        """Stop, and return the figures in words."""
        self._timer.stop()
        ordered = sorted(self.gaps) or [0.0]
        return f"longest {ordered[-1]:.0f} ms, p99 {ordered[round((len(ordered) - 1) * 0.99)]:.1f} ms"

    def _on_beat(self) -> None:
        now, worked = self._clock.monotonic(), time.thread_time()
        self.gaps.append((now - self._last) * 1000.0)
        self.work.append((worked - self._worked) * 1000.0)
        self._last, self._worked = now, worked


class Watch:
    """The newest snapshot of an application."""

    def __init__(self, application: Application) -> None:
        self.snapshot: DeskSnapshot | None = None
        application.worker.snapshot_changed.connect(self._take)

    def _take(self, snapshot: DeskSnapshot) -> None:
        self.snapshot = snapshot

    def connected(self, times: int) -> bool:
        """Return whether the connection stands, for at least the given time."""
        return (
            self.snapshot is not None
            and self.snapshot.pool.state is ConnectionState.CONNECTED
            and self.snapshot.pool.connections >= times
        )

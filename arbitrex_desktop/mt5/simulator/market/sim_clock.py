# SPDX-License-Identifier: MIT
"""The simulation's own time: a function of the wall clock, so a restarted host finds its place again."""

from __future__ import annotations

from datetime import datetime

from arbitrex_desktop.clock import Clock


class SimClock:
    """Market time, which starts at `start` when the wall clock shows `epoch` and runs at `speed`.

    `speed` is simulated seconds per real second.  Nothing is remembered: setting the computer's clock moves it.
    """

    def __init__(self, clock: Clock, epoch: datetime, start: datetime, speed: float = 1.0) -> None:
        self._clock = clock
        self._epoch = epoch
        self._start_msc = start.timestamp() * 1000.0
        self._speed = speed

    def elapsed(self) -> float:
        """Return wall-clock seconds since the epoch."""
        return (self._clock.now() - self._epoch).total_seconds()

    def now_msc(self) -> int:
        """Return market time as milliseconds of UTC."""
        return self.at_msc(self.elapsed())

    def at_msc(self, elapsed: float) -> int:
        """Return market time at so many wall-clock seconds after the epoch."""
        return int(self._start_msc + elapsed * self._speed * 1000.0)

    def seconds_until(self, msc: int) -> float:
        """Return the wall-clock seconds until a moment of market time, milliseconds of UTC; 0 when it has passed."""
        return max(0.0, (msc - self._start_msc) / (self._speed * 1000.0) - self.elapsed())

    @property
    def at_epoch_msc(self) -> int:
        """Return the epoch as milliseconds of UTC."""
        return round(self._epoch.timestamp() * 1000)

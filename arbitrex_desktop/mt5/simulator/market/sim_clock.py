# SPDX-License-Identifier: MIT
"""The simulation's own time: a function of the wall clock, so a restarted host finds its place again."""

from __future__ import annotations

from datetime import datetime
from math import inf

from arbitrex_desktop.clock import Clock


class SimClock:
    """Market time, which starts at `start` when the wall clock shows `epoch` and runs at `speed`.

    Nothing is remembered: setting the computer's clock moves it.

    Attributes:
        speed: simulated seconds per real second
    """

    def __init__(self, clock: Clock, epoch: datetime, start: datetime, speed: float = 1.0) -> None:
        self._clock = clock
        self._epoch = epoch
        self._start_msc = start.timestamp() * 1000.0
        self._since = 0.0
        self.speed = speed

    def steer(self, speed: float, at_msc: int) -> None:
        """Go on at a speed, 0 to stand still, from a moment of market time on."""
        self._since = self.elapsed()
        self._start_msc = float(at_msc)
        self.speed = speed

    def elapsed(self) -> float:
        """Return wall-clock seconds since the epoch."""
        return (self._clock.now() - self._epoch).total_seconds()

    def now_msc(self) -> int:
        """Return market time as milliseconds of UTC."""
        return self.at_msc(self.elapsed())

    def at_msc(self, elapsed: float) -> int:
        """Return market time at so many wall-clock seconds after the epoch."""
        return int(self._start_msc + (elapsed - self._since) * self.speed * 1000.0)

    def seconds_until(self, msc: int) -> float:
        """Return the wall-clock seconds until a moment of market time, milliseconds of UTC; 0 when it has passed.

        Infinite while time stands still.
        """
        ahead = (msc - self.now_msc()) / 1000.0
        if ahead <= 0:
            return 0.0
        return ahead / self.speed if self.speed else inf

    @property
    def at_epoch_msc(self) -> int:
        """Return the epoch as milliseconds of UTC."""
        return round(self._epoch.timestamp() * 1000)

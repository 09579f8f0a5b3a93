# SPDX-License-Identifier: MIT
"""A clock that moves only when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2025, 3, 12, 10, 0, tzinfo=UTC)
"""A Wednesday morning: every market of the universe is open."""


class ManualClock:
    """Implements `clock.Clock`; wall and monotonic time advance together unless the wall clock is set."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 1_000.0

    def now(self) -> datetime:
        """Return the moment it stands at, UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return its monotonic seconds."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_wall(self, moment: datetime) -> None:
        """Set the wall clock, as a user or a time server does; monotonic time does not notice."""
        self._now = moment

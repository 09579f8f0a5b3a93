# SPDX-License-Identifier: MIT
"""Time, injected: nothing in the program asks the operating system for it directly."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program knows of time; safe to use from any thread."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware UTC; it may jump when the computer's clock is set."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment; never goes back, so ages and deadlines are measured by it."""


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    monotonic = staticmethod(time.perf_counter)
    """The operating system's monotonic seconds, in microseconds at least.

    WORKAROUND: before Python 3.13 `time.monotonic` stands still for 15.6 ms at a time on Windows, where every decision
    would take 0 or 16 ms; https://github.com/python/cpython/issues/88494
    """

# SPDX-License-Identifier: MIT
"""A token bucket: so many at once, and so many a second after that."""

from __future__ import annotations

from threading import Lock

from arbitrex_desktop.clock import Clock


class TokenBucket:
    """Holds up to `burst` tokens and regains `rate` a second.  Safe from any thread."""

    def __init__(self, clock: Clock, rate: float, burst: float) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = clock.monotonic()
        self._lock = Lock()

    def missing(self) -> float:
        """Return the seconds until there is a token, 0.0 when there is one; take nothing."""
        with self._lock:
            return self._missing()

    def take(self) -> float:
        """Take a token and return 0.0; without one, return the seconds until there is one, and take nothing."""
        with self._lock:
            missing = self._missing()
            if missing == 0.0:
                self._tokens -= 1.0
            return missing

    def _missing(self) -> float:
        """Regain tokens for the time that has passed, and return the seconds until there is one."""
        now = self._clock.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._tokens >= 1.0 else (1.0 - self._tokens) / self._rate

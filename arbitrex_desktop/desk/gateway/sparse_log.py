# SPDX-License-Identifier: MIT
"""Warnings that a client can bring about as often as it likes: each is counted, few are written."""

from __future__ import annotations

import logging
from threading import Lock
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.gateway.rate_limit import TokenBucket

_LINES_A_SECOND: Final = 0.2
_LINES_AT_ONCE: Final = 20.0


class SparseLog:
    """Writes warnings to a log, a few at once and one every few seconds after that.  Safe from any thread."""

    def __init__(self, log: logging.Logger, clock: Clock) -> None:
        self._log = log
        self._bucket = TokenBucket(clock, _LINES_A_SECOND, _LINES_AT_ONCE)
        self._lock = Lock()
        self._unsaid = 0

    def warning(self, message: str, *values: object) -> None:
        """Write a warning, with how many were not written before it; or count it."""
        with self._lock:
            if self._bucket.take() > 0.0:
                self._unsaid += 1
                return
            unsaid, self._unsaid = self._unsaid, 0
        more = f" (and {unsaid} such warnings before)" if unsaid else ""
        self._log.warning(f"{message}%s", *values, more)

# SPDX-License-Identifier: MIT
"""How old a tick is when it arrives, although neither this computer's clock nor the broker's can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.raw_layer.ticks.server_clock import ServerClock
from arbitrex_desktop.raw_layer.views import Quote

_WATCHED_SECONDS: Final = 300.0
"""Longest pause between two polls after which the ticks that come still count as having just arrived."""


class TickAges:
    """Measures ticks against the newest of all symbols.  For the pool's thread; `server_clock` is read by any.

    Attributes:
        server_clock: the broker's offset from UTC
        newest_msc: the newest tick of all, milliseconds on the server clock, 0 before the first
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest_at = self._polled_at = self._polled_before = (clock.monotonic(), clock.now())
        self._applied: datetime | None = None
        self.server_clock = ServerClock()
        self.newest_msc = 0

    def note_poll(self) -> None:
        """Note that a poll read ticks: those of the next one may be as old as this one."""
        self._polled_before, self._polled_at = self._polled_at, (self._clock.monotonic(), self._clock.now())

    def is_watching(self, market_now: datetime) -> bool:
        """Return whether polls came without a long pause, so that new ticks have just arrived."""
        before, self._applied = self._applied, market_now
        return before is None or (market_now - before).total_seconds() <= _WATCHED_SECONDS

    def age(self, time_msc: int, market_now: datetime, *, live: bool) -> float:
        """Return how old a tick was when it came, in seconds of market time.

        A tick that arrived while we were watching (`live`) is measured against the newest of all symbols, so that a
        wrong clock of this computer does no harm.  One that was there before, or that came while the computer slept,
        can only be measured by the clocks, and is of unknown age, infinite, while the broker's offset is unknown.
        """
        if live and time_msc > self.newest_msc:
            self.newest_msc = time_msc
            self._newest_at = self._polled_before
        if live:
            return (self.newest_msc - time_msc) / 1000.0
        if self.server_clock.offset_seconds is None:
            return math.inf
        return max(0.0, (market_now - self.server_clock.to_utc(time_msc / 1000.0)).total_seconds())

    def with_ages(self, quotes: Iterable[Quote]) -> list[Quote]:
        """Return those quotes whose age could not be told, with their age, once the offset is known.

        They are measured against the newest tick, which came while we watched; without a good one there is no age yet.
        """
        if not self.newest_msc:
            return []
        newest, at = self.server_clock.to_utc(self.newest_msc / 1000.0), self._newest_at[0]
        return [
            replace(quote, age_at_receipt=max(0.0, (newest - quote.time).total_seconds() - (at - quote.received)))
            for quote in quotes
            if math.isinf(quote.age_at_receipt)
        ]

    def latest_possible_msc(self, speed: float) -> int:
        """Return the latest moment, on the server clock as it stood, at which a tick can lie by now.

        A computer that slept stops the one clock, one that is set moves the other; the longer time is safe here.
        `speed` is market seconds per second.
        """
        monotonic, wall = self._newest_at
        elapsed = max(self._clock.monotonic() - monotonic, (self._clock.now() - wall).total_seconds(), 0.0)
        return self.newest_msc + round(elapsed * speed * 1000)

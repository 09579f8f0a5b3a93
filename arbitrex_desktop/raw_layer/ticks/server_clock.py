# SPDX-License-Identifier: MIT
"""The broker's clock: MT5 dresses the server's local time as UTC, so the difference has to be measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from arbitrex_desktop.raw_layer.server_zone import ServerZone, summer_seconds

_STEP_SECONDS: Final = 900
_AGREEING: Final = 3
_VOTE_COUNTS_SECONDS: Final = 60.0


def _rounded(seconds: float) -> int:
    """Round to the quarter of an hour, the finest step that time zones have."""
    return round(seconds / _STEP_SECONDS) * _STEP_SECONDS


class ServerClock:
    """Measures server time minus UTC, and converts with it.

    Only ticks that have just arrived tell the time, since the last tick of a closed market is days old.  Each new
    tick votes for its difference from the present rounded to 15 minutes, and its symbol's vote counts for a minute or
    until its next tick; an offset counts when three symbols agree on it (all of them, where fewer are followed).  A
    later measurement that differs replaces it, as in daylight saving.

    Attributes:
        offset_seconds: server time minus UTC, None before it is measured
        rule: whose summer time it follows, as far as that is known: of `server_zone.RULES`
    """

    def __init__(self) -> None:
        self.offset_seconds: int | None = None
        self.rule = ""
        self._votes: dict[str, tuple[int, float]] = {}

    def observe(self, newest_tick_seconds: Mapping[str, float], now: datetime, symbols: int) -> bool:
        """Vote with the server times of ticks that arrived just now; return whether the offset changed.

        `newest_tick_seconds` is by symbol; `now` is the present in UTC; `symbols`, how many symbols the session has.
        """
        if not newest_tick_seconds:
            return False
        present = now.timestamp()
        for symbol, seconds in newest_tick_seconds.items():
            self._votes[symbol] = (_rounded(seconds - present), present)
        for symbol in [each for each, (_, at) in self._votes.items() if abs(present - at) > _VOTE_COUNTS_SECONDS]:
            del self._votes[symbol]
        offset, agreeing = Counter(vote for vote, _ in self._votes.values()).most_common(1)[0]
        if agreeing < min(_AGREEING, symbols) or offset == self.offset_seconds:
            return False
        self.offset_seconds = offset
        return True

    def take_known(self, msc: int) -> None:
        """Take the offset, in milliseconds, from a terminal that knows it: a simulated one."""
        self.offset_seconds = _rounded(msc / 1000.0)

    def shift(self, msc: int) -> bool:
        """Go along with a server clock that was moved; return whether the offset changed, which has quarter hours."""
        self._votes = {}
        seconds = _rounded(msc / 1000.0)
        if self.offset_seconds is None or not seconds:
            return False
        self.offset_seconds += seconds
        return True

    def zone(self, now: datetime) -> ServerZone:
        """Return how the clock is set over the year."""
        known = self.offset_seconds is not None
        return ServerZone((self.offset_seconds or 0) - summer_seconds(self.rule, now), self.rule, known)

    def to_utc(self, server_seconds: float) -> datetime:
        """Convert a recent time of the server clock to UTC; an offset that is not measured yet counts as none."""
        return datetime.fromtimestamp(server_seconds, UTC) - timedelta(seconds=self.offset_seconds or 0)

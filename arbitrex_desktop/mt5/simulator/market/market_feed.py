# SPDX-License-Identifier: MIT
"""What the simulated broker needs of a market, whether it is generated or replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, runtime_checkable

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.broker.symbols import SymbolSpec


class MarketFeed(Protocol):
    """Ticks by symbol, as `TICK_DTYPE` rows oldest first, with times in milliseconds of UTC.

    Rows handed out are shared and must not be written to.  An unknown symbol raises KeyError.
    """

    @property
    def symbols(self) -> Mapping[str, SymbolSpec]:
        """Return the symbols of the market by name."""

    def ticks(self, symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        """Yield the ticks within two moments, both included, in consecutive pieces; empty pieces may occur."""

    def last_tick(self, symbol: str, at_msc: int) -> Rows | None:
        """Return the newest tick at or before a moment as an array of one row; None when there is none yet."""

    def hours_back(self, symbol: str, at_msc: int) -> Iterator[int]:
        """Yield the starts of the full UTC hours with ticks that begin at or before a moment, newest first."""

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return whether the symbol can be traded at a moment."""


@runtime_checkable
class OldBars(Protocol):
    """What a feed has besides when it keeps ticks for some days only, and minute bars of the days before."""

    def ticks_kept_from(self, at_msc: int) -> int:
        """Return the moment from which ticks are still kept at a moment, the start of a full hour."""

    def old_days(self, symbol: str, until_msc: int) -> Iterator[int]:
        """Yield the starts of the trading days that begin at or before a moment, newest first."""

    def minute_bars(self, symbol: str, day_start_msc: int) -> Rows:
        """Return a trading day's bars by the minute, `RATE_DTYPE` rows with `time` in seconds of UTC.

        A trading day is 24 hours long, begins with a full hour, and no clock is changed within it.
        """

    def hour_bars(self, symbol: str, day_start_msc: int) -> Rows:
        """Return the same bars merged by the hour of UTC."""


def ticks_kept_from(feed: MarketFeed, now_msc: int) -> int:
    """Return the moment from which a feed has ticks: since 1970, unless it forgets them."""
    return feed.ticks_kept_from(now_msc) if isinstance(feed, OldBars) else 0

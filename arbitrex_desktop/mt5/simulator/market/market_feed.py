# SPDX-License-Identifier: MIT
"""What the simulated broker needs of a market, whether it is generated or replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec


@dataclass(frozen=True, slots=True)
class Extremes:
    """The least and greatest bid and ask of some stretch of time; 0 where there was none."""

    bid_low: float = 0.0
    bid_high: float = 0.0
    ask_low: float = 0.0
    ask_high: float = 0.0

    def joined(self, other: Extremes | None) -> Extremes:
        """Return the extremes of both stretches."""
        if other is None:
            return self
        return Extremes(
            min(self.bid_low, other.bid_low),
            max(self.bid_high, other.bid_high),
            min(self.ask_low, other.ask_low),
            max(self.ask_high, other.ask_high),
        )


def extremes_of(rows: Rows) -> Extremes | None:
    """Return the extremes of ticks, None of no ticks."""
    if not len(rows):
        return None
    bid, ask = rows["bid"], rows["ask"]
    return Extremes(float(bid.min()), float(bid.max()), float(ask.min()), float(ask.max()))


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

    def extremes(self, symbol: str, from_msc: int, to_msc: int) -> Extremes | None:
        """Return the least and greatest prices of the ticks within two moments, None when there are none."""

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return whether the symbol can be traded at a moment."""


@runtime_checkable
class HourlyTicks(Protocol):
    """What a feed has besides when its past is known from its ticks alone."""

    def hours_back(self, symbol: str, at_msc: int) -> Iterator[int]:
        """Yield the starts of the full UTC hours with ticks that begin at or before a moment, newest first."""


@runtime_checkable
class MinuteHistory(Protocol):
    """What a feed has besides when its past is known by the minute without reading its ticks."""

    def days_back(self, symbol: str, until_msc: int) -> Iterator[int]:
        """Yield the starts of the trading days that begin at or before a moment, newest first."""

    def minute_bars(self, symbol: str, day_start_msc: int) -> Rows:
        """Return a trading day's bars by the minute, new `RATE_DTYPE` rows with `time` in seconds of UTC.

        A trading day is 24 hours long, begins with a full hour, and no clock shows an hour of it twice.  Each bar is
        exactly what its ticks sum up to, those that are still to come included.
        """

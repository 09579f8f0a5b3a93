# SPDX-License-Identifier: MIT
"""What the simulated broker needs of a market, whether it is generated or replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec


@dataclass(frozen=True, slots=True)
class Extremes:
    """The least and greatest bid, ask, price of a deal and its volume, of some stretch of time; 0 where none was."""

    bid_low: float = 0.0
    bid_high: float = 0.0
    ask_low: float = 0.0
    ask_high: float = 0.0
    last_low: float = 0.0
    last_high: float = 0.0
    volume_low: float = 0.0
    volume_high: float = 0.0

    def joined(self, other: Extremes | None) -> Extremes:
        """Return the extremes of both stretches."""
        if other is None:
            return self
        return Extremes(
            min(self.bid_low, other.bid_low),
            max(self.bid_high, other.bid_high),
            min(self.ask_low, other.ask_low),
            max(self.ask_high, other.ask_high),
            _lower(self.last_low, other.last_low),
            max(self.last_high, other.last_high),
            _lower(self.volume_low, other.volume_low),
            max(self.volume_high, other.volume_high),
        )


def _lower(one: float, other: float) -> float:
    """Return the lower of two, of which 0 is none."""
    return min(one or other, other or one)


def extremes_of(rows: Rows) -> Extremes | None:
    """Return the extremes of ticks, None of no ticks."""
    if not len(rows):
        return None
    bid, ask, last, volume = rows["bid"], rows["ask"], rows["last"], rows["volume_real"]
    columns = (bid, ask, last[last > 0.0], volume[volume > 0.0])
    return Extremes(*(float(of(column)) if len(column) else 0.0 for column in columns for of in (np.min, np.max)))


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

    def bids_around(self, symbol: str, at_msc: int, until_msc: int) -> tuple[float, float]:
        """Return the last bid before a full hour and the first one from it until a moment; 0 where there is none."""

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return whether the symbol can be traded at a moment."""


def bids_of_ticks(feed: MarketFeed, symbol: str, at_msc: int, until_msc: int) -> tuple[float, float]:
    """Return what a feed's `bids_around` is to return, read from its ticks."""
    before = feed.last_tick(symbol, at_msc - 1)
    first = next((rows for rows in feed.ticks(symbol, at_msc, until_msc) if len(rows)), None)
    return (0.0 if before is None else float(before["bid"][0]), 0.0 if first is None else float(first["bid"][0]))


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

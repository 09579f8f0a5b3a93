# SPDX-License-Identifier: MIT
"""The generated market: every symbol's ticks and bars as a pure function of seed, symbol and time.

History begins with `HISTORY_START` and is one: a trading day's minute bars are drawn at once, and its ticks, made an
hour at a time when they are asked for, fit them exactly (`minute_ticks`).  So bars of any length equal their ticks, on
any day, and a closed bar never changes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.simulator.market.cache import BoundedCache
from arbitrex_desktop.mt5.simulator.market.market_feed import Extremes, bids_of_ticks, extremes_of
from arbitrex_desktop.mt5.simulator.market.minute_bars import DayMinutes, MinuteBars, rates_of
from arbitrex_desktop.mt5.simulator.market.minute_ticks import spread_width, ticks_of_hour
from arbitrex_desktop.mt5.simulator.market.price_paths import MINUTES, DriverPaths, Mixture, mixture
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC
from arbitrex_desktop.mt5.simulator.market.sessions import OpenMinutes, Sessions
from arbitrex_desktop.mt5.simulator.market.trading_calendar import HOURS_A_DAY, RoundTheClockHour, TradingHour
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec, broker_symbols

HISTORY_START: Final = datetime(2010, 1, 4, 22, tzinfo=UTC)
"""The first moment of the broker's history, the start of a trading day: there are no bars or ticks before it."""

_FIRST_MSC: Final = round(HISTORY_START.timestamp()) * 1000
_DAYS_KEPT: Final = 82
"""Of each usual symbol the present day and the one before."""
_MINUTE_MSC: Final = 60_000


class _Hour(NamedTuple):
    """The ticks of one trading hour, and their times again: a search in the rows' column would copy it each time."""

    rows: Rows
    times: NDArray[np.int64]


class GeneratedMarket:
    """The market of one seed; implements `MarketFeed` and `MinuteHistory`.  Keeps an hour of ticks per symbol.

    For one thread.
    """

    def __init__(self, seed: int, *, realistic: bool = False, named: Callable[[str], str] = str, more: int = 0) -> None:
        self._seed = seed
        self._sessions = Sessions(realistic=realistic)
        self._first = {calendar: calendar.at(_FIRST_MSC) for calendar in (TradingHour, RoundTheClockHour)}
        self._symbols = broker_symbols(realistic=realistic, named=named, more=more)
        self._paths = DriverPaths(seed)
        self._mixtures: dict[str, Mixture] = {name: mixture(spec) for name, spec in self._symbols.items()}
        self._bars: dict[str, MinuteBars] = {}
        self._days: BoundedCache[tuple[str, int], DayMinutes] = BoundedCache(max(_DAYS_KEPT, len(self._symbols)))
        self._recent: BoundedCache[tuple[str, TradingHour], _Hour] = BoundedCache(len(self._symbols) + 15)

    @property
    def symbols(self) -> Mapping[str, SymbolSpec]:
        """Return all symbols of the simulated broker."""
        return self._symbols

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return whether a moment lies within the symbol's week, and one of its sessions."""
        at = self._calendar(symbol).at(at_msc)
        first, end = self._open_minutes(symbol, at)
        return at.start_msc + first * _MINUTE_MSC <= at_msc < at.start_msc + end * _MINUTE_MSC

    def _calendar(self, symbol: str) -> type[TradingHour]:
        return self._sessions.hours(self._symbols[symbol])

    def _open_minutes(self, symbol: str, at: TradingHour) -> OpenMinutes:
        return self._sessions.open_minutes(self._symbols[symbol], at)

    def _trades(self, symbol: str, at: TradingHour) -> bool:
        first, end = self._open_minutes(symbol, at)
        return first < end

    def _hours(self, symbol: str, from_msc: int, to_msc: int) -> Iterator[TradingHour]:
        """Yield the hours of trading between two moments, those that hold them included."""
        calendar = self._calendar(symbol)
        last, at = calendar.at(to_msc), calendar.at(max(from_msc, _FIRST_MSC))
        while at <= last:
            if self._trades(symbol, at):
                yield at
            at = at.moved(1)

    def ticks(self, symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        """Yield the ticks within two moments, an hour at a time; there are none before the broker's history."""
        for at in self._hours(symbol, from_msc, to_msc):
            start = at.start_msc
            if from_msc <= start and start + HOUR_MSC <= to_msc + 1:
                yield self._whole_hour(symbol, at).rows
            else:
                yield self._within(symbol, at, from_msc, to_msc)

    def last_tick(self, symbol: str, at_msc: int) -> Rows | None:
        """Return the newest tick at or before a moment; the one of Friday's close on a weekend."""
        calendar = self._calendar(symbol)
        at, first = calendar.at(at_msc), self._first[calendar]
        while at >= first:
            if self._trades(symbol, at):
                hour = self._hour(symbol, at)
                end = int(hour.times.searchsorted(at_msc + 1))
                if end:
                    return hour.rows[end - 1 : end]
            at = at.moved(-1)
        return None

    def bids_around(self, symbol: str, at_msc: int, until_msc: int) -> tuple[float, float]:
        """Return the last bid before a full hour and the first one from it until a moment, from minutes where they end.

        The prices of a day's turn are asked for of every symbol at once, and its ticks are of no other use by then.
        """
        before, first = self._calendar(symbol).at(at_msc - 1), self._calendar(symbol).at(_FIRST_MSC)
        while before >= first and not self._trades(symbol, before):
            before = before.moved(-1)
        after = next((at for at in self._hours(symbol, at_msc, until_msc) if at.start_msc >= at_msc), None)
        if before < first or after is None:
            return bids_of_ticks(self, symbol, at_msc, until_msc)
        opening = self._open_minutes(symbol, after)[0]
        if after.start_msc + (opening + 1) * _MINUTE_MSC > until_msc:
            return bids_of_ticks(self, symbol, at_msc, until_msc)
        last, scale = self._open_minutes(symbol, before)[1] - 1, 10.0 ** self._symbols[symbol].digits
        closed, opened = self._minutes(symbol, before).close[last], self._minutes(symbol, after).open[opening]
        return float(closed) / scale, float(opened) / scale

    def days_back(self, symbol: str, until_msc: int) -> Iterator[int]:
        """Yield the starts of the trading days that begin at or before a moment, newest first."""
        calendar = self._calendar(symbol)
        days = range(calendar.at(until_msc).day, calendar.at(_FIRST_MSC).day - 1, -1)
        return (calendar(day, 0).start_msc for day in days)

    def minute_bars(self, symbol: str, day_start_msc: int) -> Rows:
        """Return a trading day's bars by the minute."""
        calendar = self._calendar(symbol)
        day = calendar.at(day_start_msc).day
        minutes = self._days.known((symbol, day)) or self._bars_of(symbol).of_day(day)
        rows = rates_of(minutes, calendar(day, 0).start_msc, self._symbols[symbol].digits)
        if not self._sessions.realistic:
            return rows
        opened = [self._open_minutes(symbol, calendar(day, hour)) for hour in range(HOURS_A_DAY)]
        if all(hour == (0, MINUTES) for hour in opened):
            return rows
        within = [first <= minute < end for first, end in opened for minute in range(MINUTES)]
        traded: Rows = rows[np.array(within)]
        return traded

    def _bars_of(self, symbol: str) -> MinuteBars:
        """Return what draws a symbol's minutes, made when first asked for: a broker may list thousands."""
        if symbol not in self._bars:
            spec = self._symbols[symbol]
            self._bars[symbol] = MinuteBars(self._seed, self._paths, spec, self._mixtures[symbol])
        return self._bars[symbol]

    def extremes(self, symbol: str, from_msc: int, to_msc: int) -> Extremes | None:
        """Return the least and greatest prices within two moments: of ticks at both ends, of bars in between.

        Bars do not tell of deals: where there are some, all ticks are read.
        """
        by_ticks = self._symbols[symbol].is_exchange
        found: Extremes | None = None
        for at in self._hours(symbol, from_msc, to_msc):
            start = at.start_msc
            whole = from_msc <= start and start + HOUR_MSC <= to_msc + 1
            if whole:
                piece = extremes_of(self._whole_hour(symbol, at).rows) if by_ticks else self._hours_extremes(symbol, at)
            else:
                piece = extremes_of(self._within(symbol, at, from_msc, to_msc))
            found = piece if found is None else found.joined(piece)
        return found

    def _hours_extremes(self, symbol: str, at: TradingHour) -> Extremes:
        """Return the extremes of a whole hour, which its minutes contain without their ticks."""
        spec = self._symbols[symbol]
        minutes = self._minutes(symbol, at).part(slice(*self._open_minutes(symbol, at)))
        width, scale = spread_width(spec, at.hour), 10.0**spec.digits
        return Extremes(
            bid_low=float(minutes.low.min()) / scale,
            bid_high=float(minutes.high.max()) / scale,
            ask_low=float((minutes.low + minutes.spread).min()) / scale,
            ask_high=float((minutes.high + minutes.spread).max() + width) / scale,
        )

    def _minutes(self, symbol: str, at: TradingHour) -> DayMinutes:
        """Return the minutes of one trading hour."""
        day = self._days.get((symbol, at.day), lambda: self._bars_of(symbol).of_day(at.day))
        return day.part(slice(at.hour * MINUTES, (at.hour + 1) * MINUTES))

    def _within(self, symbol: str, at: TradingHour, from_msc: int, to_msc: int) -> Rows:
        """Return the ticks of an hour that lie within two moments."""
        hour = self._hour(symbol, at)
        first, end = hour.times.searchsorted([from_msc, to_msc + 1])
        return hour.rows[first:end]

    def _whole_hour(self, symbol: str, at: TradingHour) -> _Hour:
        """Return all ticks of an hour; who reads history hour by hour must not push out what each poll reads."""
        return self._recent.known((symbol, at)) or self._make_hour(symbol, at)

    def _hour(self, symbol: str, at: TradingHour) -> _Hour:
        """Return the ticks of one trading hour."""
        return self._recent.get((symbol, at), lambda: self._make_hour(symbol, at))

    def _make_hour(self, symbol: str, at: TradingHour) -> _Hour:
        """Generate the ticks of one trading hour."""
        random = np.random.default_rng([self._seed, zlib.crc32(symbol.encode()), 5, at.day, at.hour])
        path = self._paths.logarithm(self._mixtures[symbol], at)
        minutes = self._minutes(symbol, at)
        rows = ticks_of_hour(random, self._symbols[symbol], at, minutes, path)
        first, end = self._open_minutes(symbol, at)
        if (first, end) != (0, MINUTES):
            start = at.start_msc
            bounds = [start + first * _MINUTE_MSC, start + end * _MINUTE_MSC]
            rows = rows[slice(*np.searchsorted(rows["time_msc"], bounds))]
        return _Hour(rows, np.ascontiguousarray(rows["time_msc"]))

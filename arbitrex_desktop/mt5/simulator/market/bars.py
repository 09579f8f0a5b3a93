# SPDX-License-Identifier: MIT
"""Bars of any timeframe, summed up from minutes, or from ticks where the market knows its past by them alone.

A bar is exactly its ticks, the unfinished one included, whatever range it is asked for in.  Bars are cut on the
server's clock; prices are the bid's, as in MetaTrader's charts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE, Rows, read_only
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.simulator.market.cache import BoundedCache
from arbitrex_desktop.mt5.simulator.market.market_feed import HourlyTicks, MarketFeed, MinuteHistory
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, HOUR_MSC, SimulatedServerClock

Seconds = NDArray[np.int64]

_MINUTE: Final = 60
_MINUTE_MSC: Final = 60_000
_HOUR: Final = 3600
_DAY: Final = 86_400
_MINUTE_HOURS_KEPT: Final = 2048
_HOURS_KEPT: Final = 40_000
_MINUTE_DAYS_KEPT: Final = 48
_HOUR_DAYS_KEPT: Final = 12_000  # 20 MB: a year of all symbols
_STRETCH_MSC: Final = 28 * DAY_MSC
_STRETCHES_KEPT: Final = 9_000  # 15 MB: all history of all symbols
_FOUR_DAYS: Final = 4 * _DAY  # 1970 began on a Thursday; MetaTrader's weeks begin on Sunday


def bar_start(timeframe: int, seconds: Seconds) -> Seconds:
    """Return the opening second of the bars that hold the given seconds of the server clock."""
    if timeframe == Timeframe.MN1:
        months = seconds.astype("datetime64[s]").astype("datetime64[M]")
        return months.astype("datetime64[s]").astype(np.int64)
    if timeframe == Timeframe.W1:
        return (seconds + _FOUR_DAYS) // (7 * _DAY) * (7 * _DAY) - _FOUR_DAYS
    length = _length(timeframe)
    return seconds // length * length


def bar_end(timeframe: int, second: int) -> int:
    """Return the second at which the bar that holds a second of the server clock ends."""
    start = bar_start(timeframe, np.array([second], dtype=np.int64))
    if timeframe == Timeframe.MN1:
        return int(bar_start(timeframe, start + 31 * _DAY)[0])
    return int(start[0]) + (7 * _DAY if timeframe == Timeframe.W1 else _length(timeframe))


def _length(timeframe: int) -> int:
    """Return the seconds of a bar up to a day; the constants hold minutes, or 0x4000 plus hours."""
    hours_flag = 0x4000
    return (timeframe - hours_flag) * _HOUR if timeframe >= hours_flag else timeframe * _MINUTE


def bars_of_ticks(ticks: Rows, starts: Seconds, points_per_unit: float) -> Rows:
    """Sum ticks up to bars; `starts` holds the opening second of each tick's bar, sorted."""
    if not len(ticks):
        return np.zeros(0, dtype=RATE_DTYPE)
    cuts = _cuts(starts)
    bars = np.zeros(len(cuts), dtype=RATE_DTYPE)
    bid, ends = ticks["bid"], np.append(cuts[1:], len(ticks))
    bars["time"] = starts[cuts]
    bars["open"], bars["close"] = bid[cuts], bid[ends - 1]
    bars["high"], bars["low"] = np.maximum.reduceat(bid, cuts), np.minimum.reduceat(bid, cuts)
    bars["tick_volume"] = ends - cuts
    bars["spread"] = np.rint(np.minimum.reduceat(ticks["ask"] - bid, cuts) * points_per_unit)
    bars["real_volume"] = np.add.reduceat(ticks["volume"], cuts)
    return bars


def merged(bars: Rows, starts: Seconds) -> Rows:
    """Sum small bars up to larger ones; `starts` holds the opening second of each one's larger bar, sorted."""
    if not len(bars):
        return bars
    cuts = _cuts(starts)
    result = np.zeros(len(cuts), dtype=RATE_DTYPE)
    result["time"] = starts[cuts]
    result["open"], result["close"] = bars["open"][cuts], bars["close"][np.append(cuts[1:], len(bars)) - 1]
    result["high"], result["low"] = np.maximum.reduceat(bars["high"], cuts), np.minimum.reduceat(bars["low"], cuts)
    result["spread"] = np.minimum.reduceat(bars["spread"], cuts)
    for name in ("tick_volume", "real_volume"):
        result[name] = np.add.reduceat(bars[name], cuts)
    return result


def _cuts(starts: Seconds) -> NDArray[np.intp]:
    """Return where a new bar begins."""
    return np.concatenate(([0], np.flatnonzero(np.diff(starts)) + 1))


def _collected(pieces: Iterable[Rows], timeframe: int, enough: Callable[[set[int], int], bool]) -> Rows:
    """Read back until the bars seen so far, and the oldest's opening second, are enough; sum them up, oldest first."""
    taken: list[Rows] = []
    seen: set[int] = set()
    for piece in (piece for piece in pieces if len(piece)):
        taken.append(piece)
        starts = bar_start(timeframe, piece["time"])
        seen.update(np.unique(starts).tolist())
        if enough(seen, int(starts[0])):
            break
    if not taken:
        return np.zeros(0, dtype=RATE_DTYPE)
    bars = np.concatenate(taken[::-1])
    return merged(bars, bar_start(timeframe, bars["time"]))


class BarSource:
    """Bars of a feed's symbols, read backwards from a moment.  For one thread."""

    def __init__(self, feed: MarketFeed, server_clock: SimulatedServerClock) -> None:
        self._feed = feed
        self._clock = server_clock
        self._minutes: BoundedCache[tuple[str, int], Rows] = BoundedCache(_MINUTE_HOURS_KEPT)
        self._hours: BoundedCache[tuple[str, int], Rows] = BoundedCache(_HOURS_KEPT)
        self._days_minutes: BoundedCache[tuple[str, int], Rows] = BoundedCache(_MINUTE_DAYS_KEPT)
        self._days_hours: BoundedCache[tuple[str, int], Rows] = BoundedCache(_HOUR_DAYS_KEPT)
        self._stretches: BoundedCache[tuple[str, int], Rows] = BoundedCache(_STRETCHES_KEPT)

    def last(self, symbol: str, timeframe: int, count: int, *, until_msc: int) -> Rows:
        """Return up to `count` bars of what happened up to a moment of UTC (milliseconds), oldest first."""
        pieces = self._pieces(symbol, timeframe, until_msc)
        return _collected(pieces, timeframe, lambda seen, _: len(seen) > count)[-count:]

    def since(self, symbol: str, timeframe: int, from_second: int, *, until_msc: int) -> Rows:
        """Return the bars that open at or after a second of the server clock, of what happened up to a moment."""
        pieces = self._pieces(symbol, timeframe, until_msc)
        bars = _collected(pieces, timeframe, lambda _, oldest: oldest < from_second)
        return bars[bars["time"] >= from_second]

    def _pieces(self, symbol: str, timeframe: int, until_msc: int) -> Iterator[Rows]:
        """Yield bars piece by piece, newest first: by the minute, or by hour or day where that is fine enough."""
        if isinstance(self._feed, MinuteHistory):
            yield from self._of_minutes(self._feed, symbol, timeframe, until_msc)
        elif isinstance(self._feed, HourlyTicks):
            yield from self._of_ticks(self._feed, symbol, timeframe, until_msc)

    def _of_ticks(self, feed: HourlyTicks, symbol: str, timeframe: int, until_msc: int) -> Iterator[Rows]:
        """Yield each hour's bars, newest hour first."""
        for start in feed.hours_back(symbol, until_msc):
            if start + HOUR_MSC > until_msc + 1:
                rows = self._minutes_between(symbol, start, until_msc)
            elif timeframe >= Timeframe.H1:
                rows = self._hours.get((symbol, start), partial(self._whole_hour, symbol, start))
            else:
                rows = self._minutes_of(symbol, start)
            if len(rows):
                yield rows

    def _of_minutes(self, feed: MinuteHistory, symbol: str, timeframe: int, until_msc: int) -> Iterator[Rows]:
        """Yield the unfinished minute, then each day's bars, newest day first; for long bars four weeks at once."""
        end = (until_msc + 1) // _MINUTE_MSC * _MINUTE_MSC
        present = self._minutes_between(symbol, end, until_msc)
        if len(present):
            yield present
        stretch: int | None = None
        for start in feed.days_back(symbol, end - 1):
            stretch = start // _STRETCH_MSC if stretch is None else stretch
            if timeframe >= Timeframe.D1 and start // _STRETCH_MSC < stretch:
                yield from self._stretches_back(feed, symbol, stretch - 1)
                return
            if start + DAY_MSC > end:
                minutes = self._day_of_minutes(feed, symbol, start)
                yield minutes[: np.searchsorted(minutes["time"], self._clock.to_server(end) // 1000)]
            elif timeframe >= Timeframe.H1:
                yield self._days_hours.get((symbol, start), partial(self._day_of_hours, feed, symbol, start))
            else:
                yield self._day_of_minutes(feed, symbol, start)

    def _stretches_back(self, feed: MinuteHistory, symbol: str, newest: int) -> Iterator[Rows]:
        """Yield each stretch of finished trading days, newest first; one that has none is before all history."""
        for stretch in range(newest, -1, -1):
            rows = self._stretches.get((symbol, stretch), partial(self._stretch_of_days, feed, symbol, stretch))
            if not len(rows):
                return
            yield rows

    def _stretch_of_days(self, feed: MinuteHistory, symbol: str, stretch: int) -> Rows:
        """Return the trading days that begin within a stretch as bars of the server's days, in part at its ends."""
        first, end = stretch * _STRETCH_MSC, (stretch + 1) * _STRETCH_MSC
        starts = list(takewhile(lambda start: start >= first, feed.days_back(symbol, end - 1)))
        days = [self._shown_day(feed, symbol, start) for start in reversed(starts)]
        bars = np.concatenate(
            [np.zeros(0, dtype=RATE_DTYPE), *(merged(day, bar_start(Timeframe.D1, day["time"])) for day in days)]
        )
        return read_only(merged(bars, bar_start(Timeframe.D1, bars["time"])))

    def _day_of_minutes(self, feed: MinuteHistory, symbol: str, start: int) -> Rows:
        """Return a trading day's minute bars on the server's clock, kept for a while."""
        return self._days_minutes.get((symbol, start), partial(self._shown_day, feed, symbol, start))

    def _day_of_hours(self, feed: MinuteHistory, symbol: str, start: int) -> Rows:
        """Return a trading day's hour bars on the server's clock."""
        minutes = self._shown_day(feed, symbol, start)
        return read_only(merged(minutes, minutes["time"] // _HOUR * _HOUR))

    def _shown_day(self, feed: MinuteHistory, symbol: str, start: int) -> Rows:
        """Return a trading day's minutes on the server's clock, which is whole hours from UTC."""
        bars = feed.minute_bars(symbol, start)
        bars["time"] += self._clock.offsets_msc(bars["time"] * 1000) // 1000
        return read_only(bars)

    def _minutes_of(self, symbol: str, start: int) -> Rows:
        """Return the minute bars of a finished hour, kept for a while."""
        end = start + HOUR_MSC - 1
        return self._minutes.get((symbol, start), lambda: self._minutes_between(symbol, start, end))

    def _whole_hour(self, symbol: str, start: int) -> Rows:
        """Return a finished hour as one bar."""
        minutes = self._minutes_between(symbol, start, start + HOUR_MSC - 1)
        return merged(minutes, minutes["time"] // _HOUR * _HOUR)

    def _minutes_between(self, symbol: str, start: int, until_msc: int) -> Rows:
        """Sum up the ticks from a full minute to a moment of the same hour, by the minute."""
        pieces = [*self._feed.ticks(symbol, start, until_msc)]
        ticks = pieces[0] if len(pieces) == 1 else np.concatenate([np.zeros(0, dtype=TICK_DTYPE), *pieces])
        server = (ticks["time_msc"] + self._clock.offset_msc(start)) // 1000
        scale = 10.0 ** self._feed.symbols[symbol].digits
        return read_only(bars_of_ticks(ticks, server // _MINUTE * _MINUTE, scale))

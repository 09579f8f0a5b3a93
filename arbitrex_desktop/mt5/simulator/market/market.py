# SPDX-License-Identifier: MIT
"""The generated market: every symbol's ticks and bars as a pure function of seed, symbol and time.

The ticks of any time can be had, and the account's own past is worked out from them; but like a broker, who keeps
ticks for a while only, it offers those of the last days, and coarse minute bars of the time before (`OldBars`).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import TICK_DTYPE, Rows, read_only
from arbitrex_desktop.mt5.constants import TickFlag
from arbitrex_desktop.mt5.simulator.broker.symbols import SYMBOLS, SymbolSpec
from arbitrex_desktop.mt5.simulator.market import trading_calendar
from arbitrex_desktop.mt5.simulator.market.cache import BoundedCache
from arbitrex_desktop.mt5.simulator.market.liveliness import LEAST_SPREAD, SPREAD_VARIES, ticks_a_second, usual_spread
from arbitrex_desktop.mt5.simulator.market.minute_bars import MinuteBars
from arbitrex_desktop.mt5.simulator.market.price_paths import DriverPaths, Mixture, mixture, news_fade
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC
from arbitrex_desktop.mt5.simulator.market.trading_calendar import HOURS_A_DAY, TradingHour

Floats = NDArray[np.float64]

HISTORY_DAYS: Final = 800
"""How far back the broker keeps history, in trading days."""

HISTORY_HOURS: Final = HISTORY_DAYS * HOURS_A_DAY
"""The same in trading hours."""

TICK_DAYS: Final = 2
"""For how many trading days the broker keeps ticks, the present one included; its bars are older ones' only trace."""

_SAME_MILLISECOND: Final = 0.01


class _Hour(NamedTuple):
    """The ticks of one trading hour, and their times again: a search in the rows' column would copy it each time."""

    rows: Rows
    times: NDArray[np.int64]


class GeneratedMarket:
    """The market of one seed; implements `MarketFeed` and `OldBars`.  Keeps an hour of ticks per symbol.

    For one thread.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._paths = DriverPaths(seed)
        self._mixtures: dict[str, Mixture] = {name: mixture(spec) for name, spec in SYMBOLS.items()}
        self._old_bars = {
            name: MinuteBars(seed, self._paths, spec, self._mixtures[name]) for name, spec in SYMBOLS.items()
        }
        self._recent: BoundedCache[tuple[str, TradingHour], _Hour] = BoundedCache(len(SYMBOLS) + 15)

    @property
    def symbols(self) -> Mapping[str, SymbolSpec]:
        """Return all symbols of the simulated broker."""
        return SYMBOLS

    def is_open(self, symbol: str, at_msc: int) -> bool:
        """Return whether a moment lies within the trading week, which is the same for all symbols."""
        del symbol
        return trading_calendar.is_open(at_msc)

    def ticks(self, symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        """Yield the ticks within two moments, an hour at a time; those beyond the broker's history are left out."""
        last = TradingHour.at(to_msc)
        at = max(TradingHour.at(from_msc), last.moved(-HISTORY_HOURS))
        while at <= last:
            start = at.start_msc
            if from_msc <= start and start + HOUR_MSC <= to_msc + 1:
                yield self._whole_hour(symbol, at).rows
            else:
                hour = self._hour(symbol, at)
                first, end = np.searchsorted(hour.times, [from_msc, to_msc + 1])
                yield hour.rows[first:end]
            at = at.moved(1)

    def last_tick(self, symbol: str, at_msc: int) -> Rows | None:
        """Return the newest tick at or before a moment; the one of Friday's close on a weekend."""
        present = TradingHour.at(at_msc)
        for candidate in (present, present.moved(-1)):
            hour = self._hour(symbol, candidate)
            end = int(np.searchsorted(hour.times, at_msc + 1))
            if end:
                return hour.rows[end - 1 : end]
        return None

    def hours_back(self, symbol: str, at_msc: int) -> Iterator[int]:
        """Yield the starts of the trading hours that begin at or before a moment, newest first."""
        del symbol
        hour = TradingHour.at(at_msc)
        return (hour.moved(-back).start_msc for back in range(HISTORY_HOURS))

    def ticks_kept_from(self, at_msc: int) -> int:
        """Return the start of the oldest trading day whose ticks are kept at a moment."""
        return TradingHour(TradingHour.at(at_msc).day - TICK_DAYS + 1, 0).start_msc

    def old_days(self, symbol: str, until_msc: int) -> Iterator[int]:
        """Yield the starts of the trading days that begin at or before a moment, newest first."""
        del symbol
        day = TradingHour.at(until_msc).day
        return (TradingHour(day - back, 0).start_msc for back in range(HISTORY_DAYS))

    def minute_bars(self, symbol: str, day_start_msc: int) -> Rows:
        """Return a trading day's bars by the minute, drawn without its ticks."""
        return self._old_bars[symbol].of_day(TradingHour.at(day_start_msc).day)

    def hour_bars(self, symbol: str, day_start_msc: int) -> Rows:
        """Return the same bars by the hour."""
        return self._old_bars[symbol].hours_of_day(TradingHour.at(day_start_msc).day)

    def _whole_hour(self, symbol: str, at: TradingHour) -> _Hour:
        """Return all ticks of an hour; who reads history hour by hour must not push out what each poll reads."""
        return self._recent.known((symbol, at)) or self._make_hour(symbol, at)

    def _hour(self, symbol: str, at: TradingHour) -> _Hour:
        """Return the ticks of one trading hour."""
        return self._recent.get((symbol, at), lambda: self._make_hour(symbol, at))

    def _make_hour(self, symbol: str, at: TradingHour) -> _Hour:
        """Generate the ticks of one trading hour; a quote that repeats the one before is not sent."""
        spec, mix = SYMBOLS[symbol], self._mixtures[symbol]
        random = np.random.default_rng([self._seed, zlib.crc32(symbol.encode()), 5, at.day, at.hour])
        arrivals = _arrivals(random, ticks_a_second(spec, at.hour))
        seconds = arrivals / 1000.0
        path = self._paths.logarithm(mix, at)
        middle = np.exp(np.interp(seconds, np.arange(len(path)), path)) * 10.0**spec.digits
        spread = _spreads(random, spec, at.hour, len(arrivals))
        for item in self._paths.news(mix, at):
            after = seconds - item.second
            spread *= np.where(after >= 0, 1.0 + 3.0 * news_fade(np.maximum(after, 0.0)), 1.0)
        rows = _rows(spec, arrivals + at.start_msc, middle, spread)
        return _Hour(rows, np.ascontiguousarray(rows["time_msc"]))


def _arrivals(random: np.random.Generator, per_second: float) -> NDArray[np.int64]:
    """Return the milliseconds of the hour at which ticks arrive, sorted; about 1% repeat the one before."""
    count = round(per_second * HOUR_MSC / 1000)
    times = ((np.arange(count) + random.random(count)) * (HOUR_MSC / count)).astype(np.int64)
    same = np.flatnonzero(random.random(count) < _SAME_MILLISECOND)
    same = same[same > 0]
    times[same] = times[same - 1]  # reads all before it writes any, so the order stands
    return times


def _spreads(random: np.random.Generator, spec: SymbolSpec, hour: int, count: int) -> Floats:
    """Return the spread of each tick in points: wider at night, and never quite still."""
    spread: Floats = usual_spread(spec, hour) * (LEAST_SPREAD + SPREAD_VARIES * random.random(count))
    return spread


def _rows(spec: SymbolSpec, times: NDArray[np.int64], middle: Floats, spread: Floats) -> Rows:
    """Put quotes on the price grid; `middle` and `spread` in points."""
    points = np.maximum(np.rint(spread), 1.0)
    bid = np.maximum(np.rint(middle - points / 2.0), 1.0)
    ask = bid + points
    flags = np.full(len(times), TickFlag.BID | TickFlag.ASK, dtype=np.uint32)
    flags[1:] = np.where(np.diff(bid) != 0, TickFlag.BID, 0) + np.where(np.diff(ask) != 0, TickFlag.ASK, 0)
    sent = np.flatnonzero(flags)
    rows = np.zeros(len(sent), dtype=TICK_DTYPE)
    scale = 10.0**spec.digits
    rows["time_msc"] = times[sent]
    rows["time"] = times[sent] // 1000
    rows["bid"] = bid[sent] / scale
    rows["ask"] = ask[sent] / scale
    rows["flags"] = flags[sent]
    return read_only(rows)

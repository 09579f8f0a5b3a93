# SPDX-License-Identifier: MIT
"""The simulated terminal's calls about symbols, quotes, bars and ticks.

Bars and ticks are given of every symbol that the broker has, whether it is in Market Watch or not, as in MetaQuotes'
own examples; the latest tick and the depth of market of those in Market Watch only.  Not proven against a real
terminal: that a count of 0 is refused, what is given of a hidden symbol, and the bit 128 that real ticks carry among
their flags and these do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import TICK_DTYPE, Rows, read_only
from arbitrex_desktop.mt5.constants import BookType, CopyTicks, ResultCode, TickFlag, Timeframe
from arbitrex_desktop.mt5.simulator import presentation
from arbitrex_desktop.mt5.simulator.market.bars import bar_end
from arbitrex_desktop.mt5.simulator.market.cache import BoundedCache
from arbitrex_desktop.mt5.simulator.market.market_feed import Extremes
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.module.groups import in_group
from arbitrex_desktop.mt5.simulator.presentation import DayPrices, TickValues
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec
from arbitrex_desktop.mt5.simulator.terminal_core import TerminalCore, TerminalParts

_INFO: Final = int(TickFlag.BID | TickFlag.ASK)
_TRADE: Final = int(TickFlag.LAST | TickFlag.VOLUME)
_ALL_PRICED: Final = 200
_MAX_TICKS: Final = 4_000_000
_FORESIGHT_MSC: Final = 60_000
_TICK_KINDS: Final = frozenset(CopyTicks)
_TIMEFRAMES: Final = frozenset(int(timeframe) for timeframe in Timeframe)


class _DayExtremes(NamedTuple):
    """The extremes found between two moments of market time, the first being a midnight of the server's clock."""

    since: int
    until: int
    found: Extremes | None


class MarketCalls(TerminalCore):
    """Implements `MarketBackend`."""

    def __init__(self, parts: TerminalParts) -> None:
        super().__init__(parts)
        self._books_of: set[str] = set()
        self._days: BoundedCache[tuple[str, int], tuple[float, float]] = BoundedCache(4 * len(parts.feed.symbols))
        self._extremes: dict[str, _DayExtremes] = {}

    def symbols_total(self) -> int:
        """Return how many symbols the broker has."""
        return len(self._feed.symbols)

    def symbols_get(self, group: str | None) -> Sequence[results.SymbolInfo]:
        """Return the symbols that pass the filter; of thousands only those in Market Watch with prices."""
        return tuple(self._listed(name) for name in self._feed.symbols if in_group(name, group))

    def _listed(self, name: str) -> results.SymbolInfo:
        if name in self.selected or len(self._feed.symbols) <= _ALL_PRICED:
            return self.symbol_info(name)
        spec, depth = self._feed.symbols[name], self._rules.price_levels
        return results.SymbolInfo(**presentation.symbol(spec, selected=False, depth=depth))

    def symbol_info(self, symbol: str) -> results.SymbolInfo:
        """Return a symbol's properties, those of its price included once it has one."""
        spec = self._spec(symbol)
        now = self._newest(symbol)
        values = presentation.symbol(spec, selected=symbol in self.selected, depth=self._rules.price_levels)
        quote = self._quote(symbol, now)
        if quote is not None:
            values |= presentation.symbol_prices(
                spec, quote, self.time, self._day_prices(symbol, now), self._tick_values(spec, now)
            )
        return results.SymbolInfo(**values)

    def _day_prices(self, symbol: str, now: int) -> DayPrices:
        """Return the server's present day so far: its first bid, its extremes, and the last bid of the day before."""
        day = self.time.shown(now) // DAY_MSC
        midnight = self.time.utc(day * DAY_MSC)
        closed, opened = self._days.get((symbol, day), lambda: self._feed.bids_around(symbol, midnight, now))
        return DayPrices(opened, closed, self._day_extremes(symbol, midnight, now))

    def _day_extremes(self, symbol: str, midnight: int, now: int) -> Extremes:
        """Return the extremes since midnight, read on from where they were read to the last time."""
        known = self._extremes.get(symbol)
        if known is None or known.since != midnight or known.until > now:
            known = _DayExtremes(midnight, midnight - 1, None)
        if known.until < now:
            more = self._feed.extremes(symbol, known.until + 1, now)
            both = more if known.found is None else known.found.joined(more)
            known = self._extremes[symbol] = _DayExtremes(midnight, now, both)
        return known.found or Extremes()

    def _tick_values(self, spec: SymbolSpec, now: int) -> TickValues:
        amount = spec.point * spec.contract_size
        gain = amount * self._valuation.rate(spec.profit, now, gain=True)
        return TickValues(gain=gain, loss=amount * self._valuation.rate(spec.profit, now, gain=False))

    def symbol_info_tick(self, symbol: str) -> results.Tick:
        """Return a symbol's latest tick; before its first one the failure is "not found"."""
        self._check_selected(symbol)
        row = self._feed.last_tick(symbol, self._newest(symbol))
        if row is None:
            raise BackendError.not_found()
        return presentation.tick(row, self.time)

    def seconds_to_next_tick(self, symbol: str, after_msc: int) -> float:
        """Return the wall-clock seconds until a symbol's first tick later than a moment as shown, a minute at most.

        No function of the module: only the host asks, so that quiet symbols cost it nothing.
        """
        now = self.market_time_msc()
        pieces = self._feed.ticks(symbol, self.time.utc(after_msc) + 1, now + _FORESIGHT_MSC)
        first = next((int(rows["time_msc"][0]) for rows in pieces if len(rows)), now + _FORESIGHT_MSC)
        return self._sim_clock.seconds_until(first)

    def _check_selected(self, symbol: str) -> None:
        """Raise BackendError unless the symbol is in Market Watch, which alone gets ticks."""
        self._spec(symbol)
        if symbol not in self.selected:
            raise BackendError.not_found()

    def symbol_select(self, symbol: str, *, enable: bool) -> bool:
        """Show a symbol, or hide it; raise BackendError when something is open on it.

        On the package's pipe there is no other way to say no.
        """
        self._spec(symbol)
        if enable:
            self.selected.add(symbol)
            return True
        if symbol in self.books.open_symbols():
            raise BackendError.of(ResultCode.E_FAIL)
        self.selected.discard(symbol)
        return True

    def market_book_add(self, symbol: str) -> bool:
        """Subscribe to the depth of market."""
        self._check_selected(symbol)
        self._books_of.add(symbol)
        return True

    def market_book_get(self, symbol: str) -> Sequence[results.BookInfo]:
        """Return the depth of market around the latest tick, highest price first as in MetaTrader."""
        spec = self._spec(symbol)
        quote = self._quote(symbol, self.market_time_msc())
        if symbol not in self._books_of or quote is None:
            raise BackendError.not_found()
        levels = range(self._rules.price_levels)
        asks = [(BookType.SELL, quote.ask + level * spec.point, level) for level in reversed(levels)]
        bids = [(BookType.BUY, quote.bid - level * spec.point, level) for level in levels]
        return tuple(
            results.BookInfo(
                type=int(side), price=spec.rounded(price), volume=10 * (level + 1), volume_dbl=10.0 * (level + 1)
            )
            for side, price, level in (*asks, *bids)
        )

    def market_book_release(self, symbol: str) -> bool:
        """Cancel a subscription."""
        self._spec(symbol)
        if symbol not in self._books_of:
            return False
        self._books_of.discard(symbol)
        return True

    def copy_rates_from(self, symbol: str, timeframe: int, date_from: int, count: int) -> Rows:
        """Return up to `count` bars, the last one open at `date_from` or before."""
        self._spec(symbol)
        _check(timeframe in _TIMEFRAMES and count > 0)
        until = min(self._utc(bar_end(timeframe, date_from)) - 1, self.market_time_msc())
        return self._shown_bars(self._bars.last(symbol, timeframe, count, until_msc=until))

    def copy_rates_from_pos(self, symbol: str, timeframe: int, start_pos: int, count: int) -> Rows:
        """Return up to `count` bars that end `start_pos` bars before the current one."""
        self._spec(symbol)
        _check(timeframe in _TIMEFRAMES and start_pos >= 0 and count > 0)
        bars = self._bars.last(symbol, timeframe, start_pos + count, until_msc=self.market_time_msc())
        return self._shown_bars(bars[: max(len(bars) - start_pos, 0)][-count:])

    def copy_rates_range(self, symbol: str, timeframe: int, date_from: int, date_to: int) -> Rows:
        """Return the bars that open within the two moments."""
        self._spec(symbol)
        _check(timeframe in _TIMEFRAMES)
        until = min(self._utc(bar_end(timeframe, date_to)) - 1, self.market_time_msc())
        first = date_from - self.time.jump_msc // 1000
        bars = self._bars.since(symbol, timeframe, first, until_msc=until)
        return self._shown_bars(bars[bars["time"] <= date_to - self.time.jump_msc // 1000])

    def copy_ticks_from(self, symbol: str, date_from: int, count: int, flags: int) -> Rows:
        """Return up to `count` ticks at or after `date_from`."""
        self._spec(symbol)
        _check(count > 0)
        pieces = self._feed.ticks(symbol, self._utc(date_from), self._newest(symbol))
        return self._shown_ticks(pieces, flags, count)

    def copy_ticks_range(self, symbol: str, date_from: int, date_to: int, flags: int) -> Rows:
        """Return the ticks within the two moments."""
        self._spec(symbol)
        until = min(self._utc(date_to), self._newest(symbol))
        return self._shown_ticks(self._feed.ticks(symbol, self._utc(date_from), until), flags, None)

    def _utc(self, shown_seconds: int) -> int:
        """Return the moment of UTC, in milliseconds, of a second on the server's clock."""
        return self.time.utc(shown_seconds * 1000)

    def _shown_bars(self, bars: Rows) -> Rows:
        return read_only(self.time.shown_bars(bars))

    def _shown_ticks(self, pieces: Iterable[Rows], flags: int, count: int | None) -> Rows:
        """Return the ticks that pass the flags, up to a count, with the times that the server shows."""
        _check(flags in _TICK_KINDS)
        taken: list[Rows] = []
        left = _MAX_TICKS if count is None else count
        for piece in pieces:
            chosen = _passing(piece, flags)[:left]
            taken.append(chosen)
            left -= len(chosen)
            if left <= 0:
                break
        if count is None and left <= 0:
            raise BackendError.of(ResultCode.E_NO_MEMORY)
        rows = taken[0] if len(taken) == 1 else np.concatenate([np.zeros(0, dtype=TICK_DTYPE), *taken])
        return read_only(self.time.shown_ticks(rows))


def _check(valid: bool) -> None:  # noqa: FBT001 - the condition itself
    """Raise BackendError for arguments that the terminal does not take."""
    if not valid:
        raise BackendError.of(ResultCode.E_INVALID_PARAMS)


def _passing(rows: Rows, flags: int) -> Rows:
    """Return the ticks that a `CopyTicks` asks for."""
    if flags == CopyTicks.ALL:
        return rows
    chosen: Rows = rows[rows["flags"] & (_INFO if flags == CopyTicks.INFO else _TRADE) != 0]
    return chosen

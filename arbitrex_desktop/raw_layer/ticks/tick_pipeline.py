# SPDX-License-Identifier: MIT
"""From the terminal's rows to the board and the sinks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import numpy as np

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.clock_shift import FindClockShift
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.polling import Poll, PollResult
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.mt5.tick_cursor import TickCursor
from arbitrex_desktop.raw_layer.ticks.latest_quotes import LatestQuotes
from arbitrex_desktop.raw_layer.ticks.quality import all_good
from arbitrex_desktop.raw_layer.ticks.server_clock import ServerClock
from arbitrex_desktop.raw_layer.ticks.symbol_ticks import SymbolTicks
from arbitrex_desktop.raw_layer.ticks.tick_ages import TickAges
from arbitrex_desktop.raw_layer.ticks.tick_counters import TickCounters
from arbitrex_desktop.raw_layer.ticks.tick_ring import TickRing
from arbitrex_desktop.raw_layer.ticks.tick_sinks import TickSink, TickSinks
from arbitrex_desktop.raw_layer.views import Quote


class TickPipeline:
    """Takes the polls of the selected symbols: to each symbol's own ticks, to the board, to the sinks.

    For the pool's thread; the attributes, and what `ring` returns, may be read by any.

    Attributes:
        board: the latest quote of each symbol
        counters: how many ticks came
        sinks: what records them
        asked: symbols whose price somebody asked for since all were polled last; added to by any thread
    """

    def __init__(self, clock: Clock, ring_capacity: int, sinks: Iterable[TickSink] = ()) -> None:
        self._clock = clock
        self._ring_capacity = ring_capacity
        self._symbols: dict[str, SymbolTicks] = {}
        self._followed: tuple[str, ...] = ()
        self._ages = TickAges(clock)
        self._displaced: frozenset[str] = frozenset()
        self._turn = 0
        self._audited = ""
        self._is_whole = True
        self.asked: set[str] = set()
        self.board = LatestQuotes()
        self.counters = TickCounters(clock)
        self.sinks = TickSinks(sinks)

    @property
    def cursors(self) -> tuple[TickCursor, ...]:
        """Return how far each followed symbol has been read."""
        return tuple(self._symbols[symbol].cursor for symbol in self._followed)

    @property
    def server_clock(self) -> ServerClock:
        """Return the broker's clock as measured."""
        return self._ages.server_clock

    @property
    def symbols_with_ticks(self) -> int:
        """Return how many symbols have had a good tick."""
        return sum(ticks.ring.written > 0 for ticks in tuple(self._symbols.values()))

    def ring(self, symbol: str) -> TickRing | None:
        """Return a symbol's memory of ticks, None for one that never was followed."""
        ticks = self._symbols.get(symbol)
        return ticks.ring if ticks is not None else None

    def select(self, symbols: Mapping[str, SymbolInfo], begin_msc: int | None) -> None:
        """Follow these symbols: those that ever were from where they stand, new ones from `begin_msc`.

        `begin_msc` is in milliseconds on the server clock; None begins at each symbol's last known tick.
        """
        for name in symbols.keys() - self._symbols.keys():
            self._symbols[name] = SymbolTicks(name, begin_msc, self._ring_capacity)
        self._followed = tuple(symbols)
        self.board.select({name: info.digits for name, info in symbols.items()})

    def forget(self) -> None:
        """Forget all symbols: another account's ticks are another story."""
        self._followed = ()
        self._symbols = {}
        self._displaced = frozenset()
        self._ages = TickAges(self._clock)
        self.board.forget()

    def next_poll(
        self, wait: float = 0.0, *, account: bool = True, audit: bool = True, only: Collection[str] | None = None
    ) -> Poll:
        """Return what to ask next: with the account or without, and with an audit of the next symbol; `wait` in s.

        With `only` some symbols are read, and the audited one.
        """
        self._audited, self._is_whole = "", only is None
        if audit and self._followed:
            self._turn += 1
            self._audited = self._followed[self._turn % len(self._followed)]
        cursors = self.cursors
        if only is None:
            self.asked = set()
        else:
            cursors = tuple(each for each in cursors if each.symbol in only or each.symbol == self._audited)
        return Poll(cursors, self._audited, account, wait)

    def apply(self, poll: PollResult, market_now: datetime) -> bool:
        """Take the ticks of one poll; return whether the broker's clock offset changed."""
        if not poll.displaced and self._is_whole:
            self._ages.note_poll()
        for name in self._displaced - poll.displaced:
            self._symbols[name].searches = 0
        self._displaced = poll.displaced
        self.counters.gaps += not poll.behind.isdisjoint(poll.ticks)
        watching = self._ages.is_watching(market_now)
        arrived = {name for name, rows in poll.ticks.items() if watching and self._symbols[name].follows(rows)}
        live = arrived - poll.behind
        newest = {name: float(poll.ticks[name]["time_msc"][-1]) / 1000.0 for name in live}
        offset = self.server_clock.offset_seconds or 0
        if offset_changed := self.server_clock.observe(newest, market_now, len(self._followed)):
            self.board.move_times(offset - (self.server_clock.offset_seconds or 0))
        late = self._audit(poll.overlap)
        taken = self._take(poll.ticks)
        if taken:
            self.counters.add(sum(map(len, taken.values())))
            ages = self._ages
            self.board.put(
                [
                    self._quote(name, rows, ages.age(int(rows["time_msc"][-1]), market_now, live=name in live))
                    for name, rows in taken.items()
                ]
            )
        if offset_changed:
            self.board.put(self._ages.with_ages(self.board.changed_since(0)[1]))
        if taken or late:
            both = {name: np.concatenate([late[name], taken[name]]) for name in late.keys() & taken.keys()}
            self.sinks.write(late | taken | both)
        return offset_changed

    def search(self, displaced: Iterable[str], speed: float = 1.0) -> FindClockShift:
        """Return how to find where the ticks of displaced symbols are; `speed` is market seconds per second."""
        latest_possible = self._ages.latest_possible_msc(speed)
        moved = {self._symbols[name].moved_msc for name in self._followed}
        return FindClockShift(tuple(self._symbols[name].tail(latest_possible, moved) for name in displaced))

    def realign(self, displaced: Iterable[str], shifts: Mapping[str, int | None]) -> bool:
        """Move displaced symbols to where the search found them; return whether the server's clock was moved.

        A symbol that could not be read is left for the next poll.
        """
        ((common, votes),) = Counter(shift for shift in shifts.values() if shift is not None).most_common(1) or [(0, 0)]
        for symbol in shifts.keys() & set(displaced):
            self._symbols[symbol].realign(shifts[symbol], common)
        anchored = [cursor.time_msc or 0 for cursor in self.cursors if cursor.anchored]
        self._ages.newest_msc = max(anchored, default=self._ages.newest_msc)
        return 2 * votes > len(anchored) and self.server_clock.shift(common)

    def _audit(self, overlap: Rows | None) -> dict[str, Rows]:
        """Count and return the ticks that came late to the audited symbol; the board is past them."""
        ticks = self._symbols.get(self._audited)
        if overlap is None or ticks is None:
            return {}
        found = ticks.take_late(overlap)
        if not len(found):
            return {}
        self.counters.bad["late"] += len(found)
        return {self._audited: found}

    def _take(self, ticks: Mapping[str, Rows]) -> dict[str, Rows]:
        """Advance the symbols over new ticks, count the bad ones and return the good ones of those that have some."""
        symbols = [self._symbols[name] for name in ticks]
        looks = all_good(list(ticks.values()), [symbol.last_msc for symbol in symbols])
        taken: dict[str, Rows] = {}
        for (name, rows), symbol, look in zip(ticks.items(), symbols, looks, strict=True):
            kept, causes = symbol.take(rows, all_good=look)
            if causes:
                self.counters.bad.update(causes)
            if len(kept):
                taken[name] = kept
        return taken

    def _quote(self, symbol: str, rows: Rows, age: float) -> Quote:
        """Build the quote of the last row."""
        before = self.board.quote(symbol)
        _, bid, ask, last, _, time_msc, _, _ = rows[-1].item()
        moved = 0 if before is None else (bid > before.bid) - (bid < before.bid)
        return Quote(
            symbol=symbol,
            bid=bid,
            ask=ask,
            last=last,
            time=self.server_clock.to_utc(time_msc / 1000.0),
            received=self._clock.monotonic(),
            direction=moved or (before.direction if before else 0),
            ticks=self._symbols[symbol].ring.written,
            age_at_receipt=age,
        )

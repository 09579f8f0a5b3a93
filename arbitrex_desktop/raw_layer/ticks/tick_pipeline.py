# SPDX-License-Identifier: MIT
"""From the terminal's rows to the board: cursors, quality, rings, recording, counters."""

from __future__ import annotations

import logging
import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

import numpy as np

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.clock_shift import TAIL, FindClockShift, Tail
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.polling import Poll, PollResult
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.mt5.tick_cursor import TickCursor
from arbitrex_desktop.raw_layer.ticks.late_ticks import LateTicks
from arbitrex_desktop.raw_layer.ticks.latest_quotes import LatestQuotes
from arbitrex_desktop.raw_layer.ticks.quality import bad_ticks
from arbitrex_desktop.raw_layer.ticks.server_clock import ServerClock
from arbitrex_desktop.raw_layer.ticks.tick_ring import TickRing
from arbitrex_desktop.raw_layer.views import Quote

_RATE_WINDOW_SECONDS = 5.0
_MOST_SEARCHES = 3
_WATCHED_SECONDS = 300.0
"""Longest pause between two polls after which the ticks that come still count as having just arrived."""
_log = logging.getLogger(__name__)


class TickSink(Protocol):
    """Takes the good ticks as they come, to record or to stream them; called by the collector thread."""

    def write(self, batch: Mapping[str, Rows]) -> None:
        """Take the ticks of one poll by symbol, oldest first, dtype `TICK_DTYPE`, server clock.

        Raises OSError when it cannot; the feed shows that and goes on.
        """

    def close(self) -> None:
        """Let go of files and connections; called once, after the last tick."""


class TickPipeline:
    """Follows the ticks of the selected symbols.  Used by the collector thread only, except the counters.

    Attributes:
        board: the latest quotes
        server_clock: the broker's clock, as far as measured
        ticks_total: good ticks so far
        bad: bad ones by cause, and those that came late, which are recorded but not shown
        gaps: polls whose ticks did not all fit
        sink_trouble: why recording fails, empty while it does not
    """

    def __init__(self, clock: Clock, ring_capacity: int, sinks: Iterable[TickSink] = ()) -> None:
        self._clock = clock
        self._ring_capacity = ring_capacity
        self._sinks = tuple(sinks)
        self._followed: tuple[str, ...] = ()
        self._cursors: dict[str, TickCursor] = {}
        self._rings: dict[str, TickRing] = {}
        self._recent: deque[tuple[float, int]] = deque()
        self._late: dict[str, LateTicks] = {}
        self._turn = 0
        self._audited = ""
        self._searches: Counter[str] = Counter()
        self._newest_msc = 0
        self._newest_at = self._read_at = self._read_before = (clock.monotonic(), clock.now())
        self._applied: datetime | None = None
        self._batch: dict[str, Rows] = {}
        self.board = LatestQuotes()
        self.server_clock = ServerClock()
        self.ticks_total = 0
        self.bad: Counter[str] = Counter()
        self.gaps = 0
        self.sink_trouble = ""

    @property
    def cursors(self) -> tuple[TickCursor, ...]:
        """Return how far each followed symbol has been read."""
        return tuple(self._cursors[symbol] for symbol in self._followed)

    def next_poll(self) -> Poll:
        """Return what to ask next; every poll audits another symbol."""
        cursors = self.cursors
        self._turn += 1
        self._audited = cursors[self._turn % len(cursors)].symbol if cursors else ""
        return Poll(cursors, self._audited)

    def search(self, displaced: Iterable[str], speed: float = 1.0) -> FindClockShift:
        """Return how to find where the ticks of displaced symbols are; `speed` is market seconds per second."""
        monotonic, wall = self._newest_at
        # A computer that slept stops the one clock, one that is set moves the other; the longer time is safe here.
        elapsed = max(self._clock.monotonic() - monotonic, (self._clock.now() - wall).total_seconds(), 0.0)
        since = self._newest_msc + round(elapsed * speed * 1000)
        tails = ((symbol, self._rings[symbol].latest(TAIL)) for symbol in displaced)
        return FindClockShift(
            tuple(
                Tail(name, rows, max(0, since - int(rows["time_msc"][-1]) if len(rows) else 0)) for name, rows in tails
            )
        )

    def realign(self, displaced: Iterable[str], shifts: Mapping[str, int | None]) -> bool:
        """Move displaced symbols to where the search found them; return whether the server's clock was moved.

        A symbol that was not found goes along with most of the others.  One that is found in its old place time and
        again, or nowhere while the others stayed, goes on from its cursor's time without its tick.  One that could
        not be read is left for the next poll.
        """
        ((common, votes),) = Counter(shift for shift in shifts.values() if shift is not None).most_common(1) or [(0, 0)]
        for symbol in shifts.keys() & set(displaced):
            found = shifts[symbol]
            shift = common if found is None else found
            self._searches[symbol] += 1
            if shift:
                self._shift(symbol, shift)
            elif found is None or self._searches[symbol] >= _MOST_SEARCHES:
                self._cursors[symbol] = self._cursors[symbol].adrift()
        anchored = [cursor.time_msc or 0 for cursor in self.cursors if cursor.anchored]
        self._newest_msc = max(anchored, default=self._newest_msc)
        return 2 * votes > len(anchored) and self.server_clock.shift(common)

    @property
    def symbols_with_ticks(self) -> int:
        """Return how many symbols have had a good tick."""
        return sum(ring.written > 0 for ring in self._rings.values())

    def ring(self, symbol: str) -> TickRing | None:
        """Return a symbol's memory of ticks."""
        return self._rings.get(symbol)

    def select(self, symbols: Mapping[str, SymbolInfo], begin_msc: int | None) -> None:
        """Follow these symbols: those that ever were from where they stand, new ones from `begin_msc`.

        `begin_msc` is in milliseconds on the server clock; None begins at each symbol's last known tick.
        """
        self._followed = tuple(symbols)
        for name in symbols:
            self._cursors.setdefault(name, TickCursor(name, begin_msc))
            self._rings.setdefault(name, TickRing(self._ring_capacity))
        self.board.select({name: info.digits for name, info in symbols.items()})

    def forget(self) -> None:
        """Forget all cursors: another account's ticks are another story."""
        self._followed = ()
        self._cursors.clear()
        self._rings.clear()
        self._late.clear()
        self._searches.clear()
        self._newest_msc = 0
        self._applied = None
        self.server_clock = ServerClock()

    def apply(self, poll: PollResult, market_now: datetime) -> bool:
        """Take the ticks of one poll; return whether the broker's clock offset changed."""
        if not poll.displaced:
            # A tick may be as old as the last poll that took any.
            self._read_before, self._read_at = self._read_at, (self._clock.monotonic(), self._clock.now())
        self._searches = Counter({name: count for name, count in self._searches.items() if name in poll.displaced})
        self._audit(poll.overlap)
        watched = self._applied is None or (market_now - self._applied).total_seconds() <= _WATCHED_SECONDS
        self._applied = market_now
        live = {name for name, rows in poll.ticks.items() if watched and self._is_live(name, rows)} - poll.behind
        offset_changed = self.server_clock.observe(
            {name: float(poll.ticks[name]["time_msc"][-1]) / 1000.0 for name in live}, market_now, len(self._followed)
        )
        self.gaps += bool(poll.behind)
        arrivals = ((symbol, rows, symbol in live) for symbol, rows in poll.ticks.items())
        quotes = [quote for arrival in arrivals if (quote := self._take(*arrival, market_now)) is not None]
        if quotes:
            self.board.put(quotes)
        if self._batch:
            self._record()
        return offset_changed

    def rate(self) -> float:
        """Return the good ticks per second over the last five seconds."""
        since = self._clock.monotonic() - _RATE_WINDOW_SECONDS
        return sum(count for at, count in tuple(self._recent) if at > since) / _RATE_WINDOW_SECONDS

    def close(self) -> None:
        """Close the sinks."""
        for sink in self._sinks:
            self._guard(sink.close)

    def _take(self, symbol: str, rows: Rows, live: bool, market_now: datetime) -> Quote | None:  # noqa: FBT001 - private
        """Advance one symbol's cursor, keep its good ticks, return its newest quote."""
        before = self.board.quote(symbol)
        last_msc, anchored = int(self._cursors[symbol].time_msc or 0), self._cursors[symbol].anchored
        self._cursors[symbol] = self._cursors[symbol].advanced(rows)
        good, causes = bad_ticks(rows, last_msc if anchored else 0, self._rings[symbol].latest(1))
        self.bad.update(causes)
        kept = rows[good]
        if not len(kept):
            return None
        self._keep(symbol, kept)
        return self._quote(symbol, kept, before, self._age(int(kept["time_msc"][-1]), live, market_now))

    def _is_live(self, symbol: str, rows: Rows) -> bool:
        """Tell whether ticks came after the feed began to follow their symbol."""
        cursor = self._cursors[symbol]
        began = cursor.time_msc
        return began is not None and (cursor.anchored or int(rows["time_msc"][-1]) >= began)

    def _shift(self, symbol: str, msc: int) -> None:
        """Go along with a server clock that was moved, history and all."""
        self._cursors[symbol] = self._cursors[symbol].shifted(msc)
        self._rings[symbol].shift(msc)
        if symbol in self._late:
            self._late[symbol].shift(msc)

    def _audit(self, overlap: Rows | None) -> None:
        """Count and record the ticks that came late to the audited symbol; the board is past them."""
        symbol = self._audited
        if overlap is None or symbol not in self._rings:
            return
        good, _ = bad_ticks(overlap, 0)
        found = self._late.setdefault(symbol, LateTicks()).find(overlap[good], self._rings[symbol])
        if len(found):
            self.bad["late"] += len(found)
            self._batch[symbol] = found

    def _keep(self, symbol: str, rows: Rows) -> None:
        """Count, remember and record good ticks."""
        now = self._clock.monotonic()
        self.ticks_total += len(rows)
        self._recent.append((now, len(rows)))
        while self._recent and self._recent[0][0] < now - _RATE_WINDOW_SECONDS:
            self._recent.popleft()
        self._rings[symbol].append(rows)
        late = self._batch.get(symbol)
        self._batch[symbol] = rows if late is None else np.concatenate([late, rows])

    def _age(self, time_msc: int, live: bool, market_now: datetime) -> float:  # noqa: FBT001 - private
        """Return how old a tick was when it came, in seconds of market time.

        A tick that arrived while we were watching (`live`) is measured against the newest of all symbols, so that a
        wrong clock of this computer does no harm.  One that was there before, or that came while the computer slept,
        can only be measured by the clocks, and is of unknown age, infinite, while the broker's offset is unknown.
        """
        if live and time_msc > self._newest_msc:
            self._newest_msc = time_msc
            self._newest_at = self._read_before
        if live:
            return (self._newest_msc - time_msc) / 1000.0
        if self.server_clock.offset_seconds is None:
            return math.inf
        return max(0.0, (market_now - self.server_clock.to_utc(time_msc / 1000.0)).total_seconds())

    def _quote(self, symbol: str, rows: Rows, before: Quote | None, age: float) -> Quote:
        """Build the quote of the last row."""
        row = rows[-1]
        bid = float(row["bid"])
        moved = 0 if before is None else (bid > before.bid) - (bid < before.bid)
        return Quote(
            symbol=symbol,
            bid=bid,
            ask=float(row["ask"]),
            last=float(row["last"]),
            time=self.server_clock.to_utc(int(row["time_msc"]) / 1000.0),
            received=self._clock.monotonic(),
            direction=moved or (before.direction if before else 0),
            ticks=self._rings[symbol].written,
            age_at_receipt=age,
        )

    def _record(self) -> None:
        """Hand the poll's ticks to the sinks."""
        batch, self._batch = self._batch, {}
        troubles = [self._guard(partial(sink.write, batch)) for sink in self._sinks]
        self.sink_trouble = next(filter(None, troubles), "")

    def _guard(self, action: Callable[[], None]) -> str:
        """Run a sink's method; its failure is returned in words and never stops the feed."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - a recorder, ours or a plug-in's, must not stop the ticks
            if not self.sink_trouble:
                _log.warning("ticks cannot be recorded: %s", error)
            return f"ticks cannot be recorded: {error}"
        return ""

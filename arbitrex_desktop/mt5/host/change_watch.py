# SPDX-License-Identifier: MIT
"""Waiting for the market: looks at the symbols that are due until something is new."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.host.inbox import Interruption
from arbitrex_desktop.mt5.host.rhythm import Rhythm
from arbitrex_desktop.mt5.module import MetaTrader5Module
from arbitrex_desktop.mt5.polling import Poll, PollResult, SymbolReader
from arbitrex_desktop.mt5.tick_cursor import TickCursor


class ChangeWatch:
    """Answers polls that may wait.  For the host's main thread.

    Attributes:
        waited: seconds that the latest poll waited
    """

    def __init__(self, module: MetaTrader5Module, rhythm: Rhythm, clock: Clock) -> None:
        self._module = module
        self._rhythm = rhythm
        self._clock = clock
        self._cursors: dict[str, TickCursor] = {}
        self._reported: set[str] = set()
        self._due: dict[str, float] = {}
        self._queue: list[tuple[float, str]] = []
        self.waited = 0.0

    def poll(self, poll: Poll, interruption: Interruption) -> PollResult:
        """Answer as soon as something is new, at the latest after the poll's `wait`, or when something else comes."""
        self._follow(poll)
        until = self._clock.monotonic() + poll.wait
        self.waited = 0.0
        reader = SymbolReader(self._module)
        while True:
            self._read_due(reader, interruption)
            now = self._clock.monotonic()
            if reader.found or now >= until or interruption.requested():
                break
            interruption.wait(max(0.0, min(until, self._next_due()) - now))
            self.waited += self._clock.monotonic() - now
        # Ticks read before a clock was moved and after it do not mix: all symbols are read again, in one go.
        if reader.displaced:
            return replace(poll, cursors=tuple(self._cursors.values())).run(self._module)
        return poll.result(self._module, reader, self._cursors.get(poll.audit))

    def look_again(self) -> None:
        """Look at every symbol with the next poll: what was planned holds no longer."""
        self._reported.update(self._cursors)

    def _follow(self, poll: Poll) -> None:
        """Take over the cursors; one that is not where it was last time is looked at at once.

        So is one whose ticks were reported: it will have moved; should it not, since the answer was lost, the symbol is
        looked at all the same.
        """
        known = self._cursors
        if not poll.known:
            self._cursors = {}
        anew = self._reported
        self._reported = set()
        for cursor in poll.cursors:
            self._cursors[cursor.symbol] = cursor
            if known.get(cursor.symbol) != cursor:
                anew.add(cursor.symbol)
        for symbol in anew:
            self._look_at(symbol, 0.0)

    def _look_at(self, symbol: str, moment: float) -> None:
        """Look at a symbol at a moment, and not at the one that was planned before."""
        self._due[symbol] = moment
        heapq.heappush(self._queue, (moment, symbol))

    def _next_due(self) -> float:
        """Return the moment of the next look, infinite without one."""
        return self._queue[0][0] if self._queue else float("inf")

    def _read_due(self, reader: SymbolReader, interruption: Interruption) -> None:
        """Read the symbols that are due; another request waits for one of them at most."""
        for symbol in self._take_due():
            before = self._clock.monotonic()
            latest = reader.read(self._cursors[symbol])
            now = self._clock.monotonic()
            if symbol in reader.ticks:
                self._reported.add(symbol)
                self._due.pop(symbol, None)
            else:
                self._look_at(symbol, self._rhythm.next_look(symbol, latest, now, now - before))
            if interruption.requested():
                return

    def _take_due(self) -> Iterator[str]:
        """Yield the followed symbols that are due by now, each once."""
        now = self._clock.monotonic()
        while self._queue and self._queue[0][0] <= now:
            moment, symbol = heapq.heappop(self._queue)
            if symbol in self._cursors and self._due.get(symbol) == moment:
                yield symbol

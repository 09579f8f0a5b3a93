# SPDX-License-Identifier: MIT
"""Waiting for the market: looks at the symbols that are due until something is new."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.host.inbox import Interruption
from arbitrex_desktop.mt5.host.rhythm import Rhythm
from arbitrex_desktop.mt5.module import MetaTrader5Module
from arbitrex_desktop.mt5.polling import Poll, PollResult, SymbolReader
from arbitrex_desktop.mt5.tick_cursor import TickCursor

_NOWHERE: Final = -1
"""No tick is at that millisecond."""


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
        self._reported: dict[str, int | None] = {}
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
        self._reported.update(dict.fromkeys(self._cursors, _NOWHERE))

    def _follow(self, poll: Poll) -> None:
        """Take over the cursors; one that is not where it was last time is looked at at once.

        One whose ticks were reported has moved to the last of them, and what was planned holds; where it stands
        anywhere else, as when the answer was lost, the symbol is looked at all the same.
        """
        known = self._cursors
        if not poll.known:
            self._cursors = {}
        reported = self._reported
        self._reported = {}
        for cursor in poll.cursors:
            symbol = cursor.symbol
            if known.get(symbol) != cursor and reported.pop(symbol, _NOWHERE) != cursor.time_msc:
                self._look_at(symbol, 0.0)
            self._cursors[symbol] = cursor
        for symbol in reported:
            self._look_at(symbol, 0.0)

    def _look_at(self, symbol: str, moment: float) -> None:
        """Look at a symbol at a moment, and not at the one that was planned before."""
        self._due[symbol] = moment
        heapq.heappush(self._queue, (moment, symbol))

    def _next_due(self) -> float:
        """Return the moment of the next look, infinite without one."""
        return self._queue[0][0] if self._queue else float("inf")

    def _read_due(self, reader: SymbolReader, interruption: Interruption) -> None:
        """Read the symbols that are due, each once; another request waits for one of them at most.

        Those that are left then want another poll at once.
        """
        planned: dict[str, float] = {}
        for symbol in self._take_due():
            before = self._clock.monotonic()
            newest = reader.read(self._cursors[symbol], moved=self._rhythm.announces)
            now = self._clock.monotonic()
            if symbol in reader.ticks:
                self._reported[symbol] = newest
            behind = symbol in reader.behind
            planned[symbol] = now if behind else self._rhythm.next_look(symbol, newest, now, now - before)
            if interruption.requested():
                reader.behind.update(symbol for moment, symbol in self._queue if self._is_due(symbol, moment, now))
                break
        for symbol, moment in planned.items():
            self._look_at(symbol, moment)

    def _take_due(self) -> Iterator[str]:
        """Yield the followed symbols that are due by now, each once."""
        now = self._clock.monotonic()
        while self._queue and self._queue[0][0] <= now:
            moment, symbol = heapq.heappop(self._queue)
            if self._is_due(symbol, moment, now):
                yield symbol

    def _is_due(self, symbol: str, moment: float, now: float) -> bool:
        """Return whether a followed symbol is to be looked at by now, and this is the moment planned last."""
        return moment <= now and symbol in self._cursors and self._due.get(symbol) == moment

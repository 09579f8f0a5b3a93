# SPDX-License-Identifier: MIT
"""The board: the last good tick of each symbol, and word to its readers when one changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from arbitrex_desktop.raw_layer.views import Quote


class LatestQuotes:
    """Latest quote per symbol, with a revision, so that a reader takes only what changed.

    Written by the pool's thread, read by any; the lock is held for microseconds.

    Attributes:
        symbols: the selected ones in the order in which they were asked for; another tuple after each selection.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._quotes: dict[str, Quote] = {}
        self._revisions: dict[str, int] = {}
        self._revision = 0
        self._digits: dict[str, int] = {}
        self._listeners: tuple[Callable[[], None], ...] = ()
        self.symbols: tuple[str, ...] = ()

    def digits(self, symbol: str) -> int:
        """Return how many decimals a symbol's prices have, 5 for one that is not selected."""
        return self._digits.get(symbol, 5)

    def select(self, digits: Mapping[str, int]) -> None:
        """Name the selected symbols and their digits; quotes of others are dropped."""
        with self._lock:
            self._digits = dict(digits)
            self.symbols = tuple(digits)
            self._quotes = {symbol: quote for symbol, quote in self._quotes.items() if symbol in digits}
        self._notify()

    def forget(self) -> None:
        """Drop all quotes: those of another broker are no prices of this one."""
        with self._lock:
            self._quotes = {}
        self._notify()

    def put(self, quotes: Iterable[Quote]) -> None:
        """Show newer quotes."""
        with self._lock:
            self._revision += 1
            for quote in quotes:
                self._quotes[quote.symbol] = quote
                self._revisions[quote.symbol] = self._revision
        self._notify()

    def move_times(self, seconds: int) -> None:
        """Correct the times of what is shown: they were told by a wrong offset of the broker's clock."""
        moved = timedelta(seconds=seconds)
        self.put([replace(quote, time=quote.time + moved) for quote in tuple(self._quotes.values())])

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change, on the thread that made it; return what ends the subscription."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def quote(self, symbol: str) -> Quote | None:
        """Return a symbol's last good tick, None when there was none."""
        return self._quotes.get(symbol)

    def changed_since(self, revision: int) -> tuple[int, tuple[Quote, ...]]:
        """Return the present revision and the quotes that changed after the given one (0 gives all)."""
        with self._lock:
            changed = (quote for symbol, quote in self._quotes.items() if self._revisions[symbol] > revision)
            return self._revision, tuple(changed)

    def _notify(self) -> None:
        """Call the listeners, outside the lock."""
        for listener in self._listeners:
            listener()

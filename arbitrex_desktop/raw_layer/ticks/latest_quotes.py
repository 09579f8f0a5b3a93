# SPDX-License-Identifier: MIT
"""The board: the last good tick of each symbol, for readers that come thirty times a second."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from arbitrex_desktop.raw_layer.views import Quote


class LatestQuotes:
    """Latest quote per symbol, with a revision, so that a reader takes only what changed.

    Written by the pool's thread, read by any; the lock is held for microseconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._quotes: dict[str, Quote] = {}
        self._revisions: dict[str, int] = {}
        self._revision = 0
        self._digits: dict[str, int] = {}

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the selected symbols in the order in which they were asked for."""
        return tuple(self._digits)

    def digits(self, symbol: str) -> int:
        """Return how many decimals a symbol's prices have, 5 for one that is not selected."""
        return self._digits.get(symbol, 5)

    def select(self, digits: Mapping[str, int]) -> None:
        """Name the selected symbols and their digits; quotes of others are dropped."""
        with self._lock:
            self._digits = dict(digits)
            self._quotes = {symbol: quote for symbol, quote in self._quotes.items() if symbol in digits}

    def put(self, quotes: Iterable[Quote]) -> None:
        """Show newer quotes."""
        with self._lock:
            self._revision += 1
            for quote in quotes:
                self._quotes[quote.symbol] = quote
                self._revisions[quote.symbol] = self._revision

    def quote(self, symbol: str) -> Quote | None:
        """Return a symbol's last good tick, None when there was none."""
        return self._quotes.get(symbol)

    def changed_since(self, revision: int) -> tuple[int, tuple[Quote, ...]]:
        """Return the present revision and the quotes that changed after the given one (0 gives all)."""
        with self._lock:
            changed = (quote for symbol, quote in self._quotes.items() if self._revisions[symbol] > revision)
            return self._revision, tuple(changed)

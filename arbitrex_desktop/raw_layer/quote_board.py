# SPDX-License-Identifier: MIT
"""The latest quotes as their readers see them; `ticks.latest_quotes.LatestQuotes` implements it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from arbitrex_desktop.raw_layer.views import Quote


class QuoteBoard(Protocol):
    """The latest quote of every symbol; safe from any thread, holds its lock only to copy."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the symbols that may have quotes, in the order in which the user gave them."""

    def digits(self, symbol: str) -> int:
        """Return how many decimals the symbol's prices have; a point is the last of them."""

    def changed_since(self, revision: int) -> tuple[int, tuple[Quote, ...]]:
        """Return the present revision and the quotes that changed after `revision`; 0 asks for all."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change, on the thread that made it; return what ends the subscription.

        The listener must return at once and may not raise.
        """

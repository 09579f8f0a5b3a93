# SPDX-License-Identifier: MIT
"""What the past days would have done to the portfolio with more or less of one symbol in it."""

from __future__ import annotations

import math

import msgspec

from arbitrex_desktop.risk_portfolio_manager.market.market_stats import Floats


class Scenarios(msgspec.Struct, frozen=True):
    """Daily profits of the past, in account currency.

    Attributes:
        portfolio: of what is held and in flight.
        symbol: of one unit of money in the symbol bought.
        direction: the trade's, 1 or -1.
        start: money in flight in the same symbol and direction, which lies ahead of the trade.
    """

    portfolio: Floats
    symbol: Floats
    direction: int
    start: float = 0.0

    def tail(self, notional: float, confidence: float) -> tuple[float, float]:
        """Return historical value at risk and expected shortfall, as positive losses, with `notional` more.

        What is in flight may not be filled, and must not hedge what is held: the larger loss with or without it.
        """
        found = tail_of(self.direction * (self.start + notional) * self.symbol + self.portfolio, confidence)
        if not self.start:
            return found
        without = tail_of(self.direction * notional * self.symbol + self.portfolio, confidence)
        return max(found[0], without[0]), max(found[1], without[1])

    def headroom(self, limit: float, confidence: float) -> float:
        """Return a notional that surely keeps the expected shortfall at or below a limit.

        Expected shortfall is subadditive: that of the whole is at most the sum of its parts.
        """
        per_unit, left = tail_of(self.direction * self.symbol, confidence)[1], limit - self.tail(0.0, confidence)[1]
        return left / per_unit if per_unit > 0.0 else math.inf if left >= 0.0 else -1.0


def tail_of(profits: Floats, confidence: float) -> tuple[float, float]:
    """Return value at risk and expected shortfall of a sample: the k-th worst and the mean of the k worst, k >= 1.

    The sample is reordered.
    """
    worst = max(1, int(len(profits) * (1.0 - confidence)))
    profits.partition(worst - 1)
    lowest = profits[:worst].tolist()
    return -lowest[-1], -math.fsum(lowest) / worst

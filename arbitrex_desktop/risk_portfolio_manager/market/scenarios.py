# SPDX-License-Identifier: MIT
"""What the past days would have done to the portfolio with more or less of one symbol in it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from arbitrex_desktop.risk_portfolio_manager.market.market_stats import Floats

_MOST_RANGES: Final = 64


@dataclass(slots=True)
class PastDays:
    """Daily profits of the past, in account currency: of the portfolio, and of one unit of money in the symbol.

    Each day is a straight line over the notional added.  Only a handful of days can be among the worst for the
    notionals within a factor of two; they are found when a second notional is asked about, and a decision then
    looks at no other day.
    """

    portfolio: Floats
    symbol: Floats
    _worst_days: dict[tuple[int, float], _WorstDays] = field(default_factory=dict, compare=False)
    _per_unit: dict[float, float] = field(default_factory=dict, compare=False)
    _latest: tuple[float, float, tuple[float, float]] | None = field(default=None, compare=False)

    def tail(self, notional: float, confidence: float) -> tuple[float, float]:
        """Return historical value at risk and expected shortfall, as positive losses, with `notional` more."""
        known = self._latest
        if known is None or known[0] != notional or known[1] != confidence:
            known = (notional, confidence, self._tail(notional, confidence))
            self._latest = known
        return known[2]

    def per_unit(self, confidence: float) -> float:
        """Return the expected shortfall of one unit of money in the symbol alone."""
        known = self._per_unit.get(confidence)
        if known is None:
            known = self._per_unit[confidence] = tail_of(self.symbol, confidence)[1]
        return known

    def _tail(self, notional: float, confidence: float) -> tuple[float, float]:
        """Compute the tail, from the days alone that can be the worst ones where that pays."""
        if self._latest is None or not 0.0 < notional < math.inf:
            return tail_of(self.portfolio + notional * self.symbol, confidence)
        key = (math.frexp(notional)[1], confidence)
        days = self._worst_days.get(key)
        if days is None:
            if len(self._worst_days) >= _MOST_RANGES:
                self._worst_days.clear()
            days = self._worst_days[key] = _worst_days(self.portfolio, self.symbol, *key)
        lowest = sorted([start + notional * slope for start, slope in days.lines])[: days.worst]
        return -lowest[-1], -sum(lowest) / days.worst


class Scenarios(NamedTuple):
    """Past days as a trade meets them: `start` money of its symbol and direction is under way ahead of it.

    What is under way in the same symbol lies on the same line, so that the days need not be laid out anew for it.
    """

    days: PastDays
    start: float

    def tail(self, notional: float, confidence: float) -> tuple[float, float]:
        """Return historical value at risk and expected shortfall, as positive losses, with `notional` more.

        What is under way may not be filled, and must not hedge what is held: the larger loss with or without it.
        """
        found = self.days.tail(self.start + notional, confidence)
        if not self.start:
            return found
        without = self.days.tail(notional, confidence)
        return max(found[0], without[0]), max(found[1], without[1])

    def room(self, limit: float, confidence: float) -> float:
        """Return a notional that surely keeps the expected shortfall at or below a limit.

        Expected shortfall is subadditive: that of the whole is at most the sum of its parts.
        """
        per_unit, left = self.days.per_unit(confidence), limit - self.tail(0.0, confidence)[1]
        return left / per_unit if per_unit > 0.0 else math.inf if left >= 0.0 else -1.0


class _WorstDays(NamedTuple):
    """The days, as lines (profit without the trade, slope), among which the `worst` lowest are."""

    worst: int
    lines: list[tuple[float, float]]


def _worst_days(portfolio: Floats, symbol: Floats, exponent: int, confidence: float) -> _WorstDays:
    """Return the days that can be among the worst for every notional with that power of two.

    The lines that are lowest at the low end bound the worst ones from above by their maximum, which is convex; a
    line above that bound at both ends is above it everywhere between.
    """
    low, high = math.ldexp(0.5, exponent), math.ldexp(1.0, exponent)
    count = _worst_count(len(portfolio), confidence)
    at_low, at_high = portfolio + low * symbol, portfolio + high * symbol
    lowest = np.argpartition(at_low, count - 1)[:count]
    kept = (at_low <= at_low[lowest].max()) | (at_high <= at_high[lowest].max())
    lines = list(zip(portfolio[kept].tolist(), symbol[kept].tolist(), strict=True))
    return _WorstDays(count, lines)


def tail_of(profits: Floats, confidence: float) -> tuple[float, float]:
    """Return value at risk and expected shortfall of a sample: the k-th worst and the mean of the k worst, k >= 1."""
    worst = _worst_count(len(profits), confidence)
    lowest = sorted(np.partition(profits, worst - 1)[:worst].tolist())
    return -lowest[-1], -sum(lowest) / worst


def _worst_count(days: int, confidence: float) -> int:
    """Return how many of the worst days make up the tail."""
    return max(1, int(days * (1.0 - confidence)))

# SPDX-License-Identifier: MIT
"""How a new exposure moves together with the portfolio: shared exposure, variance and historical scenarios.

What depends only on sums, statistics and symbol is kept between decisions, so that a decision does not grow with
the number of positions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.risk_portfolio_manager.book import Sums
from arbitrex_desktop.risk_portfolio_manager.config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.instruments import Instrument, split_symbol
from arbitrex_desktop.risk_portfolio_manager.market_stats import Floats, MarketStats, Returns

_LEAST_SCENARIOS: Final = 100
_KEEP: Final = 256


@dataclass(frozen=True)
class Together:
    """A symbol and a direction against the portfolio; money in account currency.

    Attributes: `cluster`, exposure that moves with it: the sum over other symbols of size times correlation, plus
    its own symbol's net exposure in the same direction; `highest`, the highest correlation with any position, in
    the direction of the new trade, at least the regime's floor, 0 without positions; `sigma`, the symbol's daily
    volatility; `variance` of the portfolio's daily profit, `covariance` of it with one unit of money in the
    symbol bought (times the direction); `past`, scenarios of both, None when bars are missing.
    """

    cluster: float
    highest: float
    sigma: float
    variance: float
    covariance: float
    past: Scenarios | None

    def deviation(self, notional: float) -> float:
        """Return the standard deviation of the portfolio's daily profit with `notional` more of the symbol."""
        total = self.variance + 2.0 * notional * self.covariance + (notional * self.sigma) ** 2
        return math.sqrt(max(0.0, total))

    def room(self, limit: float) -> float:
        """Return the largest notional that keeps `deviation` at or below a limit.

        The larger root of sigma^2 x^2 + 2 c x + v - limit^2 = 0; below zero when the portfolio alone is over it.
        """
        if self.variance > limit * limit:
            return -1.0
        half = self.covariance
        square = half * half + self.sigma**2 * (limit * limit - self.variance)
        return (-half + math.sqrt(max(0.0, square))) / self.sigma**2


@dataclass(frozen=True)
class Scenarios:
    """Daily profits of the past, in account currency: of the portfolio, and of one unit of money in the symbol."""

    portfolio: Floats
    symbol: Floats
    _latest: dict[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def symbol_shortfall(self) -> dict[float, float]:
        """Keep expected shortfalls of one unit of money in the symbol, by confidence."""
        return {}

    def tail(self, notional: float, confidence: float) -> tuple[float, float]:
        """Return historical value at risk and expected shortfall, as positive losses, with `notional` more."""
        key = (notional, confidence)
        if self._latest.get("key") != key:
            self._latest["key"], self._latest["tail"] = (
                key,
                tail_of(self.portfolio + notional * self.symbol, confidence),
            )
        found: tuple[float, float] = self._latest["tail"]
        return found

    def room(self, limit: float, confidence: float) -> float:
        """Return a notional that surely keeps the expected shortfall at or below a limit.

        Expected shortfall is subadditive: that of the whole is at most the sum of its parts.
        """
        if confidence not in self.symbol_shortfall:
            self.symbol_shortfall[confidence] = tail_of(self.symbol, confidence)[1]
        per_unit = self.symbol_shortfall[confidence]
        left = limit - tail_of(self.portfolio, confidence)[1]
        return left / per_unit if per_unit > 0.0 else math.inf if left >= 0.0 else -1.0


def tail_of(profits: Floats, confidence: float) -> tuple[float, float]:
    """Return value at risk and expected shortfall of a sample: the k-th worst and the mean of the k worst, k >= 1."""
    worst = max(1, int(len(profits) * (1.0 - confidence)))
    lowest = np.partition(profits, worst - 1)[:worst].tolist()
    return -max(lowest), -sum(lowest) / worst


class PortfolioRisk:
    """Makes `Together` and keeps it until sums, statistics or settings change."""

    def __init__(self, stats: MarketStats) -> None:
        self.stats = stats
        self._known: dict[tuple[str, int, str], Together] = {}
        self._key: tuple[int, ...] = ()
        self._variance = 0.0

    def of(  # noqa: PLR0917 - four of them are the key
        self, sums: Sums, key: tuple[int, ...], instrument: Instrument, direction: int, regime: str, cfg: RPMConfig
    ) -> Together:
        """Return how a trade stands to the portfolio; `key` must change whenever sums or settings do."""
        key = (*key, self.stats.version)
        if key != self._key:
            self._known.clear()
            self._key = key
            self._variance = self._portfolio_variance(sums, cfg)
        name = (instrument.symbol, direction, regime)
        known = self._known.get(name)
        if known is None:
            if len(self._known) > _KEEP:
                self._known.clear()
            known = self._known[name] = self._make(sums, instrument.symbol, direction, regime, cfg)
        return known

    def sigma(self, symbol: str, cfg: RPMConfig) -> float:
        """Return a symbol's daily volatility, measured or assumed by its class."""
        measured = self.stats.returns(symbol)
        return measured.sigma if measured is not None else cfg.assumed_daily_volatility[split_symbol(symbol)[0]]

    def _make(self, sums: Sums, symbol: str, direction: int, regime: str, cfg: RPMConfig) -> Together:
        """Walk the portfolio's symbols once."""
        floor = cfg.correlation_floors[regime]
        sigma = self.sigma(symbol, cfg)
        cluster = covariance = 0.0
        highest = 0.0
        for other, notional in sums.notional.items():
            if notional == 0.0:
                continue
            correlation = self.stats.correlation(symbol, other, cfg.correlation_prior_weight)
            covariance += correlation * sigma * self.sigma(other, cfg) * notional
            aligned = direction * math.copysign(1.0, notional) * correlation
            counted = max(aligned, 0.0) if other == symbol else max(aligned, floor)
            cluster += counted * abs(notional)
            highest = max(highest, counted)
        past = self._scenarios(sums, symbol, direction)
        return Together(cluster, min(1.0, highest), sigma, self._variance, direction * covariance, past)

    def _portfolio_variance(self, sums: Sums, cfg: RPMConfig) -> float:
        """Return the variance of the portfolio's daily profit, in account currency squared."""
        held = [(symbol, notional * self.sigma(symbol, cfg)) for symbol, notional in sums.notional.items() if notional]
        total = sum(weight * weight for _, weight in held)
        for index, (symbol, weight) in enumerate(held):
            for other, other_weight in held[:index]:
                correlation = self.stats.correlation(symbol, other, cfg.correlation_prior_weight)
                total += 2.0 * correlation * weight * other_weight
        return max(0.0, total)

    def _scenarios(self, sums: Sums, symbol: str, direction: int) -> Scenarios | None:
        """Return past profits over the days that all symbols have; None when one has no bars or days are too few."""
        held = [(other, notional) for other, notional in sums.notional.items() if notional]
        found = [self.stats.returns(name) for name in (symbol, *(other for other, _ in held))]
        known = [each for each in found if each is not None]
        if len(known) != len(found):
            return None
        days = reduce(np.intersect1d, [each.days for each in known])
        if len(days) < _LEAST_SCENARIOS:
            return None
        mine = direction * _on_days(known[0], days)
        portfolio = np.zeros(len(days))
        for (_, notional), returns in zip(held, known[1:], strict=True):
            portfolio += notional * _on_days(returns, days)
        return Scenarios(portfolio, mine)


def _on_days(returns: Returns, days: NDArray[np.int64]) -> Floats:
    """Return the simple returns of the given days."""
    return np.expm1(returns.values[np.isin(returns.days, days)])

# SPDX-License-Identifier: MIT
"""How a new exposure moves together with the portfolio: shared exposure, variance and historical scenarios.

The risk model is laid out when bars or settings change, and positions are weighed when they change; a decision then
needs a few products.  A trade in flight may or may not be filled, so it counts where it adds risk and never as a
hedge: what is found bounds the portfolio with any of them filled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from arbitrex_desktop.risk_portfolio_manager.market.market_stats import MarketStats
from arbitrex_desktop.risk_portfolio_manager.market.risk_model import RiskModel
from arbitrex_desktop.risk_portfolio_manager.market.scenarios import Scenarios
from arbitrex_desktop.risk_portfolio_manager.market.weights import Weights
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings

_MOST_SYMBOLS: Final = 200
Notional = Mapping[str, float]
"""Account currency, net by symbol, long positive."""
InFlightNotional = Mapping[tuple[str, int], float]
"""Account currency by symbol and side, 1 for bought or -1 for sold, never negative."""


class JointRisk(msgspec.Struct, frozen=True):
    """A symbol and a direction against the portfolio; money in account currency.

    Attributes:
        cluster: exposure that moves with it: the sum over other symbols of size times correlation, plus its own
            symbol's net exposure in the same direction.
        highest: the highest correlation with any position, in the direction of the new trade, at least the regime's
            floor; 0 without positions.
        sigma: the symbol's daily volatility.
        variance: of the portfolio's daily profit.
        covariance: of that profit with one unit of money in the symbol bought (times the direction).
        past: scenarios of both; None when bars are missing.
    """

    cluster: float
    highest: float
    sigma: float
    variance: float
    covariance: float
    past: Scenarios | None

    def deviation(self, notional: float) -> float:
        """Return the standard deviation of the portfolio's daily profit with `notional` more of the symbol."""
        own = notional * self.sigma
        total = self.variance + 2.0 * notional * self.covariance + own * own
        return math.sqrt(total) if total > 0.0 else 0.0

    def headroom(self, limit: float) -> float:
        """Return the largest notional that keeps `deviation` at or below a limit, below zero when there is none.

        It is the larger root of sigma^2 x^2 + 2 c x + v - limit^2 = 0.
        """
        left, covariance, own = limit * limit - self.variance, self.covariance, self.sigma * self.sigma
        if left < 0.0:
            return -1.0
        if not own > 0.0:
            return math.inf
        return (math.sqrt(covariance * covariance + own * left) - covariance) / own


class PortfolioRisk:
    """Makes `JointRisk`.  Not safe for threads; the engine locks."""

    def __init__(self, stats: MarketStats) -> None:
        self._stats = stats
        self._model: RiskModel | None = None
        self._laid_out_of: tuple[object, ...] = ()
        self._weights: Weights | None = None
        self._with_held: dict[tuple[str, int, float], JointRisk] = {}
        """What follows from model and weights alone, and is begun anew with either."""

    def of(  # noqa: PLR0917 - whose, and in which settings
        self,
        held: Notional,
        in_flight: InFlightNotional,
        symbol: str,
        direction: int,
        floor: float,
        config: RuleSettings,
    ) -> JointRisk:
        """Return how a trade stands to open positions and trades in flight, with correlations at least `floor`.

        Whoever gives `held` does not change it afterwards, but gives another.
        """
        model, weights, basis = self._model, self._weights, (config, config.revision, self._stats.version)
        wanted = {symbol, *(name for name, _ in in_flight)} if in_flight else {symbol}
        if model is None or basis != self._laid_out_of or not wanted <= model.index.keys():
            model, weights = self._lay_out({*wanted, *held}, config), None
            self._laid_out_of = basis
        if weights is None or weights.held is not held:
            if not held.keys() <= model.index.keys():
                model = self._lay_out({*held}, config)
            weights, self._with_held = Weights(model, held), {}
            self._weights = weights
        joint = self._with_held.get((symbol, direction, floor))
        if joint is None:
            joint = self._with_held[symbol, direction, floor] = _with_held(model, weights, symbol, direction, floor)
        return _with_in_flight(joint, model, weights, in_flight, (symbol, direction, floor)) if in_flight else joint

    def _lay_out(self, names: set[str], config: RuleSettings) -> RiskModel:
        """Return a new model of these symbols, and of those that were known unless they are too many."""
        known = self._model.index if self._model is not None and len(self._model.index) < _MOST_SYMBOLS else ()
        self._model = RiskModel({*known, *names}, self._stats, config)
        return self._model


def _with_held(model: RiskModel, weights: Weights, symbol: str, direction: int, floor: float) -> JointRisk:
    """Return how a trade stands to what is held."""
    row, past = model.index[symbol], None
    if weights.profits is not None and model.past is not None and model.measured[row]:
        past = Scenarios(weights.profits, model.past[row], direction)
    cluster, highest = weights.moving_with(row, direction, floor)
    covariance = direction * weights.covariances[row]
    return JointRisk(cluster, highest, model.sigmas[row], weights.variance, covariance, past)


def _with_in_flight(
    held: JointRisk, model: RiskModel, weights: Weights, in_flight: InFlightNotional, trade: tuple[str, int, float]
) -> JointRisk:
    """Return how a trade (symbol, direction, floor) stands to all, each in flight where it adds risk.

    The variance is at least that with any of them added: (w + sum n e)'C(w + sum n e) = w'Cw + sum n^2 C_ee +
    2 sum n (Cw)_e + 2 sum n m C_ef, where a product of two that is below zero, and so hedges, is left out.
    """
    symbol, direction, floor = trade
    row, covariances = model.index[symbol], model.covariances.item
    cluster, highest, covariance, variance = held.cluster, held.highest, held.covariance, weights.variance
    by_name = sorted(in_flight.items())  # in one order, since it must not move the last bit which came first
    rows = [(model.index[name], side * size) for (name, side), size in by_name if size]
    for number, (other, more) in enumerate(rows):
        correlation = model.correlations.item(row, other) * direction * (1 if more > 0.0 else -1)
        counted = max(correlation, 0.0 if other == row else floor)
        cluster += counted * abs(more)
        highest = max(highest, min(1.0, counted))
        covariance += max(0.0, direction * more * covariances(row, other))
        before = max(0.0, more * weights.covariances[other])
        before += sum(max(0.0, more * less * covariances(other, one)) for one, less in rows[:number])
        variance += 2.0 * before + more * more * covariances(other, other)
    past = _past_with(held.past, model, rows, (row, direction))
    return JointRisk(cluster, highest, held.sigma, variance, covariance, past)


def _past_with(
    held: Scenarios | None, model: RiskModel, rows: list[tuple[int, float]], trade: tuple[int, int]
) -> Scenarios | None:
    """Return past days with all in flight, each on the days on which it would have lost.

    What is in flight on the trade's own side of its symbol lies ahead of it on the same line.
    """
    if held is None or model.past is None or not all(model.measured[other] for other, _ in rows):
        return None
    row, direction = trade
    profits, start = held.portfolio, 0.0
    for other, more in rows:
        if other == row and more * direction > 0.0:
            start = abs(more)
        else:
            profits = profits + np.minimum(0.0, more * model.past[other])
    return Scenarios(profits, held.symbol, direction, start)

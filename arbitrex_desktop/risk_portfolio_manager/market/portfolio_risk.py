# SPDX-License-Identifier: MIT
"""How a new exposure moves together with the portfolio: shared exposure, variance and historical scenarios.

Open positions are weighed once; each trade under way then adds a few products to what was found of them, so that an
approval costs no new round over the portfolio.  A trade under way may or may not be filled, so it counts where it
adds risk and never as a hedge: what is found bounds the portfolio with any of them filled.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.market.market_stats import MarketStats
from arbitrex_desktop.risk_portfolio_manager.market.risk_model import RiskModel
from arbitrex_desktop.risk_portfolio_manager.market.scenarios import PastDays, Scenarios
from arbitrex_desktop.risk_portfolio_manager.market.weights import Weights

_MOST_SYMBOLS: Final = 200
_MOST_ROOMS: Final = 16
Notional = Mapping[str, float]
"""Account currency, net by symbol, long positive."""
UnderWay = Mapping[tuple[str, int], float]
"""Account currency by symbol and side, 1 for bought or -1 for sold, never negative."""
_Name = tuple[str, int, str]
"""Symbol, direction and regime."""


@dataclass(slots=True)
class JointRisk:
    """A symbol and a direction against the portfolio; money in account currency.

    Attributes:
        cluster: exposure that moves with it: the sum over other symbols of size times correlation, plus its own
            symbol's net exposure in the same direction
        highest: the highest correlation with any position, in the direction of the new trade, at least the regime's
            floor, 0 without positions
        sigma: the symbol's daily volatility
        variance: variance of the portfolio's daily profit
        covariance: covariance of it with one unit of money in the symbol bought (times the direction)
        past: scenarios of both, None when bars are missing

    It is not changed once made, so that what was computed last is kept: several rules ask the same of it.
    """

    cluster: float
    highest: float
    sigma: float
    variance: float
    covariance: float
    past: Scenarios | None
    _deviation: tuple[float, float] | None = field(default=None, compare=False)
    _rooms: dict[float, float] = field(default_factory=dict, compare=False)
    _sure_rooms: dict[tuple[float, float, float], float] = field(default_factory=dict, compare=False)

    def deviation(self, notional: float) -> float:
        """Return the standard deviation of the portfolio's daily profit with `notional` more of the symbol."""
        known = self._deviation
        if known is not None and known[0] == notional:
            return known[1]
        total = self.variance + 2.0 * notional * self.covariance + (notional * self.sigma) ** 2
        known = self._deviation = (notional, math.sqrt(max(0.0, total)))
        return known[1]

    def room(self, limit: float) -> float:
        """Return the largest notional that keeps `deviation` at or below a limit, below zero when there is none."""
        known = self._rooms.get(limit)
        if known is None:
            if len(self._rooms) >= _MOST_ROOMS:
                self._rooms.clear()
            known = self._rooms[limit] = self._room(limit)
        return known

    def sure_room(self, limit: float, factor: float, confidence: float) -> float:
        """Return a notional up to which neither `factor` deviations nor the past expected shortfall pass a limit.

        Expected shortfall is convex in what is added: where it is within the limit for nothing and for the most that
        the deviation allows, it is so for all between.  Value at risk is never more than expected shortfall.
        """
        key = (limit, factor, confidence)
        known = self._sure_rooms.get(key)
        if known is None:
            if len(self._sure_rooms) >= _MOST_ROOMS:
                self._sure_rooms.clear()
            known, past = self.room(limit / factor), self.past
            if past is not None and known > 0.0:
                ends = past.tail(0.0, confidence)[1], past.tail(known, confidence)[1]
                known = known if ends[0] <= limit and ends[1] <= limit else min(known, past.room(limit, confidence))
            self._sure_rooms[key] = known
        return known

    def _room(self, limit: float) -> float:
        """Return the larger root of sigma^2 x^2 + 2 c x + v - limit^2 = 0."""
        if self.variance > limit * limit:
            return -1.0
        if not self.sigma > 0.0:
            return math.inf
        half = self.covariance
        square = half * half + self.sigma**2 * (limit * limit - self.variance)
        return (-half + math.sqrt(max(0.0, square))) / self.sigma**2


class PortfolioRisk:
    """Makes `JointRisk`.  Not safe for threads; the engine locks.

    The model is laid out anew for new symbols, bars or settings, and positions are weighed when they change.
    """

    def __init__(self, stats: MarketStats) -> None:
        self.stats = stats
        self._cfg = RPMConfig()  # held on to, so that no other can have its identity
        self._model = RiskModel((), stats, self._cfg)
        self._model_key: tuple[object, ...] = ()
        self._weights = Weights(self._model, {})
        self._of_held: dict[_Name, JointRisk] = {}
        self._under_way = _UnderWay(self._model, self._weights, {})
        self._of_all: dict[_Name, JointRisk] = {}

    def of(  # noqa: PLR0917 - whose, and in which settings
        self, held: Notional, under_way: UnderWay, symbol: str, direction: int, regime: str, cfg: RPMConfig
    ) -> JointRisk:
        """Return how a trade stands to open positions and trades under way.

        Whoever gives `held` does not change it afterwards, but gives another.
        """
        key = (id(cfg), cfg.change_count(), self.stats.version)
        known = self._weights.held
        if (held is not known and held != known) or symbol not in self._model.index or key != self._model_key:
            self._lay_out(held, {symbol, *(name for name, _ in under_way)}, key, cfg)
        if under_way != self._under_way.notional:
            names = {name for name, _ in under_way}
            if not names <= self._model.index.keys():
                self._lay_out(held, names, key, cfg)
            self._under_way = _UnderWay(self._model, self._weights, dict(under_way))
            self._of_all = {}
        name = (symbol, direction, regime)
        together = (self._of_all if under_way else self._of_held).get(name)
        return together or self._made(name, cfg.correlation_floors[regime])

    def _lay_out(self, held: Notional, others: Collection[str], key: tuple[object, ...], cfg: RPMConfig) -> None:
        """Bring model and weights up to date."""
        index, names = self._model.index, {*held, *others}
        if key != self._model_key or not names <= index.keys():
            kept = index if len(index) < _MOST_SYMBOLS else ()
            self._model = RiskModel({*kept, *names}, self.stats, cfg)
            self._model_key, self._cfg = key, cfg
        self._weights = Weights(self._model, held)
        self._under_way = _UnderWay(self._model, self._weights, {})
        self._of_held, self._of_all = {}, {}

    def _made(self, name: _Name, floor: float) -> JointRisk:
        """Hold one symbol and direction against what is held, and against what is under way if anything is."""
        known = self._of_held.get(name)
        if known is None:
            known = self._of_held[name] = _together(self._model, self._weights, name, floor)
        if self._under_way.notional:
            known = self._of_all[name] = self._under_way.added_to(known, name, floor)
        return known


def _together(model: RiskModel, weights: Weights, name: _Name, floor: float) -> JointRisk:
    """Return how a trade stands to what is held."""
    symbol, direction, _ = name
    row, past = model.index[symbol], None
    if weights.profits is not None and model.past is not None and model.measured[row]:
        past = Scenarios(PastDays(weights.profits, direction * model.past[row]), 0.0)
    cluster, highest = weights.moving_with(row, direction, floor)
    return JointRisk(
        cluster=cluster,
        highest=highest,
        sigma=float(model.sigmas[row]),
        variance=weights.variance,
        covariance=direction * weights.covariance(row),
        past=past,
    )


class _UnderWay:
    """Trades under way on top of weights, each where it adds risk."""

    def __init__(self, model: RiskModel, weights: Weights, notional: UnderWay) -> None:
        self.notional = notional
        self._model = model
        by_name = sorted(notional.items())  # in one order, since it must not move the last bit which came first
        self._rows = [(model.index[name], side * size) for (name, side), size in by_name if size]
        self._variance = self._with_all(weights)

    def added_to(self, held: JointRisk, name: _Name, floor: float) -> JointRisk:
        """Return how a trade stands to all, from how it stands to what is `held`."""
        symbol, direction, _ = name
        row, model = self._model.index[symbol], self._model
        cluster, highest, covariance = held.cluster, held.highest, held.covariance
        for other, more in self._rows:
            correlation = model.correlations.item(row, other) * direction * (1 if more > 0.0 else -1)
            counted = max(correlation, 0.0 if other == row else floor)
            cluster += counted * abs(more)
            highest = max(highest, min(1.0, counted))
            covariance += max(0.0, direction * more * model.covariances.item(row, other))
        past = self._past(held.past, row, direction)
        return JointRisk(cluster, highest, held.sigma, self._variance, covariance, past)

    def _with_all(self, weights: Weights) -> float:
        """Return at least the variance with any of them added.

        (w + sum n e)'C(w + sum n e) = w'Cw + sum n^2 C_ee + 2 sum n (Cw)_e + 2 sum n m C_ef, where a product of two
        that is below zero, and so hedges, is left out.
        """
        variance, of = weights.variance, self._model.covariances.item
        for number, (row, more) in enumerate(self._rows):
            before = max(0.0, more * weights.covariance(row))
            before += sum(max(0.0, more * less * of(row, other)) for other, less in self._rows[:number])
            variance += 2.0 * before + more * more * of(row, row)
        return variance

    def _past(self, held: Scenarios | None, row: int, direction: int) -> Scenarios | None:
        """Return past days with all, each on the days on which it would have lost.

        What is under way on the trade's own side of its symbol lies ahead of it on the same lines.
        """
        model = self._model
        if held is None or model.past is None or not all(model.measured[other] for other, _ in self._rows):
            return None
        profits, start = held.days.portfolio, 0.0
        for other, more in self._rows:
            if other == row and more * direction > 0.0:
                start = abs(more)
            else:
                profits = profits + np.minimum(0.0, more * model.past[other])
        return Scenarios(held.days if profits is held.days.portfolio else PastDays(profits, held.days.symbol), start)

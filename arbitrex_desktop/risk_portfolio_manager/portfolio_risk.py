# SPDX-License-Identifier: MIT
"""How a new exposure moves together with the portfolio: shared exposure, variance and historical scenarios.

Correlations, volatilities and past returns are laid out as arrays once for the symbols that matter; a decision then
costs a few vector products, however many positions there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.risk_portfolio_manager.book import Sums
from arbitrex_desktop.risk_portfolio_manager.config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.instruments import split_symbol
from arbitrex_desktop.risk_portfolio_manager.market_stats import Floats, MarketStats, Returns

_LEAST_SCENARIOS: Final = 100
_MOST_SYMBOLS: Final = 200
_MOST_ROOMS: Final = 16


@dataclass(slots=True)
class Scenarios:
    """Daily profits of the past, in account currency: of the portfolio, and of one unit of money in the symbol.

    Each day is a straight line over the notional added.  Only a handful of days can be among the worst for the
    notionals within a factor of two; they are found when a second notional is asked about, and a decision then
    looks at no other day.
    """

    portfolio: Floats
    symbol: Floats
    _worst_days: _WorstDays | None = field(default=None, compare=False)
    _latest: tuple[float, float, tuple[float, float]] | None = field(default=None, compare=False)

    def tail(self, notional: float, confidence: float) -> tuple[float, float]:
        """Return historical value at risk and expected shortfall, as positive losses, with `notional` more."""
        known = self._latest
        if known is None or known[0] != notional or known[1] != confidence:
            known = (notional, confidence, self._tail(notional, confidence))
            self._latest = known
        return known[2]

    def room(self, limit: float, confidence: float) -> float:
        """Return a notional that surely keeps the expected shortfall at or below a limit.

        Expected shortfall is subadditive: that of the whole is at most the sum of its parts.
        """
        per_unit = tail_of(self.symbol, confidence)[1]
        left = limit - tail_of(self.portfolio, confidence)[1]
        return left / per_unit if per_unit > 0.0 else math.inf if left >= 0.0 else -1.0

    def _tail(self, notional: float, confidence: float) -> tuple[float, float]:
        """Compute the tail, from the days alone that can be the worst ones where that pays."""
        if self._latest is None or not 0.0 < notional < math.inf:
            return tail_of(self.portfolio + notional * self.symbol, confidence)
        days = self._worst_days
        if days is None or not days.low <= notional <= days.high or days.confidence != confidence:
            days = self._worst_days = _worst_days(self.portfolio, self.symbol, notional, confidence)
        lowest = sorted([start + notional * slope for start, slope in days.lines])[: days.worst]
        return -lowest[-1], -sum(lowest) / days.worst


class _WorstDays(NamedTuple):
    """The days, as lines (profit without the trade, slope), among which the `worst` lowest are for low to high."""

    low: float
    high: float
    confidence: float
    worst: int
    lines: list[tuple[float, float]]


def _worst_days(portfolio: Floats, symbol: Floats, notional: float, confidence: float) -> _WorstDays:
    """Return the days that can be among the worst for every notional of the same power of two.

    The lines that are lowest at the low end bound the worst ones from above by their maximum, which is convex; a
    line above that bound at both ends is above it everywhere between.
    """
    exponent = math.frexp(notional)[1]
    low, high = math.ldexp(0.5, exponent), math.ldexp(1.0, exponent)
    count = _worst_count(len(portfolio), confidence)
    at_low, at_high = portfolio + low * symbol, portfolio + high * symbol
    lowest = np.argpartition(at_low, count - 1)[:count]
    kept = (at_low <= at_low[lowest].max()) | (at_high <= at_high[lowest].max())
    lines = list(zip(portfolio[kept].tolist(), symbol[kept].tolist(), strict=True))
    return _WorstDays(low, high, confidence, count, lines)


@dataclass(slots=True)
class Together:
    """A symbol and a direction against the portfolio; money in account currency.

    Attributes: `cluster`, exposure that moves with it: the sum over other symbols of size times correlation, plus
    its own symbol's net exposure in the same direction; `highest`, the highest correlation with any position, in
    the direction of the new trade, at least the regime's floor, 0 without positions; `sigma`, the symbol's daily
    volatility; `variance` of the portfolio's daily profit, `covariance` of it with one unit of money in the
    symbol bought (times the direction); `past`, scenarios of both, None when bars are missing.  It is not changed
    once made, so that what was computed last is kept: several rules ask the same of it.
    """

    cluster: float
    highest: float
    sigma: float
    variance: float
    covariance: float
    past: Scenarios | None
    _deviation: tuple[float, float] | None = field(default=None, compare=False)
    _rooms: dict[float, float] = field(default_factory=dict, compare=False)

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

    def _room(self, limit: float) -> float:
        """Return the larger root of sigma^2 x^2 + 2 c x + v - limit^2 = 0."""
        if self.variance > limit * limit:
            return -1.0
        half = self.covariance
        square = half * half + self.sigma**2 * (limit * limit - self.variance)
        return (-half + math.sqrt(max(0.0, square))) / self.sigma**2


class RiskModel:
    """Correlations, volatilities and past returns of some symbols, as arrays.

    Attributes: `index`, row of each symbol; `correlations`; `sigmas`, daily; `past`, simple daily returns over the
    days that all measured symbols have (one row a symbol), None when those are too few; `measured`, by row.
    """

    def __init__(self, symbols: Iterable[str], stats: MarketStats, cfg: RPMConfig) -> None:
        names = sorted(symbols)
        self.index = {name: row for row, name in enumerate(names)}
        self.sigmas = np.array([_sigma(name, stats, cfg) for name in names])
        self.correlations = np.eye(len(names))
        for row, one in enumerate(names):
            for column, other in enumerate(names[:row]):
                value = stats.correlation(one, other, cfg.correlation_prior_weight)
                self.correlations[row, column] = self.correlations[column, row] = value
        returns = [stats.returns(name) for name in names]
        self.past = _past([each for each in returns if each is not None], returns)
        self.measured = np.array([each is not None for each in returns])
        self.covariances = self.correlations * np.outer(self.sigmas, self.sigmas)


class _OfHeld(NamedTuple):
    """The part of a model that concerns the held symbols, in their order: kept while the same ones are held.

    `correlations` and `covariances` of every symbol (rows) with the held ones, `own` covariances among these, `past`
    returns of these, None when not all of them are measured.
    """

    model: RiskModel
    rows: NDArray[np.intp]
    correlations: Floats
    covariances: Floats
    own: Floats
    past: Floats | None


def _of_held(model: RiskModel, rows: NDArray[np.intp]) -> _OfHeld:
    """Cut the part of some symbols out of a model."""
    covariances = model.covariances[:, rows]
    complete = model.past is not None and bool(np.all(model.measured[rows]))
    past = model.past[rows] if complete and model.past is not None else None
    return _OfHeld(model, rows, model.correlations[:, rows], covariances, covariances[rows], past)


class PortfolioRisk:
    """Makes `Together`.  The model is laid out anew for new symbols, bars or settings; weights with every change."""

    def __init__(self, stats: MarketStats) -> None:
        self.stats = stats
        self._model = RiskModel((), stats, RPMConfig())
        self._model_key: tuple[int, ...] = ()
        self._weights_key: tuple[int, ...] = ()
        self._stats_seen = -1
        self._weights: Floats = np.zeros(0)
        self._of_held: _OfHeld | None = None
        self._variance = 0.0
        self._portfolio: Floats | None = None
        self._known: dict[tuple[str, int, str], Together] = {}

    def of(  # noqa: PLR0917 - whose, when and what
        self, sums: Sums, key: tuple[int, ...], symbol: str, direction: int, regime: str, cfg: RPMConfig
    ) -> Together:
        """Return how a trade stands to the portfolio; `key` must change whenever sums or settings do.

        The first two parts of the key belong to the settings.
        """
        if key != self._weights_key or self.stats.version != self._stats_seen or symbol not in self._model.index:
            self._lay_out(sums, key, symbol, cfg)
        name = (symbol, direction, regime)
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._make(symbol, direction, cfg.correlation_floors[regime])
        return known

    def _lay_out(self, sums: Sums, key: tuple[int, ...], symbol: str, cfg: RPMConfig) -> None:
        """Bring model and weights up to date."""
        model_key, index = (*key[:2], self.stats.version), self._model.index
        if model_key != self._model_key or symbol not in index or not sums.notional.keys() <= index.keys():
            kept = index if len(index) < _MOST_SYMBOLS else ()
            names = {**dict.fromkeys(kept), **dict.fromkeys(sums.notional), symbol: None}
            self._model = RiskModel(names, self.stats, cfg)
            self._model_key = model_key
        self._weigh(sums)
        self._weights_key, self._stats_seen = key, self.stats.version
        self._known.clear()

    def _weigh(self, sums: Sums) -> None:
        """Take the portfolio's exposures over as weights of the model's symbols.

        Sums go over the held symbols alone, in order of their names: which others the model knows from earlier
        decisions must not even move the last bit of an answer.
        """
        model = self._model
        self._weights = weights = np.zeros(len(model.index))
        for name, notional in sums.notional.items():
            weights[model.index[name]] = notional
        held = np.flatnonzero(weights)
        if self._of_held is None or self._of_held.model is not model or not np.array_equal(held, self._of_held.rows):
            self._of_held = _of_held(model, held)
        sizes, part = weights[held], self._of_held
        self._variance = max(0.0, float(sizes @ part.own @ sizes))
        self._portfolio = sizes @ part.past if part.past is not None else None

    def _make(self, symbol: str, direction: int, floor: float) -> Together:
        """Hold one symbol and direction against the weights."""
        model, part = self._model, self._of_held
        if part is None:
            raise RuntimeError("there are no weights to hold a symbol against")
        row, held = model.index[symbol], part.rows
        weights = self._weights[held]
        aligned = direction * np.sign(weights) * part.correlations[row]
        counted = np.maximum(aligned, np.where(held == row, 0.0, floor))
        past = None
        if self._portfolio is not None and model.past is not None and model.measured[row]:
            past = Scenarios(self._portfolio, direction * model.past[row])
        return Together(
            cluster=float(counted @ np.abs(weights)),
            highest=min(1.0, float(counted.max())) if held.size else 0.0,
            sigma=float(model.sigmas[row]),
            variance=self._variance,
            covariance=direction * float(part.covariances[row] @ weights),
            past=past,
        )


def tail_of(profits: Floats, confidence: float) -> tuple[float, float]:
    """Return value at risk and expected shortfall of a sample: the k-th worst and the mean of the k worst, k >= 1."""
    worst = _worst_count(len(profits), confidence)
    lowest = sorted(np.partition(profits, worst - 1)[:worst].tolist())
    return -lowest[-1], -sum(lowest) / worst


def _worst_count(days: int, confidence: float) -> int:
    """Return how many of the worst days make up the tail."""
    return max(1, int(days * (1.0 - confidence)))


def _sigma(symbol: str, stats: MarketStats, cfg: RPMConfig) -> float:
    """Return a symbol's daily volatility, measured or assumed by its class."""
    measured = stats.returns(symbol)
    return measured.sigma if measured is not None else cfg.assumed_daily_volatility[split_symbol(symbol)[0]]


def _past(measured: list[Returns], rows: list[Returns | None]) -> Floats | None:
    """Return simple returns over the measured symbols' common days; rows of the others are zero."""
    if not measured:
        return None
    days = reduce(np.intersect1d, [each.days for each in measured])
    if len(days) < _LEAST_SCENARIOS:
        return None
    table = np.zeros((len(rows), len(days)))
    for row, returns in enumerate(rows):
        if returns is not None:
            table[row] = _on_days(returns, days)
    return table


def _on_days(returns: Returns, days: NDArray[np.int64]) -> Floats:
    """Return the simple returns of the given days."""
    return np.expm1(returns.values[np.isin(returns.days, days)])

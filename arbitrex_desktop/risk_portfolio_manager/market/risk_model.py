# SPDX-License-Identifier: MIT
"""Correlations, volatilities and past returns of the symbols that matter, laid out as arrays once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.risk_portfolio_manager.market.market_stats import Floats, MarketStats, Returns
from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import split_symbol

_LEAST_SCENARIOS: Final = 100


class RiskModel:
    """Correlations, volatilities and past returns of some symbols, as arrays.

    Attributes:
        index: row of each symbol
        correlations: between the rows' daily returns
        sigmas: daily volatility by row
        past: simple daily returns over the days that all measured symbols have (one row a symbol), None when those
            are too few
        measured: whether enough bars were there, by row
    """

    def __init__(self, symbols: Iterable[str], stats: MarketStats, config: RuleSettings) -> None:
        names = sorted(symbols)
        self.index = {name: row for row, name in enumerate(names)}
        self.sigmas = [_daily_volatility(name, stats, config) for name in names]
        self.correlations = np.eye(len(names))
        for row, one in enumerate(names):
            for column, other in enumerate(names[:row]):
                value = stats.correlation(one, other, config.correlation_prior_weight)
                self.correlations[row, column] = self.correlations[column, row] = value
        returns = [stats.returns(name) for name in names]
        self.past = _past_returns([each for each in returns if each is not None], returns)
        self.measured = [each is not None for each in returns]
        self.covariances = self.correlations * np.outer(self.sigmas, self.sigmas)


def _daily_volatility(symbol: str, stats: MarketStats, config: RuleSettings) -> float:
    """Return a symbol's daily volatility, measured or assumed by its class."""
    measured = stats.returns(symbol)
    return measured.sigma if measured is not None else config.assumed_daily_volatility[split_symbol(symbol)[0]]


def _past_returns(measured: list[Returns], rows: list[Returns | None]) -> Floats | None:
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

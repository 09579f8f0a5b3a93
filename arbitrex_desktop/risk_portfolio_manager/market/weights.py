# SPDX-License-Identifier: MIT
"""Open positions as weights of a risk model's symbols."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from arbitrex_desktop.risk_portfolio_manager.market.risk_model import RiskModel


class Weights:
    """What is held of a model's symbols, in account currency, net and long positive.

    Sums go over the held symbols alone, in order of their names: which others the model knows from earlier decisions
    must not even move the last bit of an answer.

    Attributes:
        variance: variance of the daily profit
        profits: profit of each of the past days, None when not every held symbol is measured
    """

    def __init__(self, model: RiskModel, held: Mapping[str, float]) -> None:
        weights = np.zeros(len(model.index))
        for name, notional in held.items():
            weights[model.index[name]] = notional
        self.held = held
        self._covariances: dict[int, float] = {}
        self._model = model
        self._rows = rows = np.flatnonzero(weights)
        self._sizes = sizes = weights[rows]
        self.variance = max(0.0, float(sizes @ model.covariances[np.ix_(rows, rows)] @ sizes))
        complete = model.past is not None and bool(np.all(model.measured[rows]))
        self.profits = sizes @ model.past[rows] if model.past is not None and complete else None

    def covariance(self, row: int) -> float:
        """Return the covariance of the daily profit with that of one unit of money in a symbol."""
        known = self._covariances.get(row)
        if known is None:
            known = self._covariances[row] = float(self._model.covariances[row, self._rows] @ self._sizes)
        return known

    def moving_with(self, row: int, direction: int, floor: float) -> tuple[float, float]:
        """Return the exposure that moves with a trade, and the highest correlation with what is held, 0 without any.

        Correlations are in the trade's direction; those with other symbols at least `floor`, with its own at least 0.
        """
        rows = self._rows
        aligned = direction * np.sign(self._sizes) * self._model.correlations[row, rows]
        counted = np.maximum(aligned, np.where(rows == row, 0.0, floor))
        highest = min(1.0, float(counted.max())) if rows.size else 0.0
        return float(counted @ np.abs(self._sizes)), highest

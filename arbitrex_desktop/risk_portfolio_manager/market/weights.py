# SPDX-License-Identifier: MIT
"""Open positions as weights of a risk model's symbols."""

from __future__ import annotations

from collections.abc import Mapping
from operator import mul

import numpy as np

from arbitrex_desktop.risk_portfolio_manager.market.risk_model import RiskModel


class Weights:
    """What is held of a model's symbols, in account currency, net and long positive; laid out when that changes.

    Sums go over the held symbols alone, in order of their names: which others the model knows from earlier decisions
    must not even move the last bit of an answer.

    Attributes:
        held: what they were made of.
        variance: of the daily profit.
        covariances: of the daily profit with that of one unit of money in each symbol, by row.
        profits: of the past days; None when not every held symbol is measured.
    """

    def __init__(self, model: RiskModel, held: Mapping[str, float]) -> None:
        self.held = held
        self._rows: list[int] = sorted(model.index[name] for name, notional in held.items() if notional)
        weights = {model.index[name]: notional for name, notional in held.items()}
        sizes = np.array([weights[row] for row in self._rows])
        self.variance = max(0.0, float(sizes @ model.covariances[np.ix_(self._rows, self._rows)] @ sizes))
        self.covariances: list[float] = (model.covariances[:, self._rows] @ sizes).tolist()
        complete = model.past is not None and all(model.measured[row] for row in self._rows)
        self.profits = sizes @ model.past[self._rows] if model.past is not None and complete else None
        aligned = np.sign(sizes) * model.correlations[:, self._rows]
        self._aligned: dict[int, list[list[float]]] = {1: aligned.tolist(), -1: (-aligned).tolist()}
        self._sizes: list[float] = np.abs(sizes).tolist()

    def moving_with(self, row: int, direction: int, floor: float) -> tuple[float, float]:
        """Return the exposure that moves with a trade, and the highest correlation with what is held, 0 without any.

        Correlations are in the trade's direction; those with other symbols at least `floor`, with its own at least 0.
        """
        aligned = self._aligned[direction][row]
        counted = [each if each > floor else floor for each in aligned]  # noqa: FURB136 - calls take seven times as long
        if row in self._rows:
            own = self._rows.index(row)
            counted[own] = max(0.0, aligned[own])
        return sum(map(mul, counted, self._sizes)), min(1.0, max(counted, default=0.0))

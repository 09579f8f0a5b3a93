# SPDX-License-Identifier: MIT
"""Volatility and correlation: measured from daily bars where there are any, assumed from the symbols otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import split_symbol

Floats = NDArray[np.float64]
_LEAST_RETURNS: Final = 30
_RECENT: Final = 5


@dataclass(frozen=True, slots=True)
class Returns:
    """Daily logarithmic returns of a symbol, by the bars' own times (server clock)."""

    days: NDArray[np.int64]
    values: Floats
    sigma: float
    shock: float


class MarketStats:
    """Measured returns by symbol.  Not safe for threads; the engine locks.

    `version` grows with every change, so that what was derived from it is made anew.
    """

    def __init__(self) -> None:
        self.version = 0
        self._returns: dict[str, Returns] = {}
        self._pairs: dict[tuple[str, str], tuple[float, int] | None] = {}

    def set_bars(self, symbol: str, bars: Rows) -> bool:
        """Take a symbol's daily bars, oldest first; fewer than 30 usable returns are not taken.

        `sigma` is the standard deviation of all returns, `shock` that of the latest five against it.
        """
        closes = np.asarray(bars["close"], dtype=np.float64)
        days = np.asarray(bars["time"], dtype=np.int64)
        if len(closes) <= _LEAST_RETURNS or not np.all(np.isfinite(closes)) or np.any(closes <= 0.0):
            return False
        values = np.diff(np.log(closes))
        sigma = float(np.std(values, ddof=1))
        if not math.isfinite(sigma) or sigma <= 0.0:
            return False
        recent = float(np.sqrt(np.mean(values[-_RECENT:] ** 2)))
        self._returns[symbol] = Returns(days[1:], values, sigma, recent / sigma)
        self._pairs = {}
        self.version += 1
        return True

    def returns(self, symbol: str) -> Returns | None:
        """Return what was measured of a symbol, None when nothing was."""
        return self._returns.get(symbol)

    def correlation(self, one: str, other: str, prior_weight: int) -> float:
        """Return the correlation of two symbols' daily returns.

        Measured over the days that both have, and shrunk towards the assumed one: with n common days and prior
        weight k it is (n x measured + k x assumed) / (n + k).
        """
        assumed = assumed_correlation(one, other)
        measured = self._measured_correlation(one, other)
        if measured is None:
            return assumed
        value, days = measured
        return (days * value + prior_weight * assumed) / (days + prior_weight)

    def _measured_correlation(self, one: str, other: str) -> tuple[float, int] | None:
        """Return sample correlation and number of common days; None when there are too few."""
        key = (one, other) if one < other else (other, one)
        if key not in self._pairs:
            self._pairs[key] = self._measure_correlation(*key)
        return self._pairs[key]

    def _measure_correlation(self, one: str, other: str) -> tuple[float, int] | None:
        """Align two symbols by day and correlate them."""
        first, second = self._returns.get(one), self._returns.get(other)
        if first is None or second is None:
            return None
        _, rows, columns = np.intersect1d(first.days, second.days, return_indices=True)
        if len(rows) < _LEAST_RETURNS:
            return None
        value = float(np.corrcoef(first.values[rows], second.values[columns])[0, 1])
        return (value, len(rows)) if math.isfinite(value) else None


def assumed_correlation(one: str, other: str) -> float:
    """Return the correlation that two symbols' names suggest: the cosine of their currency legs.

    EURUSD against GBPUSD shares one leg of two, 0.5; EURUSD against USDJPY shares it with opposite sign, -0.5.
    """
    if one == other:
        return 1.0
    mine, theirs = _currency_legs(one), _currency_legs(other)
    dot = sum(weight * theirs.get(name, 0.0) for name, weight in mine.items())
    return dot / math.sqrt(len(mine) * len(theirs))


def _currency_legs(symbol: str) -> dict[str, float]:
    """Return what a unit of the symbol is long and short of."""
    _, base, profit = split_symbol(symbol)
    return {base: 1.0, profit: -1.0} if profit else {base: 1.0}

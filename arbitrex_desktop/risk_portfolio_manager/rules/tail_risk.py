# SPDX-License-Identifier: MIT
"""How much the portfolio may swing, and what it may lose on a bad day.

Volatilities and correlations are measured from daily bars where there are any, and assumed by the symbols' class
otherwise.  Losses are parametric (normal) and, when bars of every symbol are there, historical; the larger counts.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


@lru_cache(maxsize=64)
def normal_quantile(confidence: float) -> float:
    """Return z, the deviations that a normal loss exceeds with probability 1 - confidence."""
    return NormalDist().inv_cdf(confidence)


@lru_cache(maxsize=64)
def normal_shortfall(confidence: float) -> float:
    """Return the mean of normal losses beyond `normal_quantile`, in deviations: pdf(z) / (1 - confidence)."""
    return NormalDist().pdf(normal_quantile(confidence)) / (1.0 - confidence)


class PortfolioVolatility(Rule):
    """Daily standard deviation of the portfolio after the trade / capital <= `max_portfolio_volatility`."""

    code = RejectionReason.PORTFOLIO_VOLATILITY_LIMIT
    stage = Stage.PORTFOLIO
    subject = "daily volatility of the portfolio"
    unit = "share"
    parameters = ("max_portfolio_volatility", "assumed_daily_volatility", "correlation_prior_weight")

    def check(self, case: Case) -> Found:
        """Measure the room below the largest deviation."""
        if case.together is None or case.unit_notional is None:
            return self.no_worth(case)
        limit, worth = case.cfg.max_portfolio_volatility, case.unit_notional
        room = case.together.room(limit * case.capital) / worth
        observed = case.together.deviation(case.units * worth) / case.capital
        return self.fits(case, room, observed, limit)


class ValueAtRisk(Rule):
    """One-day loss that is exceeded with probability 1 - `var_confidence` / capital <= `max_var_pct`."""

    code = RejectionReason.VALUE_AT_RISK_LIMIT
    stage = Stage.PORTFOLIO
    subject = "one-day value at risk"
    unit = "share"
    parameters = ("max_var_pct", "var_confidence")

    def check(self, case: Case) -> Found:
        """Take the larger of parametric and historical loss."""
        factor = normal_quantile(case.cfg.var_confidence)
        return _tail(self, case, 0, factor, case.cfg.max_var_pct)


class ExpectedShortfall(Rule):
    """Mean one-day loss beyond value at risk / capital <= `max_cvar_pct`."""

    code = RejectionReason.EXPECTED_SHORTFALL_LIMIT
    stage = Stage.PORTFOLIO
    subject = "one-day expected shortfall"
    unit = "share"
    parameters = ("max_cvar_pct", "var_confidence")

    def check(self, case: Case) -> Found:
        """Take the larger of parametric and historical loss."""
        factor = normal_shortfall(case.cfg.var_confidence)
        return _tail(self, case, 1, factor, case.cfg.max_cvar_pct)


def _tail(rule: Rule, case: Case, which: int, factor: float, share: float) -> Found:
    """Judge one kind of tail loss: `which` is 0 for value at risk and 1 for expected shortfall."""
    together, worth = case.together, case.unit_notional
    if together is None or worth is None:
        return rule.no_worth(case)
    limit, added = share * case.capital, case.units * worth
    loss = factor * together.deviation(added)
    room = together.room(limit / factor)
    if together.past is not None:
        past = together.past.tail(added, case.cfg.var_confidence)[which]
        if past > limit:
            room = min(room, together.past.room(limit, case.cfg.var_confidence))
        loss = max(loss, past)
    return rule.fits(case, room / worth if math.isfinite(room) else room, loss / case.capital, share)

# SPDX-License-Identifier: MIT
"""How much the portfolio may swing, and what it may lose on a bad day.

Volatilities and correlations are measured from daily bars where there are any, and assumed by the symbols' class
otherwise.  Losses are parametric (normal) and, when bars of every symbol are there, historical; the larger counts.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import lru_cache
from statistics import NormalDist
from typing import ClassVar

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found, Room, Size
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Stage
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import RoomRule


@lru_cache(maxsize=64)
def normal_quantile(confidence: float) -> float:
    """Return z, the deviations that a normal loss exceeds with probability 1 - confidence."""
    return NormalDist().inv_cdf(confidence)


@lru_cache(maxsize=64)
def normal_shortfall(confidence: float) -> float:
    """Return the mean of normal losses beyond `normal_quantile`, in deviations: pdf(z) / (1 - confidence)."""
    return NormalDist().pdf(normal_quantile(confidence)) / (1.0 - confidence)


class PortfolioVolatility(RoomRule):
    """Daily standard deviation of the portfolio after the trade / capital <= `max_portfolio_volatility`."""

    code = RejectionReason.PORTFOLIO_VOLATILITY_LIMIT
    stage = Stage.PORTFOLIO
    subject = "daily volatility of the portfolio"
    unit = "share"
    parameters = ("max_portfolio_volatility", "assumed_daily_volatility", "correlation_prior_weight")

    def room(self, case: RuleContext) -> Room | None:
        """Return what keeps the deviation at or below the limit."""
        together, limit = case.together, case.cfg.max_portfolio_volatility
        if together is None:
            return None
        return self.lets_through(together, limit, together.room(limit * case.capital))

    def observed(self, room: Room, size: Size) -> float:
        """Return the deviation with the trade, as a share of capital."""
        return room.held.deviation(size.units * size.worth) / size.capital  # type: ignore[no-any-return] # a float

    def check(self, case: RuleContext) -> Found:
        """Measure the room below the largest deviation."""
        if case.together is None or case.unit_notional is None:
            return self.no_worth(case)
        limit, worth = case.cfg.max_portfolio_volatility, case.unit_notional
        room = case.together.room(limit * case.capital) / worth
        observed = case.together.deviation(case.units * worth) / case.capital
        return self.fits(case, room, observed, limit)


class _TailRule(RoomRule):
    """A one-day loss in the tail, as a share of capital: the larger of the parametric and the historical one.

    Class attributes: `which` of the tail's two figures it is, 0 for value at risk and 1 for expected shortfall;
    `share`, the field of its limit.
    """

    stage = Stage.PORTFOLIO
    unit = "share"
    which: ClassVar[int]
    share: ClassVar[str]

    @abstractmethod
    def factor(self, confidence: float) -> float:
        """Return the deviations that the parametric loss is."""

    def room(self, case: RuleContext) -> Room | None:
        """Return what keeps both losses at or below the limit for sure."""
        together, confidence, share = case.together, case.cfg.var_confidence, getattr(case.cfg, self.share)
        if together is None:
            return None
        factor = self.factor(confidence)
        most = together.sure_room(share * case.capital, factor, confidence)
        return self.lets_through((together, factor, confidence), share, most)

    def observed(self, room: Room, size: Size) -> float:
        """Return the larger loss with the trade, as a share of capital."""
        together, factor, confidence = room.held
        added = size.units * size.worth
        loss = factor * together.deviation(added)
        if together.past is not None:
            loss = max(loss, together.past.tail(added, confidence)[self.which])
        return loss / size.capital  # type: ignore[no-any-return] # it is a float

    def check(self, case: RuleContext) -> Found:
        """Measure the room below the larger loss."""
        together, worth = case.together, case.unit_notional
        if together is None or worth is None:
            return self.no_worth(case)
        confidence, share = case.cfg.var_confidence, getattr(case.cfg, self.share)
        limit, added, factor = share * case.capital, case.units * worth, self.factor(confidence)
        room, loss = together.room(limit / factor), factor * together.deviation(added)
        if together.past is not None:
            past = together.past.tail(added, confidence)[self.which]
            if past > limit:
                room = min(room, together.past.room(limit, confidence))
            loss = max(loss, past)
        return self.fits(case, room / worth if math.isfinite(room) else room, loss / case.capital, share)


class ValueAtRisk(_TailRule):
    """One-day loss that is exceeded with probability 1 - `var_confidence` / capital <= `max_var_pct`."""

    code = RejectionReason.VALUE_AT_RISK_LIMIT
    subject = "one-day value at risk"
    parameters = ("max_var_pct", "var_confidence")
    which = 0
    share = "max_var_pct"

    def factor(self, confidence: float) -> float:
        """Return the normal quantile."""
        return normal_quantile(confidence)


class ExpectedShortfall(_TailRule):
    """Mean one-day loss beyond value at risk / capital <= `max_cvar_pct`."""

    code = RejectionReason.EXPECTED_SHORTFALL_LIMIT
    subject = "one-day expected shortfall"
    parameters = ("max_cvar_pct", "var_confidence")
    which = 1
    share = "max_cvar_pct"

    def factor(self, confidence: float) -> float:
        """Return the mean beyond the normal quantile."""
        return normal_shortfall(confidence)

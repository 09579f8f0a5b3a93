# SPDX-License-Identifier: MIT
"""How much the portfolio may swing, and what it may lose on a bad day.

Volatilities and correlations are measured from daily bars where there are any, and assumed by the symbols' class
otherwise.  Losses are parametric (normal) and, when bars of every symbol are there, historical; the larger counts.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import ClassVar, Final

from arbitrex_desktop.risk_portfolio_manager.parameters import Table, lower_limit, number, upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage

_REMEDY: Final = "Reduce positions, or trade smaller."
VAR_CONFIDENCE: Final = lower_limit("var_confidence", 0.99, "Confidence of value at risk", "share", low=0.5, high=0.999)
PRIOR_WEIGHT: Final = number(
    "correlation_prior_weight", 30, "Days of bars that weigh as much as the assumed correlation", "count"
)


@lru_cache(maxsize=64)
def normal_quantile(confidence: float) -> float:
    """Return z, the deviations that a normal loss exceeds with probability 1 - confidence."""
    return NormalDist().inv_cdf(confidence)


@lru_cache(maxsize=64)
def normal_shortfall(confidence: float) -> float:
    """Return the mean of normal losses beyond `normal_quantile`, in deviations: pdf(z) / (1 - confidence)."""
    return NormalDist().pdf(normal_quantile(confidence)) / (1.0 - confidence)


_DEVIATIONS: Final = (normal_quantile, normal_shortfall)
"""How many deviations the parametric losses are."""


class PortfolioVolatility(Rule):
    """Daily standard deviation of the portfolio after the trade / capital <= `max_portfolio_volatility`."""

    code = RejectionReason("PORTFOLIO_VOLATILITY_LIMIT", "The portfolio would swing too much in a day.", _REMEDY)
    stage, order = Stage.PORTFOLIO, 140
    subject = "daily volatility of the portfolio"
    unit = "share"
    of = "capital"
    parameters = (
        upper_limit("max_portfolio_volatility", 0.03, "Greatest daily volatility of the portfolio", "share"),
        Table(
            "assumed_daily_volatility",
            {"fx": 0.006, "metal": 0.012, "other": 0.015},
            "Daily volatility where no bars are",
            unit="share",
            keys=("fx", "metal", "other"),
            complete=True,
        ),
        PRIOR_WEIGHT,
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what the limit leaves above the deviation."""
        joint, worth, capital = context.exposure.joint, context.size.unit_notional, context.account.capital
        if joint is None or worth is None:
            return self.unpriced(context)
        limit = context.config.max_portfolio_volatility
        headroom = joint.headroom(limit * capital) / worth
        return self.check_headroom(context, headroom, context.size.deviation / capital, limit)


class _TailRule(Rule):
    """A one-day loss in the tail, as a share of capital: the larger of the parametric and the historical one.

    Attributes:
        which: of the tail's two figures, 0 for value at risk and 1 for expected shortfall.
        limit: the field of its limit.
    """

    stage = Stage.PORTFOLIO
    unit = "share"
    of = "capital"
    which: ClassVar[int]
    limit: ClassVar[str]

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what the limit leaves above the larger loss."""
        joint, size, config = context.exposure.joint, context.size, context.config
        if joint is None or size.unit_notional is None:
            return self.unpriced(context)
        capital, limit = context.account.capital, getattr(config, self.limit)
        factor, money = _DEVIATIONS[self.which](config.var_confidence), limit * capital
        headroom, loss = joint.headroom(money / factor), factor * size.deviation
        seen = size.tail[self.which] if size.tail is not None else 0.0
        if seen > money and joint.past is not None:
            headroom = min(headroom, joint.past.headroom(money, config.var_confidence))
        return self.check_headroom(context, headroom / size.unit_notional, max(loss, seen) / capital, limit)

    def in_use(self, context: RuleContext) -> RuleResult | None:
        """Return the loss of what is held and in flight; None where its worth is not known."""
        joint, capital, confidence = context.exposure.joint, context.account.capital, context.config.var_confidence
        if joint is None or not capital > 0.0:
            return None
        loss = _DEVIATIONS[self.which](confidence) * joint.deviation(0.0)
        if joint.past is not None:
            loss = max(loss, joint.past.tail(0.0, confidence)[self.which])
        return self.at_most(loss / capital, getattr(context.config, self.limit))


class ValueAtRisk(_TailRule):
    """One-day loss that is exceeded with probability 1 - `var_confidence` / capital <= `max_var_pct`."""

    code = RejectionReason("VALUE_AT_RISK_LIMIT", "The portfolio's one-day value at risk would be too large.", _REMEDY)
    order = 150
    subject = "one-day value at risk"
    parameters = (upper_limit("max_var_pct", 0.05, "Greatest one-day value at risk", "share"), VAR_CONFIDENCE)
    which = 0
    limit = "max_var_pct"


class ExpectedShortfall(_TailRule):
    """Mean one-day loss beyond value at risk / capital <= `max_cvar_pct`."""

    code = RejectionReason(
        "EXPECTED_SHORTFALL_LIMIT", "The mean loss on the portfolio's worst days would be too large.", _REMEDY
    )
    order = 160
    subject = "one-day expected shortfall"
    parameters = (
        upper_limit("max_cvar_pct", 0.08, "Greatest one-day expected shortfall", "share"),
        VAR_CONFIDENCE,
    )
    which = 1
    limit = "max_cvar_pct"

# SPDX-License-Identifier: MIT
"""A market that moves far more than it usually does."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class VolatilityShock(Rule):
    """The intent's volatility percentile against the percentile of `extreme_volatility_threshold` deviations.

    A percentile p lies z = inverse normal(p) standard deviations above the middle; the default of 3 is reached at
    99.87%.  Where daily bars are measured, the latest days' volatility must also stay below `threshold` times the
    usual one.
    """

    code = RejectionReason.EXTREME_VOLATILITY
    stage = Stage.KILL_SWITCH
    subject = "volatility percentile"
    unit = "share"
    parameters = ("extreme_volatility_threshold",)

    def check(self, case: RuleContext) -> Found:
        """Compare the percentile, and the measured shock if there is one."""
        threshold = case.cfg.extreme_volatility_threshold
        shock = case.market.shock
        if shock is not None and not shock < threshold:
            return self.failed(note=f"recent volatility is {shock:.1f} times the usual, the limit is {threshold:g}")
        return self.below(case.intent.vol_percentile, _percentile(threshold))


@lru_cache(maxsize=64)
def _percentile(deviations: float) -> float:
    """Return the share of a normal distribution below that many deviations; 1 itself is always a shock."""
    return min(NormalDist().cdf(deviations), 1.0)

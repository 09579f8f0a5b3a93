# SPDX-License-Identifier: MIT
"""A market that moves far more than it usually does."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_

_SHOCK: Final = N_("recent volatility is {shock} times the usual, the limit is {limit} times")


class VolatilityShock(Rule):
    """The intent's volatility percentile against the percentile of `extreme_volatility_threshold` deviations.

    A percentile p lies z = inverse normal(p) standard deviations above the middle; the default of 3 is reached at
    99.87%.  Where daily bars are measured, the latest days' volatility must also stay below `threshold` times the
    usual one.
    """

    code = RejectionReason(
        "EXTREME_VOLATILITY", "The market moves far more than it usually does.", "Wait until it calms down."
    )
    stage, order = Stage.KILL_SWITCH, 80
    subject = "volatility percentile"
    unit = "share"
    parameters = (
        upper_limit("extreme_volatility_threshold", 3.0, "Volatility shock from", "std. deviations", low_open=True),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the percentile, and the measured shock if there is one."""
        threshold = context.config.extreme_volatility_threshold
        shock = context.market.shock
        if shock is not None and not shock < threshold:
            return self.failed(note=Phrase(_SHOCK, {"shock": f"{shock:.1f}", "limit": f"{threshold:g}"}))
        if context.intent.vol_percentile is None:
            return self.skipped("none was given")
        return self.below(context.intent.vol_percentile, _normal_percentile(threshold))


@lru_cache(maxsize=64)
def _normal_percentile(deviations: float) -> float:
    """Return the share of a normal distribution below that many deviations; 1 itself is always a shock."""
    return min(NormalDist().cdf(deviations), 1.0)

# SPDX-License-Identifier: MIT
"""How fast exposure may be added."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import number, optional_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class ExposureVelocity(Rule):
    """Exposure approved within the window / capital <= `max_exposure_velocity_pct`; 0 switches the rule off."""

    code = RejectionReason("EXPOSURE_VELOCITY", "Exposure is being added too fast.", "Wait a while.")
    stage, order = Stage.PORTFOLIO, 170
    subject = "exposure added lately"
    unit = "share"
    of = "capital"
    paces = True
    switches = ("max_exposure_velocity_pct",)
    parameters = (
        optional_limit("max_exposure_velocity_pct", 0.0, "Most exposure added within the window", "share", high=None),
        number("exposure_velocity_window_seconds", 60.0, "Window of added exposure", "s"),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what is left within the window."""
        limit, worth, capital = (
            context.config.max_exposure_velocity_pct,
            context.size.unit_notional,
            context.account.capital,
        )
        if worth is None:
            return self.unpriced(context)
        added = context.activity.added_since(context.moment - context.config.exposure_velocity_window_seconds)
        headroom = (limit * capital - added) / worth
        return self.check_headroom(context, headroom, (added + context.size.units * worth) / capital, limit)

# SPDX-License-Identifier: MIT
"""How fast exposure may be added."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class ExposureVelocity(Rule):
    """Exposure approved within the window / capital <= `max_exposure_velocity_pct`; 0 switches the rule off."""

    code = RejectionReason.EXPOSURE_VELOCITY
    stage = Stage.PORTFOLIO
    subject = "exposure added lately"
    unit = "share"
    paces = True
    parameters = ("max_exposure_velocity_pct", "exposure_velocity_window_seconds")

    def check(self, case: RuleContext) -> Found:
        """Measure the room within the window."""
        limit = case.cfg.max_exposure_velocity_pct
        if limit <= 0.0:
            return self.skipped("switched off")
        worth = case.unit_notional
        if worth is None:
            return self.no_worth(case)
        added = case.activity.added_since(case.moment - case.cfg.exposure_velocity_window_seconds)
        room = (limit * case.capital - added) / worth
        return self.fits(case, room, (added + case.units * worth) / case.capital, limit)

# SPDX-License-Identifier: MIT
"""How far equity has fallen from its peak."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import Looser, share
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.losses import WARNING_SHARE


class Drawdown(Rule):
    """(peak equity - equity) / peak equity; at `max_drawdown` trading halts."""

    code = RejectionReason(
        "MAX_DRAWDOWN_EXCEEDED",
        "Equity fell too far below its peak. Halts trading.",
        "Review the account, then resume manually.",
    )
    stage, order = Stage.KILL_SWITCH, 40
    subject = "drawdown"
    unit = "share"
    of = "the peak"
    latches = True
    parameters = (share("max_drawdown", 0.10, "Greatest drawdown from the peak", looser=Looser.HIGHER), WARNING_SHARE)

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the drawdown with its limit."""
        limit, drawdown = context.config.max_drawdown, context.account.drawdown
        if limit * context.config.warning_share <= drawdown < limit:
            return self.passed(drawdown, limit, "warning: close to the limit")
        return self.below(drawdown, limit)

    in_use = check

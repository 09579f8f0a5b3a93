# SPDX-License-Identifier: MIT
"""How far equity has fallen from its peak."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class Drawdown(Rule):
    """(peak equity - equity) / peak equity; at `max_drawdown` trading halts."""

    code = RejectionReason.MAX_DRAWDOWN_EXCEEDED
    stage = Stage.KILL_SWITCH
    subject = "drawdown"
    standing = True
    unit = "share"
    parameters = ("max_drawdown", "warning_share")
    latches = True

    def check(self, case: RuleContext) -> Found:
        """Compare the drawdown with its limit."""
        limit = case.cfg.max_drawdown
        if limit * case.cfg.warning_share <= case.drawdown < limit:
            return self.passed(case.drawdown, limit, "warning: close to the limit")
        return self.below(case.drawdown, limit)

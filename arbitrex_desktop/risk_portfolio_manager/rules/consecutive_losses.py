# SPDX-License-Identifier: MIT
"""A run of losing trades ends the day."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class ConsecutiveLosses(Rule):
    """Closing deals with a loss since the last one with a profit, since the day's reset < `max_consecutive_losses`."""

    code = RejectionReason.CONSECUTIVE_LOSSES
    stage = Stage.PORTFOLIO
    subject = "losses in a row"
    standing = True
    unit = "count"
    parameters = ("max_consecutive_losses",)

    def check(self, case: RuleContext) -> Found:
        """Compare the run with its limit; 0 switches the rule off."""
        limit = case.cfg.max_consecutive_losses
        return self.below(case.state.consecutive_losses, limit) if limit else self.skipped("switched off")

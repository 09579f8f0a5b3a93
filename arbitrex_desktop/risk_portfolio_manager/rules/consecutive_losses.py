# SPDX-License-Identifier: MIT
"""A run of losing trades ends the day."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import optional_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    AccountRule,
    AccountView,
    RejectionReason,
    RuleResult,
    RuleSettings,
    Stage,
)


class ConsecutiveLosses(AccountRule):
    """Closing deals with a loss since the last one with a profit, since the day's reset < `max_consecutive_losses`."""

    code = RejectionReason("CONSECUTIVE_LOSSES", "Too many trades in a row ended in a loss today.", "Stop for the day.")
    stage, order = Stage.PORTFOLIO, 20
    subject = "losses in a row"
    unit = "count"
    switches = ("max_consecutive_losses",)
    parameters = (optional_limit("max_consecutive_losses", 5, "Losses in a row that end the day", "count"),)

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Compare the run with its limit."""
        return self.below(account.consecutive_losses, config.max_consecutive_losses)

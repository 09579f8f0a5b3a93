# SPDX-License-Identifier: MIT
"""How far equity has fallen from its peak."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import AccountView, RejectionReason, RuleResult, RuleSettings
from arbitrex_desktop.risk_portfolio_manager.rules.losses import WARNING_SHARE, LossRule


class Drawdown(LossRule):
    """(peak equity - equity) / peak equity; at `max_drawdown` trading halts."""

    code = RejectionReason(
        "MAX_DRAWDOWN_EXCEEDED",
        "Equity fell too far below its peak. Halts trading.",
        "Review the account, then resume manually.",
    )
    order = 40
    subject = "drawdown"
    of = "the peak"
    parameters = (upper_limit("max_drawdown", 0.1, "Greatest drawdown from the peak", "share"), WARNING_SHARE)

    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Compare the drawdown with its limit."""
        return self.with_warning(config, account.drawdown, config.max_drawdown)

# SPDX-License-Identifier: MIT
"""What one trade may lose at its stop, after everything that made it larger or smaller."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class RiskPerTrade(Rule):
    """Loss of the trade at its stop / capital <= `max_risk_per_trade`; the sizing goes no further."""

    code = RejectionReason("RISK_PER_TRADE_LIMIT", "The trade would lose too much at its stop.", "Trade smaller.")
    stage, order = Stage.PORTFOLIO, 33
    subject = "loss of the trade at its stop"
    unit = "share"
    of = "capital"
    parameters = (
        upper_limit(
            "max_risk_per_trade", 1.0, "Greatest risk per trade", "share", help="Capital lost at the stop, at the end."
        ),
    )

    def check(self, context: RuleContext) -> RuleResult:
        """Hold the loss against the limit."""
        loss, capital, limit = context.size.unit_loss, context.account.capital, context.config.max_risk_per_trade
        if loss is None:
            return self.unpriced(context)
        moved = context.size.moved_loss
        most = (limit * capital - moved) / loss * (1.0 + 1e-12)
        return self.check_headroom(context, most, (context.size.units * loss + moved) / capital, limit)

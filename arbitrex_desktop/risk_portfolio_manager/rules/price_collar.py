# SPDX-License-Identifier: MIT
"""The intent's price, and that of an order that rests, must be near the market."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class PriceCollar(Rule):
    """|intent's price - middle of the last good quote| / middle <= `max_price_deviation_pct`."""

    code = RejectionReason(
        "PRICE_COLLAR", "The intent's price is too far from the last good price.", "Send the present price."
    )
    stage, order = Stage.FINAL, 40
    subject = "distance from the last good price"
    nothing_amiss = "the quote itself is used"
    unit = "share"
    parameters = (upper_limit("max_price_deviation_pct", 0.05, "Farthest price from the last good one", "share"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the distance with its limit."""
        if not context.market.has_pool:
            return self.no_pool()
        intent, mid = context.intent, context.market.mid
        price = intent.current_price if intent.order_price is None else intent.order_price
        if mid is None:
            return self.unknown("there is no quote")
        if price is None:
            return self.in_order
        return self.at_most(abs(price - mid) / mid, context.config.max_price_deviation_pct)

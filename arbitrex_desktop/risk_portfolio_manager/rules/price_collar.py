# SPDX-License-Identifier: MIT
"""The intent's price must be near the market."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.sources import NO_POOL


class PriceCollar(Rule):
    """|intent's price - middle of the last good quote| / middle <= `max_price_deviation_pct`."""

    code = RejectionReason.PRICE_COLLAR
    stage = Stage.FINAL
    subject = "distance from the last good price"
    unit = "share"
    parameters = ("max_price_deviation_pct",)

    def check(self, case: RuleContext) -> Found:
        """Compare the distance with its limit."""
        if not case.market.has_pool:
            return self.skipped(NO_POOL)
        price, mid = case.intent.current_price, case.market.mid
        if mid is None:
            return self.unknown("there is no quote")
        if price is None:
            return self.fine("the quote itself is used")
        return self.at_most(abs(price - mid) / mid, case.cfg.max_price_deviation_pct)

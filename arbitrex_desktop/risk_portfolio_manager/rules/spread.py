# SPDX-License-Identifier: MIT
"""The spread must not eat the trade."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class Spread(Rule):
    """(ask - bid) / middle, in hundredths of a percent, <= `max_spread_bps`; the wider of measured and given."""

    code = RejectionReason("SPREAD_TOO_WIDE", "The spread is too wide.", "Wait until it narrows.")
    stage, order = Stage.FINAL, 30
    subject = "spread"
    unit = "bps"
    parameters = (upper_limit("max_spread_bps", 20.0, "Widest spread", "bps", low_open=True),)

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the spread with its limit."""
        spread = spread_bps(context)
        if spread is None:
            return self.unknown("there is no quote") if context.market.has_pool else self.skipped("no spread was given")
        return self.at_most(spread, context.config.max_spread_bps)


def spread_bps(context: RuleContext) -> float | None:
    """Return the wider of the measured spread and the one that the intent gave; None without either."""
    given, measured = context.intent.spread_pct, context.market.spread_bps
    if given is None or (measured is None and context.market.has_pool):
        return measured
    return given * 10_000.0 if measured is None else max(measured, given * 10_000.0)

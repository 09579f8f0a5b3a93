# SPDX-License-Identifier: MIT
"""The spread must not eat the trade."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class Spread(Rule):
    """(ask - bid) / middle, in hundredths of a percent, <= `max_spread_bps`; the wider of measured and given."""

    code = RejectionReason.SPREAD_TOO_WIDE
    stage = Stage.FINAL
    subject = "spread"
    unit = "bps"
    parameters = ("max_spread_bps",)

    def check(self, case: RuleContext) -> Found:
        """Compare the spread with its limit."""
        spread = spread_bps(case)
        if spread is None:
            return self.unknown("there is no quote") if case.market.has_pool else self.skipped("no spread was given")
        return self.at_most(spread, case.cfg.max_spread_bps)


def spread_bps(case: RuleContext) -> float | None:
    """Return the wider of the measured spread and the one that the intent gave; None without either."""
    given, measured = case.intent.spread_pct, case.market.spread_bps
    if given is None or (measured is None and case.market.has_pool):
        return measured
    return given * 10_000.0 if measured is None else max(measured, given * 10_000.0)

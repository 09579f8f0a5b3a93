# SPDX-License-Identifier: MIT
"""What was asked for against what the risk per trade allows."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    Outcome,
    RejectionReason,
    Rule,
    RuleContext,
    RuleResult,
    Stage,
)
from arbitrex_desktop.texts import N_


class RequestedVolume(Rule):
    """A requested volume above the sized one is cut to it, and the trade counts as adjusted."""

    code = RejectionReason("REQUESTED_VOLUME", "More was asked for than the risk per trade allows.", "Ask for less.")
    stage, order = Stage.PORTFOLIO, 30
    subject = "requested volume"
    unit = "lots"
    typed = True

    def check(self, context: RuleContext) -> RuleResult:
        """Compare both volumes."""
        asked, instrument, size = context.intent.requested_volume, context.market.instrument, context.size
        if asked is None or instrument is None:
            return self.skipped("no volume was requested")
        allowed = size.allowed / instrument.contract
        if asked <= allowed * (1.0 + 1e-9):
            return self.passed(asked, allowed)
        if not size.allowed >= size.least_units:
            return self.passed(asked, allowed, N_("the size itself is too small"))
        return RuleResult(self, Outcome.ADJUST, asked, allowed, size.allowed)

# SPDX-License-Identifier: MIT
"""What was asked for against what the risk per trade allows."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class RequestedVolume(Rule):
    """A requested volume above the sized one is cut to it, and the trade counts as adjusted."""

    code = RejectionReason.REQUESTED_VOLUME
    stage = Stage.PORTFOLIO
    subject = "requested volume"
    unit = "lots"

    def check(self, case: RuleContext) -> Found:
        """Compare both volumes."""
        asked, instrument = case.intent.requested_volume, case.instrument
        if asked is None or instrument is None:
            return self.skipped("no volume was requested")
        sized = case.sized / instrument.contract
        if asked <= sized * (1.0 + 1e-9):
            return self.passed(asked, sized)
        if not case.sized >= case.least_units:
            return self.passed(asked, sized, "the size itself is too small")
        return (self, Outcome.ADJUST, asked, sized, case.sized, "")

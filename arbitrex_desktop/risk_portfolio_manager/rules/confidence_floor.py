# SPDX-License-Identifier: MIT
"""A model must be sure enough of what it proposes."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class ConfidenceFloor(Rule):
    """The intent's confidence score must be at least `min_confidence_threshold`."""

    code = RejectionReason.LOW_MODEL_CONFIDENCE
    stage = Stage.KILL_SWITCH
    subject = "model confidence"
    unit = "share"
    parameters = ("min_confidence_threshold",)
    minimum = True

    def check(self, case: RuleContext) -> Found:
        """Compare the score with the floor."""
        return self.at_least(case.intent.confidence_score, case.cfg.min_confidence_threshold)

# SPDX-License-Identifier: MIT
"""A model must be sure enough of what it proposes."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import lower_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class ConfidenceFloor(Rule):
    """The intent's confidence score must be at least `min_confidence_threshold`."""

    code = RejectionReason(
        "LOW_MODEL_CONFIDENCE",
        "The intent's confidence is below the floor.",
        "Send intents of higher confidence only.",
    )
    stage, order = Stage.KILL_SWITCH, 90
    subject = "model confidence"
    unit = "share"
    minimum = True
    parameters = (lower_limit("min_confidence_threshold", 0.6, "Least confidence", "share", low_open=False),)

    def check(self, context: RuleContext) -> RuleResult:
        """Compare the score with the floor."""
        if context.intent.confidence_score is None:
            return self.skipped("none was given")
        return self.at_least(context.intent.confidence_score, context.config.min_confidence_threshold)

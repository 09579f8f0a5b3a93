# SPDX-License-Identifier: MIT
"""How much exposure may move together."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Stage
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import ExposureRule


class CorrelatedExposure(ExposureRule):
    """(own exposure + sum of others' times correlation) / capital <= `max_correlation_exposure`.

    Correlations are in the direction of the trade and never below the regime's floor, so that nothing counts as a
    hedge; measured ones (shrunk) are used where there are bars, those of shared currencies otherwise.
    """

    code = RejectionReason.CORRELATION_LIMIT
    stage = Stage.CORRELATION
    subject = "correlated exposure"
    parameters = ("max_correlation_exposure", "correlation_floors", "correlation_penalty", "correlation_prior_weight")

    def exposure(self, case: RuleContext) -> tuple[float, float, str] | None:
        """Return what moves with the symbol."""
        together = case.together
        return None if together is None else (together.cluster, case.cfg.max_correlation_exposure, "")

    def held_alone(self, case: RuleContext, held: float, limit: float) -> Found:  # noqa: ARG002 - the class's
        """Return that nothing can be told without the worth of a unit."""
        return self.no_worth(case)

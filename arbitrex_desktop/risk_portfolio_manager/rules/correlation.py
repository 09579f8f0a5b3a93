# SPDX-License-Identifier: MIT
"""How much exposure may move together."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.regime import Regime
from arbitrex_desktop.risk_portfolio_manager.parameters import Table, lower_limit, upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    ExposureRule,
    RejectionReason,
    RuleContext,
    RuleResult,
    Stage,
)
from arbitrex_desktop.risk_portfolio_manager.rules.tail_risk import PRIOR_WEIGHT


class CorrelatedExposure(ExposureRule):
    """(own exposure + sum of others' times correlation) / capital <= `max_correlation_exposure`.

    Correlations are in the direction of the trade and never below the regime's floor, so that nothing counts as a
    hedge; measured ones (shrunk) are used where there are bars, those of shared currencies otherwise.
    """

    code = RejectionReason(
        "CORRELATION_LIMIT", "Too much exposure would move together.", "Reduce what moves with this symbol."
    )
    stage = Stage.CORRELATION
    subject = "correlated exposure"
    parameters = (
        upper_limit("max_correlation_exposure", 0.7, "Greatest exposure that moves together", "share", high=100.0),
        Table(
            "correlation_floors",
            {"TRENDING": 0.2, "RANGING": 0.3, "VOLATILE": 0.5, "STRESSED": 0.8, "CRISIS": 0.8},
            "Least correlation by regime",
            unit="share",
            keys=frozenset(each.value for each in Regime),
            complete=True,
            high=1.0,
        ),
        lower_limit("correlation_penalty", 0.5, "Size taken off at full correlation", "share", low_open=False),
        PRIOR_WEIGHT,
    )

    def held(self, context: RuleContext) -> tuple[float, float, str] | None:
        """Return what moves with the symbol."""
        joint = context.exposure.joint
        return None if joint is None else (joint.cluster, context.config.max_correlation_exposure, "")

    def without_trade(self, context: RuleContext, held: float, limit: float) -> RuleResult:  # noqa: ARG002 - the class's
        """Return that nothing can be said without the worth of a unit."""
        return self.unpriced(context)

# SPDX-License-Identifier: MIT
"""How much exposure may move together."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class CorrelatedExposure(Rule):
    """(own exposure + sum of others' times correlation) / capital <= `max_correlation_exposure`.

    Correlations are in the direction of the trade and never below the regime's floor, so that nothing counts as a
    hedge; measured ones (shrunk) are used where there are bars, those of shared currencies otherwise.
    """

    code = RejectionReason.CORRELATION_LIMIT
    stage = Stage.CORRELATION
    subject = "correlated exposure"
    unit = "share"
    parameters = ("max_correlation_exposure", "correlation_floors", "correlation_penalty", "correlation_prior_weight")

    def check(self, case: Case) -> Found:
        """Measure the room beside what moves with the symbol."""
        together, worth = case.together, case.unit_notional
        if together is None or worth is None:
            return self.no_worth(case)
        limit = case.cfg.max_correlation_exposure
        room = (limit * case.capital - together.cluster) / worth
        return self.fits(case, room, (together.cluster + case.units * worth) / case.capital, limit)

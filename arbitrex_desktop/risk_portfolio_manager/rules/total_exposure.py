# SPDX-License-Identifier: MIT
"""How much may be held altogether."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class TotalExposure(Rule):
    """Sum of the sizes of all exposures, long and short alike, / capital <= `max_total_exposure_pct`."""

    code = RejectionReason.TOTAL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "total exposure"
    unit = "share"
    parameters = ("max_total_exposure_pct",)

    def check(self, case: Case) -> Found:
        """Measure the room."""
        worth = case.unit_notional
        limit, held = case.cfg.max_total_exposure_pct, case.sums.gross
        if worth is None:
            return self.held_alone(case, held, limit)
        room = (limit * case.capital - held) / worth
        return self.fits(case, room, (held + case.units * worth) / case.capital, limit)


class NetExposure(Rule):
    """|long minus short exposure| / capital <= `max_net_exposure_pct`."""

    code = RejectionReason.NET_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "net exposure"
    unit = "share"
    parameters = ("max_net_exposure_pct",)

    def check(self, case: Case) -> Found:
        """Measure the room in the trade's direction."""
        worth = case.unit_notional
        limit, held = case.cfg.max_net_exposure_pct, case.intent.direction * case.sums.net
        if worth is None:
            return self.held_alone(case, held, limit)
        room = (limit * case.capital - held) / worth
        return self.fits(case, room, abs(held + case.units * worth) / case.capital, limit)

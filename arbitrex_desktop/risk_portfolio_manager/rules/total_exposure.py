# SPDX-License-Identifier: MIT
"""How much may be held altogether."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Stage
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import ExposureRule


class TotalExposure(ExposureRule):
    """Sum of the sizes of all exposures, long and short alike, / capital <= `max_total_exposure_pct`."""

    code = RejectionReason.TOTAL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "total exposure"
    parameters = ("max_total_exposure_pct",)

    def exposure(self, case: RuleContext) -> tuple[float, float, str]:
        """Return all that is held."""
        return case.sums.gross, case.cfg.max_total_exposure_pct, ""


class NetExposure(ExposureRule):
    """Long minus short exposure, or the other way round for a sale, / capital <= `max_net_exposure_pct`.

    Trades under way count on the trade's own side; a surplus on the other side makes no room.
    """

    code = RejectionReason.NET_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "net exposure"
    parameters = ("max_net_exposure_pct",)

    def exposure(self, case: RuleContext) -> tuple[float, float, str]:
        """Return what is held net, in the trade's direction."""
        return case.sums.net_towards(case.intent.direction), case.cfg.max_net_exposure_pct, ""

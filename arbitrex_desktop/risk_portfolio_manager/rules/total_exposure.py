# SPDX-License-Identifier: MIT
"""How much may be held altogether."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import ExposureRule, RejectionReason, RuleContext, Stage


class TotalExposure(ExposureRule):
    """Sum of the sizes of all exposures, long and short alike, / capital <= `max_total_exposure_pct`."""

    code = RejectionReason(
        "TOTAL_EXPOSURE_LIMIT",
        "The sum of all exposures would be too large.",
        "Reduce positions first, or raise the limit.",
    )
    stage, order = Stage.PORTFOLIO, 90
    subject = "total exposure"
    parameters = (upper_limit("max_total_exposure_pct", 1.0, "Greatest sum of exposures", "share", high=100.0),)

    def held(self, context: RuleContext) -> tuple[float, float, str]:
        """Return all that is held."""
        return context.exposure.gross, context.config.max_total_exposure_pct, ""


class NetExposure(ExposureRule):
    """Long minus short exposure, or the other way round for a sale, / capital <= `max_net_exposure_pct`.

    Trades in flight count on the trade's own side; a surplus on the other side makes no room.
    """

    code = RejectionReason(
        "NET_EXPOSURE_LIMIT",
        "Long minus short exposure would be too large.",
        "Reduce positions first, or raise the limit.",
    )
    stage, order = Stage.PORTFOLIO, 100
    subject = "net exposure"
    parameters = (upper_limit("max_net_exposure_pct", 0.6, "Greatest long minus short exposure", "share", high=100.0),)

    def held(self, context: RuleContext) -> tuple[float, float, str]:
        """Return what is held net, in the trade's direction."""
        return context.exposure.net, context.config.max_net_exposure_pct, ""

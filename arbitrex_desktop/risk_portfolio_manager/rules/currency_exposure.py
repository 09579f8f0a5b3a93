# SPDX-License-Identifier: MIT
"""How much may be held in one currency, over all positions."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import ExposureRule, RejectionReason, RuleContext, Stage


class CurrencyExposure(ExposureRule):
    """Exposure in a currency on the side that the trade adds to / capital <= `max_currency_exposure_pct`.

    A pair is long its base and short its profit currency by the same amount, so a cross counts in both; amounts are
    netted over all positions.  Trades in flight count where they add; what is on the other side makes no room.  The
    tighter of the two currencies is shown.
    """

    code = RejectionReason(
        "CURRENCY_EXPOSURE_LIMIT",
        "The net exposure in a currency would be too large.",
        "Reduce it first, or raise the limit.",
    )
    stage, order = Stage.PORTFOLIO, 80
    subject = "currency exposure"
    parameters = (
        upper_limit("max_currency_exposure_pct", 0.5, "Greatest net exposure per currency", "share", high=100.0),
    )

    def held(self, context: RuleContext) -> tuple[float, float, str] | None:
        """Return what is held in the fuller of both currencies."""
        instrument, exposure = context.market.instrument, context.exposure
        if instrument is None:
            return None
        limit = context.config.max_currency_exposure_pct
        if exposure.base >= exposure.profit:
            return exposure.base, limit, instrument.base
        return exposure.profit, limit, instrument.profit

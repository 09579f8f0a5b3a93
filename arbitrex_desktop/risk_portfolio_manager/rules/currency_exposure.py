# SPDX-License-Identifier: MIT
"""How much may be held in one currency, over all positions."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Stage
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import ExposureRule


class CurrencyExposure(ExposureRule):
    """Exposure in a currency on the side that the trade adds to / capital <= `max_currency_exposure_pct`.

    A pair is long its base and short its profit currency by the same amount, so a cross counts in both; amounts are
    netted over all positions.  Trades under way count where they add; what is on the other side makes no room.  The
    tighter of the two currencies is shown.
    """

    code = RejectionReason.CURRENCY_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "currency exposure"
    parameters = ("max_currency_exposure_pct",)

    def exposure(self, case: RuleContext) -> tuple[float, float, str] | None:
        """Return what is held in the fuller of both currencies."""
        instrument = case.instrument
        if instrument is None:
            return None
        direction, sums = case.intent.direction, case.sums
        base = sums.currency_towards(instrument.base, direction)
        profit = sums.currency_towards(instrument.profit, -direction)
        held, name = (base, instrument.base) if base >= profit else (profit, instrument.profit)
        return held, case.cfg.max_currency_exposure_pct, name

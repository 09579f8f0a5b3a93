# SPDX-License-Identifier: MIT
"""How much may be held in one currency, over all positions."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class CurrencyExposure(Rule):
    """|net exposure in a currency after the trade| / capital <= `max_currency_exposure_pct`.

    A pair is long its base and short its profit currency by the same amount, so a cross counts in both; amounts are
    netted over all positions and trades under way.  The tighter of the two currencies is shown.
    """

    code = RejectionReason.CURRENCY_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "currency exposure"
    unit = "share"
    parameters = ("max_currency_exposure_pct",)

    def check(self, case: Case) -> Found:
        """Measure the room in both currencies."""
        worth, instrument = case.unit_notional, case.instrument
        if instrument is None:
            return self.no_worth(case)
        direction, currency = case.intent.direction, case.sums.currency
        base = direction * currency.get(instrument.base, 0.0)
        profit = -direction * currency.get(instrument.profit, 0.0)
        held, name = (base, instrument.base) if base >= profit else (profit, instrument.profit)
        limit = case.cfg.max_currency_exposure_pct
        if worth is None:
            return self.held_alone(case, held, limit)
        room = (limit * case.capital - held) / worth
        return self.fits(case, room, abs(held + case.units * worth) / case.capital, limit, name)

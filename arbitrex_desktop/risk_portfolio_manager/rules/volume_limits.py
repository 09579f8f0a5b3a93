# SPDX-License-Identifier: MIT
"""The broker's own largest volumes."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage
from arbitrex_desktop.risk_portfolio_manager.rules.sources import NO_POOL


class VolumeLimits(Rule):
    """Lots of the order <= the symbol's maximum; lots held in one direction <= its limit, where it has one."""

    code = RejectionReason.VOLUME_LIMIT
    stage = Stage.PORTFOLIO
    subject = "volume"
    unit = "lots"

    def check(self, case: Case) -> Found:
        """Measure the room in lots."""
        instrument = case.instrument
        if not case.market.has_pool:
            return self.skipped(NO_POOL)
        if instrument is None:
            return self.unknown("the symbol is not known")
        most, observed = instrument.volume_max, case.units / instrument.contract
        if instrument.volume_limit > 0.0:
            held = case.intent.direction * case.sums.units.get(case.intent.symbol, 0.0) / instrument.contract
            most = min(most, round(instrument.volume_limit - max(0.0, held), 8))
        return self.fits(case, most * instrument.contract, observed, most)

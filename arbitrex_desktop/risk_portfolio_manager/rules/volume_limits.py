# SPDX-License-Identifier: MIT
"""The broker's own largest volumes."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import without_residue
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage


class VolumeLimits(Rule):
    """Lots of the order <= the symbol's maximum; lots held in one direction <= its limit, where it has one."""

    code = RejectionReason("VOLUME_LIMIT", "The symbol's largest volume would be exceeded.", "Trade smaller.")
    stage, order = Stage.PORTFOLIO, 130
    subject = "volume"
    unit = "lots"

    def check(self, context: RuleContext) -> RuleResult:
        """Measure in lots what the broker lets through."""
        instrument = context.market.instrument
        if not context.market.has_pool:
            return self.no_pool()
        if instrument is None:
            return self.unknown("the symbol is not known")
        most = instrument.volume_max
        if instrument.volume_limit > 0.0:
            held = context.exposure.units / instrument.contract
            most = min(most, without_residue(instrument.volume_limit - held))
        return self.check_headroom(context, most * instrument.contract, context.size.units / instrument.contract, most)

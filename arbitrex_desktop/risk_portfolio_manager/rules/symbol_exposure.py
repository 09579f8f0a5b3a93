# SPDX-License-Identifier: MIT
"""How much may be held in one symbol."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.risk_portfolio_manager.parameters import upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import (
    ExposureRule,
    RejectionReason,
    Rule,
    RuleContext,
    RuleResult,
    Stage,
)

_CODE: Final = RejectionReason(
    "SYMBOL_EXPOSURE_LIMIT", "The exposure in the symbol would be too large.", "Reduce it first, or raise the limit."
)


class SymbolUnits(Rule):
    """Units on the trade's side of the symbol, held net, in flight and asked for, <= `max_symbol_exposure_units`."""

    code = _CODE
    stage, order = Stage.PORTFOLIO, 40
    subject = "symbol exposure"
    unit = "units"
    parameters = (upper_limit("max_symbol_exposure_units", 200000.0, "Greatest exposure per symbol in units", "units"),)

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what the limit leaves, in units."""
        held, limit = context.exposure.units, context.config.max_symbol_exposure_units
        return self.check_headroom(context, limit - held, held + context.size.units, limit)


class SymbolExposure(ExposureRule):
    """Exposure on the trade's side of the symbol, as for its units, / capital <= `max_symbol_exposure_pct`."""

    code = _CODE
    stage, order = Stage.PORTFOLIO, 50
    subject = "symbol exposure"
    parameters = (upper_limit("max_symbol_exposure_pct", 0.3, "Greatest exposure per symbol", "share", high=100.0),)

    def held(self, context: RuleContext) -> tuple[float, float, str]:
        """Return what is held in account currency, set manually where that is more."""
        exposure, worth = context.exposure, context.size.unit_notional
        held = exposure.notional
        if exposure.manual and worth is not None:
            held = max(held, exposure.units * worth)
        return held, context.config.max_symbol_exposure_pct, ""

# SPDX-License-Identifier: MIT
"""How much may be held in one symbol."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


def net_units(case: Case) -> float:
    """Return the symbol's net signed units, as set by hand where that is more."""
    symbol = case.intent.symbol
    return case.sums.hand_units.get(symbol, case.sums.units.get(symbol, 0.0))


class SymbolUnits(Rule):
    """|net units after the trade| <= `max_symbol_exposure_units`."""

    code = RejectionReason.SYMBOL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "symbol exposure"
    unit = "units"
    parameters = ("max_symbol_exposure_units",)

    def check(self, case: Case) -> Found:
        """Measure the room in units."""
        direction, limit = case.intent.direction, case.cfg.max_symbol_exposure_units
        held = direction * net_units(case)
        return self.fits(case, limit - held, abs(held + case.units), limit)


class SymbolExposure(Rule):
    """|net exposure in the symbol after the trade| / capital <= `max_symbol_exposure_pct`."""

    code = RejectionReason.SYMBOL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "symbol exposure"
    unit = "share"
    parameters = ("max_symbol_exposure_pct",)

    def check(self, case: Case) -> Found:
        """Measure the room in account currency."""
        worth, limit = case.unit_notional, case.cfg.max_symbol_exposure_pct
        symbol, direction = case.intent.symbol, case.intent.direction
        held = direction * case.sums.notional.get(symbol, 0.0)
        if worth is None:
            return self.held_alone(case, held, limit)
        if symbol in case.sums.hand_units:
            held = max(held, direction * case.sums.hand_units[symbol] * worth, key=abs)
        room = (limit * case.capital - held) / worth
        return self.fits(case, room, abs(held + case.units * worth) / case.capital, limit)

# SPDX-License-Identifier: MIT
"""How much may be held in one symbol."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found, Room, Size
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Stage
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import ExposureRule, RoomRule


class SymbolUnits(RoomRule):
    """Units on the trade's side of the symbol, held net, under way and asked for, <= `max_symbol_exposure_units`."""

    code = RejectionReason.SYMBOL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "symbol exposure"
    unit = "units"
    parameters = ("max_symbol_exposure_units",)
    in_units = True

    def room(self, case: RuleContext) -> Room:
        """Return what the limit leaves, in units."""
        held, limit = _units(case), case.cfg.max_symbol_exposure_units
        return self.lets_through(held, limit, limit - held)

    def observed(self, room: Room, size: Size) -> float:
        """Return the units with the trade."""
        return room.held + size.units  # type: ignore[no-any-return] # it is a float

    def check(self, case: RuleContext) -> Found:
        """Measure the room in units."""
        held, limit = _units(case), case.cfg.max_symbol_exposure_units
        return self.fits(case, limit - held, held + case.units, limit)


class SymbolExposure(ExposureRule):
    """Exposure on the trade's side of the symbol, as for its units, / capital <= `max_symbol_exposure_pct`."""

    code = RejectionReason.SYMBOL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "symbol exposure"
    parameters = ("max_symbol_exposure_pct",)

    def exposure(self, case: RuleContext) -> tuple[float, float, str]:
        """Return what is held in account currency, set by hand where that is more."""
        symbol, direction = case.intent.symbol, case.intent.direction
        held = case.sums.notional_towards(symbol, direction)
        if symbol in case.sums.hand_units and case.unit_notional is not None:
            held = max(held, case.sums.units_towards(symbol, direction) * case.unit_notional)
        return held, case.cfg.max_symbol_exposure_pct, ""

    def room(self, case: RuleContext) -> Room | None:
        """Return what the limit leaves; units that were set by hand are worth what the trade's own are."""
        return None if case.intent.symbol in case.sums.hand_units else super().room(case)


def _units(case: RuleContext) -> float:
    """Return the units that are held or under way on the trade's side."""
    return case.sums.units_towards(case.intent.symbol, case.intent.direction)

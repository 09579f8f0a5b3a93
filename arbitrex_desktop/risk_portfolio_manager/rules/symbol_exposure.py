# SPDX-License-Identifier: MIT
"""How much may be held in one symbol."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found, Room, Size
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Stage
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import ExposureRule, RoomRule


def net_units(case: Case) -> float:
    """Return the symbol's net signed units, as set by hand where that is more."""
    symbol = case.intent.symbol
    return case.sums.hand_units.get(symbol, case.sums.units.get(symbol, 0.0))


class SymbolUnits(RoomRule):
    """|net units after the trade| <= `max_symbol_exposure_units`."""

    code = RejectionReason.SYMBOL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "symbol exposure"
    unit = "units"
    parameters = ("max_symbol_exposure_units",)
    in_units = True

    def room(self, case: Case) -> Room:
        """Return what the limit leaves, in units."""
        held, limit = case.intent.direction * net_units(case), case.cfg.max_symbol_exposure_units
        return self.lets_through(held, limit, limit - held)

    def observed(self, room: Room, size: Size) -> float:
        """Return the units with the trade."""
        return abs(room.held + size.units)  # type: ignore[no-any-return] # it is a float

    def check(self, case: Case) -> Found:
        """Measure the room in units."""
        held, limit = case.intent.direction * net_units(case), case.cfg.max_symbol_exposure_units
        return self.fits(case, limit - held, abs(held + case.units), limit)


class SymbolExposure(ExposureRule):
    """|net exposure in the symbol after the trade| / capital <= `max_symbol_exposure_pct`."""

    code = RejectionReason.SYMBOL_EXPOSURE_LIMIT
    stage = Stage.PORTFOLIO
    subject = "symbol exposure"
    parameters = ("max_symbol_exposure_pct",)

    def exposure(self, case: Case) -> tuple[float, float, str]:
        """Return what is held in account currency, set by hand where that is more."""
        symbol, direction = case.intent.symbol, case.intent.direction
        held = direction * case.sums.notional.get(symbol, 0.0)
        if symbol in case.sums.hand_units and case.unit_notional is not None:
            held = max(held, direction * case.sums.hand_units[symbol] * case.unit_notional, key=abs)
        return held, case.cfg.max_symbol_exposure_pct, ""

    def room(self, case: Case) -> Room | None:
        """Return what the limit leaves; units that were set by hand are worth what the trade's own are."""
        return None if case.intent.symbol in case.sums.hand_units else super().room(case)

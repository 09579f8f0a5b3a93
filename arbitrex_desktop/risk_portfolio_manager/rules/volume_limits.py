# SPDX-License-Identifier: MIT
"""The broker's own largest volumes."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found, Room, Size
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Stage
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import RoomRule
from arbitrex_desktop.risk_portfolio_manager.rules.sources import NO_POOL


class VolumeLimits(RoomRule):
    """Lots of the order <= the symbol's maximum; lots held in one direction <= its limit, where it has one."""

    code = RejectionReason.VOLUME_LIMIT
    stage = Stage.PORTFOLIO
    subject = "volume"
    unit = "lots"
    in_units = True

    def room(self, case: RuleContext) -> Room | None:
        """Return what the broker lets through, in units; `held` is the contract's size."""
        instrument = case.instrument
        if instrument is None or not case.market.has_pool:
            return None
        most = instrument.volume_max
        if instrument.volume_limit > 0.0:
            held = case.sums.units_towards(case.intent.symbol, case.intent.direction) / instrument.contract
            most = min(most, round(instrument.volume_limit - held, 8))
        return self.lets_through(instrument.contract, most, most * instrument.contract)

    def observed(self, room: Room, size: Size) -> float:
        """Return the lots of the trade."""
        return size.units / room.held  # type: ignore[no-any-return] # it is a float

    def check(self, case: RuleContext) -> Found:
        """Measure the room in lots."""
        room, instrument = self.room(case), case.instrument
        if room is not None and instrument is not None:
            return self.fits(case, room.most, case.units / instrument.contract, room.limit)
        return self.unknown("the symbol is not known") if case.market.has_pool else self.skipped(NO_POOL)

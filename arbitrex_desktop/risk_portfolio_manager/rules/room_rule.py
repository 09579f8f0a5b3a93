# SPDX-License-Identifier: MIT
"""Rules that let a trade through up to some amount of it."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from arbitrex_desktop.risk_portfolio_manager.decision.result import Found, Room, Size
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule

_PASS = Outcome.PASS


class RoomRule(Rule):
    """A rule whose room follows from the facts of `FactFinder.case`, the book and the intent's symbol and direction.

    Rooms are kept like findings that stand.  A trade that fits in the least of them passes all these rules by one
    comparison, which saves 8 us of 36, and each one's numbers are reckoned when somebody reads them; one
    that does not fit is checked by every rule.

    Class attribute: `in_units`, whether the room is in units rather than in account currency.
    """

    in_units: ClassVar[bool] = False

    @abstractmethod
    def room(self, case: RuleContext) -> Room | None:
        """Return what surely passes; None when that does not follow from the above alone."""

    @abstractmethod
    def observed(self, room: Room, size: Size) -> float:
        """Return what `check` would have observed for a trade that fits in the room."""

    def lets_through(self, held: Any, limit: float, most: float, note: str = "") -> Room:
        """Return the room."""
        return Room(self, _PASS, held, limit, most, note)


class ExposureRule(RoomRule):
    """An exposure as a share of capital: (held + added) / capital <= limit."""

    unit = "share"

    @abstractmethod
    def exposure(self, case: RuleContext) -> tuple[float, float, str] | None:
        """Return what counts already, in account currency and never below 0, the limit as a share, and a note."""

    def room(self, case: RuleContext) -> Room | None:
        """Return what the limit leaves beside what is held."""
        exposure = self.exposure(case)
        if exposure is None:
            return None
        held, limit, note = exposure
        return self.lets_through(held, limit, limit * case.capital - held, note)

    def observed(self, room: Room, size: Size) -> float:
        """Return the exposure with the trade, as a share of capital."""
        return (room.held + size.units * size.worth) / size.capital  # type: ignore[no-any-return] # it is a float

    def check(self, case: RuleContext) -> Found:
        """Measure the room."""
        exposure, worth = self.exposure(case), case.unit_notional
        if exposure is None:
            return self.no_worth(case)
        held, limit, note = exposure
        if worth is None:
            return self.held_alone(case, held, limit)
        room = (limit * case.capital - held) / worth
        return self.fits(case, room, (held + case.units * worth) / case.capital, limit, note)

# SPDX-License-Identifier: MIT
"""Cases that stand until a fact changes from which they follow.

Most of a case is the same from one decision to the next: the portfolio, the settings, the day, how a symbol moves
with what is held.  So is what many rules find.  Both are kept by symbol, direction, strategy and regime, together
with the facts (see `FactFinder.case`), and used again while these are the same; a decision then adds the intent,
the market and the time, and makes only the checks that look at those: a third of what it costs anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.decision.decision import made
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.result import Room
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import Roomy, RuleContext, Standing, Template
from arbitrex_desktop.risk_portfolio_manager.market.portfolio_risk import JointRisk
from arbitrex_desktop.risk_portfolio_manager.portfolio.exposure_book import ExposureBook, Exposures, Reservation
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import AFTER_SIZING, BEFORE_SIZING
from arbitrex_desktop.risk_portfolio_manager.rules.room_rule import RoomRule

_MOST: Final = 500
_HELD_PLACES: Final = {
    rules: [rule.unknown("it was not checked") for rule in rules] for rules in (BEFORE_SIZING, AFTER_SIZING)
}
_ROOMY: Final[dict[Rule, Roomy]] = {rule: rule for rule in AFTER_SIZING if isinstance(rule, RoomRule)}
Facts = tuple[Any, ...]


@dataclass(slots=True)
class Kept:
    """A case that is kept.

    Attributes: `facts` it follows from; its `fields`; `revision`, the book's version at which all of it is right, and
    `counted`, the one at which all but the rooms is; `positions` and trades `under_way` that it was counted with;
    `has_rooms`, whether the rooms are those of these.
    """

    facts: Facts
    fields: dict[str, Any]
    revision: int
    counted: int
    positions: Exposures
    under_way: dict[str, Reservation]
    has_rooms: bool = True

    def renewed(self, book: ExposureBook, intent: TradeIntent, together: Callable[[], JointRisk | None]) -> bool:
        """Bring what follows from the book up to date; tell whether that could be done.

        Rooms are closed and found again for the second decision with the same book: finding them takes longer than
        checking one trade against each rule does, and after most approvals there is no second one.
        """
        fields = self.fields
        if self.counted == book.version:
            before, after = fields["standing"]
            fields["standing"] = Standing(before, _with_rooms(after, made(RuleContext, fields)))
            self.revision, self.has_rooms = book.version, True
            return True
        fields["sums"] = book.total
        if self.positions is not book.positions or self.under_way != book.under_way:
            if book.reducible(intent.symbol, intent.direction, None):
                return False
            fields["together"] = together()
            case = made(RuleContext, fields)
            fields["standing"] = Standing(*[_recounted(template, case) for template in fields["standing"]])
            self.positions, self.under_way, self.has_rooms = book.positions, book.under_way.copy(), False
        self.counted = book.version
        if self.has_rooms:
            self.revision = book.version
        return True

    def case(self, intent: TradeIntent) -> RuleContext:
        """Return a new case with what stands, to be completed.

        A copy of all fields at once takes a quarter of the time that the constructor needs.
        """
        case = made(RuleContext, self.fields.copy())
        case.intent = intent
        return case


class StandingCases:
    """Keeps cases by what they follow from.  Not safe for threads; the engine locks."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, str | None, str], Kept] = {}

    def find(self, intent: TradeIntent, facts: Facts) -> Kept | None:
        """Return the case that stands; None when none does."""
        kept = self._kept.get((intent.symbol, intent.direction, intent.strategy_id, intent.regime))
        return None if kept is None or kept.facts != facts else kept

    def keep(self, facts: Facts, book: ExposureBook, case: RuleContext) -> None:
        """Keep a case that was just gathered, before anything is added to it by the sizing."""
        intent = case.intent
        case.standing = Standing(_template(BEFORE_SIZING, case), _template(AFTER_SIZING, case))
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[intent.symbol, intent.direction, intent.strategy_id, intent.regime] = Kept(
            facts, vars(case).copy(), book.version, book.version, book.positions, book.under_way.copy()
        )


def _template(rules: tuple[Rule, ...], case: RuleContext) -> Template:
    """Check what stands; every other rule's place is held by an UNKNOWN, which refuses if it were left there."""
    findings, timely = _HELD_PLACES[rules].copy(), []
    counting, rooms = [], []
    for place, rule in enumerate(rules):
        roomy = _ROOMY.get(rule)
        if rule.stands(case):
            findings[place] = rule.check(case)
            if rule.counts:
                counting.append((place, rule.check))
        elif roomy is not None and _room(roomy, case) is not None:
            rooms.append((place, roomy))
        else:
            timely.append((place, rule.check))
    return _with_rooms(Template(findings, tuple(timely), tuple(counting), tuple(rooms)), case)


def _recounted(template: Template, case: RuleContext) -> Template:
    """Return a template with what follows from the book's counts found anew, and no room for anything."""
    findings = template.findings.copy()
    for place, check in template.counting:
        findings[place] = check(case)
    return Template(findings, template.timely, template.counting, template.rooms)


def _with_rooms(template: Template, case: RuleContext) -> Template:
    """Return a template with the rooms of a case in their places; without room when one of them cannot be told."""
    findings = template.findings.copy()
    least_money = least_units = math.inf
    for place, rule in template.rooms:
        room = _room(rule, case)
        if room is None:
            return template
        findings[place] = room
        if rule.in_units:
            least_units = min(least_units, room.most)
        else:
            least_money = min(least_money, room.most)
    return Template(findings, template.timely, template.counting, template.rooms, least_money, least_units)


def _room(rule: Roomy, case: RuleContext) -> Room | None:
    """Return a rule's room; one that is no number cannot be told."""
    room = rule.room(case)
    return None if room is None or math.isnan(room.most) else room

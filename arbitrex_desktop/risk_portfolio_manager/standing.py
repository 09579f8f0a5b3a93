# SPDX-License-Identifier: MIT
"""Cases that stand until a fact changes from which they follow.

Most of a case is the same from one decision to the next: the portfolio, the settings, the day, how a symbol moves
with what is held.  So is what many rules find.  Both are kept by symbol, direction, strategy and regime, together
with the facts (see `FactFinder.case`), and used again while these are the same; a decision then adds the intent,
the market and the time, and makes only the checks that look at those.  That is half of what it would cost anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.book import Sums
from arbitrex_desktop.risk_portfolio_manager.case import Case, Standing, Template
from arbitrex_desktop.risk_portfolio_manager.decision import made
from arbitrex_desktop.risk_portfolio_manager.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import AFTER_SIZING, BEFORE_SIZING

_MOST: Final = 500
_HELD_PLACES: Final = {
    rules: [rule.unknown("it was not checked") for rule in rules] for rules in (BEFORE_SIZING, AFTER_SIZING)
}
Facts = tuple[Any, ...]


@dataclass(slots=True)
class Kept:
    """A case that is kept: the facts it follows from, and of the book its `revision` and `counts`; its fields."""

    facts: Facts
    revision: int
    counts: Facts
    fields: dict[str, Any]

    def case(self, intent: TradeIntent) -> Case:
        """Return a new case with what stands, to be completed.

        A copy of all fields at once takes a quarter of the time that the constructor needs.
        """
        case = made(Case, self.fields.copy())
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

    def keep(self, facts: Facts, revision: int, case: Case) -> None:
        """Keep a case that was just gathered, before anything is added to it by the sizing."""
        case.standing = Standing(_template(BEFORE_SIZING, case), _template(AFTER_SIZING, case))
        if len(self._kept) >= _MOST:
            self._kept.clear()
        intent = case.intent
        kept = Kept(facts, revision, counts_of(case.sums, intent), vars(case).copy())
        self._kept[intent.symbol, intent.direction, intent.strategy_id, intent.regime] = kept


def counts_of(sums: Sums, intent: TradeIntent) -> Facts:
    """Return all of the sums that findings may stand on; the rest moves with every approval."""
    strategy = intent.strategy_id or ""
    return (sums.count, sums.by_symbol.get(intent.symbol), sums.by_strategy.get(strategy), sums.unknown, sums.unpriced)


def _template(rules: tuple[Rule, ...], case: Case) -> Template:
    """Check what stands; every other rule's place is held by an UNKNOWN, which refuses if it were left there."""
    findings, timely = _HELD_PLACES[rules].copy(), []
    for place, rule in enumerate(rules):
        if rule.stands(case):
            findings[place] = rule.check(case)
        else:
            timely.append((place, rule.check))
    return Template(findings, tuple(timely))

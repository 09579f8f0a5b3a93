# SPDX-License-Identifier: MIT
"""Findings that stand until a fact changes from which they follow.

A rule marked `standing` answers from the facts of `facts_of` and from the intent's symbol, direction and strategy
alone: not from size, price, confidence or the clock.  What it found is used again while all of these are the same.
"""

from __future__ import annotations

from typing import Any, Final

from arbitrex_desktop.risk_portfolio_manager.case import Case
from arbitrex_desktop.risk_portfolio_manager.findings import Found
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule
from arbitrex_desktop.risk_portfolio_manager.rules.registry import AFTER_SIZING, BEFORE_SIZING

_MOST: Final = 500
_PLACES: Final = {
    rules: [rule.unknown("it was not checked") for rule in rules] for rules in (BEFORE_SIZING, AFTER_SIZING)
}
_CHECKS: Final = {
    rules: [(place, rule.check) for place, rule in enumerate(rules) if rule.standing] for rules in _PLACES
}
_Kept = tuple[tuple[Any, ...], list[Found], list[Found]]


class Standing:
    """Keeps the findings of standing rules by symbol, direction and strategy.  Not safe for threads; the engine locks.

    In the lists every other rule has the place of its own held by an UNKNOWN, which refuses if it were left there.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int, str | None], _Kept] = {}

    def findings(self, case: Case) -> tuple[list[Found], list[Found]]:
        """Return findings before and after the sizing, to be copied and completed."""
        intent, facts = case.intent, facts_of(case)
        key = (intent.symbol, intent.direction, intent.strategy_id)
        kept = self._kept.get(key)
        if kept is None or kept[0] != facts:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            kept = self._kept[key] = (facts, _check(BEFORE_SIZING, case), _check(AFTER_SIZING, case))
        return kept[1], kept[2]


def facts_of(case: Case) -> tuple[Any, ...]:
    """Return what standing findings follow from; objects that change in place come with a count of their changes."""
    cfg, state, market = case.cfg, case.state, case.market
    return (
        cfg,
        cfg.change_count(),
        state,
        state.version,
        case.sums,
        case.revision,
        market.has_pool,
        market.connected,
        market.account,
        case.instrument,
        case.capital,
        case.drawdown,
        case.daily_pnl,
        case.weekly_pnl,
        case.day_anchor,
        case.week_anchor,
    )


def _check(rules: tuple[Rule, ...], case: Case) -> list[Found]:
    """Check the standing rules, and hold the places of the others."""
    findings = _PLACES[rules].copy()
    for place, check in _CHECKS[rules]:
        findings[place] = check(case)
    return findings

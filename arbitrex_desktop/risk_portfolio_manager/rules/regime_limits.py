# SPDX-License-Identifier: MIT
"""Fewer new positions and more confidence in a nervous market."""

from __future__ import annotations

from typing import ClassVar

from arbitrex_desktop.risk_portfolio_manager.decision.decision import Regime
from arbitrex_desktop.risk_portfolio_manager.decision.result import Found, format_value
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.rules.base import Rule, Stage


class _RegimeLimits(Rule):
    """New positions are those opened since the day's reset, and approved trades under way."""

    stage = Stage.REGIME
    unit = "count"
    regimes: ClassVar[frozenset[str]]
    word: ClassVar[str]

    def check(self, case: RuleContext) -> Found:
        """Check confidence, then the number of new positions."""
        if case.intent.regime not in self.regimes:
            return self.fine(f"the regime is {case.intent.regime}")
        most = getattr(case.cfg, f"{self.word}_max_positions")
        least = getattr(case.cfg, f"{self.word}_min_confidence")
        if not case.intent.confidence_score >= least:
            seen, floor = format_value(case.intent.confidence_score, "share"), format_value(least, "share")
            return self.failed(note=f"model confidence {seen} is under the {self.word} market's minimum of {floor}")
        return self.below(sum(opened >= case.day_start for opened in case.sums.opened), most)

    def stands(self, case: RuleContext) -> bool:
        """In another regime there is nothing to look at."""
        return case.intent.regime not in self.regimes


class StressedRegime(_RegimeLimits):
    """STRESSED, and CRISIS too."""

    code = RejectionReason.STRESSED_REGIME
    subject = "new positions in a stressed regime"
    regimes = frozenset({Regime.STRESSED, Regime.CRISIS})
    word = "stressed"
    parameters = ("stressed_max_positions", "stressed_min_confidence", "stressed_size_multiplier")


class VolatileRegime(_RegimeLimits):
    """VOLATILE."""

    code = RejectionReason.VOLATILE_REGIME
    subject = "new positions in a volatile regime"
    regimes = frozenset({Regime.VOLATILE})
    word = "volatile"
    parameters = ("volatile_max_positions", "volatile_min_confidence", "volatile_size_multiplier")

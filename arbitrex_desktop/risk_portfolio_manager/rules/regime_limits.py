# SPDX-License-Identifier: MIT
"""Fewer new positions and more confidence in a nervous market."""

from __future__ import annotations

from typing import ClassVar, Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.format import format_value
from arbitrex_desktop.risk_portfolio_manager.decision.regime import Regime
from arbitrex_desktop.risk_portfolio_manager.parameters import lower_limit, upper_limit
from arbitrex_desktop.risk_portfolio_manager.rules.base import RejectionReason, Rule, RuleContext, RuleResult, Stage
from arbitrex_desktop.texts import N_

_REGIME: Final = N_("the regime is {regime}")


class _RegimeLimits(Rule):
    """New positions are those opened since the day's reset, and approved trades in flight.

    Attributes:
        regimes: those that it is about.
        mood: how its settings' names begin.
        unsure: how it is said that the confidence is too low.
        others: the result for each regime, made once, since it is that of most intents.
    """

    stage = Stage.REGIME
    unit = "count"
    regimes: ClassVar[frozenset[str]]
    mood: ClassVar[str]
    unsure: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.others = {each.value: self.ok(Phrase(_REGIME, {"regime": each.value})) for each in Regime}

    def check(self, context: RuleContext) -> RuleResult:
        """Check confidence, then the number of new positions."""
        confidence = context.intent.confidence_score
        if context.intent.regime is None:
            return self.skipped("no regime was given")
        if context.intent.regime not in self.regimes:
            return self.others[context.intent.regime]
        most = getattr(context.config, f"{self.mood}_max_positions")
        least = getattr(context.config, f"{self.mood}_min_confidence")
        if confidence is not None and not confidence >= least:
            values = {"seen": format_value(confidence, "share"), "least": format_value(least, "share")}
            return self.failed(note=Phrase(self.unsure, values))
        return self.below(sum(opened >= context.account.day_start for opened in context.exposure.opened), most)


class StressedRegime(_RegimeLimits):
    """STRESSED, and CRISIS too."""

    code = RejectionReason(
        "STRESSED_REGIME",
        "Too many new positions or too little confidence for a stressed market.",
        "Wait, or send intents of higher confidence.",
    )
    order = 10
    subject = "new positions in a stressed regime"
    regimes = frozenset({Regime.STRESSED, Regime.CRISIS})
    mood = "stressed"
    unsure = N_("model confidence {seen} is under the stressed market's minimum of {least}")
    parameters = (
        upper_limit("stressed_max_positions", 2, "Most new positions in a stressed market", "count"),
        lower_limit("stressed_min_confidence", 0.75, "Least confidence in a stressed market", "share", low_open=False),
        upper_limit("stressed_size_multiplier", 0.3, "Size in a stressed market", "share", low_open=False),
    )


class VolatileRegime(_RegimeLimits):
    """VOLATILE."""

    code = RejectionReason(
        "VOLATILE_REGIME",
        "Too many new positions or too little confidence for a volatile market.",
        "Wait, or send intents of higher confidence.",
    )
    order = 20
    subject = "new positions in a volatile regime"
    regimes = frozenset({Regime.VOLATILE})
    mood = "volatile"
    unsure = N_("model confidence {seen} is under the volatile market's minimum of {least}")
    parameters = (
        upper_limit("volatile_max_positions", 4, "Most new positions in a volatile market", "count"),
        lower_limit("volatile_min_confidence", 0.7, "Least confidence in a volatile market", "share", low_open=False),
        upper_limit("volatile_size_multiplier", 0.7, "Size in a volatile market", "share", low_open=False),
    )

# SPDX-License-Identifier: MIT
"""What every rule has: a reason, a stage, declared parameters and one check."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Final

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.context import AccountView, RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.reason import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.decision.result import Check, RuleResult, Stage
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.parameters import Parameter, RuleSettings
from arbitrex_desktop.texts import N_

__all__ = [
    "ONLY_REDUCES",
    "AccountRule",
    "AccountView",
    "Outcome",
    "RejectionReason",
    "Rule",
    "RuleContext",
    "RuleResult",
    "RuleSettings",
    "Stage",
]

ONLY_REDUCES: Final = N_("this trade only reduces risk")
_PASS = Outcome.PASS
_NO_NUMBER = N_("a number is missing")
_NO_PRICE = N_("no price was given")


class Rule(Check, ABC):
    """One rule: a file in this folder declares it, and it is in force.

    Attributes:
        parameters: the settings that it reads, declared here or shared with other rules.
        switches: those of them that switch it off, each while it is 0, false or empty.
        one_of: those of which one at least must be set, where there are any.
        order: its place within its stage, by which refusals are given and shown; new ones come last.
        guards_adding: whether a trade that only reduces risk passes unchecked.
        latches: whether a refusal halts trading.
        daily: whether what it latches is of one day, and may end with it.
        paces: whether it counts what was asked for or approved before, so that an approved intent that is judged
            again before it is sent must not be counted against itself.
        nothing_amiss: what is said where nothing is amiss and there is no number to tell.
        in_order: the result that says so, made once since it is that of most rules for most intents.
    """

    parameters: ClassVar[tuple[Parameter, ...]] = ()
    switches: ClassVar[tuple[str, ...]] = ()
    one_of: ClassVar[tuple[str, ...]] = ()
    order: int = 1_000
    guards_adding: ClassVar[bool] = True
    latches: ClassVar[bool] = False
    daily: ClassVar[bool] = False
    paces: ClassVar[bool] = False
    nothing_amiss: ClassVar[str] = ""

    def __init__(self) -> None:
        self.in_order = self.ok(self.nothing_amiss)

    def is_on(self, config: RuleSettings) -> bool:
        """Return whether the settings have it on; one that is off is not asked."""
        some = not self.one_of or any(getattr(config, name) for name in self.one_of)
        return some and all(getattr(config, name) for name in self.switches)

    @abstractmethod
    def check(self, context: RuleContext) -> RuleResult:
        """Judge an intent."""

    def in_use(self, context: RuleContext) -> RuleResult | None:
        """Return how much of the limit is used as things stand, whatever the intent; None for a rule about trades."""
        del context
        return None

    def check_headroom(
        self, context: RuleContext, headroom: float, observed: float, limit: float, note: str | Phrase = ""
    ) -> RuleResult:
        """Return whether the wanted size fits in `headroom` units.

        PASS, ADJUST to it, or FAIL when it is below the smallest volume.
        """
        size = context.size
        if headroom >= size.units:
            return RuleResult(self, _PASS, observed, limit, headroom, note)
        if headroom < size.least_units or headroom <= 0.0:
            return RuleResult(self, Outcome.FAIL, observed, limit, headroom, note)
        if headroom < size.units and math.isfinite(observed):
            return RuleResult(self, Outcome.ADJUST, observed, limit, headroom, note)
        return self.unknown(_NO_NUMBER)

    def off(self) -> RuleResult:
        """Return that the settings switch the rule off."""
        return self.skipped("switched off")

    def no_pool(self) -> RuleResult:
        """Return that what the rule looks at comes from a pool, and there is none."""
        return self.skipped("there is no pool")

    def unpriced(self, context: RuleContext) -> RuleResult:
        """Return the result of a rule that needs the worth of a unit, which is not known."""
        if context.market.has_pool:
            return self.unknown("what a unit is worth is not known")
        return self.skipped(_NO_PRICE)


class AccountRule(Rule):
    """A rule about the account alone, whatever is asked for: it is asked again only when the account has changed."""

    @abstractmethod
    def judge(self, account: AccountView, config: RuleSettings) -> RuleResult:
        """Judge the account."""

    def check(self, context: RuleContext) -> RuleResult:
        """Judge the account of an intent."""
        return self.judge(context.account, context.config)


class ExposureRule(Rule):
    """An exposure as a share of capital: (held + added) / capital <= limit."""

    unit = "share"
    of = "capital"

    @abstractmethod
    def held(self, context: RuleContext) -> tuple[float, float, str | Phrase] | None:
        """Return what counts already, in account currency and never below 0, the limit as a share, and a note."""

    def check(self, context: RuleContext) -> RuleResult:
        """Measure what the limit leaves beside what is held."""
        exposure, worth = self.held(context), context.size.unit_notional
        if exposure is None:
            return self.unpriced(context)
        held, limit, note = exposure
        if worth is None:
            return self.without_trade(context, held, limit)
        capital = context.account.capital
        seen = (held + context.size.units * worth) / capital
        return self.check_headroom(context, (limit * capital - held) / worth, seen, limit, note)

    def in_use(self, context: RuleContext) -> RuleResult | None:
        """Return what is held as a share of capital."""
        exposure, capital = self.held(context), context.account.capital
        return None if exposure is None or not capital > 0.0 else self.at_most(exposure[0] / capital, exposure[1])

    def without_trade(self, context: RuleContext, held: float, limit: float) -> RuleResult:
        """Return the result where a unit has no known worth: what is held may have reached the limit by itself."""
        if not context.market.has_pool and held >= limit * context.account.capital:
            return self.failed(held / context.account.capital, limit, _NO_PRICE)
        return self.unpriced(context)

# SPDX-License-Identifier: MIT
"""What every rule has: a code, a stage, declared parameters, a check and its words."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar

from arbitrex_desktop.risk_portfolio_manager.decision.result import Finding, Found, Stage, format_value
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import RuleContext
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason

__all__ = ["COUNTED_BEFORE", "ONLY_REDUCES", "Measure", "Rule", "Stage"]

_NO_NUMBER = "a number is missing"
_NO_PRICE = "no price was given"
_PASS, _SKIPPED = Outcome.PASS, Outcome.SKIPPED

ONLY_REDUCES = "this trade only reduces risk"
COUNTED_BEFORE = "it was counted when it was first approved"


class Measure:
    """Something that is measured and said; every rule is one, and so is every check of the sizing.

    Class attributes: `code`, the reason it refuses with; `stage`; `subject`, what it measures, in words; `unit` of
    observed value and limit; `minimum`, whether the limit is a least rather than a greatest value.
    """

    code: ClassVar[RejectionReason]
    stage: ClassVar[Stage]
    subject: ClassVar[str]
    unit: ClassVar[str] = ""
    minimum: ClassVar[bool] = False

    def __init__(self) -> None:
        self._fine: dict[str, Found] = {}
        self._skipped: dict[str, Found] = {}

    def words(self, finding: Finding) -> str:
        """Return what was found in one plain sentence."""
        if finding.observed is None:
            return self._bare_words(finding)
        seen, limit = format_value(finding.observed, self.unit), format_value(finding.limit, self.unit)
        tail = f" ({finding.note})" if finding.note else ""
        bound = "minimum" if self.minimum else "limit"
        if finding.outcome is Outcome.FAIL and finding.room is not None:
            return f"{self.subject} would be {seen}, the {bound} is {limit}: no room is left{tail}"
        if finding.outcome is Outcome.FAIL:
            return f"{self.subject} {seen} {'is under' if self.minimum else 'has reached'} the {bound} of {limit}{tail}"
        if finding.outcome is Outcome.ADJUST:
            return f"{self.subject} would be {seen}, the {bound} is {limit}: size cut to fit{tail}"
        return f"{self.subject} {seen}, {bound} {limit}{tail}"

    def _bare_words(self, finding: Finding) -> str:
        """Return the sentence of a finding without numbers."""
        lead = {Outcome.UNKNOWN: "cannot be checked", Outcome.SKIPPED: "not checked"}.get(finding.outcome)
        note = finding.note or "in order"
        return f"{self.subject} {lead}: {note}" if lead else f"{self.subject}: {note}"

    def passed(self, observed: float, limit: float, note: str = "") -> Found:
        """Return numbers that the rule has nothing against."""
        return (self, _PASS, observed, limit, None, note)

    def fine(self, note: str) -> Found:
        """Return that the rule has nothing against it, for a reason without numbers; made once and kept."""
        return self._fine.get(note) or self._fine.setdefault(note, self._bare(_PASS, note))

    def skipped(self, note: str) -> Found:
        """Return that the rule's source was never given, or that the rule is off; made once and kept."""
        return self._skipped.get(note) or self._skipped.setdefault(note, self._bare(_SKIPPED, note))

    def failed(self, observed: float | None = None, limit: float | None = None, note: str = "") -> Found:
        """Return that the rule refuses."""
        return (self, Outcome.FAIL, observed, limit, None, note)

    def unknown(self, note: str) -> Found:
        """Return that the rule's source was given but cannot be read now."""
        return (self, Outcome.UNKNOWN, None, None, None, note)

    def below(self, observed: float, limit: float) -> Found:
        """Return PASS for what is below the limit, FAIL for what has reached it, UNKNOWN for what is no number."""
        if observed < limit:
            return (self, _PASS, observed, limit, None, "")
        return self.failed(observed, limit) if observed >= limit else self.unknown(_NO_NUMBER)

    def at_most(self, observed: float, limit: float) -> Found:
        """Return PASS for what is at or below the limit, FAIL above, UNKNOWN for what is no number."""
        if observed <= limit:
            return (self, _PASS, observed, limit, None, "")
        return self.failed(observed, limit) if observed > limit else self.unknown(_NO_NUMBER)

    def at_least(self, observed: float, limit: float) -> Found:
        """Return PASS for what is at or above the minimum, FAIL below, UNKNOWN for what is no number."""
        if observed >= limit:
            return (self, _PASS, observed, limit, None, "")
        return self.failed(observed, limit) if observed < limit else self.unknown(_NO_NUMBER)

    def _bare(self, outcome: Outcome, note: str) -> Found:
        """Return a finding without numbers."""
        return (self, outcome, None, None, None, note)


class Rule(Measure, ABC):
    """One rule.

    Class attributes besides those of a measure: `parameters`, fields of `RPMConfig` that it reads (labels and bounds
    are in `FIELD_SPECS`); `guards_adding`, whether a trade that only reduces risk is let through unchecked;
    `latches`, whether a refusal halts trading; `paces`, whether it counts what was approved or asked before, so that
    an approved intent that is judged again before it is sent must not be counted against itself; `standing`, whether
    its answer always stands (see `stands`); `counts`, whether that follows from the book's counts, too.
    """

    parameters: ClassVar[tuple[str, ...]] = ()
    guards_adding: ClassVar[bool] = True
    latches: ClassVar[bool] = False
    paces: ClassVar[bool] = False
    standing: ClassVar[bool] = False
    counts: ClassVar[bool] = False

    @abstractmethod
    def check(self, case: RuleContext) -> Found:
        """Judge a case; reads memory only."""

    def stands(self, case: RuleContext) -> bool:  # noqa: ARG002 - others look
        """Tell whether the answer to this case holds until a fact of `FactFinder.case` changes.

        It must follow from these facts and the intent's symbol, direction, strategy and regime alone: not from size,
        price, confidence or the clock.
        """
        return self.standing

    def fits(self, case: RuleContext, room: float, observed: float, limit: float, note: str = "") -> Found:
        """Return whether the wanted size fits in `room` units: PASS, ADJUST to it, or FAIL below the least volume."""
        if room >= case.units:
            return (self, _PASS, observed, limit, room, note)
        if room < case.least_units or room <= 0.0:
            return (self, Outcome.FAIL, observed, limit, room, note)
        if room < case.units and math.isfinite(observed):
            return (self, Outcome.ADJUST, observed, limit, room, note)
        return self.unknown(_NO_NUMBER)

    def no_worth(self, case: RuleContext) -> Found:
        """Return the finding of a rule that needs the worth of a unit, which is not known."""
        if case.market.has_pool:
            return self.unknown("what a unit is worth is not known")
        return self.skipped(_NO_PRICE)

    def held_alone(self, case: RuleContext, held: float, limit: float) -> Found:
        """Return the finding where a unit has no known worth: what is `held` may have reached the limit by itself.

        `held` in account currency and in the trade's direction, `limit` as a share of capital.
        """
        if not case.market.has_pool and held >= limit * case.capital:
            return self.failed(held / case.capital, limit, _NO_PRICE)
        return self.no_worth(case)

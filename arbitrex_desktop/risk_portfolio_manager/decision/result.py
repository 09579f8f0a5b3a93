# SPDX-License-Identifier: MIT
"""What a check found: numbers, from which a sentence is made when somebody reads it."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

from arbitrex_desktop.raw_layer.phrase import Phrase
from arbitrex_desktop.risk_portfolio_manager.decision.format import NOT_KNOWN, Decimals
from arbitrex_desktop.risk_portfolio_manager.decision.reason import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.decision.wording import Wording
from arbitrex_desktop.texts import N_

_NO_NUMBER: Final = N_("a number is missing")
_SHOWN_IN_DECIMALS: Final = ("lots", "money")
_PASS: Final = Outcome.PASS
_SKIPPED: Final = Outcome.SKIPPED


class Stage(IntEnum):
    """When a check is made; the first that refuses gives the rejection its reason."""

    KILL_SWITCH = 1
    SOURCES = 2
    REGIME = 3
    SIZING = 4
    PORTFOLIO = 5
    CORRELATION = 6
    FINAL = 7


class RuleResult(msgspec.Struct, frozen=True, gc=False):
    """One check that was made.

    Attributes:
        check: what was checked; it words the result.
        outcome: what it came to.
        observed: the number that was seen, in the check's unit; None where there is none.
        limit: the number it is held against, in the same unit.
        headroom: the most units that may be traded; None when the check does not bear on size.
        note: what the check wants said besides.
    """

    check: Check
    outcome: Outcome
    observed: float | None = None
    limit: float | None = None
    headroom: float | None = None
    note: str | Phrase = ""

    @property
    def place(self) -> tuple[int, int]:
        """Return where it stands among the others: the first that refuses gives the reason."""
        return self.check.stage, self.check.order

    @property
    def blocks(self) -> bool:
        """Return True when this result alone refuses the intent."""
        return self.outcome is Outcome.FAIL or self.outcome is Outcome.UNKNOWN

    def message(self, decimals: Decimals = NOT_KNOWN) -> str:
        """Return one plain sentence for the trader."""
        return self.verdict(decimals).message

    def verdict(self, decimals: Decimals) -> Verdict:
        """Return the result with its sentence, free of what made it."""
        check, words = self.check, self.check.wording(self, decimals)
        found = Verdict(check.code.value, self.outcome, self.observed, self.limit, check.unit, "", check.subject, words)
        return msgspec.structs.replace(found, message=found.said())


class Check:
    """Something that is checked and said: every rule, and every step of the sizing.

    Attributes:
        code: the reason it refuses with.
        stage: when it is made.
        subject: what it looks at, in words: the check's name.
        unit: of the observed value and the limit, as in `format.format_value`.
        of: what a share is of, in words; empty where that is plain.
        minimum: whether the limit is a least rather than a greatest value.
        typed: whether the observed number is what somebody has typed, and the limit is reckoned; else the other way.
        order: its place within its stage.
    """

    code: RejectionReason
    stage: Stage
    subject: str
    unit: str = ""
    of: str = ""
    minimum: bool = False
    typed: bool = False
    order: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Check) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[object, ...]:
        """Return what tells one check from another: of a copy in another process, too."""
        return type(self), self.stage, self.subject

    def wording(self, result: RuleResult, decimals: Decimals) -> Wording:
        """Return what a result's sentence is made of besides its numbers."""
        shown = decimals if self.unit in _SHOWN_IN_DECIMALS else NOT_KNOWN
        bears_on_size = result.headroom is not None
        return Wording(result.note, self.of, self.minimum, self.typed, bears_on_size, shown)

    def passed(self, observed: float, limit: float, note: str | Phrase = "") -> RuleResult:
        """Return numbers that nothing is wrong with."""
        return RuleResult(self, _PASS, observed, limit, None, note)

    def ok(self, note: str | Phrase) -> RuleResult:
        """Return that nothing is wrong, for a reason without numbers."""
        return RuleResult(self, _PASS, None, None, None, note)

    def skipped(self, note: str | Phrase) -> RuleResult:
        """Return that the source was never given, or that the check is off."""
        return RuleResult(self, _SKIPPED, None, None, None, note)

    def failed(self, observed: float | None = None, limit: float | None = None, note: str | Phrase = "") -> RuleResult:
        """Return a refusal."""
        return RuleResult(self, Outcome.FAIL, observed, limit, None, note)

    def unknown(self, note: str | Phrase) -> RuleResult:
        """Return that the source was given but cannot be read now."""
        return RuleResult(self, Outcome.UNKNOWN, None, None, None, note)

    def below(self, observed: float, limit: float) -> RuleResult:
        """Return PASS below the limit, FAIL from it on, UNKNOWN for what is no number."""
        if observed < limit:
            return RuleResult(self, _PASS, observed, limit)
        return self.failed(observed, limit) if observed >= limit else self.unknown(_NO_NUMBER)

    def at_most(self, observed: float, limit: float) -> RuleResult:
        """Return PASS at or below the limit, FAIL above, UNKNOWN for what is no number."""
        if observed <= limit:
            return RuleResult(self, _PASS, observed, limit)
        return self.failed(observed, limit) if observed > limit else self.unknown(_NO_NUMBER)

    def at_least(self, observed: float, limit: float) -> RuleResult:
        """Return PASS at or above the minimum, FAIL below, UNKNOWN for what is no number."""
        if observed >= limit:
            return RuleResult(self, _PASS, observed, limit)
        return self.failed(observed, limit) if observed < limit else self.unknown(_NO_NUMBER)


class PlainCheck(Check):
    """A check that is made within other work: it has words, and no rule of its own."""

    def __init__(
        self,
        stage: Stage,
        code: RejectionReason,
        subject: str,
        unit: str = "",
        *,
        minimum: bool = False,
        order: int = 0,
    ) -> None:
        self.stage, self.code, self.subject, self.unit, self.minimum = stage, code, subject, unit, minimum
        self.order = order

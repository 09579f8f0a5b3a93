# SPDX-License-Identifier: MIT
"""What a rule found, kept as bare numbers: the words of a verdict are made only when somebody reads them."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple, Protocol

from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason
from arbitrex_desktop.risk_portfolio_manager.verdict import Outcome, Verdict

_FORMATS: Final = {
    "money": "{:,.2f}",
    "count": "{:,.0f}",
    "units": "{:,.0f} units",
    "%": "{:,.1f}%",
    "bps": "{:.1f} bps",
}
_LARGE: Final = 1e6
_DUST: Final = 1e-6
"""Forgiven when rounding down, since a tenth has no exact binary form."""


class Stage(IntEnum):
    """When a rule is looked at; the first that refuses gives the rejection its reason."""

    KILL_SWITCH = 1
    SOURCES = 2
    REGIME = 3
    SIZING = 4
    PORTFOLIO = 5
    CORRELATION = 6
    FINAL = 7


class Wording(Protocol):
    """The part of a rule that turns its finding into words; `unit` is explained at `format_value`."""

    code: ClassVar[RejectionReason]
    stage: ClassVar[Stage]
    unit: ClassVar[str]

    def words(self, finding: Finding) -> str:
        """Return one plain sentence for the trader."""


Found = tuple["Wording", Outcome, float | None, float | None, float | None, str]
"""A `Finding` without its names, as rules hand it over.

There are fifty in a decision and hardly anybody looks at them: to make one with names takes 0.1 us more, all of them
a tenth of a decision.
"""


class Finding(NamedTuple):
    """One check that was made; `Finding(*found)` gives a bare one its names.

    Attributes: `rule`, which words it; `outcome`; `observed` and `limit` in the rule's unit; `room`, the most units
    that the rule lets through (None when it does not bear on size); `note`, what the rule wants said.
    """

    rule: Wording
    outcome: Outcome
    observed: float | None = None
    limit: float | None = None
    room: float | None = None
    note: str = ""

    @property
    def code(self) -> RejectionReason:
        """Return the reason with which its rule refuses."""
        return self.rule.code

    @property
    def blocks(self) -> bool:
        """Tell whether this finding alone refuses the intent."""
        return self.outcome is Outcome.FAIL or self.outcome is Outcome.UNKNOWN

    def words(self) -> str:
        """Return the sentence that the rule says about it."""
        return self.rule.words(self)

    def verdict(self) -> Verdict:
        """Return the check with its words."""
        return Verdict(
            code=self.code.value,
            outcome=self.outcome,
            observed=self.observed,
            limit=self.limit,
            unit=self.rule.unit,
            words=self.words(),
        )


def format_value(value: float | None, unit: str) -> str:
    """Return a number as the trader reads it: a `share` as a percentage with one decimal, `money` with cents."""
    if value is None:
        return "unknown"
    if unit in _FORMATS:
        return _FORMATS[unit].format(value)
    if unit == "share":
        return f"{value * 100.0:.1f}%"
    if unit == "s":
        return _duration(value)
    return f"{value:{',.0f' if abs(value) >= _LARGE else 'g'}} {unit}".rstrip()


def _duration(seconds: float) -> str:
    """Return seconds with one decimal where there is one, below a second milliseconds.

    What is left over is dropped: 4.98 seconds must not read as the 5 that they are short of.
    """
    if 0.0 < seconds < 1.0:
        return f"{math.floor(seconds * 1e3 + _DUST):d} ms"
    tenths = math.floor(seconds * 10.0 + _DUST) / 10.0 if math.isfinite(seconds) else seconds
    return f"{tenths:,.1f}".removesuffix(".0") + " s"

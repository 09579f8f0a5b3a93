# SPDX-License-Identifier: MIT
"""What a rule found, kept as bare numbers: the words of a verdict are made only when somebody reads them."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, ClassVar, Final, NamedTuple, Protocol

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome, Verdict
from arbitrex_desktop.risk_portfolio_manager.reasons import RejectionReason

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


class Size(NamedTuple):
    """The trade that was judged: the units wanted, what one is worth in account currency, and the capital."""

    units: float
    worth: float
    capital: float


class Measuring(Wording, Protocol):
    """The part of a rule that reckons what it observed of a trade that fits in its room."""

    in_units: ClassVar[bool]

    def observed(self, room: Room, size: Size) -> float:
        """Return the number, in the rule's unit."""


class Room(NamedTuple):
    """What a rule surely lets through; among findings, one of a trade that fits, with its numbers still to reckon.

    Of the same form as `Found`.  Attributes: `held`, what `observed` needs besides the trade; `limit` in the rule's
    unit; `most`, what may be added, in account currency or in units.
    """

    rule: Measuring
    outcome: Outcome
    held: Any
    limit: float
    most: float
    note: str

    def found(self, size: Size) -> Found:
        """Return the finding for a trade that fits."""
        room = self.most if self.rule.in_units else self.most / size.worth
        return (self.rule, self.outcome, self.rule.observed(self, size), self.limit, room, self.note)


class Evidence(NamedTuple):
    """The findings of a decision in their order, and the trade that fits in those which are rooms."""

    found: tuple[Found, ...]
    size: Size | None = None

    def findings(self) -> list[Finding]:
        """Return every finding with its numbers and names."""
        return [Finding(*each) for each in self._reckoned()]

    def _reckoned(self) -> tuple[Found, ...]:
        """Return the findings with rooms reckoned out; nothing that they need can have changed since."""
        size = self.size
        if size is None:
            return self.found
        return tuple(each.found(size) if isinstance(each, Room) else each for each in self.found)

    def __reduce__(self) -> tuple[type[Evidence], tuple[tuple[Found, ...], None]]:
        """Let only numbers leave the process, not what they are reckoned from."""
        return (Evidence, (self._reckoned(), None))


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

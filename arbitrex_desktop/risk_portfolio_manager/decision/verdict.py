# SPDX-License-Identifier: MIT
"""The answer of one rule to one intent."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What a rule found.

    UNKNOWN: its source was given but cannot be read now, which refuses an adding intent.  SKIPPED: its source was
    never given, which does not.
    """

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    ADJUST = "ADJUST"
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    SKIPPED = "SKIPPED"


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """One check that was made.

    Attributes:
        code: stable name of the rule's reason.
        outcome: what it came to.
        observed: what was seen, in `unit`; None where there is no number.
        limit: what it is held against, in `unit`; None where there is no number.
        unit: of both, empty for none.
        message: one plain sentence for the trader; journals and strategies have it as `words`.
        name: what was checked, in words; a code is for refusals.
    """

    code: str
    outcome: Outcome
    observed: float | None
    limit: float | None
    unit: str
    message: str = msgspec.field(name="words")
    name: str = ""

    @property
    def blocks(self) -> bool:
        """Return whether this verdict alone refuses the intent."""
        return self.outcome in (Outcome.FAIL, Outcome.UNKNOWN)

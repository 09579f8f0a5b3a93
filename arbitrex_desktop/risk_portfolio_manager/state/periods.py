# SPDX-License-Identifier: MIT
"""What a portfolio's day or week brought so far, over its reset, and over a clock that was ahead."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Result(msgspec.Struct, frozen=True):
    """A day's or a week's figures: its realised profit, what losses are measured from, and losses in a row."""

    pnl: float
    anchor: float | None
    losses: int = 0


class Before(Result, frozen=True, kw_only=True):
    """The period before the latest, and what it had brought when that began."""

    start: datetime


class Period(msgspec.Struct):
    """Which day, or week, the portfolio's figures belong to; `start` is None before one was seen.

    A clock that was ahead has begun a period too early.  When it is right again the one before goes on, with what was
    made meanwhile; no other reset moves back.
    """

    start: datetime | None = None
    before: Before | None = None

    def result(self, start: datetime, written: Result, fresh: float) -> Result:
        """Return the figures of the period of `start`: `written` are the portfolio's, `fresh` a new period's anchor."""
        if self.start is None or start == self.start:
            return written
        if start > self.start:
            return Result(0.0, fresh)
        before = self.before
        if before is None or start != before.start:
            return written
        return Result(before.pnl + written.pnl, before.anchor, before.losses + written.losses)

    def roll(self, start: datetime, written: Result) -> bool:
        """Go to the period of `start`, `written` being the portfolio's figures; return whether they are another's."""
        if self.start is None or start > self.start:
            known, self.start = self.start, start
            self.before = None if known is None else Before(*msgspec.structs.astuple(written), start=known)
            return known is not None
        if self.before is None or start != self.before.start:
            return False
        self.start, self.before = start, None
        return True

# SPDX-License-Identifier: MIT
"""How much of each limit is used, and the most that was used of it today."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict

_LEAST: Final = frozenset({"MARGIN_LEVEL_LIMIT", "FREE_MARGIN_LIMIT"})
"""Limits that are least values: they are used up as the figure falls to them."""


def used_of(verdict: Verdict) -> float | None:
    """Return the share of a limit that is used, 1 for all of it; None where that cannot be said."""
    seen, limit = verdict.observed, verdict.limit
    if seen is None or limit is None or not (math.isfinite(seen) and math.isfinite(limit)):
        return None
    if verdict.code in _LEAST:
        seen, limit = limit, seen
    if limit > 0.0:
        return seen / limit
    return 1.0 if seen > 0.0 else 0.0


class WorstOfDay:
    """Remembers the greatest use of each limit since the day's reset, or since the program's start if that is later.

    One thread at a time may use it.
    """

    def __init__(self) -> None:
        self._day: object = None
        self._worst: dict[str, float] = {}

    def take(self, verdicts: Iterable[Verdict], day: object) -> dict[str, float]:
        """Note the present use; `day` is anything that changes with the day.  Return the worst by code."""
        if day != self._day:
            self._day, self._worst = day, {}
        for verdict in verdicts:
            used = used_of(verdict)
            if used is not None:
                self._worst[verdict.code] = max(used, self._worst.get(verdict.code, 0.0))
        return dict(self._worst)

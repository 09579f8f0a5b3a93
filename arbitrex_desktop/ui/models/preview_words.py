# SPDX-License-Identifier: MIT
"""What the risk manager would answer to a trade that nobody submitted, in words that are no approval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.ui.theme.colours import Tone

REJECTED: Final = "REJECTED"

_PASSES: Final = {"APPROVED": ("would pass", Tone.GOOD), "ADJUSTED": ("would be cut", Tone.WARN)}
_SPACED: Final = frozenset({"DUPLICATE_INTENT", "TRADE_SPACING", "SYMBOL_SPACING", "STRATEGY_THROTTLED"})
"""Their figures are seconds since something, held against the least; what is missing is how long to wait."""

_A_MINUTE: Final = frozenset({"INTENT_RATE", "ORDER_RATE"})
_UNTIL: Final = {
    "QUOTE_STALE": "once there is a fresh price",
    "ACCOUNT_STALE": "once the account is synced",
    "CONNECTION_DOWN": "once the terminal is connected",
    "SYMBOL_NOT_TRADABLE": "once its session is open",
    "SESSION_END": "in the next session",
    "NEWS_BLACKOUT": "once the news is out",
    "SPREAD_TOO_WIDE": "once the spread narrows",
    "EXTREME_VOLATILITY": "once the market calms down",
    "EXPOSURE_VELOCITY": "in a while",
    "TRADING_REDUCING": "once trading is ACTIVE again",
    "REJECTION_VELOCITY": "once the throttle ends",
}

WAITS: Final = frozenset({*_SPACED, *_A_MINUTE, *_UNTIL})
"""Codes of the rules that refuse for a time only: the same trade may pass later, with nothing done about it."""


def preview_words(decision: str, checks: Iterable[Verdict]) -> tuple[str, Tone]:
    """Return a preview's answer in a few words: passes, is cut, is to wait and for what, or is refused."""
    if decision != REJECTED:
        return _PASSES.get(decision, (decision or "no answer", Tone.MUTED))
    until = wait_of(checks)
    return (f"not now, {until}", Tone.WARN) if until else ("would be refused", Tone.BAD)


def wait_of(checks: Iterable[Verdict]) -> str:
    """Return when a trade that is refused may pass by itself, empty where more than time refuses it."""
    blocking = {each.code: each for each in checks if each.blocks}
    if not blocking or not all(_ends_by_itself(each) for each in blocking.values()):
        return ""
    conditions = [words for code, words in _UNTIL.items() if code in blocking]
    if conditions:
        return conditions[0]
    if blocking.keys() & _A_MINUTE:
        return "within a minute"
    return f"in {math.ceil(max(_missing(each) for each in blocking.values()))} s"


def _ends_by_itself(check: Verdict) -> bool:
    # A trade that was approved under this name before has no seconds to wait for: it never passes again.
    return check.code in WAITS and (check.code not in _SPACED or _missing(check) > 0.0)


def _missing(spacing: Verdict) -> float:
    """Return how many seconds are left to wait, 0 where the check has no figures."""
    if spacing.observed is None or spacing.limit is None:
        return 0.0
    return spacing.limit - spacing.observed

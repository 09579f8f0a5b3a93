# SPDX-License-Identifier: MIT
"""What the risk manager would answer to a trade that nobody submitted, in words that are no approval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.theme.colours import Tone

REJECTED: Final = "REJECTED"

_PASSES: Final = {"APPROVED": (N_("would pass"), Tone.GOOD), "ADJUSTED": (N_("would be cut"), Tone.WARN)}
_SPACED: Final = frozenset({"DUPLICATE_INTENT", "TRADE_SPACING", "SYMBOL_SPACING", "STRATEGY_THROTTLED"})
"""Their figures are seconds since something, held against the least; what is missing is how long to wait."""

_A_MINUTE: Final = frozenset({"INTENT_RATE", "ORDER_RATE"})
_UNTIL: Final = {
    "QUOTE_STALE": N_("at the next price"),
    "ACCOUNT_STALE": N_("after the next sync"),
    "CONNECTION_DOWN": N_("once connected"),
    "SYMBOL_NOT_TRADABLE": N_("once its session opens"),
    "SESSION_END": N_("until the next session"),
    "NEWS_BLACKOUT": N_("after the news"),
    "SPREAD_TOO_WIDE": N_("until it narrows"),
    "EXTREME_VOLATILITY": N_("until it calms down"),
    "EXPOSURE_VELOCITY": N_("in a while"),
    "TRADING_REDUCING": N_("once ACTIVE again"),
    "REJECTION_VELOCITY": N_("once let go"),
}

WAITS: Final = frozenset({*_SPACED, *_A_MINUTE, *_UNTIL})
"""Codes of the rules that refuse for a time only: the same trade may pass later, with nothing done about it."""


def preview_text(decision: str, checks: Iterable[Verdict]) -> tuple[str, Tone]:
    """Return a preview's answer in a few words: passes, is cut, is to wait and for what, or is refused."""
    if decision != REJECTED:
        message, tone = _PASSES.get(decision, (decision or N_("no answer"), Tone.MUTED))
        return _(message), tone
    until = wait_of(checks)
    return (_("not now, {until}").format(until=until), Tone.WARN) if until else (_("would be refused"), Tone.BAD)


def wait_of(checks: Iterable[Verdict]) -> str:
    """Return when a trade that is refused may pass by itself, empty where more than time refuses it."""
    blocking = {each.code: each for each in checks if each.blocks}
    if not blocking or not all(_ends_by_itself(each) for each in blocking.values()):
        return ""
    conditions = [message for code, message in _UNTIL.items() if code in blocking]
    if conditions:
        return _(conditions[0])
    if blocking.keys() & _A_MINUTE:
        return _("within a minute")
    return _("in {seconds} s").format(seconds=math.ceil(max(_missing(each) for each in blocking.values())))


def _ends_by_itself(check: Verdict) -> bool:
    # A trade that was approved under this name before has no seconds to wait for: it never passes again.
    return check.code in WAITS and (check.code not in _SPACED or _missing(check) > 0.0)


def _missing(spacing: Verdict) -> float:
    """Return how many seconds are left to wait, 0 where the check has no figures."""
    if spacing.observed is None or spacing.limit is None:
        return 0.0
    return spacing.limit - spacing.observed

# SPDX-License-Identifier: MIT
"""Saying in words that a trade closes a position: whose, which one, and how much of it."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.intents.events import RiskAnswer
from arbitrex_desktop.desk.intents.intent import MANUAL, IntentRequest
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.views import AccountReading

_EPSILON: Final = 1e-9


def closing_text(
    request: IntentRequest, judgement: RiskAnswer | None, reading: AccountReading | None, *, own: bool
) -> str:
    """Return "CLOSES position #123 (BUY 0.01 XAUUSD)", empty for a trade that closes nothing.

    `own` tells whether the position was opened by whoever sends the trade; a strategy that takes from another's
    position says so, and so does a trade that closes only a part.
    """
    if judgement is None or judgement.closes is None:
        return ""
    ticket, side = judgement.closes, "SELL" if request.direction > 0 else "BUY"
    position = next((each for each in reading.positions if each.ticket == ticket) if reading else iter(()), None)
    volume = judgement.lots if position is None else position.volume
    part = f"{amounts.lots(judgement.lots)} of " if judgement.lots < volume - _EPSILON else ""
    stranger = request.source != MANUAL and not own
    whose = f", which {request.source} did not open" if stranger else ""
    return f"CLOSES {part}position #{ticket} ({side} {amounts.lots(volume)} {request.symbol}){whose}"

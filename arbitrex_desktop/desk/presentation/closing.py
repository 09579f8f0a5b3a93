# SPDX-License-Identifier: MIT
"""Saying in words that a trade closes a position: whose, which one, and how much of it."""

from __future__ import annotations

from arbitrex_desktop.desk.intents.events import RiskAnswer
from arbitrex_desktop.desk.intents.intent import MANUAL, IntentRequest
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.raw_layer.views import AccountReading


def closing_text(
    request: IntentRequest, judgement: RiskAnswer | None, reading: AccountReading | None, *, own: bool
) -> str:
    """Return "CLOSES position #123 (BUY 0.01 XAUUSD)", empty for a trade that closes nothing.

    `own` tells whether the position was opened by whoever sends the trade; a strategy that takes from another's
    position says so, and so does a trade that closes only a part.
    """
    if judgement is None:
        return ""
    side = "SELL" if request.direction > 0 else "BUY"
    if judgement.closes is None:
        return _reversal_text(request, judgement, side)
    ticket = judgement.closes
    position = next((each for each in reading.positions if each.ticket == ticket) if reading else iter(()), None)
    volume = judgement.lots if position is None else position.volume
    is_foreign = request.source != MANUAL and not own
    whose = f", which {request.source} did not open" if is_foreign else ""
    what = f"{side} {amounts.lots(volume)} {request.symbol}"
    if judgement.lots < volume - VOLUME_TOLERANCE:
        return f"CLOSES {amounts.lots(judgement.lots)} of position #{ticket} ({what}){whose}"
    return f"CLOSES position #{ticket} ({what}){whose}"


def _reversal_text(request: IntentRequest, judgement: RiskAnswer, side: str) -> str:
    """Return "REVERSES the position (SELL 0.10 EURUSD): BUY 0.20 will be open", empty for a trade that closes nothing.

    A netting account has one position a symbol: what is traded against it closes it first.
    """
    closed, left = judgement.closing_lots, judgement.lots - judgement.closing_lots
    if closed <= 0.0:
        return ""
    position = f"{side} {amounts.lots(closed)} {request.symbol}"
    if left <= VOLUME_TOLERANCE:
        return f"CLOSES the position ({position})"
    other = "BUY" if side == "SELL" else "SELL"
    return f"REVERSES the position ({position}): {other} {amounts.lots(left)} will be open"

# SPDX-License-Identifier: MIT
"""What the trader is told when an order comes to an end, or its fate is not known."""

from __future__ import annotations

from arbitrex_desktop.desk.intents.events import Event, Intent
from arbitrex_desktop.desk.intents.intent import IntentState


def order_news(intent: Intent, event: Event, digits: int) -> tuple[str, str] | None:
    """Return level and text of the notice about an event of an intent, None where there is nothing to tell.

    `digits`, the decimals of the symbol's prices.
    """
    if event.draft.before is event.draft.after:
        return None
    name, reason = _name(intent), intent.reason or "no reason was given"
    filled = intent.fill.volume if intent.fill else 0.0
    return {
        IntentState.FAILED: ("error", f"{name} FAILED: {reason}"),
        IntentState.UNKNOWN: (
            "error",
            f"The fate of {name} is UNKNOWN: {reason}; {intent.request.symbol} is blocked until it is known",
        ),
        IntentState.PARTIAL: (
            "error",
            f"{name} PARTIAL: only {filled:.2f} lots were executed{_price(intent, digits)}",
        ),
        IntentState.FILLED: ("info", f"{name} FILLED{_price(intent, digits)}"),
        IntentState.EXPIRED: ("info", f"{name} EXPIRED: {reason}"),
    }.get(intent.state)


def _name(intent: Intent) -> str:
    """Return an order as the trader knows it."""
    judgement = intent.approved or intent.judgement
    lots = judgement.lots if judgement else 0.0
    closes = f" (close #{judgement.closes})" if judgement and judgement.closes is not None else ""
    side = "BUY" if intent.request.direction > 0 else "SELL"
    return f"{side} {lots:.2f} {intent.request.symbol}{closes}"


def _price(intent: Intent, digits: int) -> str:
    """Return price and slippage of a fill as far as they are known."""
    fill = intent.fill
    if fill is None or fill.price is None:
        return "; the broker has not told the price yet"
    price = f" at {fill.price:.{digits}f}"
    if fill.slippage_points is None:
        return price
    # A hair better than asked is none, and zero has no minus.
    return f"{price}, slippage {round(fill.slippage_points, 1) + 0.0:+.1f} points"

# SPDX-License-Identifier: MIT
"""What the trader is told of an intent: that it waits, how it ended and why, or that its order's fate is not known.

In the language of the window; the reasons that the journal keeps are English.
"""

from __future__ import annotations

from typing import NamedTuple

from arbitrex_desktop.desk.intents.entry import fill_text, lifetime_text, order_name
from arbitrex_desktop.desk.intents.events import Event, Fill, Intent
from arbitrex_desktop.desk.intents.intent import MANUAL, TRADER, IntentState
from arbitrex_desktop.desk.presentation.core_text import core_text
from arbitrex_desktop.desk.presentation.notice_topics import NoticeLevel, NoticeSubject, NoticeTopic
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.texts import _


class OrderNotice(NamedTuple):
    """A notice about an intent; one that `replaces` takes the place of earlier ones of its topic.

    So a strategy whose intents are many has one line for what waits and one for what was refused.
    """

    level: NoticeLevel
    topic: NoticeTopic
    text: str
    replaces: bool = False


def order_notice(intent: Intent, event: Event, digits: int) -> OrderNotice | None:
    """Return the notice about an event of an intent, None where there is nothing to say.

    `digits`, the decimals of the symbol's prices.
    """
    if event.old_state is event.new_state:
        return None
    if intent.state is IntentState.REJECTED and event.actor != TRADER:
        return _is_refusal(intent)
    name, reason = _name_of_order(intent), core_text(intent.reason) or _("no reason was given")
    fill = intent.fill or Fill()
    late = event.old_state is IntentState.FAILED
    done: NoticeLevel = "error" if late else "info"
    after = _(", after it had counted as FAILED") if late else ""
    texts: dict[IntentState, tuple[NoticeLevel, str]] = {
        IntentState.FAILED: ("error", _("{name} FAILED: {reason}").format(name=name, reason=reason)),
        IntentState.UNKNOWN: (
            "error",
            _("The fate of {name} is UNKNOWN: {reason}; {symbol} is blocked until it is known").format(
                name=name, reason=reason, symbol=intent.request.symbol
            ),
        ),
        IntentState.PARTIAL: (
            "error",
            _("{name} PARTIAL: only {lots} lots were executed").format(name=name, lots=amounts.lots(fill.volume))
            + fill_text(fill, digits, _),
        ),
        IntentState.PLACED: (done, _("{name} PLACED").format(name=name) + _resting_terms(intent, digits) + after),
        IntentState.FILLED: (done, _("{name} FILLED").format(name=name) + fill_text(fill, digits, _) + after),
        IntentState.EXPIRED: ("info", _("{name} EXPIRED: {reason}").format(name=name, reason=reason)),
        IntentState.CANCELLED: ("info", _("{name} CANCELLED: {reason}").format(name=name, reason=reason)),
        IntentState.REJECTED: (
            "info",
            _("{name} REJECTED by you").format(name=name) + (f": {intent.reason}" if intent.reason else ""),
        ),
    }
    if intent.state is IntentState.PENDING:
        text = _("{name} waits for your decision").format(name=name) + _source_of_intent(intent)
        return OrderNotice("info", NoticeSubject.WAITING.of(intent.request.source), text, replaces=True)
    text_of = texts.get(intent.state)
    return None if text_of is None else OrderNotice(text_of[0], NoticeSubject.ORDER.of(intent.intent_id), text_of[1])


def _is_refusal(intent: Intent) -> OrderNotice:
    """Return that the risk manager, or the desk itself, said no."""
    side = order_name(intent.request)
    lots = f" {amounts.lots(intent.request.requested_volume)}" if intent.request.requested_volume else ""
    reason = intent.reason or (intent.judgement.reason if intent.judgement else "")
    refused = _("{name} REFUSED by the risk manager").format(name=f"{side}{lots} {intent.request.symbol}")
    text = f"{refused}{_source_of_intent(intent)}: {core_text(reason)}"
    by_hand = intent.request.source == MANUAL
    return OrderNotice(
        "warning" if by_hand else "info", NoticeSubject.REFUSED.of(intent.request.source), text, replaces=not by_hand
    )


def _source_of_intent(intent: Intent) -> str:
    """Return which strategy an intent comes from, empty for the trader's own."""
    return "" if intent.request.source == MANUAL else _(" (from {source})").format(source=intent.request.source)


def _name_of_order(intent: Intent) -> str:
    """Return an order as the trader knows it."""
    judgement = intent.approved or intent.judgement
    lots = judgement.lots if judgement else 0.0
    closes = (
        _(" (close #{ticket})").format(ticket=judgement.closes) if judgement and judgement.closes is not None else ""
    )
    return f"{order_name(intent.request)} {amounts.lots(lots)} {intent.request.symbol}{closes}"


def _resting_terms(intent: Intent, digits: int) -> str:
    """Return where an order rests, and how long."""
    request, ticket = intent.request, intent.fill.order if intent.fill else 0
    rests = lifetime_text(request.good_for, request.good_until)
    return f" at {request.order_price or 0.0:.{digits}f}, order #{ticket}, {rests}"

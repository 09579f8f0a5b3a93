# SPDX-License-Identifier: MIT
"""What would come of an intent, shown while it is typed."""

from __future__ import annotations

from arbitrex_desktop.desk.account_desk import AccountDesk
from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.intent_queue.pending import in_flight_names
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.presentation import rows
from arbitrex_desktop.desk.presentation.snapshot import Preview
from arbitrex_desktop.desk.risk.risk_client import under_broker_name


def preview(context: DeskContext, desk: AccountDesk | None, request: IntentRequest, number: int) -> Preview:
    """Return what the RPM would answer now, and what else is in the way; nothing is recorded (any thread)."""
    pool, request = context.pool, under_broker_name(context.pool, request)
    instead_of = in_flight_names(desk.pairs.check(request)) if desk is not None else ()
    judgement = context.risk.evaluate(request, "", instead_of=instead_of)
    now = context.clock.now()
    intent = Intent("", request, IntentState.RECEIVED, now, now, now, judgement)
    blocker = judgement.details if judgement.refused else context.gate.blocker(reducing=judgement.reducing)
    closing = desk.closing(request, judgement) if desk is not None else ""
    digits, money = rows.digits_of(pool, request.symbol), rows.money_digits_of(pool)
    return Preview(number, rows.intent_row(intent, judgement, blocker, digits, closing=closing, money_digits=money))

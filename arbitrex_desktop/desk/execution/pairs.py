# SPDX-License-Identifier: MIT
"""Pairs of orders that rest, of which the first one filled cancels the other.

Nothing is remembered here: what is to be done follows from how both legs stand in the journal, so that a crash at any
point only delays it.  A leg that ends without a fill leaves the other as it is.
"""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused, UnknownIntent
from arbitrex_desktop.desk.execution.positions import PositionActions
from arbitrex_desktop.desk.intent_queue.intent_store import DESK, IntentStore
from arbitrex_desktop.desk.intents.entry import order_name
from arbitrex_desktop.desk.intents.events import EventKind, Intent
from arbitrex_desktop.desk.intents.intent import ENDED, IntentRequest, IntentState
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject

_AGAIN_SECONDS: Final = 5.0
_BOTH: Final = "both orders of the pair were filled"


class OrderPairs:
    """Cancels the other leg.  Called on the worker's thread, one order at a time; asks the terminal."""

    def __init__(self, store: IntentStore, context: DeskContext, positions: PositionActions) -> None:
        self._store = store
        self._clock = context.clock
        self._post = context.post
        self._positions = positions
        self._not_before: dict[str, float] = {}

    def check(self, request: IntentRequest) -> Intent | None:
        """Return the first leg that a new intent names, None for no pair; raise `CommandRefused` for no fit partner."""
        if not request.oco_with:
            return None
        try:
            first = self._store.get(request.oco_with)
        except UnknownIntent as unknown:
            raise CommandRefused(f"{unknown} to form a pair with") from unknown
        if not (request.rests and first.request.rests):
            raise CommandRefused("only two orders that rest, a limit or a stop each, form a pair")
        if first.request.source != request.source:
            raise CommandRefused(f"intent {first.intent_id} is not of the same sender")
        if first.state in ENDED:
            raise CommandRefused(f"intent {first.intent_id} is {first.state} already; no pair can be formed with it")
        if self._store.partner(first) is not None:
            raise CommandRefused(f"intent {first.intent_id} is one of a pair already")
        return first

    def enforce(self) -> None:
        """Cancel what waits beside a leg that was filled; tell of a pair of which both were."""
        for intent in self._store.in_state(IntentState.PENDING, IntentState.PLACED):
            partner = self._store.partner(intent)
            if partner is not None and _was_filled(partner) and not _was_filled(intent):
                self._cancel(intent, f"the other order of the pair, {partner.intent_id}, was filled")
        for second in self._store.in_state(IntentState.FILLED, IntentState.PARTIAL, IntentState.PLACED):
            if second.request.oco_with and _was_filled(second) and _BOTH not in second.reason:
                self._post_both(second)

    def _cancel(self, intent: Intent, reason: str) -> None:
        """Cancel a leg: at once while it only waits for the trader, else its order at the broker."""
        if intent.state is IntentState.PENDING:
            self._store.record(intent, EventKind.CANCELLED, reason=reason, state=IntentState.CANCELLED)
            return
        now = self._clock.monotonic()
        if intent.fill is None or now < self._not_before.get(intent.intent_id, now):
            return
        self._not_before[intent.intent_id] = now + _AGAIN_SECONDS
        try:
            self._positions.cancel(intent.fill.order, actor=DESK, reason=reason)
        except CommandRefused as refusal:
            name = f"{order_name(intent.request)} {intent.request.symbol} #{intent.fill.order}"
            self._post(
                "error",
                NoticeSubject.PAIR.of(intent.intent_id),
                f"{name} could not be cancelled yet, {reason}: {refusal}",
            )

    def _post_both(self, second: Intent) -> None:
        """Tell, once, that both legs were filled: two positions are open where one was wanted."""
        first = self._store.partner(second)
        if first is None or not _was_filled(first):
            return
        tickets = " and ".join(f"#{each.fill.position or each.fill.order}" for each in (first, second) if each.fill)
        reason = f"{_BOTH} before the other could be cancelled: look at {tickets}, and close what is not wanted"
        self._store.record(second, EventKind.EVIDENCE_FOUND, reason=reason)
        self._post("error", NoticeSubject.PAIR.of(second.intent_id), f"{second.request.symbol}: {reason}")


def _was_filled(intent: Intent) -> bool:
    """Return whether anything of an intent was executed."""
    return intent.fill is not None and intent.fill.volume > 0.0

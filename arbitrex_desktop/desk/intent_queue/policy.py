# SPDX-License-Identifier: MIT
"""Approving without the trader what a policy lets pass: named strategies, small sizes, never on LIVE accounts."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intent_queue.pending import PendingQueue
from arbitrex_desktop.desk.intents.events import Intent, RiskAnswer
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.raw_layer.views import AccountMode

_TRY_AGAIN_SECONDS: Final = 1.0


class ApprovalPolicy:
    """Says which pending intent is to be approved next without the trader.  For the worker's thread.

    One at a time, so that the trader's commands come in between, and of every sender in turn, so that nobody waits
    for all that another has sent.  What could not be approved is tried again after a second.

    Attributes:
        busy: whether there was one the last time that it was asked, so that there may be another
    """

    def __init__(self, store: IntentStore, pending: PendingQueue, context: DeskContext) -> None:
        self._store = store
        self._pending = pending
        self._context = context
        self._tried: dict[str, float] = {}
        self._served: dict[str, int] = {}
        self._turn = 0
        self.busy = False

    def next(self) -> Intent | None:
        """Return the one to be approved now, of the sender whose last turn is the longest ago; None for none."""
        intent = min(self._due(), key=lambda each: self._served.get(each.request.source, 0), default=None)
        self.busy = intent is not None
        if intent is not None:
            self._turn += 1
            self._tried[intent.intent_id] = self._context.clock.monotonic()
            self._served[intent.request.source] = self._turn
        return intent

    def _due(self) -> list[Intent]:
        """Return the intents that are to be approved, oldest first."""
        if not self._context.settings.auto_approve_lots:
            return []
        soonest = self._context.clock.monotonic() - _TRY_AGAIN_SECONDS
        self._tried = {intent_id: at for intent_id, at in self._tried.items() if at > soonest}
        pending = self._store.in_state(IntentState.PENDING)
        return [each for each in pending if each.intent_id not in self._tried and self._lets_pass(each)]

    def _lets_pass(self, intent: Intent) -> bool:
        """Return whether an intent is approved without the trader."""
        source, current = intent.request.source, self._pending.current(intent)
        return current is not None and self.allows(source, current) and not self._pending.blocker(intent)

    def allows(self, source: str, answer: RiskAnswer) -> bool:
        """Return whether what the RPM answered to a sender's intent needs no person's approval; from any thread."""
        limit = self._context.settings.auto_approve_lots.get(source, 0.0)
        known = self._context.pool.mode in (AccountMode.SIMULATED, AccountMode.DEMO)
        if not known or not 0.0 < answer.lots <= limit:
            return False
        # What somebody else opened is touched by a person's click only.
        return answer.closes is None or self.opened_by(answer.closes, source)

    def opened_by(self, ticket: int, source: str) -> bool:
        """Return whether a position came from a source's own intent."""
        reading = self._context.pool.latest_account()
        comments = {position.ticket: position.comment for position in reading.positions} if reading else {}
        owner = self._store.owner_of(ticket, comments.get(ticket, ""))
        return bool(owner) and self._store.get(owner).request.source == source

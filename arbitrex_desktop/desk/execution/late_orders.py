# SPDX-License-Identifier: MIT
"""Orders that count as failed only because the broker showed no trace of them: looked for further, for a day.

A broker may execute an order hours after its answer was lost, and overwrite its comment while doing so.  So it is
looked for at once when something that fits it stands among the open positions and orders, and in the history ever
less often as it grows older.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.execution.claims import Claims
from arbitrex_desktop.desk.execution.reconcile import BrokerRecords, Fate, conclusive_positions
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intents.events import Intent
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.intents.order_tags import marked_intent
from arbitrex_desktop.mt5.results import TradeOrder, TradePosition
from arbitrex_desktop.raw_layer.views import AccountReading

WATCHED_FOR: Final = timedelta(hours=24)
"""After that a failed order is final."""
_LEAST_PAUSE: Final = 5.0
_PAUSE_OF_AGE: Final = 0.01
"""The history is read again after this share of the order's age."""
_HISTORY_BEHIND: Final = 10.0
"""Seconds by which a deal may reach the history later than the position shows it."""


class LateOrders:
    """Says which failed orders are due for a look.  Called on the worker's thread; asks nobody."""

    def __init__(self, store: IntentStore, context: DeskContext, claims: Claims) -> None:
        self._store = store
        self._context = context
        self._pool = context.pool
        self._clock = context.clock
        self._claims = claims
        self._next_look: dict[str, float] = {}
        self._volumes: dict[str, float] = {}
        self._soon_until: dict[str, float] = {}

    def due(self) -> tuple[Intent, ...]:
        """Return the failed orders to look for now, the one that was sent first in front."""
        reading, failed = self._context.latest_account(), self._store.in_state(IntentState.FAILED)
        seen: tuple[TradePosition | TradeOrder, ...] = (*reading.positions, *reading.orders) if reading else ()
        marked = {marked_intent(each.comment) for each in seen}
        found = [each for each in failed if each.attempt and self._is_due(each, reading, marked)]
        known = {each.intent_id for each in failed}
        for kept in (self._next_look, self._volumes, self._soon_until):
            for intent_id in kept.keys() - known:
                del kept[intent_id]
        return tuple(sorted(found, key=lambda each: each.created_at))

    def is_over(self, intent: Intent) -> bool:
        """Return whether a failed order has been looked for long enough."""
        return intent.watched and self._clock.now() - intent.changed_at >= WATCHED_FOR

    def _is_due(self, intent: Intent, reading: AccountReading | None, marked: set[str]) -> bool:
        """Return whether an order is named in a comment, is in sight, or has its time come."""
        if intent.intent_id in marked:
            return True
        if not intent.watched:
            return False
        now = self._clock.monotonic()
        self._follow_position(intent, reading, now)
        if now < self._next_look.get(intent.intent_id, now) and not self._in_sight(intent, reading):
            return False
        age = (self._clock.now() - intent.changed_at).total_seconds()
        soon = now < self._soon_until.get(intent.intent_id, now)
        self._next_look[intent.intent_id] = now + (1.0 if soon else max(_LEAST_PAUSE, age * _PAUSE_OF_AGE))
        return True

    def _follow_position(self, intent: Intent, reading: AccountReading | None, now: float) -> None:
        """Look soon, and for a while, when the position has changed that an intent was to reduce."""
        ticket = intent.attempt.request.get("position") if intent.attempt else None
        if not ticket or reading is None:
            return
        volume = sum(each.volume for each in reading.positions if each.ticket == ticket)
        if self._volumes.setdefault(intent.intent_id, volume) != volume:
            self._volumes[intent.intent_id] = volume
            self._soon_until[intent.intent_id] = now + _HISTORY_BEHIND
            self._next_look[intent.intent_id] = now

    def _in_sight(self, intent: Intent, reading: AccountReading | None) -> bool:
        """Return whether something that fits stands among the open positions and orders."""
        if reading is None:
            return False
        books = BrokerRecords(conclusive_positions(reading), reading.orders, (), (), self._utc)
        return self._claims.find(intent, books).found is not Fate.NOTHING

    def _utc(self, seconds: float) -> float:
        """Turn a server clock's seconds into those of UTC."""
        return self._pool.server_time_to_utc(seconds).timestamp()

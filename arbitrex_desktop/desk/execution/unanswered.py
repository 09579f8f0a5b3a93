# SPDX-License-Identifier: MIT
"""Orders on positions and pending orders whose answer never came: remembered, over a restart too, until it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.execution.action_outcomes import ActionOutcome, SentAction, action_outcome
from arbitrex_desktop.desk.execution.reconcile import BrokerRecords
from arbitrex_desktop.desk.intents.events import Event, EventKind, from_body
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer.views import AccountReading

_LOOK_BACK: Final = timedelta(minutes=10)
_WATCHED_SECONDS: Final = 86_400.0


class UnansweredActions:
    """Finds out what became of each.  Called on the worker's thread, like the actions themselves; asks the terminal."""

    def __init__(self, log: ActionLog, context: DeskContext) -> None:
        self._log = log
        self._pool = context.pool
        self._clock = context.clock
        self._post = context.post
        self._settle_seconds = context.settings.settle_seconds
        self._actions: dict[int, SentAction] = {}
        self._watched: set[int] = set()

    def __contains__(self, ticket: int) -> bool:
        return ticket in self._actions and ticket not in self._watched

    def before(self, subject: TradePosition | TradeOrder, request: dict[str, Any]) -> SentAction:
        """Return what has to be known of an action as it leaves, to find out afterwards what became of it."""
        # Whatever comes now is this one's.
        self._actions.pop(subject.ticket, None)
        self._watched.discard(subject.ticket)
        now = self._pool.market_now()
        common: dict[str, Any] = {
            "ticket": subject.ticket,
            "request": request,
            "market_at": now,
            "since": self._clock.monotonic(),
        }
        if isinstance(subject, TradePosition):
            return SentAction(position_id=subject.identifier, volume=subject.volume, placed_at=now, **common)
        placed_at = self._pool.server_time_to_utc(subject.time_setup)
        return SentAction(position_id=0, volume=0.0, placed_at=placed_at, **common)

    def add(self, action: SentAction) -> None:
        """Remember an action that was not answered."""
        self._actions[action.ticket] = action

    def resume(self) -> None:
        """Take up the actions that an earlier run sent and never saw the end of."""
        for event in self._log.unended_actions():
            ticket, what = event.draft.ticket or 0, event.draft.reason
            if "action" in event.draft.body:
                self.add(self._read(event))
                words = f"the desk was interrupted during: {what}; looking at the broker's books"
            else:
                words = f"the desk was interrupted during: {what}; please look at the position"
                self._log.note(EventKind.ACTION_ENDED, reason=words, symbol=event.draft.symbol, ticket=ticket)
            self._post("warning", f"position {ticket}", words)

    def reconcile(self, reading: AccountReading) -> None:
        """See in a fresh reading, and in the broker's history, what became of them."""
        volumes = {position.ticket: position.volume for position in reading.positions}
        waiting = [
            each
            for each in self._actions.values()
            if reading.monotonic > each.since and self._is_due(each, volumes, reading.monotonic)
        ]
        if not waiting or not self._pool.is_connected():
            return
        books = self._books(reading, waiting)
        for action in waiting:
            settled = reading.monotonic - action.since >= self._settle_seconds
            outcome = action_outcome(action, books, self._is_of_intent, settled=settled)
            over = reading.monotonic - action.since >= _WATCHED_SECONDS
            if outcome is None or (outcome.done is False and action.ticket in self._watched and not over):
                continue
            if outcome.done is False and action.closes and action.ticket in volumes and not over:
                self._watch(action, outcome)
            else:
                self._end(action, outcome)

    def _is_due(self, action: SentAction, volumes: Mapping[int, float], now: float) -> bool:
        """Tell whether to look: at one that is only watched, when its position has changed or its time is over."""
        if action.ticket not in self._watched:
            return True
        return volumes.get(action.ticket, 0.0) != action.volume or now - action.since >= _WATCHED_SECONDS

    def _watch(self, action: SentAction, outcome: ActionOutcome) -> None:
        """Tell the trader of a close that left no trace; it may still come, so that its end is not journalled yet."""
        self._watched.add(action.ticket)
        self._post("warning", f"position {action.ticket}", f"#{action.ticket}: {outcome.message}")

    def _is_of_intent(self, deal: TradeDeal) -> bool:
        """Tell whether a deal is of an intent's own order."""
        return bool(self._log.owner_of(deal.order, deal.comment))

    def _books(self, reading: AccountReading, waiting: list[SentAction]) -> BrokerRecords:
        """Read the history that the actions may stand in; a pending order is in it by when it was placed."""
        now = self._pool.market_now()
        moments = [now, *(moment for each in waiting for moment in (each.market_at, each.placed_at))]
        history = self._pool.read_history(min(moments) - _LOOK_BACK, max(moments))
        return BrokerRecords(reading.positions, reading.orders, history.orders, history.deals, self._utc)

    def _end(self, action: SentAction, outcome: ActionOutcome) -> None:
        """Journal what became of an action, and tell the trader."""
        words = f"#{action.ticket}: {outcome.message}"
        self._log.note(EventKind.ACTION_ENDED, reason=f"{words}, as the broker's books show", ticket=action.ticket)
        del self._actions[action.ticket]
        late = action.ticket in self._watched and outcome.done
        self._watched.discard(action.ticket)
        level = "error" if late else "info" if outcome.done else "warning"
        self._post(level, f"position {action.ticket}", f"{words}, late" if late else words)

    def _read(self, event: Event) -> SentAction:
        """Read an action back; it is looked for anew from now on."""
        return replace(from_body(event.draft.body, "action", SentAction), since=self._clock.monotonic())

    def _utc(self, seconds: float) -> float:
        """Turn a server clock's seconds into those of UTC."""
        return self._pool.server_time_to_utc(seconds).timestamp()

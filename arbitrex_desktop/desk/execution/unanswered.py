# SPDX-License-Identifier: MIT
"""Orders on positions and pending orders whose answer never came: remembered, over a restart too, until it is known."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any, Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.execution.action_log import ActionLog
from arbitrex_desktop.desk.execution.action_outcomes import (
    ActionOutcome,
    SentAction,
    action_outcome,
    orders_that_could_be,
)
from arbitrex_desktop.desk.execution.reconcile import BrokerRecords
from arbitrex_desktop.desk.intents.events import Event, EventKind, from_body
from arbitrex_desktop.desk.presentation.notice_topics import NoticeLevel, NoticeSubject
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer.views import AccountReading

_LOOK_BACK: Final = timedelta(minutes=10)
_WATCHED_SECONDS: Final = 86_400.0
_AGAIN: Final = "it was not carried out so far, and the same was ordered again"


@dataclass
class _Search:
    """An action that is looked for.

    Attributes:
        action: what left
        watched: whether it left no trace for the settling time, was told so, and is looked for in case it comes late
        seen: what it would change, as the newest reading had it
        changed_at: when that changed last, monotonic seconds: the history may be behind; None when nothing came of it
    """

    action: SentAction
    watched: bool = False
    seen: Hashable = ...
    changed_at: float | None = None


class UnansweredActions:
    """Finds out what became of each.  Called on the worker's thread, like the actions themselves; asks the terminal."""

    def __init__(self, log: ActionLog, context: DeskContext) -> None:
        self._log = log
        self._context = context
        self._pool = context.pool
        self._clock = context.clock
        self._post = context.post
        self._settle_seconds = context.settings.settle_seconds
        self._searches: dict[str, _Search] = {}
        self._numbers = count(1)

    def __contains__(self, ticket: int) -> bool:
        return any(each.action.ticket == ticket and not each.watched for each in self._searches.values())

    def before(self, subject: TradePosition | TradeOrder, request: dict[str, Any]) -> SentAction:
        """Return what has to be known of an action as it leaves, to find out afterwards what became of it."""
        self._forget_same(subject.ticket, request)
        now = self._pool.market_now()
        common: dict[str, Any] = {
            "ticket": subject.ticket,
            "request": request,
            "market_at": now,
            "since": self._clock.monotonic(),
            "name": f"{self._clock.now().isoformat()} {next(self._numbers)}",
        }
        if isinstance(subject, TradePosition):
            return SentAction(position_id=subject.identifier, volume=subject.volume, placed_at=now, **common)
        placed_at = self._pool.server_time_to_utc(subject.time_setup)
        return SentAction(position_id=0, volume=0.0, placed_at=placed_at, **common)

    def add(self, action: SentAction) -> None:
        """Remember an action that was not answered."""
        self._searches[action.name] = _Search(action)

    def resume(self) -> None:
        """Take up the actions that an earlier run sent and never saw the end of."""
        for event in self._log.unended_actions():
            ticket, what = event.ticket or 0, event.reason
            if "action" in event.body:
                self.add(self._read(event))
                message = f"the desk was interrupted during: {what}; looking at the broker's books"
            else:
                message = f"the desk was interrupted during: {what}; please look at the position"
                self._log.note(EventKind.ACTION_ENDED, reason=message, symbol=event.symbol, ticket=ticket)
            self._post("warning", NoticeSubject.POSITION.of(ticket), message)

    def claims(self, books: BrokerRecords, position: int, *, watched: bool) -> set[int]:
        """Return the orders that are a close's of a position, or may be one's which is looked for.

        `watched`, also one that was given up.
        """
        found = (each for each in self._searches.values() if each.action.closes and (watched or not each.watched))
        of_it = (each.action for each in found if each.action.ticket == position)
        sought = {order for action in of_it for order in orders_that_could_be(action, books)}
        return sought | self._log.closing_orders(position)

    def knows(self, deal: TradeDeal) -> bool:
        """Return whether a deal is of a close that was sent from here, or may be of one that is looked for."""
        if any(each.action.position_id == deal.position_id for each in self._searches.values()):
            return True
        return deal.order in self._log.closing_orders(deal.position_id) or bool(self._log.owner_of_exit(deal))

    def reconcile(self, reading: AccountReading) -> None:
        """See in a fresh reading, and in the broker's history, what became of them."""
        waiting = [each for each in self._searches.values() if self._is_due(each, reading)]
        if not waiting or not self._pool.is_connected():
            return
        books = self._books(reading, waiting)
        for search in waiting:
            start = search.action.since if search.changed_at is None else search.changed_at
            settled = reading.monotonic - start >= self._settle_seconds
            outcome = action_outcome(search.action, books, partial(self._is_of_another, search), settled=settled)
            if outcome is not None:
                self._conclude(search, outcome, reading)

    def _is_due(self, search: _Search, reading: AccountReading) -> bool:
        """Return whether to look: at one that is watched, when what it would change has changed or its time is over."""
        if reading.monotonic <= search.action.since:
            return False
        state, action = _state_of_target(search.action, reading), search.action
        if search.seen is ...:
            search.seen = action.volume if action.closes or state is None else state
        if state != search.seen:
            search.seen, search.changed_at = state, reading.monotonic
        return not search.watched or search.changed_at is not None or self._is_over(search, reading)

    @staticmethod
    def _is_over(search: _Search, reading: AccountReading) -> bool:
        """Return whether an action has been looked for long enough."""
        return reading.monotonic - search.action.since >= _WATCHED_SECONDS

    def _conclude(self, search: _Search, outcome: ActionOutcome, reading: AccountReading) -> None:
        """End a search, or go on with it: what left no trace may still come, so that its end is not journalled yet."""
        if outcome.final or self._is_over(search, reading):
            self._end(search, outcome)
            return
        search.changed_at = None
        if not search.watched:
            search.watched = True
            ticket = search.action.ticket
            self._post("warning", NoticeSubject.POSITION.of(ticket), f"#{ticket}: {outcome.message}")

    def _is_of_another(self, search: _Search, deal: TradeDeal) -> bool:
        """Return whether a deal is of an intent's own order, or of a close that was answered or found."""
        known = self._log.closing_orders(search.action.ticket)
        return deal.order in known or bool(self._log.owner_of_exit(deal))

    def _books(self, reading: AccountReading, waiting: list[_Search]) -> BrokerRecords:
        """Read the history that the actions may stand in; a pending order is in it by when it was placed."""
        now = self._pool.market_now()
        moments = [now, *(at for each in waiting for at in (each.action.market_at, each.action.placed_at))]
        history = self._context.read_history(min(moments) - _LOOK_BACK, max(moments))
        return BrokerRecords(reading.positions, reading.orders, history.orders, history.deals, self._utc)

    def _end(self, search: _Search, outcome: ActionOutcome) -> None:
        """Journal what became of an action, and tell the trader, unless it is what was told before."""
        action = search.action
        message = f"#{action.ticket}: {outcome.message}"
        self._log.end(action, f"{message}, as the broker's books show", order=outcome.order, lots=outcome.lots)
        del self._searches[action.name]
        if search.watched and not outcome.done and (outcome.done is False or not action.closes):
            return
        late = search.watched and outcome.done is True
        level: NoticeLevel = "error" if late else "info" if outcome.done else "warning"
        self._post(level, NoticeSubject.POSITION.of(action.ticket), f"{message}, late" if late else message)

    def _forget_same(self, ticket: int, request: dict[str, Any]) -> None:
        """Stop looking for a stop, a change or a cancellation that is ordered anew: nobody could tell them apart."""
        for search in list(self._searches.values()):
            action = search.action
            if action.ticket == ticket and not action.closes and action.request == request:
                del self._searches[action.name]
                self._log.end(action, f"#{ticket}: {_AGAIN}")

    def _read(self, event: Event) -> SentAction:
        """Read an action back; it is looked for anew from now on."""
        action = from_body(event.body, "action", SentAction)
        return replace(action, since=self._clock.monotonic(), name=action.name or f"event {event.seq}")

    def _utc(self, seconds: float) -> float:
        """Turn a server clock's seconds into those of UTC."""
        return self._pool.server_time_to_utc(seconds).timestamp()


def _state_of_target(action: SentAction, reading: AccountReading) -> Hashable:
    """Return what an action would change, as a reading has it; None for what is gone."""
    if action.position_id:
        position = next((each for each in reading.positions if each.ticket == action.ticket), None)
        return position and (position.volume if action.closes else (position.sl, position.tp))
    order = next((each for each in reading.orders if each.ticket == action.ticket), None)
    return order and (order.price_open, order.sl, order.tp)

# SPDX-License-Identifier: MIT
"""Bringing every order that left to a known end: after a crash, a time-out or a lost line, and after a plain fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.claims import Claims
from arbitrex_desktop.desk.execution.executor import with_slippage
from arbitrex_desktop.desk.execution.late_orders import LateOrders
from arbitrex_desktop.desk.execution.reconcile import BrokerRecords, Fate, ReconcileResult, conclusive_positions
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.intent_queue.intent_store import DESK, IntentStore
from arbitrex_desktop.desk.intents.entry import fill_text, filled_text, order_name
from arbitrex_desktop.desk.intents.events import EventKind, Fill, Intent, to_body
from arbitrex_desktop.desk.intents.intent import TRADER, IntentState
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.rows import digits_of
from arbitrex_desktop.mt5.constants import OrderState
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE

_LOOK_BACK: Final = timedelta(minutes=10)
_LEAST_LOOKS: Final = 3
_CONFIRM_FOR: Final = timedelta(seconds=60)
_SO_FAR: Final = " so far; it is looked for for another day"


@dataclass(frozen=True, slots=True)
class _Absence:
    """How long the books have shown no trace: since when (monotonic seconds), looks, and on which connection."""

    since: float
    looks: int
    connection: int


class Recovery:
    """Reconciles what is SENDING or UNKNOWN, and confirms what was filled; `closes` has the closes that are sought.

    Called on the worker's thread while no order is on its way; asks the terminal.
    """

    def __init__(self, store: IntentStore, context: DeskContext, closes: UnansweredActions) -> None:
        self._store = store
        self._context = context
        self._pool = context.pool
        self._clock = context.clock
        self._settings = context.settings
        self._post = context.post
        self._claims = Claims(store, closes)
        self._late = LateOrders(store, context, self._claims)
        self._absences: dict[str, _Absence] = {}

    def settle_interrupted(self) -> None:
        """End what was left half done: nothing was sent of what is RECEIVED or APPROVED, perhaps of what is SENDING."""
        for intent in self._store.unjudged():
            reason = "the desk was interrupted before it was judged"
            self._store.record(intent, EventKind.REJECTED, reason=reason, state=IntentState.REJECTED)
        for intent in self._store.in_state(IntentState.APPROVED):
            reason = "it was approved but never sent: the desk was interrupted before"
            self._store.record(intent, EventKind.FAILED, reason=reason, state=IntentState.FAILED)
        for intent in self._store.in_state(IntentState.SENDING):
            reason = "the desk was interrupted while it was being sent; looking for it at the broker"
            self._store.record(intent, EventKind.UNCONFIRMED, reason=reason, state=IntentState.UNKNOWN)

    def reconcile(self) -> None:
        """Read the broker's books, if anything waits for that, and take over what they say."""
        self._confirm_placed()
        unknown = self._store.in_state(IntentState.UNKNOWN)
        # Unknown ones first: an order that fits both is more likely theirs than one's that failed hours ago.
        sought = (*unknown, *self._late.due())
        waiting = (*sought, *self._unconfirmed(), *self._changed())
        if not waiting or not self._pool.is_connected():
            return
        connection = self._pool.stats().connections
        books = self._read(waiting)
        for intent in waiting:
            finding = self._claims.find(intent, books, sought)
            if intent.state in (IntentState.UNKNOWN, IntentState.PLACED):
                self._decide(intent, finding, connection)
            elif intent.state is IntentState.FAILED:
                self._decide_late(intent, finding)
            elif finding.found is Fate.EXECUTED and finding.fill is not None:
                self._confirm(intent, finding.fill)

    def resolve(self, intent_id: str, *, executed: bool, reason: str, ticket: int = 0) -> Intent:
        """Take the trader's word for what became of an UNKNOWN intent; raise `CommandRefused` for any other."""
        intent = self._store.get(intent_id)
        if intent.state is not IntentState.UNKNOWN:
            raise CommandRefused(f"the intent is {intent.state}; only an UNKNOWN one is resolved manually")
        message = f"decided by the trader: {reason}" if reason else "decided by the trader"
        if not executed:
            return self._fail(intent, message, actor=TRADER, watched=True)
        lots = float(intent.attempt.request["volume"]) if intent.attempt else 0.0
        body = to_body(fill=Fill(order=ticket, volume=lots, confirmed=True))
        return self._store.record(
            intent,
            EventKind.FILLED,
            actor=TRADER,
            reason=message,
            state=IntentState.FILLED,
            ticket=ticket or None,
            body=body,
        )

    def _decide(self, intent: Intent, finding: ReconcileResult, connection: int) -> None:
        """Move an UNKNOWN intent, or one whose order rests no longer, as far as the books allow."""
        if finding.found is not Fate.NOTHING:
            self._absences.pop(intent.intent_id, None)
        if finding.found is Fate.EXECUTED and finding.fill is not None and not (finding.waits and intent.request.rests):
            self._executed(intent, finding.fill, finding.message)
        elif intent.request.rests and (finding.waits or finding.found is Fate.DEAD):
            self._resting(intent, finding)
        elif finding.found is Fate.DEAD:
            self._fail(intent, f"{finding.message}: nothing was executed")
        elif self._absent_long_enough(intent, finding, connection):
            self._fail(intent, f"{finding.message}: nothing was executed{_SO_FAR}", watched=True)
        elif intent.state is IntentState.UNKNOWN and finding.message not in intent.reason:
            self._store.record(
                intent, EventKind.EVIDENCE_FOUND, reason=finding.message, body=to_body(tickets=finding.tickets)
            )
            self._post(
                "error", NoticeSubject.ORDER.of(intent.intent_id), f"{_name_of_intent(intent)}: {finding.message}"
            )

    def _resting(self, intent: Intent, finding: ReconcileResult) -> None:
        """Follow an order that rests: it waits on, a part of it was filled, or it ended without a deal."""
        known, ticket = intent.fill or Fill(), next(iter(finding.tickets), None)
        if finding.found is Fate.DEAD:
            kind, state = _ENDS.get(finding.end or OrderState.REJECTED, (EventKind.FAILED, IntentState.FAILED))
            reason = f"{finding.message}: {_END_WORDS[state]}"
            self._store.record(intent, kind, reason=reason, state=state, ticket=ticket)
            return
        fill = finding.fill or Fill(order=ticket or 0)
        body = to_body(fill=replace(self._slipped(intent, fill), confirmed=known.confirmed))
        if intent.state is IntentState.UNKNOWN:
            reason = f"{finding.message}; it rests at the broker"
            kind, state = EventKind.PLACED, IntentState.PLACED
            self._store.record(intent, kind, reason=reason, state=state, ticket=ticket, body=body)
        elif fill.volume > known.volume + VOLUME_TOLERANCE:
            reason = f"{finding.message}; the rest waits on"
            self._store.record(intent, EventKind.EVIDENCE_FOUND, reason=reason, ticket=ticket, body=body)
            self._post("info", NoticeSubject.ORDER.of(intent.intent_id), f"{_name_of_intent(intent)}: {reason}")

    def _decide_late(self, intent: Intent, finding: ReconcileResult) -> None:
        """Take over what the books show of an order that had counted as failed; any trace of it is an alarm."""
        if finding.found is Fate.NOTHING:
            if self._late.is_over(intent):
                self._make_final(intent, "no trace of it for a day: nothing was executed, and that is final")
        elif finding.waits and intent.request.rests:
            self._placed_late(intent, finding)
        elif finding.found is Fate.EXECUTED and finding.fill is not None:
            self._alarm(intent, "but was executed")
            late = f"the broker executed it after it had counted as failed: {amounts.lots(finding.fill.volume)} lots"
            self._executed(intent, finding.fill, late)
        elif finding.found is Fate.DEAD:
            self._alarm(intent, f"and {finding.message}")
            self._make_final(intent, f"{finding.message}: nothing was executed, and that is final")
        else:
            self._alarm(intent, f"but {finding.message}")
            body = to_body(tickets=finding.tickets)
            self._store.record(
                intent, EventKind.UNCONFIRMED, reason=finding.message, state=IntentState.UNKNOWN, body=body
            )

    def _alarm(self, intent: Intent, what: str) -> None:
        """Tell the trader that a failed order was heard of."""
        self._post(
            "error", NoticeSubject.LATE.of(intent.intent_id), f"{_name_of_intent(intent)} had counted as failed, {what}"
        )

    def _fail(self, intent: Intent, reason: str, *, actor: str = DESK, watched: bool = False) -> Intent:
        """Journal that an order counts as failed; `watched`, it is looked for further, since that may change."""
        body = to_body(watched=True) if watched else {}
        return self._store.record(
            intent, EventKind.FAILED, actor=actor, reason=reason, state=IntentState.FAILED, body=body
        )

    def _make_final(self, intent: Intent, reason: str) -> None:
        """Journal that a failed order can change no more."""
        self._store.record(intent, EventKind.EVIDENCE_FOUND, reason=reason, body=to_body(watched=False))

    def _absent_long_enough(self, intent: Intent, finding: ReconcileResult, connection: int) -> bool:
        """Return whether several looks over the settling time, on one connection, found no trace."""
        if finding.found is not Fate.NOTHING:
            return False
        now = self._clock.monotonic()
        known = self._absences.get(intent.intent_id)
        if known is None or known.connection != connection:
            known = _Absence(now, 0, connection)
        self._absences[intent.intent_id] = known = replace(known, looks=known.looks + 1)
        return known.looks >= _LEAST_LOOKS and now - known.since >= self._settings.settle_seconds

    def _executed(self, intent: Intent, fill: Fill, message: str) -> None:
        """Journal that an order was executed after all."""
        kind, state = (
            (EventKind.FILLED, IntentState.FILLED)
            if _cut_from(intent, fill) is None
            else (EventKind.PARTIALLY_FILLED, IntentState.PARTIAL)
        )
        fill = self._slipped(intent, fill)
        reason = f"{message}{fill_text(fill, digits_of(self._pool, intent.request.symbol))}"
        ticket = _position_ticket(intent, fill)
        self._store.record(intent, kind, reason=reason, state=state, ticket=ticket, body=to_body(fill=fill))

    def _confirm(self, intent: Intent, fill: Fill) -> None:
        """Journal what the books say of a fill."""
        fill = self._slipped(intent, fill)
        # That the price was not known yet is over.
        unpriced = intent.fill is None or intent.fill.price is None
        digits = digits_of(self._pool, intent.request.symbol)
        text = filled_text(fill, digits, of_lots=_cut_from(intent, fill))
        reason = text if unpriced and intent.actor != TRADER else ""
        ticket = _position_ticket(intent, fill)
        self._store.record(intent, EventKind.CONFIRMED, reason=reason, ticket=ticket, body=to_body(fill=fill))

    def _placed_late(self, intent: Intent, finding: ReconcileResult) -> None:
        """Journal that an order rests that had counted as failed: an alarm."""
        ticket = finding.tickets[0]
        self._alarm(intent, f"but rests at the broker as order #{ticket}")
        body = to_body(fill=Fill(order=ticket))
        reason = "the broker took it after it had counted as failed"
        after = IntentState.PLACED
        self._store.record(intent, EventKind.PLACED, reason=reason, state=after, ticket=ticket, body=body)

    def _slipped(self, intent: Intent, fill: Fill) -> Fill:
        """Return the fill with its slippage, where the symbol is known."""
        info = self._pool.symbol_info(intent.request.symbol)
        return fill if info is None else with_slippage(intent, fill, info)

    def _confirm_placed(self) -> None:
        """Note of orders that rest that the broker's list shows them, so that the RPM counts them by that."""
        resting = self._resting_volumes()
        for intent in self._store.in_state(IntentState.PLACED):
            if intent.fill is not None and not intent.fill.confirmed and intent.fill.order in resting:
                fill = replace(intent.fill, confirmed=True)
                self._store.record(intent, EventKind.CONFIRMED, ticket=fill.order, body=to_body(fill=fill))

    def _changed(self) -> tuple[Intent, ...]:
        """Return the intents whose order rests no longer, or is smaller than it was."""
        resting = self._resting_volumes()
        return tuple(each for each in self._store.in_state(IntentState.PLACED) if not _rests_whole(each, resting))

    def _resting_volumes(self) -> dict[int, float]:
        """Return the volume in lots of every order that waits, by ticket, as last read."""
        reading = self._context.latest_account()
        return {order.ticket: order.volume_current for order in reading.orders} if reading else {}

    def _unconfirmed(self) -> tuple[Intent, ...]:
        """Return the fresh fills that the books have not shown yet."""
        since = self._clock.now() - _CONFIRM_FOR
        filled = self._store.changed_since(since, IntentState.FILLED, IntentState.PARTIAL)
        return tuple(each for each in filled if each.fill and not each.fill.confirmed)

    def _read(self, waiting: tuple[Intent, ...]) -> BrokerRecords:
        """Read account and history, from before the oldest order that is looked for."""
        now = self._pool.market_now()
        # A simulated market's clock may stand before the order's time after a restart on a weekend.
        moments = [now, *(each.attempt.market_at for each in waiting if each.attempt)]
        history = self._context.read_history(min(moments) - _LOOK_BACK, max(moments))
        reading = self._context.read_account()
        return BrokerRecords(conclusive_positions(reading), reading.orders, history.orders, history.deals, self._utc)

    def _utc(self, seconds: float) -> float:
        """Turn a server clock's seconds into those of UTC."""
        return self._pool.server_time_to_utc(seconds).timestamp()


_ENDS: Final = {
    OrderState.CANCELED: (EventKind.CANCELLED, IntentState.CANCELLED),
    OrderState.EXPIRED: (EventKind.EXPIRED, IntentState.EXPIRED),
}
_END_WORDS: Final = {
    IntentState.CANCELLED: "it was cancelled",
    IntentState.EXPIRED: "its time at the broker was over",
    IntentState.FAILED: "the broker could not execute it when its price was reached",
}


def _rests_whole(intent: Intent, resting: Mapping[int, float]) -> bool:
    """Return whether all of an order that is not known to be filled rests on."""
    if intent.fill is None or intent.fill.order not in resting:
        return False
    asked = float(intent.attempt.request["volume"]) if intent.attempt else 0.0
    return resting[intent.fill.order] >= asked - intent.fill.volume - VOLUME_TOLERANCE


def _cut_from(intent: Intent, fill: Fill) -> float | None:
    """Return the lots that were asked for of which a fill is only a part, None for a whole one."""
    asked = float(intent.attempt.request["volume"]) if intent.attempt else fill.volume
    return asked if fill.volume < asked - VOLUME_TOLERANCE else None


def _position_ticket(intent: Intent, fill: Fill) -> int | None:
    """Return the ticket to journal a fill under: its position; but what an intent only took from is not its own."""
    return (0 if intent.reduces else fill.position) or fill.order or None


def _name_of_intent(intent: Intent) -> str:
    """Return an intent as the trader knows it."""
    side = order_name(intent.request).lower()
    return f"{side} {intent.request.symbol} ({intent.intent_id})"

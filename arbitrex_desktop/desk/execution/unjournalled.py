# SPDX-License-Identifier: MIT
"""Trades at the broker that bear this desk's mark and that the journal does not know: found, told, and taken in.

A journal that was lost, cut off or restored from an older copy lacks what was traded since; the broker does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeGuard

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.execution.unanswered import UnansweredActions
from arbitrex_desktop.desk.intent_queue.intent_store import IntentStore
from arbitrex_desktop.desk.intents.events import EventKind, Fill
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.intents.order_tags import PREFIX, is_our_magic, marked_intent
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.mt5.constants import DealEntry, DealReason
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer import amounts

_Entry = TradeDeal | TradeOrder | TradePosition
_FIRST_LOOK_BACK: Final = timedelta(days=30)
_LOOK_BACK: Final = timedelta(days=1)
_EVERY_SECONDS: Final = 600.0
_AFTER_CHANGE_SECONDS: Final = 30.0
_SETTLED_SECONDS: Final = 60.0
"""How old a trade without a comment of ours is before it counts: one on its way may turn out to be an intent's."""
UNKNOWN_SOURCE: Final = "unknown"
"""The source of what was taken in: its magic number tells that it was a strategy of ours, not which."""


@dataclass(frozen=True, slots=True)
class StrangeTrade:
    """A trade, or a resting order, that the journal does not know.

    Attributes:
        ticket: of the order
        intent_id: that its comment names, empty where the broker overwrote it, and for a close that is no intent's
        at: when it was executed or placed, UTC
        closes: the position that it took from, 0 for one that opened or rests
        fill: what was executed, None for an order that rests
    """

    ticket: int
    intent_id: str
    symbol: str
    direction: int
    volume: float
    price: float
    at: datetime
    fill: Fill | None
    closes: int = 0

    @property
    def message(self) -> str:
        """Return what it is, for the trader."""
        side = "BUY" if self.direction > 0 else "SELL"
        what = "was executed" if self.fill is not None else "rests at the broker"
        if self.closes:
            what = f"closed position #{self.closes}"
        size = f"{amounts.lots(self.volume)} {self.symbol}"
        return f"order #{self.ticket} {side} {size} of {self.at:%Y-%m-%d %H:%M} UTC {what}"


class UnjournalledTrades:
    """Holds the broker's books against the journal; `actions` knows the closes that were sent and are looked for.

    Called on the worker's thread; asks the terminal.
    """

    def __init__(self, store: IntentStore, context: DeskContext, actions: UnansweredActions) -> None:
        self._store = store
        self._actions = actions
        self._context = context
        self._pool = context.pool
        self._clock = context.clock
        self._post = context.post
        self._settings = context.settings
        self._known: set[int | str] = set()
        self._open: frozenset[int] = frozenset()
        self._next = -math.inf
        self._back = _FIRST_LOOK_BACK
        self.found: tuple[StrangeTrade, ...] = ()

    def look(self) -> None:
        """Look when it is due: at the start, now and then, and soon after other positions are open than before."""
        reading, now = self._context.latest_account(), self._clock.monotonic()
        if reading is None or not self._pool.is_connected():
            return
        working: tuple[_Entry, ...] = (*reading.positions, *reading.orders)
        tickets = frozenset(each.ticket for each in working)
        if tickets != self._open:
            self._open = tickets
            self._next = min(self._next, now + _AFTER_CHANGE_SECONDS)
        if now < self._next:
            return
        self._next = now + _EVERY_SECONDS
        market_now = self._pool.market_now()
        history = self._context.read_history(market_now - self._back, market_now)
        self._back = _LOOK_BACK
        entries: tuple[_Entry, ...] = (*history.deals, *working)
        earlier = {each.ticket: each for each in self.found if not self._is_known_by_now(each)}
        self.found = tuple((earlier | self._strange(entries)).values())
        for trade in self.found:
            way = "Does another desk trade this account?"
            if trade.fill is not None:
                way += " Otherwise take it in with Trading > Take unknown orders into the journal"
            self._post(
                "error",
                NoticeSubject.UNJOURNALLED.of(trade.ticket),
                f"{trade.message}: it bears this desk's mark, and the journal does not know it. {way}",
            )

    def take_in(self, actor: str) -> int:
        """Journal every trade that was found, as an intent that was filled or as a close; return how many.

        Raises `CommandRefused` when there is none, `JournalError` when it cannot be written.
        """
        trades = [each for each in self.found if each.fill is not None]
        if not trades:
            raise CommandRefused("the journal knows every trade that bears this desk's mark")
        for trade in trades:
            reason = f"taken over from the broker's history: {trade.message}"
            if trade.closes and not trade.intent_id:
                body = {"of": "", "order": trade.ticket, "lots": trade.volume}
                more: dict[str, Any] = {"symbol": trade.symbol, "ticket": trade.closes, "body": body}
                self._store.note(EventKind.ACTION_ENDED, actor=actor, reason=reason, **more)
            else:
                request = self._request_of(trade)
                self._store.take_in(trade.intent_id, request, trade.fill or Fill(), actor=actor, reason=reason)
            self.found = tuple(each for each in self.found if each is not trade)
        return len(trades)

    def executed(self, intent_id: str) -> bool:
        """Return whether the broker has executed an intent that the journal takes for one that never left."""
        return any(each.intent_id == intent_id for each in self.found)

    def _request_of(self, trade: StrangeTrade) -> IntentRequest:
        """Return the intent that a trade was, as far as it is known."""
        if trade.intent_id and self._store.journal.has_intent(trade.intent_id):
            return self._store.get(trade.intent_id).request
        return IntentRequest(
            symbol=trade.symbol,
            direction=trade.direction,
            confidence_score=0.0,
            regime="",
            vol_percentile=0.0,
            requested_volume=trade.volume,
            source=UNKNOWN_SOURCE,
            reduce_only=bool(trade.closes),
            position_ticket=trade.closes or None,
        )

    def _strange(self, entries: Iterable[_Entry]) -> dict[int, StrangeTrade]:
        """Return what is ours and not known, by order; several deals of one order are one trade."""
        trades: dict[int, StrangeTrade] = {}
        for entry in entries:
            if not self._is_ours(entry) or self._is_known(entry):
                continue
            trade = self._read(entry)
            known = trades.get(trade.ticket)
            if known is None:
                trades[trade.ticket] = trade
            elif isinstance(entry, TradeDeal):
                trades[trade.ticket] = _joined_deals(known, trade)
        opened = {each.intent_id for each in trades.values() if not each.closes}
        # What closes a position may repeat the comment of the intent that opened it.
        repeated = [each for each in trades.values() if each.closes and each.intent_id in opened]
        return trades | {each.ticket: replace(each, intent_id="") for each in repeated}

    def _is_ours(self, entry: _Entry) -> bool:
        """Return whether a trade came from a desk: its comment says so, or its magic number else."""
        marked = bool(marked_intent(entry.comment))
        closing = _is_exit(entry)
        if closing and entry.reason != DealReason.EXPERT:
            # By hand in the terminal, or by the broker: it has the position's magic number, and may have its comment.
            return False
        if marked and not closing:
            return True
        ours = marked or is_our_magic(entry.magic, self._settings) or (closing and entry.comment.startswith(PREFIX))
        return ours and self._is_settled(entry)

    def _is_settled(self, entry: _Entry) -> bool:
        """Return whether a trade is so old that no order of unknown fate may turn out to be it."""
        waiting = self._store.in_state(IntentState.SENDING, IntentState.UNKNOWN)
        return not waiting and (self._pool.market_now() - self._at(entry)).total_seconds() >= _SETTLED_SECONDS

    def _is_known(self, entry: _Entry) -> bool:
        """Return whether the journal knows a trade: a close by its order, all else by order, position or comment."""
        order, marked = _order_of(entry), marked_intent(entry.comment)
        if _is_exit(entry):
            known: list[int | str] = [order] if order in self._known or self._actions.knows(entry) else []
        else:
            tickets = (order, getattr(entry, "position_id", 0))
            known = [marked] if marked and (marked in self._known or self._store.has_left(marked)) else []
            known += [each for each in tickets if each and self._knows_ticket(each)]
        self._known.update(known)
        return bool(known)

    def _knows_ticket(self, ticket: int) -> bool:
        """Return whether an order or position is an intent's."""
        return ticket in self._known or self._store.journal.find_ticket(ticket) is not None

    def _is_known_by_now(self, trade: StrangeTrade) -> bool:
        """Return whether the journal has got to know a trade since it was found."""
        if trade.intent_id and self._store.has_left(trade.intent_id):
            return True
        closing = trade.closes and trade.ticket in self._store.journal.closing_orders(trade.closes)
        return bool(closing) or self._knows_ticket(trade.ticket)

    def _at(self, entry: _Entry) -> datetime:
        """Return when a trade was executed or placed, UTC."""
        return self._pool.server_time_to_utc(entry.time_setup if isinstance(entry, TradeOrder) else entry.time)

    def _read(self, entry: _Entry) -> StrangeTrade:
        """Return an entry of the books as a trade."""
        resting, order = isinstance(entry, TradeOrder), _order_of(entry)
        volume = entry.volume_current if isinstance(entry, TradeOrder) else entry.volume
        price = entry.price if isinstance(entry, TradeDeal) else entry.price_open
        deal = entry.ticket if isinstance(entry, TradeDeal) else 0
        position = entry.position_id if isinstance(entry, TradeDeal) else entry.ticket
        fill = Fill(order=order, deal=deal, position=position, volume=volume, price=price, confirmed=True)
        return StrangeTrade(
            ticket=order,
            intent_id=marked_intent(entry.comment),
            symbol=entry.symbol,
            direction=1 if entry.type % 2 == 0 else -1,
            volume=volume,
            price=price,
            at=self._at(entry),
            fill=None if resting else fill,
            closes=entry.position_id if _is_exit(entry) else 0,
        )


def _order_of(entry: _Entry) -> int:
    """Return the order that a trade is of."""
    return entry.order if isinstance(entry, TradeDeal) else getattr(entry, "identifier", 0) or entry.ticket


def _is_exit(entry: _Entry) -> TypeGuard[TradeDeal]:
    """Return whether a trade only took from a position."""
    return isinstance(entry, TradeDeal) and entry.entry not in (DealEntry.IN, DealEntry.INOUT)


def _joined_deals(first: StrangeTrade, more: StrangeTrade) -> StrangeTrade:
    """Return two deals of one order as one trade."""
    volume = round(first.volume + more.volume, 8)
    price = (first.price * first.volume + more.price * more.volume) / volume if volume else first.price
    known = first.fill or Fill()
    fill = Fill(known.order, known.deal, known.position, volume, price, confirmed=True)
    return replace(first, volume=volume, price=price, fill=fill)

# SPDX-License-Identifier: MIT
"""Trades at the broker that bear this desk's mark and that the journal does not know: found, told, and taken in.

A journal that was lost, cut off or restored from an older copy lacks what was traded since; the broker does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from arbitrex_desktop.desk.context import DeskContext
from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.events import Fill
from arbitrex_desktop.desk.intents.intent import IntentRequest, IntentState
from arbitrex_desktop.desk.intents.order_tags import is_our_magic, marked_intent
from arbitrex_desktop.desk.queue.intent_store import IntentStore
from arbitrex_desktop.mt5.constants import DealEntry
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
        intent_id: that its comment names, empty where the broker overwrote it
        at: when it was executed or placed, UTC
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

    @property
    def words(self) -> str:
        """Return what it is, for the trader."""
        side = "BUY" if self.direction > 0 else "SELL"
        what = "was executed" if self.fill is not None else "rests at the broker"
        size = f"{amounts.lots(self.volume)} {self.symbol}"
        return f"order #{self.ticket} {side} {size} of {self.at:%Y-%m-%d %H:%M} UTC {what}"


class UnjournalledTrades:
    """Holds the broker's books against the journal.  Called on the worker's thread; asks the terminal."""

    def __init__(self, store: IntentStore, context: DeskContext) -> None:
        self._store = store
        self._pool = context.pool
        self._clock = context.clock
        self._post = context.post
        self._settings = context.settings
        self._known: set[int] = set()
        self._open: frozenset[int] = frozenset()
        self._next = -math.inf
        self._back = _FIRST_LOOK_BACK
        self.found: tuple[StrangeTrade, ...] = ()

    def look(self) -> None:
        """Look when it is due: at the start, now and then, and soon after other positions are open than before."""
        reading, now = self._pool.latest_account(), self._clock.monotonic()
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
        history = self._pool.read_history(market_now - self._back, market_now)
        self._back = _LOOK_BACK
        entries: tuple[_Entry, ...] = (*history.deals, *working)
        earlier = [each for each in self.found if not self._is_known((each.ticket,), each.intent_id)]
        by_ticket = {each.ticket: each for each in (*earlier, *self._strange(entries))}
        self.found = tuple(by_ticket.values())
        for trade in self.found:
            way = "Does another desk trade this account?"
            if trade.fill is not None:
                way += " Otherwise take it in with Trading > Take unknown orders into the journal"
            self._post(
                "error",
                f"unjournalled {trade.ticket}",
                f"{trade.words}: it bears this desk's mark, and the journal does not know it. {way}",
            )

    def take_in(self, actor: str) -> int:
        """Journal every trade that was found as an intent that was filled; return how many.

        Raises `CommandRefused` when there is none, `JournalError` when it cannot be written.
        """
        trades = [each for each in self.found if each.fill is not None]
        if not trades:
            raise CommandRefused("the journal knows every trade that bears this desk's mark")
        for trade in trades:
            request = IntentRequest(
                symbol=trade.symbol,
                direction=trade.direction,
                confidence_score=0.0,
                regime="",
                vol_percentile=0.0,
                requested_volume=trade.volume,
                source=UNKNOWN_SOURCE,
            )
            reason = f"taken over from the broker's history: {trade.words}"
            self._store.take_in(trade.intent_id, request, trade.fill or Fill(), actor=actor, reason=reason)
            self.found = tuple(each for each in self.found if each is not trade)
        return len(trades)

    def _strange(self, entries: Iterable[_Entry]) -> Iterable[StrangeTrade]:
        """Return what is ours and not known, by order; several deals of one order are one trade."""
        trades: dict[int, StrangeTrade] = {}
        for entry in entries:
            trade = self._read(entry)
            marked = marked_intent(entry.comment)
            tickets = (trade.ticket, entry.ticket, getattr(entry, "position_id", 0), getattr(entry, "identifier", 0))
            if not self._is_ours(entry, trade) or self._is_known(tickets, marked):
                continue
            known = trades.get(trade.ticket)
            if known is None:
                trades[trade.ticket] = trade
            elif isinstance(entry, TradeDeal):
                trades[trade.ticket] = _joined(known, trade)
        return trades.values()

    def _is_ours(self, entry: _Entry, trade: StrangeTrade) -> bool:
        """Return whether a trade came from a desk: its comment says so, or its magic number else."""
        if isinstance(entry, TradeDeal) and entry.entry not in (DealEntry.IN, DealEntry.INOUT):
            # What closes a position may repeat its comment, and has its magic number.
            return False
        if trade.intent_id:
            return True
        old = (self._pool.market_now() - trade.at).total_seconds() >= _SETTLED_SECONDS
        waiting = self._store.in_state(IntentState.SENDING, IntentState.UNKNOWN)
        return old and not waiting and is_our_magic(entry.magic, self._settings)

    def _is_known(self, tickets: Iterable[int], marked: str) -> bool:
        """Return whether the journal knows a trade by its tickets or by its comment."""
        journal = self._store.journal
        if marked and journal.has_intent(marked):
            return True
        known = [each for each in tickets if each and (each in self._known or journal.find_ticket(each) is not None)]
        self._known.update(known)
        return bool(known)

    def _read(self, entry: _Entry) -> StrangeTrade:
        """Return an entry of the books as a trade."""
        resting = isinstance(entry, TradeOrder)
        order = entry.order if isinstance(entry, TradeDeal) else getattr(entry, "identifier", 0) or entry.ticket
        volume = entry.volume_current if isinstance(entry, TradeOrder) else entry.volume
        price = entry.price if isinstance(entry, TradeDeal) else entry.price_open
        seconds = entry.time_setup if isinstance(entry, TradeOrder) else entry.time
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
            at=self._pool.server_time_to_utc(seconds),
            fill=None if resting else fill,
        )


def _joined(first: StrangeTrade, more: StrangeTrade) -> StrangeTrade:
    """Return two deals of one order as one trade."""
    volume = round(first.volume + more.volume, 8)
    price = (first.price * first.volume + more.price * more.volume) / volume if volume else first.price
    known = first.fill or Fill()
    fill = Fill(known.order, known.deal, known.position, volume, price, confirmed=True)
    return StrangeTrade(first.ticket, first.intent_id, first.symbol, first.direction, volume, price, first.at, fill)

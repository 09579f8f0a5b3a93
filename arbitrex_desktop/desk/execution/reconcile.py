# SPDX-License-Identifier: MIT
"""Finding out what became of an order whose answer never came, from the broker's own books.

Pure: the books go in, a finding comes out.  Sure evidence names the intent in its comment, or is a ticket that the
broker gave us.  Where a broker overwrites comments, a single order that fits in magic number, symbol, side, volume
and time, and belongs to no other intent, is taken as well; two that fit are left to the trader.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from arbitrex_desktop.desk.intents.events import Fill, Intent
from arbitrex_desktop.desk.intents.order_tags import PREFIX, marked_intent
from arbitrex_desktop.mt5.constants import AccountMarginMode, DealEntry, DealReason, OrderState
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE
from arbitrex_desktop.raw_layer.views import AccountReading

_CLOCK_SLACK_SECONDS: Final = 5.0
OF_THE_BROKER: Final = frozenset({DealReason.SL, DealReason.TP, DealReason.SO})
_DEAD: Final = frozenset({OrderState.CANCELED, OrderState.REJECTED, OrderState.EXPIRED})


class Fate(StrEnum):
    """What the books say of an order.

    EXECUTED, in part or whole.  DEAD: it reached the broker and ended without a deal.  WORKING: the broker has it
    and has not decided.  NOTHING: no trace.  AMBIGUOUS: several traces, none of them sure.
    """

    EXECUTED = "EXECUTED"
    DEAD = "DEAD"
    WORKING = "WORKING"
    NOTHING = "NOTHING"
    AMBIGUOUS = "AMBIGUOUS"


@dataclass(frozen=True, slots=True)
class BrokerRecords:
    """The broker's books at one moment, with its server clock's seconds turned to UTC by `utc`."""

    positions: tuple[TradePosition, ...]
    orders: tuple[TradeOrder, ...]
    history: tuple[TradeOrder, ...]
    deals: tuple[TradeDeal, ...]
    utc: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class ReconcileResult:
    """What was found: `message` say it for the trader, `fill` what was executed, `tickets` all that fits.

    `end`, how an order ended that is DEAD; `waits`, whether it is among those that wait.
    """

    found: Fate
    message: str
    fill: Fill | None = None
    tickets: tuple[int, ...] = ()
    end: OrderState | None = None
    waits: bool = False


def conclusive_positions(reading: AccountReading) -> tuple[TradePosition, ...]:
    """Return the positions that tell of one order each: a netted one has volume and price of all its deals together."""
    hedging = reading.account.margin_mode == AccountMarginMode.RETAIL_HEDGING
    return reading.positions if hedging else ()


def reconcile(
    intent: Intent, books: BrokerRecords, claimed: Collection[int], reduces: Callable[[str], bool] = lambda _: True
) -> ReconcileResult:
    """Look an intent's last order up in the books; `claimed` has the tickets that belong to others.

    `reduces` tells of an intent's id whether that one only reduced: a close may repeat its position's comment, so that
    on a close a mark says something only where it names one of those.
    """
    sure = _Traces(intent, books, claimed, reduces, sure=True)
    if sure.any:
        return sure.finding()
    likely = _Traces(intent, books, claimed, reduces, sure=False)
    if not likely.any:
        return ReconcileResult(Fate.NOTHING, "the broker's positions, orders and deals show no trace of it")
    if len(likely.order_tickets) > 1:
        tickets = tuple(sorted(likely.order_tickets))
        listed = ", ".join(f"#{ticket}" for ticket in tickets)
        return ReconcileResult(Fate.AMBIGUOUS, f"several orders could be it: {listed}; please decide", tickets=tickets)
    return likely.finding()


class _Traces:
    """All entries of the books that belong, surely or likely, to an intent's order."""

    def __init__(
        self,
        intent: Intent,
        books: BrokerRecords,
        claimed: Collection[int],
        reduces: Callable[[str], bool],
        *,
        sure: bool,
    ) -> None:
        self._intent = intent
        self._reduces = reduces
        self._books = books
        self._claimed = claimed
        self._known = intent.fill.order if intent.fill else 0
        fits = self._sure if sure else self._likely
        self.deals = [deal for deal in books.deals if fits(deal, deal.order) and deal.entry != DealEntry.OUT_BY]
        self.orders = [order for order in books.orders if fits(order, order.ticket)]
        self.history = [order for order in books.history if fits(order, order.ticket)]
        self.positions = [each for each in books.positions if fits(each, each.ticket)]

    @property
    def any(self) -> bool:
        """Return whether anything was found."""
        return bool(self.deals or self.orders or self.history or self.positions)

    @property
    def order_tickets(self) -> set[int]:
        """Return the different orders that the traces speak of."""
        return (
            {deal.order for deal in self.deals}
            | {order.ticket for order in (*self.orders, *self.history)}
            # A position keeps the ticket of the order that opened it.
            | {position.identifier or position.ticket for position in self.positions}
        )

    def finding(self) -> ReconcileResult:
        """Weigh what was found: deals count most, then positions, then orders."""
        tickets = tuple(sorted(self.order_tickets))
        waits = bool(self.orders)
        if self.deals:
            return self._executed(tickets, waits=waits)
        if self.positions:
            position = self.positions[0]
            fill = Fill(
                order=position.identifier or position.ticket,
                position=position.ticket,
                volume=position.volume,
                price=position.price_open,
                confirmed=True,
            )
            message = f"it was executed: position #{position.ticket}, {amounts.lots(position.volume)} lots"
            return ReconcileResult(Fate.EXECUTED, message, fill, tickets, waits=waits)
        if waits:
            message = f"the broker has order #{self.orders[0].ticket}, not executed yet"
            return ReconcileResult(Fate.WORKING, message, None, tickets, waits=True)
        order = self.history[0]
        if order.state in _DEAD:
            message, end = f"order #{order.ticket} ended without a deal", OrderState(order.state)
            return ReconcileResult(Fate.DEAD, message, None, tickets, end)
        return ReconcileResult(
            Fate.WORKING, f"order #{order.ticket} is in the history, its deal is not yet", None, tickets
        )

    def _executed(self, tickets: tuple[int, ...], *, waits: bool) -> ReconcileResult:
        """Sum the deals of the order up."""
        volume = sum(deal.volume for deal in self.deals)
        price = sum(deal.price * deal.volume for deal in self.deals) / volume if volume > 0.0 else None
        first = self.deals[0]
        fill = Fill(first.order, first.ticket, first.position_id, round(volume, 8), price, confirmed=True)
        deals = _list_of_deals("deal", (deal.ticket for deal in self.deals))
        message = f"it was executed: {deals}, {amounts.lots(volume)} lots"
        return ReconcileResult(Fate.EXECUTED, message, fill, tickets, waits=waits)

    def _sure(self, trace: TradeDeal | TradeOrder | TradePosition, order: int) -> bool:
        """Return whether an entry names the intent, or is of the order that the broker told us."""
        if isinstance(trace, TradeDeal) and trace.entry == DealEntry.OUT and not self._intent.reduces:
            # A close may repeat the comment of what it closes.
            return bool(self._known) and order == self._known
        return marked_intent(trace.comment) == self._intent.intent_id or bool(self._known and order == self._known)

    def _likely(self, trace: TradeDeal | TradeOrder | TradePosition, order: int) -> bool:
        """Return whether an entry could be the intent's order though it does not say so."""
        attempt = self._intent.attempt
        if attempt is None or order in self._claimed or self._says_otherwise(trace.comment):
            return False
        request = attempt.request
        seconds = trace.time_setup if isinstance(trace, TradeOrder) else trace.time
        return (
            self._right_way(trace, request.get("position"))
            and trace.magic == request["magic"]
            and trace.symbol == request["symbol"]
            and self._right_order(trace, order, request)
            and self._books.utc(seconds) >= attempt.market_at.timestamp() - _CLOCK_SLACK_SECONDS
        )

    def _says_otherwise(self, comment: str) -> bool:
        """Return whether a comment of ours names something else; one that a close repeats says nothing."""
        repeated = self._intent.reduces and bool(marked := marked_intent(comment)) and not self._reduces(marked)
        return comment.startswith(PREFIX) and not repeated

    def _right_order(
        self, trace: TradeDeal | TradeOrder | TradePosition, order: int, request: Mapping[str, Any]
    ) -> bool:
        """Return whether an entry's order is of the kind and volume that was asked; without its order, for no more.

        Deals and positions only tell the side: a limit order's may look as a market order's.
        """
        waiting_and_past = (*self._books.orders, *self._books.history)
        known = trace if isinstance(trace, TradeOrder) else None
        known = known or next((each for each in waiting_and_past if each.ticket == order), None)
        kind, volume = int(request["type"]), float(request["volume"])
        if known is not None:
            return known.type == kind and abs(known.volume_initial - volume) <= VOLUME_TOLERANCE
        return (
            not isinstance(trace, TradeOrder) and trace.type == kind % 2 and trace.volume <= volume + VOLUME_TOLERANCE
        )

    def _right_way(self, trace: TradeDeal | TradeOrder | TradePosition, position: int | None) -> bool:
        """Return whether an entry opens as the intent did, or closes `position`, which the intent was to close."""
        if self._intent.reduces:
            closes = not isinstance(trace, TradePosition) and trace.position_id == position
            # A stop that closed the position is no order of ours.
            return closes and trace.reason not in OF_THE_BROKER
        if isinstance(trace, TradeDeal):
            return trace.entry in (DealEntry.IN, DealEntry.INOUT) and trace.position_id not in self._claimed
        if isinstance(trace, TradeOrder):
            return trace.position_id in (0, trace.ticket)
        return trace.ticket not in self._claimed


def _list_of_deals(name: str, tickets: Iterable[int]) -> str:
    """Return `deal #1, #2`."""
    return f"{name} " + ", ".join(f"#{ticket}" for ticket in tickets)

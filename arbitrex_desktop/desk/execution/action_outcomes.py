# SPDX-License-Identifier: MIT
"""What became of an order on a position, or on a pending order, whose answer never came: looked up as what it was.

Pure: the books go in, an outcome comes out, or None while they may still change.  A close shows in the position's
deals, a moved stop in its levels, a cancelled order in the history of orders; that something is gone proves none of
them, since a stop may have closed the position, and a cancelled order may have been filled first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from arbitrex_desktop.desk.execution.reconcile import OF_THE_BROKER, BrokerRecords
from arbitrex_desktop.mt5.constants import DealEntry, DealReason, OrderState, TradeAction
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import VOLUME_TOLERANCE

_SAME_PRICE: Final = 1e-8
_NOT_DONE: Final = "it was not carried out"
_CLOCK_SLACK_SECONDS: Final = 5.0
_CLOSING: Final = frozenset({DealEntry.OUT, DealEntry.INOUT, DealEntry.OUT_BY})
_BROKERS_WORDS: Final = {DealReason.SL: "its stop", DealReason.TP: "its target", DealReason.SO: "a stop out"}
_ENDS: Final = {
    OrderState.CANCELED: "it was cancelled meanwhile",
    OrderState.EXPIRED: "it expired meanwhile",
    OrderState.REJECTED: "the broker had rejected it",
}


@dataclass(frozen=True, slots=True)
class SentAction:
    """An order on a position or a pending order that left and was not answered.

    Attributes:
        ticket: of the position or the pending order
        position_id: by which the position's deals name it, 0 for a pending order
        request: the package's own keys
        volume: of the position in lots as it left, 0 for a pending order
        market_at: market time (UTC) when it left
        placed_at: when the pending order was placed, by the same clock, since histories go by that; else as `market_at`
        since: when the desk knew that no answer came, monotonic seconds
        name: by which its end is journalled, since several may be sought on one position; empty in older journals
    """

    ticket: int
    position_id: int
    request: Mapping[str, Any]
    volume: float
    market_at: datetime
    placed_at: datetime
    since: float
    name: str = ""

    @property
    def closes(self) -> bool:
        """Return whether it takes volume off a position."""
        return bool(self.request["action"] == TradeAction.DEAL)


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """What the books say of an action.

    Attributes:
        done: whether it was carried out, None when the books cannot tell any more
        message: that in words
        final: whether nothing can change it any more; else it may still arrive at the broker
        order: the broker's order that carried out a close, 0 for none
        lots: that the close took
    """

    done: bool | None
    message: str
    final: bool = True
    order: int = 0
    lots: float = 0.0


def action_outcome(
    action: SentAction, books: BrokerRecords, of_another: Callable[[TradeDeal], bool], *, settled: bool
) -> ActionOutcome | None:
    """Return what became of an action, None while that is open.

    `of_another` tells whether a deal is known to be of another order of ours; `settled`, whether books without a trace
    mean a no.
    """
    kind = action.request["action"]
    if kind in (TradeAction.REMOVE, TradeAction.MODIFY):
        return _of_order(action, books, settled=settled)
    position = next((each for each in books.positions if each.ticket == action.ticket), None)
    if kind == TradeAction.SLTP:
        return _of_levels(action, books, position, settled=settled)
    return _of_close(action, books, position, of_another, settled=settled)


def _of_close(
    action: SentAction,
    books: BrokerRecords,
    position: TradePosition | None,
    of_another: Callable[[TradeDeal], bool],
    *,
    settled: bool,
) -> ActionOutcome | None:
    """Look a close up in the position's deals, of which as many count as the position is smaller by."""
    taken = action.volume - (position.volume if position else 0.0)
    if taken <= VOLUME_TOLERANCE:
        return _not_yet(_NOT_DONE) if settled else None
    deals = _newest_deals(_closing_deals(action, books), taken)
    if sum(deal.volume for deal in deals) < taken - VOLUME_TOLERANCE:
        text = f"the position is smaller by {amounts.lots(taken)} lots, and the broker's history has no deal of that"
        return ActionOutcome(done=None, message=text) if settled else None
    fit = [deal for deal in deals if could_be(action, deal, books) and not of_another(deal)]
    if fit:
        # One order's deals: what else fits is of another that is sought.
        own = [deal for deal in fit if deal.order == fit[-1].order]
        lots = round(sum(deal.volume for deal in own), 8)
        return ActionOutcome(
            done=True, message=f"it was carried out: {_deals_text(own)}", order=own[0].order, lots=lots
        )
    if position is not None:
        return _not_yet(_NOT_DONE) if settled else None
    if deals[0].reason in OF_THE_BROKER:
        return ActionOutcome(done=False, message=f"{_NOT_DONE}: {_by_whom(deals)} closed the position")
    # The newest deal may not be in the history yet, and an older one stand in its place.
    return ActionOutcome(done=False, message=f"{_NOT_DONE}: another order closed the position") if settled else None


def _of_levels(
    action: SentAction, books: BrokerRecords, position: TradePosition | None, *, settled: bool
) -> ActionOutcome | None:
    """Look a moved stop or target up in the position."""
    if position is None:
        deals = _closing_deals(action, books)
        whose = f" by {_by_whom(deals)}" if deals and deals[0].reason in OF_THE_BROKER else ""
        text = f"the position was closed meanwhile{whose}, and the books no longer tell whether it was carried out"
        return ActionOutcome(done=None, message=text) if deals or settled else None
    if _same_price(position.sl, action.request["sl"]) and _same_price(position.tp, action.request["tp"]):
        return ActionOutcome(done=True, message=f"it was carried out: {_levels_text(position)}")
    text = f"it was not carried out: {_levels_text(position)}"
    return _not_yet(text) if settled else None


def _of_order(action: SentAction, books: BrokerRecords, *, settled: bool) -> ActionOutcome | None:
    """Look a cancelled or changed order up among those that wait, then in their history."""
    removing = action.request["action"] == TradeAction.REMOVE
    past = next((each for each in books.history if each.ticket == action.ticket), None)
    waiting = next((each for each in books.orders if each.ticket == action.ticket), None)
    if past is not None:
        return _of_past(past, books, removing=removing)
    if waiting is None:
        text = "the order is gone, and the broker's history does not tell how it ended"
        return ActionOutcome(done=None, message=text) if settled else None
    if not removing and _as_asked(waiting, action.request):
        return ActionOutcome(done=True, message="it was carried out")
    return _not_yet("it was not carried out: the order waits as before") if settled else None


def _of_past(order: TradeOrder, books: BrokerRecords, *, removing: bool) -> ActionOutcome:
    """Say how an order ended."""
    deals = [deal for deal in books.deals if deal.order == order.ticket]
    filled = f"the order was filled{': ' if deals else ''}{_deals_text(deals)}"
    if order.state == OrderState.CANCELED and removing:
        return ActionOutcome(done=True, message=f"it was carried out{', after a part: ' + filled if deals else ''}")
    end = _ENDS.get(OrderState(order.state), filled)
    return ActionOutcome(done=False, message=f"it was not carried out: {end}")


def could_be(action: SentAction, deal: TradeDeal, books: BrokerRecords) -> bool:
    """Return whether a deal looks as one of a close would: that position's, with its magic number and its volume."""
    order = next((each for each in books.history if each.ticket == deal.order), None)
    asked = action.request["volume"]
    right = (
        abs(order.volume_initial - asked) <= VOLUME_TOLERANCE
        if order is not None
        else deal.volume <= asked + VOLUME_TOLERANCE
    )
    return right and deal.magic == action.request["magic"] and deal.reason not in OF_THE_BROKER


def orders_that_could_be(action: SentAction, books: BrokerRecords) -> set[int]:
    """Return the broker's orders that look as the one of a close would."""
    earliest = action.market_at.timestamp() - _CLOCK_SLACK_SECONDS
    deals = {deal.order for deal in _closing_deals(action, books) if could_be(action, deal, books)}
    return deals | {
        order.ticket
        for order in books.history
        if order.position_id == action.position_id
        and order.magic == action.request["magic"]
        and abs(order.volume_initial - action.request["volume"]) <= VOLUME_TOLERANCE
        and books.utc(order.time_setup) >= earliest
    }


def _not_yet(message: str) -> ActionOutcome:
    """Return that there is no trace: it counts as not carried out, and may still be."""
    return ActionOutcome(done=False, message=message, final=False)


def _closing_deals(action: SentAction, books: BrokerRecords) -> list[TradeDeal]:
    """Return the deals that took from a position since the action left, newest first."""
    earliest = action.market_at.timestamp() - _CLOCK_SLACK_SECONDS
    found = (
        deal
        for deal in books.deals
        if deal.position_id == action.position_id and deal.entry in _CLOSING and books.utc(deal.time) >= earliest
    )
    return sorted(found, key=lambda deal: (deal.time_msc or deal.time * 1000, deal.ticket), reverse=True)


def _newest_deals(deals: list[TradeDeal], volume: float) -> list[TradeDeal]:
    """Return as many of the newest deals as make up a volume: older ones were before the action."""
    taken: list[TradeDeal] = []
    for deal in deals:
        if sum(each.volume for each in taken) >= volume - VOLUME_TOLERANCE:
            break
        taken.append(deal)
    return taken


def _as_asked(order: TradeOrder, request: Mapping[str, Any]) -> bool:
    """Return whether a waiting order has the prices that it was asked to have."""
    pairs = ((order.price_open, "price"), (order.sl, "sl"), (order.tp, "tp"))
    return all(_same_price(now, request[name]) for now, name in pairs if name in request)


def _same_price(now: float, asked: float) -> bool:
    """Return whether two prices are the same."""
    return math.isclose(now, asked, rel_tol=0.0, abs_tol=_SAME_PRICE)


def _by_whom(deals: list[TradeDeal]) -> str:
    """Return what of the broker's closed a position."""
    return _BROKERS_WORDS[DealReason(deals[0].reason)]


def _deals_text(deals: list[TradeDeal]) -> str:
    """Return how much was done, and at which price; empty for none."""
    volume = sum(deal.volume for deal in deals)
    if volume <= 0.0:
        return ""
    price = sum(deal.price * deal.volume for deal in deals) / volume
    return f"{amounts.lots(volume)} lots at {price:.8g}"


def _levels_text(position: TradePosition) -> str:
    """Return where stop and target are."""
    pairs = (("stop", position.sl), ("target", position.tp))
    return ", ".join(f"{name} {'none' if not price else format(price, '.8g')}" for name, price in pairs)

# SPDX-License-Identifier: MIT
"""From an approved trade to a request that the broker can take: filling, price, stops, volume, marks.

Keys and types are the package's own: an integer volume or a numpy price would be refused by it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.intents.entry import ORDER_TIMES, ORDER_TYPES, order_mode_problem
from arbitrex_desktop.desk.intents.intent import GoodFor, IntentRequest
from arbitrex_desktop.desk.intents.order_tags import PREFIX
from arbitrex_desktop.mt5.constants import (
    OrderFilling,
    OrderTime,
    OrderType,
    SymbolFilling,
    SymbolTradeExecution,
    SymbolTradeMode,
    TradeAction,
)
from arbitrex_desktop.mt5.results import SymbolInfo, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind

_KINDS: Final[Mapping[int, OrderKind]] = {
    kind: each for (each, _), kind in ORDER_TYPES.items() if kind > OrderType.SELL
}
_HALF: Final = Decimal("0.5")
_POINT_TOLERANCE: Final = 1e-6
"""Points: a distance from the market that is shorter by less is long enough."""


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """A market order to be made: `direction` 1 or -1, `lots`, stop and target as prices, marks for the broker.

    `reducing` lets it go without a stop; `position` closes (a part of) that position.
    """

    direction: int
    lots: float
    stop_loss: float | None
    take_profit: float | None
    magic: int
    comment: str
    reducing: bool = False
    position: int | None = None


@dataclass(frozen=True, slots=True)
class RestingTerms:
    """How an order rests: its kind and price, for how long, and `until`, seconds of the server clock (0 for none)."""

    kind: OrderKind
    price: float
    good_for: GoodFor = GoodFor.CANCELLED
    until: int = 0


def choose_filling(info: SymbolInfo) -> OrderFilling:
    """Return how a market order on a symbol may be filled; all or nothing where that is to be had.

    Market execution takes FOK and IOC only where flagged, exchange execution also RETURN, the others all three.
    """
    flags = SymbolFilling(info.filling_mode & 7)
    if info.trade_exemode in (SymbolTradeExecution.INSTANT, SymbolTradeExecution.REQUEST):
        return OrderFilling.FOK
    if SymbolFilling.FOK in flags:
        return OrderFilling.FOK
    if SymbolFilling.IOC in flags:
        return OrderFilling.IOC
    if info.trade_exemode == SymbolTradeExecution.EXCHANGE:
        return OrderFilling.RETURN
    raise CommandRefused(f"{info.name} names no way of filling that a market order could use")


def deal_request(info: SymbolInfo, quote: Quote, deal: OrderTerms, deviation: int) -> dict[str, Any]:
    """Return a market order at the quote's price; raise `CommandRefused` for what the broker could not take."""
    _check_side(info, deal)
    if deal.position is None:
        _check_kind(info, OrderKind.MARKET)
    price = _round_to_step(quote.ask if deal.direction > 0 else quote.bid, info)
    request: dict[str, Any] = {
        "action": int(TradeAction.DEAL),
        "symbol": info.name,
        "volume": legal_volume(info, deal.lots),
        "type": int(OrderType.BUY if deal.direction > 0 else OrderType.SELL),
        "price": price,
        "sl": 0.0,
        "tp": 0.0,
        "deviation": int(deviation),
        "magic": int(deal.magic),
        "comment": deal.comment,
        "type_time": int(OrderTime.GTC),
        "type_filling": int(choose_filling(info)),
    }
    if deal.position is not None:
        return request | {"position": int(deal.position)}
    return request | legal_stops(info, quote, deal)


def resting_request(info: SymbolInfo, quote: Quote, deal: OrderTerms, entry: RestingTerms) -> dict[str, Any]:
    """Return an order that rests; raise `CommandRefused` for what the broker could not take.

    It may be filled in parts, the rest resting on: the one way of filling that every symbol allows of such orders.
    """
    _check_side(info, deal)
    _check_kind(info, entry.kind)
    price = _round_to_step(entry.price, info)
    check_entry(info, quote, deal.direction, entry.kind, price)
    return {
        "action": int(TradeAction.PENDING),
        "symbol": info.name,
        "volume": legal_volume(info, deal.lots),
        "type": int(ORDER_TYPES[entry.kind, deal.direction]),
        "price": price,
        "magic": int(deal.magic),
        "comment": deal.comment,
        "type_time": int(ORDER_TIMES[entry.good_for]),
        "expiration": int(entry.until),
        "type_filling": int(OrderFilling.RETURN),
    } | _stops_from(info, price, deal)


def check_entry(info: SymbolInfo, quote: Quote, direction: int, kind: OrderKind, price: float) -> None:
    """Raise `CommandRefused` for a price at which an order could not rest: passed by the market, or too near to it."""
    opening = quote.ask if direction > 0 else quote.bid
    away = (price - opening) * direction * (-1.0 if kind is OrderKind.LIMIT else 1.0)
    least = info.trade_stops_level * info.point
    if away <= 0.0:
        raise CommandRefused(f"the market at {opening:.{info.digits}f} has passed the {kind.lower()} price {price:g}")
    if away < least - info.point * _POINT_TOLERANCE:
        raise CommandRefused(
            f"the {kind.lower()} price is {away / info.point:.0f} points from the market; "
            f"the broker asks for {info.trade_stops_level} at least"
        )


def modify_request(
    info: SymbolInfo, quote: Quote, order: TradeOrder, levels: tuple[float, float, float]
) -> dict[str, Any]:
    """Return the request that moves a pending order, its stop and its target (0 for none); its expiry stays.

    Raises `CommandRefused` for prices that the broker could not take, an order that loses its stop, and one that is
    too near to the market to be changed.
    """
    direction = 1 if order.type % 2 == OrderType.BUY else -1
    price, stop, target = (_round_to_step(level, info) for level in levels)
    opening = quote.ask if direction > 0 else quote.bid
    if info.trade_freeze_level and abs(opening - order.price_open) <= info.trade_freeze_level * info.point:
        raise CommandRefused(f"the market is so near to order #{order.ticket} that the broker lets nothing be changed")
    kind = _KINDS.get(order.type)
    if kind is not None:
        check_entry(info, quote, direction, kind, price)
    if order.sl and not stop:
        raise CommandRefused("an order is not left without its stop")
    terms = OrderTerms(direction, order.volume_current, stop or None, target or None, 0, "", reducing=not stop)
    levels_of_it = _stops_from(info, order.price_stoplimit or price, terms) if stop else {"sl": 0.0, "tp": target}
    if (price, levels_of_it["sl"], levels_of_it["tp"]) == (order.price_open, order.sl, order.tp):
        raise CommandRefused("that changes nothing")
    return {
        "action": int(TradeAction.MODIFY),
        "order": int(order.ticket),
        "symbol": info.name,
        "price": price,
        "stoplimit": float(order.price_stoplimit),
        "type_time": int(order.type_time),
        "expiration": int(order.time_expiration),
    } | levels_of_it


def request_of_order(order: TradeOrder, moved: Mapping[str, Any], known: IntentRequest | None) -> IntentRequest:
    """Return an order as it would be after a move as an intent, for the RPM; `known`, the intent that it came from."""
    kind = _KINDS.get(order.type, OrderKind.LIMIT)
    direction = 1 if order.type % 2 == OrderType.BUY else -1
    base = known or IntentRequest(order.symbol, direction)
    return replace(
        base,
        requested_volume=order.volume_current,
        order_kind=kind,
        order_price=order.price_stoplimit or moved["price"],
        stop_loss=moved["sl"] or None,
        take_profit=moved["tp"] or None,
        good_for=GoodFor.CANCELLED,
        good_until=None,
    )


def close_request(
    info: SymbolInfo, quote: Quote, position: TradePosition, lots: float, *, magic: int, deviation: int
) -> dict[str, Any]:
    """Return the opposite deal that closes a position, or a part of it."""
    direction = -1 if position.type == OrderType.BUY else 1
    marks = OrderTerms(direction, lots, None, None, magic, f"{PREFIX}close", position=position.ticket)
    return deal_request(info, quote, marks, deviation)


def stops_request(info: SymbolInfo, position: TradePosition, stop: float, target: float) -> dict[str, Any]:
    """Return the request that sets a position's stop and target; 0 removes one."""
    return {
        "action": int(TradeAction.SLTP),
        "symbol": info.name,
        "position": int(position.ticket),
        "sl": _round_to_step(stop, info),
        "tp": _round_to_step(target, info),
    }


def cancel_request(order: TradeOrder) -> dict[str, Any]:
    """Return the request that removes a pending order."""
    return {"action": int(TradeAction.REMOVE), "order": int(order.ticket)}


def legal_volume(info: SymbolInfo, lots: float) -> float:
    """Round lots down to the symbol's step; raise `CommandRefused` outside of its least and greatest volume."""
    step = Decimal(str(info.volume_step))
    if step <= 0 or not math.isfinite(lots):
        raise CommandRefused(f"the volume step of {info.name} is not known, so no volume can be made legal")
    # A hair of tolerance: 0.29 / 0.01 is 28.999... in binary.
    steps = int(Decimal(str(round(lots, 8))) / step)
    volume = float(steps * step)
    least, greatest, asked = map(amounts.lots, (info.volume_min, info.volume_max, lots))
    if volume < info.volume_min or volume <= 0.0:
        raise CommandRefused(f"{asked} lots of {info.name} are less than the broker's least volume {least}")
    if volume > info.volume_max:
        raise CommandRefused(f"{asked} lots of {info.name} are more than the broker's greatest volume {greatest}")
    return volume


def legal_stops(info: SymbolInfo, quote: Quote, deal: OrderTerms) -> dict[str, float]:
    """Return stop and target on the symbol's grid; raise `CommandRefused` where the broker would not take them.

    A stop is never moved away to make it legal: that would raise the risk that was approved.
    """
    # What is bought is closed at the bid, so stops are measured from there; the other way round for a sale.
    return _stops_from(info, quote.bid if deal.direction > 0 else quote.ask, deal)


def _stops_from(info: SymbolInfo, exit_price: float, deal: OrderTerms) -> dict[str, float]:
    """Return stop and target on the grid, measured from a price; raise `CommandRefused`."""
    if deal.stop_loss is None or deal.stop_loss <= 0.0:
        if deal.reducing:
            return {"sl": 0.0, "tp": 0.0}
        raise CommandRefused("the trade has no stop, and no order is sent without one")
    stop = _round_towards_price(deal.stop_loss, exit_price, info)
    target = _round_to_step(deal.take_profit, info) if deal.take_profit else 0.0
    least = info.trade_stops_level * info.point
    _check_distance("stop", deal.direction * (exit_price - stop), least, info)
    if target:
        _check_distance("target", deal.direction * (target - exit_price), least, info)
    return {"sl": stop, "tp": target}


def _check_distance(name: str, distance: float, least: float, info: SymbolInfo) -> None:
    """Raise `CommandRefused` for a stop or target on the wrong side of the price, or too near to it."""
    points = distance / info.point
    if distance <= 0.0:
        raise CommandRefused(f"the {name} is on the wrong side of the price of {info.name}")
    if distance < least - info.point * _POINT_TOLERANCE:
        raise CommandRefused(
            f"the {name} is {points:.0f} points from the price of {info.name}; "
            f"the broker asks for {info.trade_stops_level} at least"
        )


def _check_kind(info: SymbolInfo, kind: OrderKind) -> None:
    """Raise `CommandRefused` for a kind of order that the symbol does not allow."""
    problem = order_mode_problem(info, kind)
    if problem:
        raise CommandRefused(problem)


def _check_side(info: SymbolInfo, deal: OrderTerms) -> None:
    """Raise `CommandRefused` when the symbol does not allow the deal."""
    mode = info.trade_mode
    closing = deal.position is not None
    if mode == SymbolTradeMode.DISABLED:
        raise CommandRefused(f"the broker has disabled trading on {info.name}")
    if closing:
        return
    if mode == SymbolTradeMode.CLOSEONLY and not deal.reducing:
        raise CommandRefused(f"the broker allows only closing positions of {info.name}")
    if mode == SymbolTradeMode.LONGONLY and deal.direction < 0 and not deal.reducing:
        raise CommandRefused(f"the broker allows only buying {info.name}")
    if mode == SymbolTradeMode.SHORTONLY and deal.direction > 0 and not deal.reducing:
        raise CommandRefused(f"the broker allows only selling {info.name}")


def _price_step(info: SymbolInfo) -> Decimal:
    """Return the smallest step of a symbol's price."""
    return Decimal(str(info.trade_tick_size)) if info.trade_tick_size > 0.0 else Decimal(1).scaleb(-info.digits)


def _round_to_step(price: float, info: SymbolInfo) -> float:
    """Round a price to the symbol's grid, halves up."""
    if not math.isfinite(price):
        raise CommandRefused(f"a price of {info.name} is not a number")
    tick = _price_step(info)
    return float((Decimal(str(price)) / tick + _HALF) // 1 * tick)


def _round_towards_price(stop: float, exit_price: float, info: SymbolInfo) -> float:
    """Round a stop to the grid, towards the price: the risk gets smaller, not greater."""
    if not math.isfinite(stop):
        raise CommandRefused(f"the stop of {info.name} is not a number")
    tick = _price_step(info)
    # Rounded to a thousandth of a tick first, so that a stop that stands on the grid stays where it is.
    steps = round(Decimal(str(stop)) / tick, 3)
    whole = steps // 1
    up = stop < exit_price and steps != whole
    return float((whole + (1 if up else 0)) * tick)

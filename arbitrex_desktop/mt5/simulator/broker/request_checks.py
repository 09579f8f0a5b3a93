# SPDX-License-Identifier: MIT
"""Checks of a trade request against its symbol's conditions; each raises `RequestRefused` with its retcode."""

from __future__ import annotations

from math import isfinite
from typing import Final

from arbitrex_desktop.mt5.constants import (
    OrderFilling,
    OrderTime,
    SymbolFilling,
    SymbolTradeExecution,
    TradeRetcode,
)
from arbitrex_desktop.mt5.results import TradeRequest
from arbitrex_desktop.mt5.simulator.broker.records import Order, units
from arbitrex_desktop.mt5.simulator.broker.rules import RequestRefused
from arbitrex_desktop.mt5.simulator.broker.stops import STOP_LIMITS, pending_price_fits, stops_fit
from arbitrex_desktop.mt5.simulator.broker.valuation import BrokerQuote, order_side
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

_TOLERANCE_POINTS: Final = 0.01  # prices on the grid differ by their rounding
_NEEDS_PRICE: Final = frozenset({SymbolTradeExecution.REQUEST, SymbolTradeExecution.INSTANT})


def lifetime(request: TradeRequest) -> OrderTime:
    """Return how long a pending order is to live."""
    try:
        return OrderTime(request.type_time)
    except ValueError:
        raise RequestRefused(TradeRetcode.INVALID_EXPIRATION) from None


def checked_volume(request: TradeRequest, spec: SymbolSpec) -> int:
    """Return the request's volume in hundred-millionths of a lot; raise `RequestRefused` if it is not allowed."""
    if not isfinite(request.volume) or not spec.volume_min - 1e-9 <= request.volume <= spec.volume_max + 1e-9:
        raise RequestRefused(TradeRetcode.INVALID_VOLUME)
    volume = units(request.volume)
    if volume % units(spec.volume_step):
        raise RequestRefused(TradeRetcode.INVALID_VOLUME)
    return volume


def _allowed_filling(spec: SymbolSpec) -> set[int]:
    """Return the filling modes that market orders may have, by the symbol's execution and flags."""
    if spec.execution in _NEEDS_PRICE:
        return {OrderFilling.FOK, OrderFilling.IOC, OrderFilling.RETURN}
    allowed: set[int] = {OrderFilling.RETURN} if spec.execution == SymbolTradeExecution.EXCHANGE else set()
    if SymbolFilling.FOK in spec.filling:
        allowed.add(OrderFilling.FOK)
    if SymbolFilling.IOC in spec.filling:
        allowed.add(OrderFilling.IOC)
    return allowed


def check_market_filling(request: TradeRequest, spec: SymbolSpec) -> None:
    """Check that a market order may be filled the way it asks for."""
    if request.type_filling not in _allowed_filling(spec):
        raise RequestRefused(TradeRetcode.INVALID_FILL)


def check_pending_filling(request: TradeRequest, spec: SymbolSpec) -> None:
    """Check that a pending order may be filled the way it asks for; RETURN always may."""
    if request.type_filling not in {*_allowed_filling(spec), OrderFilling.RETURN}:
        raise RequestRefused(TradeRetcode.INVALID_FILL)


def check_price(request: TradeRequest, spec: SymbolSpec, price: float) -> None:
    """Check the price of a request where the execution asks for one: 0 is no price, and too far off is a requote."""
    if spec.execution not in _NEEDS_PRICE:
        return
    if not isfinite(request.price) or request.price <= 0:
        raise RequestRefused(TradeRetcode.INVALID_PRICE)
    if abs(request.price - price) > (request.deviation + _TOLERANCE_POINTS) * spec.point:
        raise RequestRefused(TradeRetcode.REQUOTE)


def check_waiting(spec: SymbolSpec, order: Order, quote: BrokerQuote) -> None:
    """Check where a pending order waits, and its stop and target, which count from the price it will be filled at."""
    if not pending_price_fits(spec, order, quote):
        raise RequestRefused(TradeRetcode.INVALID_PRICE)
    entry = order.stoplimit if order.type in STOP_LIMITS else order.price
    if not stops_fit(spec, order_side(order.type), entry, order.sl, order.tp):
        raise RequestRefused(TradeRetcode.INVALID_STOPS)

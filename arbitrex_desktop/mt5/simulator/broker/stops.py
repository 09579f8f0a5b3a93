# SPDX-License-Identifier: MIT
"""Where stops, targets and pending orders may stand, and which tick sets them off.

A position is watched at its closing side (a buy at the bid), a pending order at its opening side (a buy at the ask).
"""

from __future__ import annotations

from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.mt5.simulator.broker.records import BUY, BrokerPosition, Order
from arbitrex_desktop.mt5.simulator.broker.valuation import BrokerQuote, order_side
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

LIMITS: Final = frozenset({OrderType.BUY_LIMIT, OrderType.SELL_LIMIT})
STOPS: Final = frozenset({OrderType.BUY_STOP, OrderType.SELL_STOP})
STOP_LIMITS: Final = frozenset({OrderType.BUY_STOP_LIMIT, OrderType.SELL_STOP_LIMIT})
PENDING: Final = LIMITS | STOPS | STOP_LIMITS

_TOLERANCE_POINTS: Final = 0.01  # prices on the grid differ by their rounding


def stops_fit(spec: SymbolSpec, side: int, reference: float, sl: float, tp: float) -> bool:
    """Return whether stop and target (0 is none) stand on their sides of a price, far enough from it.

    The least distance is the symbol's stops level, and one point where that is 0.
    """
    least = (max(spec.stops_level, 1) - _TOLERANCE_POINTS) * spec.point
    if not (isfinite(sl) and isfinite(tp)) or sl < 0 or tp < 0:
        return False
    return (not sl or (reference - sl) * side >= least) and (not tp or (tp - reference) * side >= least)


def pending_price_fits(spec: SymbolSpec, order: Order, quote: BrokerQuote) -> bool:
    """Return whether a pending order's price stands where its kind may wait."""
    if not isfinite(order.price) or order.price <= 0:
        return False
    side = order_side(order.type)
    least = (max(spec.stops_level, 1) - _TOLERANCE_POINTS) * spec.point
    beyond = (order.price - quote.opening(side)) * side
    if order.type in LIMITS:
        return beyond <= -least
    if order.type in STOPS:
        return beyond >= least
    limit_fits = isfinite(order.stoplimit) and order.stoplimit > 0 and (order.price - order.stoplimit) * side >= least
    return beyond >= least and limit_fits


def frozen(spec: SymbolSpec, price: float, *levels: float) -> bool:
    """Return whether a price has come so near to a level that the broker allows no change."""
    reach = spec.freeze_level * spec.point
    return bool(reach) and any(level and abs(level - price) <= reach for level in levels)


def first_exit(position: BrokerPosition, ticks: Rows) -> int | None:
    """Return the index of the first tick that hits the position's stop or target, None if none does."""
    if not len(ticks) or not (position.sl or position.tp):
        return None
    price = ticks["bid"] if position.side == BUY else ticks["ask"]
    hit = np.zeros(len(ticks), dtype=np.bool_)
    if position.sl:
        hit |= (price - position.sl) * position.side <= 0
    if position.tp:
        hit |= (price - position.tp) * position.side >= 0
    return _first(hit)


def stop_was_hit(position: BrokerPosition, price: float) -> bool:
    """Return whether a closing price is at the stop or beyond, rather than at the target."""
    return bool(position.sl) and (price - position.sl) * position.side <= 0


def first_trigger(order: Order, ticks: Rows) -> int | None:
    """Return the index of the first tick that sets a pending order off, None if none does."""
    if not len(ticks):
        return None
    side = order_side(order.type)
    price = ticks["ask"] if side == BUY else ticks["bid"]
    away = (price - order.price) * side
    return _first(away <= 0 if order.type in LIMITS else away >= 0)


def _first(hit: NDArray[np.bool_]) -> int | None:
    """Return the index of the first True."""
    index = int(np.argmax(hit))
    return index if hit[index] else None

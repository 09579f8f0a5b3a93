# SPDX-License-Identifier: MIT
"""Orders in words, and those that rest: what the symbol allows of them, and how long they live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from arbitrex_desktop.desk.intents.events import Fill
from arbitrex_desktop.desk.intents.intent import GoodFor, IntentRequest
from arbitrex_desktop.mt5.constants import OrderTime, OrderType
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.mt5.symbol_modes import SymbolExpiration, SymbolOrderMode
from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.texts import N_

Say = Callable[[str], str]
"""Gives a text in the language in which it will be read: the window's, or, for the journal, English as it stands."""

AT_PRICE: Final = N_(" at {price}")
NO_PRICE_YET: Final = N_("; the broker has not reported the price yet")

ORDER_TYPES: Final = {
    (OrderKind.MARKET, 1): OrderType.BUY,
    (OrderKind.MARKET, -1): OrderType.SELL,
    (OrderKind.LIMIT, 1): OrderType.BUY_LIMIT,
    (OrderKind.LIMIT, -1): OrderType.SELL_LIMIT,
    (OrderKind.STOP, 1): OrderType.BUY_STOP,
    (OrderKind.STOP, -1): OrderType.SELL_STOP,
}
ORDER_TIMES: Final = {
    GoodFor.CANCELLED: OrderTime.GTC,
    GoodFor.DAY: OrderTime.DAY,
    GoodFor.TIME: OrderTime.SPECIFIED,
    GoodFor.DATE: OrderTime.SPECIFIED_DAY,
}
_TIMED: Final = (GoodFor.TIME, GoodFor.DATE)
_MODES: Final = {
    OrderKind.MARKET: SymbolOrderMode.MARKET,
    OrderKind.LIMIT: SymbolOrderMode.LIMIT,
    OrderKind.STOP: SymbolOrderMode.STOP,
}
_EXPIRATIONS: Final = {
    GoodFor.CANCELLED: (SymbolExpiration.GTC, "until it is cancelled"),
    GoodFor.DAY: (SymbolExpiration.DAY, "for the day"),
    GoodFor.TIME: (SymbolExpiration.SPECIFIED, "until a moment"),
    GoodFor.DATE: (SymbolExpiration.SPECIFIED_DAY, "until the end of a day"),
}


def entry_problem(request: IntentRequest, info: SymbolInfo, now: datetime) -> str:
    """Return in words why an intent's order could not be placed as it is described, empty when it could.

    `now`, market time (UTC).  Prices are the risk manager's to judge.
    """
    if request.order_kind is OrderKind.MARKET:
        alone = request.order_price is None and request.good_for is GoodFor.CANCELLED and request.good_until is None
        return "" if alone else "an order at the market has neither a price of its own nor an expiry"
    return order_mode_problem(info, request.order_kind) or lifetime_problem(
        info, request.good_for, request.good_until, now
    )


def order_mode_problem(info: SymbolInfo, kind: OrderKind) -> str:
    """Return in words why the broker takes no order of a kind on a symbol, empty when it does.

    A symbol that declares nothing is taken to allow it; the broker has the last word.
    """
    if not info.order_mode or SymbolOrderMode(info.order_mode) & _MODES[kind]:
        return ""
    return f"the broker takes no {kind.lower()} orders on {info.name}"


def lifetime_problem(info: SymbolInfo, good_for: GoodFor, until: datetime | None, now: datetime) -> str:
    """Return in words why an order cannot rest so long, empty when it can."""
    if (until is not None) is not (good_for in _TIMED):
        return (
            f"an order that rests {_EXPIRATIONS[good_for][1]} {'needs that moment' if not until else 'has no moment'}"
        )
    if until is not None and until.tzinfo is None:
        return "the order's expiry has no time zone"
    if until is not None and until <= now:
        return "the order's expiry has passed already"
    allowed = SymbolExpiration(info.expiration_mode & 15)
    if not allowed or allowed & _EXPIRATIONS[good_for][0]:
        return ""
    takes = " or ".join(message for flag, message in _EXPIRATIONS.values() if allowed & flag)
    return f"on {info.name} the broker lets orders rest {takes} only"


def order_name(request: IntentRequest) -> str:
    """Return side and kind of an intent's order, `BUY LIMIT`."""
    return ORDER_TYPES[request.order_kind, request.direction].name.replace("_", " ")


def lifetime_text(good_for: GoodFor, until: datetime | None) -> str:
    """Return how long an order rests, in words; moments in UTC."""
    if until is None:
        return _EXPIRATIONS[good_for][1]
    return f"until {until:%Y-%m-%d %H:%M} UTC" if good_for is GoodFor.TIME else f"until the end of {until:%Y-%m-%d}"


def fill_text(fill: Fill, digits: int, say: Say = str) -> str:
    """Return price and slippage of a fill as far as they are known, ` at 1.30497, slippage +0.3 points`.

    `digits`, the decimals of the symbol's prices; `say` gives a text in the language in which it will be read.
    """
    if fill.price is None:
        return say(NO_PRICE_YET)
    price = say(AT_PRICE).format(price=f"{fill.price:.{digits}f}")
    if fill.slippage_points is None:
        return price
    # A hair better than asked is none, and zero has no minus.
    slippage = f"{round(fill.slippage_points, 1) + 0.0:+.1f}"
    return price + say(N_(", slippage {slippage} points")).format(slippage=slippage)


def filled_text(fill: Fill, digits: int, *, of_lots: float | None = None) -> str:
    """Return what was filled, in words: all of the order, or a part of the `of_lots` that were asked for."""
    if of_lots is None:
        return f"filled{fill_text(fill, digits)}"
    partly = 0.0 < fill.volume < of_lots
    part = f"{amounts.lots(fill.volume)} of {amounts.lots(of_lots)} lots were" if partly else "a part was"
    return f"only {part} filled{fill_text(fill, digits)}"

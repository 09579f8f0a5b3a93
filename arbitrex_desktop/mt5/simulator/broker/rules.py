# SPDX-License-Identifier: MIT
"""The simulated broker's rules, and the comments of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from arbitrex_desktop.mt5.constants import TradeRetcode


@dataclass(frozen=True, slots=True)
class BrokerRules:
    """What the broker sets for an account.

    Attributes:
        margin_call, stop_out: margin levels in percent
        exit_deal_delay_msc: how late at most the deal of an exit reaches the history
        max_orders: pending orders at a time
        requests_per_second: trade requests taken within a second of real time
        price_levels: levels of the depth of market
    """

    margin_call: float = 100.0
    stop_out: float = 50.0
    exit_deal_delay_msc: int = 1000
    max_orders: int = 200
    requests_per_second: int = 100
    price_levels: int = 5


_COMMENTS: Final[dict[int, str]] = {
    TradeRetcode.REQUOTE: "Requote",
    TradeRetcode.REJECT: "Request rejected",
    TradeRetcode.CANCEL: "Request canceled by trader",
    TradeRetcode.PLACED: "Order placed",
    TradeRetcode.DONE: "Request executed",
    TradeRetcode.DONE_PARTIAL: "Request executed partially",
    TradeRetcode.ERROR: "Request processing error",
    TradeRetcode.TIMEOUT: "Request timed out",
    TradeRetcode.INVALID: "Invalid request",
    TradeRetcode.INVALID_VOLUME: "Invalid volume",
    TradeRetcode.INVALID_PRICE: "Invalid price",
    TradeRetcode.INVALID_STOPS: "Invalid stops",
    TradeRetcode.TRADE_DISABLED: "Trade disabled",
    TradeRetcode.MARKET_CLOSED: "Market closed",
    TradeRetcode.NO_MONEY: "No money",
    TradeRetcode.PRICE_CHANGED: "Price changed",
    TradeRetcode.PRICE_OFF: "No prices",
    TradeRetcode.INVALID_EXPIRATION: "Invalid expiration",
    TradeRetcode.TOO_MANY_REQUESTS: "Too many requests",
    TradeRetcode.NO_CHANGES: "No changes",
    TradeRetcode.CLIENT_DISABLES_AT: "AutoTrading disabled by client",
    TradeRetcode.FROZEN: "Order or position frozen",
    TradeRetcode.INVALID_FILL: "Unsupported filling mode",
    TradeRetcode.CONNECTION: "No connection",
    TradeRetcode.LIMIT_ORDERS: "Orders limit reached",
    TradeRetcode.LIMIT_VOLUME: "Volume limit reached",
    TradeRetcode.INVALID_ORDER: "Invalid order",
    TradeRetcode.POSITION_CLOSED: "Position closed",
    TradeRetcode.INVALID_CLOSE_VOLUME: "Invalid close volume",
}


class RequestRefused(Exception):  # noqa: N818 - an answer of the trade server, named as one
    """The trade server refuses a request.

    Attributes:
        retcode: one of `TradeRetcode`
    """

    def __init__(self, retcode: TradeRetcode) -> None:
        super().__init__(retcode)
        self.retcode = retcode


def retcode_comment(retcode: int) -> str:
    """Return the comment that goes with a return code."""
    return _COMMENTS.get(retcode, "Done" if retcode == 0 else f"Retcode {retcode}")

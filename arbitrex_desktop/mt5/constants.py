# SPDX-License-Identifier: MIT
"""The 223 integer constants of the MetaTrader5 package 5.0.6231, as enumerations.

A member's name in the package is its group's prefix and its own name: `OrderType.BUY` is `ORDER_TYPE_BUY`.
`MODULE_CONSTANTS` gives them all under the package's names. The package does not export the bit masks at
the end (symbol filling modes); their values are from the MQL5 reference.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final


class AccountMarginMode(IntEnum):
    """How positions are kept and margined: netting, exchange or hedging."""

    RETAIL_NETTING = 0
    EXCHANGE = 1
    RETAIL_HEDGING = 2


class StopOutMode(IntEnum):
    """Whether margin call and stop-out levels are in percent or in money."""

    PERCENT = 0
    MONEY = 1


class AccountTradeMode(IntEnum):
    """Whether the account is a demo, a contest or a real one."""

    DEMO = 0
    CONTEST = 1
    REAL = 2


class BookType(IntEnum):
    """Side of an entry in the depth of market."""

    SELL = 1
    BUY = 2
    SELL_MARKET = 3
    BUY_MARKET = 4


class CopyTicks(IntEnum):
    """Which ticks `copy_ticks_*` gives: all, bid/ask changes, or trades."""

    ALL = -1
    INFO = 1
    TRADE = 2


class DayOfWeek(IntEnum):
    """Day of the week, Sunday first."""

    SUNDAY = 0
    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6


class DealEntry(IntEnum):
    """Whether a deal opens, closes or reverses a position."""

    IN = 0
    OUT = 1
    INOUT = 2
    OUT_BY = 3


class DealReason(IntEnum):
    """What a deal came from."""

    CLIENT = 0
    MOBILE = 1
    WEB = 2
    EXPERT = 3
    SL = 4
    TP = 5
    SO = 6
    ROLLOVER = 7
    VMARGIN = 8
    SPLIT = 9


class DealType(IntEnum):
    """Kind of deal: a trade, or one of the balance operations."""

    BUY = 0
    SELL = 1
    BALANCE = 2
    CREDIT = 3
    CHARGE = 4
    CORRECTION = 5
    BONUS = 6
    COMMISSION = 7
    COMMISSION_DAILY = 8
    COMMISSION_MONTHLY = 9
    COMMISSION_AGENT_DAILY = 10
    COMMISSION_AGENT_MONTHLY = 11
    INTEREST = 12
    BUY_CANCELED = 13
    SELL_CANCELED = 14
    DIVIDEND = 15
    DIVIDEND_FRANKED = 16
    TAX = 17


class OrderFilling(IntEnum):
    """How an order may be filled when the volume is not all there."""

    FOK = 0
    IOC = 1
    RETURN = 2
    BOC = 3


class OrderReason(IntEnum):
    """What an order came from."""

    CLIENT = 0
    MOBILE = 1
    WEB = 2
    EXPERT = 3
    SL = 4
    TP = 5
    SO = 6


class OrderState(IntEnum):
    """Where an order stands in its life."""

    STARTED = 0
    PLACED = 1
    CANCELED = 2
    PARTIAL = 3
    FILLED = 4
    REJECTED = 5
    EXPIRED = 6
    REQUEST_ADD = 7
    REQUEST_MODIFY = 8
    REQUEST_CANCEL = 9


class OrderTime(IntEnum):
    """How long a pending order lives."""

    GTC = 0
    DAY = 1
    SPECIFIED = 2
    SPECIFIED_DAY = 3


class OrderType(IntEnum):
    """Side and kind of an order."""

    BUY = 0
    SELL = 1
    BUY_LIMIT = 2
    SELL_LIMIT = 3
    BUY_STOP = 4
    SELL_STOP = 5
    BUY_STOP_LIMIT = 6
    SELL_STOP_LIMIT = 7
    CLOSE_BY = 8


class PositionReason(IntEnum):
    """What a position came from."""

    CLIENT = 0
    MOBILE = 1
    WEB = 2
    EXPERT = 3


class PositionType(IntEnum):
    """Side of a position."""

    BUY = 0
    SELL = 1


class ResultCode(IntEnum):
    """Codes that `last_error()` gives."""

    E_FAIL = -1
    S_OK = 1
    E_INVALID_PARAMS = -2
    E_NO_MEMORY = -3
    E_NOT_FOUND = -4
    E_INVALID_VERSION = -5
    E_AUTH_FAILED = -6
    E_UNSUPPORTED = -7
    E_AUTO_TRADING_DISABLED = -8
    E_INTERNAL_FAIL = -10000
    E_INTERNAL_FAIL_SEND = -10001
    E_INTERNAL_FAIL_RECEIVE = -10002
    E_INTERNAL_FAIL_INIT = -10003
    E_INTERNAL_FAIL_CONNECT = -10004
    E_INTERNAL_FAIL_TIMEOUT = -10005


class SymbolCalcMode(IntEnum):
    """How margin and profit of a symbol are computed."""

    FOREX = 0
    FUTURES = 1
    CFD = 2
    CFDINDEX = 3
    CFDLEVERAGE = 4
    FOREX_NO_LEVERAGE = 5
    EXCH_STOCKS = 32
    EXCH_FUTURES = 33
    EXCH_OPTIONS = 34
    EXCH_OPTIONS_MARGIN = 36
    EXCH_BONDS = 37
    EXCH_STOCKS_MOEX = 38
    EXCH_BONDS_MOEX = 39
    SERV_COLLATERAL = 64


class SymbolChartMode(IntEnum):
    """Whether bars are built from bid or from last."""

    BID = 0
    LAST = 1


class SymbolOptionMode(IntEnum):
    """Style of an option."""

    EUROPEAN = 0
    AMERICAN = 1


class SymbolOptionRight(IntEnum):
    """Right of an option."""

    CALL = 0
    PUT = 1


class SymbolOrders(IntEnum):
    """What becomes of stops and orders at the end of the day."""

    GTC = 0
    DAILY = 1
    DAILY_NO_STOPS = 2


class SymbolSwapMode(IntEnum):
    """Unit of a symbol's swap rates."""

    DISABLED = 0
    POINTS = 1
    CURRENCY_SYMBOL = 2
    CURRENCY_MARGIN = 3
    CURRENCY_DEPOSIT = 4
    INTEREST_CURRENT = 5
    INTEREST_OPEN = 6
    REOPEN_CURRENT = 7
    REOPEN_BID = 8


class SymbolTradeExecution(IntEnum):
    """How the broker executes deals on a symbol."""

    REQUEST = 0
    INSTANT = 1
    MARKET = 2
    EXCHANGE = 3


class SymbolTradeMode(IntEnum):
    """Which deals a symbol allows."""

    DISABLED = 0
    LONGONLY = 1
    SHORTONLY = 2
    CLOSEONLY = 3
    FULL = 4


class TickFlag(IntEnum):
    """What changed in a tick (bits)."""

    BID = 2
    ASK = 4
    LAST = 8
    VOLUME = 16
    BUY = 32
    SELL = 64


class Timeframe(IntEnum):
    """Length of a bar."""

    M1 = 1
    M2 = 2
    M3 = 3
    M4 = 4
    M5 = 5
    M6 = 6
    M10 = 10
    M12 = 12
    M15 = 15
    M20 = 20
    M30 = 30
    H1 = 16385
    H2 = 16386
    H3 = 16387
    H4 = 16388
    H6 = 16390
    H8 = 16392
    H12 = 16396
    D1 = 16408
    W1 = 32769
    MN1 = 49153


class TradeAction(IntEnum):
    """What an order request asks for."""

    DEAL = 1
    PENDING = 5
    SLTP = 6
    MODIFY = 7
    REMOVE = 8
    CLOSE_BY = 10


class TradeRetcode(IntEnum):
    """What the trade server answered to a request."""

    REQUOTE = 10004
    REJECT = 10006
    CANCEL = 10007
    PLACED = 10008
    DONE = 10009
    DONE_PARTIAL = 10010
    ERROR = 10011
    TIMEOUT = 10012
    INVALID = 10013
    INVALID_VOLUME = 10014
    INVALID_PRICE = 10015
    INVALID_STOPS = 10016
    TRADE_DISABLED = 10017
    MARKET_CLOSED = 10018
    NO_MONEY = 10019
    PRICE_CHANGED = 10020
    PRICE_OFF = 10021
    INVALID_EXPIRATION = 10022
    ORDER_CHANGED = 10023
    TOO_MANY_REQUESTS = 10024
    NO_CHANGES = 10025
    SERVER_DISABLES_AT = 10026
    CLIENT_DISABLES_AT = 10027
    LOCKED = 10028
    FROZEN = 10029
    INVALID_FILL = 10030
    CONNECTION = 10031
    ONLY_REAL = 10032
    LIMIT_ORDERS = 10033
    LIMIT_VOLUME = 10034
    INVALID_ORDER = 10035
    POSITION_CLOSED = 10036
    INVALID_CLOSE_VOLUME = 10038
    CLOSE_ORDER_EXIST = 10039
    LIMIT_POSITIONS = 10040
    REJECT_CANCEL = 10041
    LONG_ONLY = 10042
    SHORT_ONLY = 10043
    CLOSE_ONLY = 10044
    FIFO_CLOSE = 10045


class SymbolFilling(IntFlag):
    """Filling modes a symbol allows, the bits of `SymbolInfo.filling_mode`; RETURN has no bit."""

    FOK = 1
    IOC = 2
    BOC = 4


_GROUPS: Final[dict[str, type[IntEnum]]] = {
    "ACCOUNT_MARGIN_MODE": AccountMarginMode,
    "ACCOUNT_STOPOUT_MODE": StopOutMode,
    "ACCOUNT_TRADE_MODE": AccountTradeMode,
    "BOOK_TYPE": BookType,
    "COPY_TICKS": CopyTicks,
    "DAY_OF_WEEK": DayOfWeek,
    "DEAL_ENTRY": DealEntry,
    "DEAL_REASON": DealReason,
    "DEAL_TYPE": DealType,
    "ORDER_FILLING": OrderFilling,
    "ORDER_REASON": OrderReason,
    "ORDER_STATE": OrderState,
    "ORDER_TIME": OrderTime,
    "ORDER_TYPE": OrderType,
    "POSITION_REASON": PositionReason,
    "POSITION_TYPE": PositionType,
    "RES": ResultCode,
    "SYMBOL_CALC_MODE": SymbolCalcMode,
    "SYMBOL_CHART_MODE": SymbolChartMode,
    "SYMBOL_OPTION_MODE": SymbolOptionMode,
    "SYMBOL_OPTION_RIGHT": SymbolOptionRight,
    "SYMBOL_ORDERS": SymbolOrders,
    "SYMBOL_SWAP_MODE": SymbolSwapMode,
    "SYMBOL_TRADE_EXECUTION": SymbolTradeExecution,
    "SYMBOL_TRADE_MODE": SymbolTradeMode,
    "TICK_FLAG": TickFlag,
    "TIMEFRAME": Timeframe,
    "TRADE_ACTION": TradeAction,
    "TRADE_RETCODE": TradeRetcode,
}

_SHORT_NAMED: Final = frozenset({DealType.DIVIDEND, DealType.DIVIDEND_FRANKED, DealType.TAX})


def _exported_name(prefix: str, member: IntEnum) -> str:
    """Return a member's name in the package; three kinds of deal lack the TYPE of their group."""
    return f"DEAL_{member.name}" if member in _SHORT_NAMED and prefix == "DEAL_TYPE" else f"{prefix}_{member.name}"


MODULE_CONSTANTS: Final[dict[str, int]] = {
    _exported_name(prefix, member): int(member) for prefix, group in _GROUPS.items() for member in group
}
"""Every constant under its name in the MetaTrader5 package."""

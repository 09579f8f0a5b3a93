# SPDX-License-Identifier: MIT
"""What each function of the module takes: which arguments, in which order they are checked, what is left out.

Each function here reads one call's arguments and returns them as plain values, or raises `ArgumentError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.simulator.module import arguments as arg
from arbitrex_desktop.mt5.simulator.module.arguments import ArgumentError, Leftover, accept, named, unnamed

if TYPE_CHECKING:
    from collections.abc import Callable

Args = tuple[Any, ...]
Keywords = dict[str, Any]

DEFAULT_TIMEOUT_MS: Final = 60_000

_REQUEST_KEYS: Final[dict[str, Callable[[object], Any]]] = {
    "action": arg.U32,
    "magic": arg.U64,
    "order": arg.U64,
    "symbol": arg.SYMBOL,
    "volume": arg.exact_float,
    "price": arg.exact_float,
    "stoplimit": arg.exact_float,
    "sl": arg.exact_float,
    "tp": arg.exact_float,
    "deviation": arg.U64,
    "type": arg.U32,
    "type_filling": arg.U32,
    "type_time": arg.U32,
    "expiration": arg.I64,
    "comment": arg.SYMBOL,
    "position": arg.U64,
    "position_by": arg.U64,
}
"""The keys of a trade request in the order in which they are checked."""

_EMPTY_REQUEST: Final = results.TradeRequest(
    action=0,
    magic=0,
    order=0,
    symbol="",
    volume=0.0,
    price=0.0,
    stoplimit=0.0,
    sl=0.0,
    tp=0.0,
    deviation=0,
    type=0,
    type_filling=0,
    type_time=0,
    expiration=0,
    comment="",
    position=0,
    position_by=0,
)

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Login:
    """Arguments of `login` and `initialize`; an empty text is as good as none, `timeout` is in milliseconds."""

    login: int = 0
    password: str = ""
    server: str = ""
    timeout: int = DEFAULT_TIMEOUT_MS


@dataclass(frozen=True, slots=True)
class Initialize:
    """Arguments of `initialize`."""

    path: str
    account: Login
    portable: bool


@dataclass(frozen=True, slots=True)
class PositionFilter:
    """The one filter of `positions_get` and `orders_get` that counts: ticket before symbol before group."""

    ticket: int | None = None
    symbol: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Arguments of `history_*_get`: two dates (seconds) and perhaps a group, or a ticket, or a position."""

    date_from: int | None = None
    date_to: int | None = None
    group: str | None = None
    ticket: int | None = None
    position: int | None = None


def _count(args: Args, *allowed: int, message: str = arg.INVALID_ARGUMENTS) -> None:
    if len(args) not in allowed:
        raise ArgumentError(message)


def _positional(convert: Callable[[object], Any], value: object) -> Any:
    return accept(convert, value, arg.INVALID_ARGUMENTS)


def _keyword(keywords: Keywords, name: str, convert: Callable[[object], Any], default: Any = None) -> Any:
    return accept(convert, keywords[name], named(name)) if name in keywords else default


def _date(value: object, leftover: Leftover) -> int:
    return accept(lambda date: arg.date_seconds(date, leftover), value, arg.INVALID_ARGUMENTS)


def symbol(args: Args) -> str:
    """Read the arguments of a function that takes a symbol and nothing else."""
    _count(args, 1)
    return str(_positional(arg.SYMBOL, args[0]))


def symbol_select(args: Args) -> tuple[str, bool]:
    """Read symbol and, unless it is left out, whether to show it: anything that is true or false."""
    _count(args, 1, 2)
    enable = _positional(arg.as_bool, args[1]) if len(args) > 1 else True
    return _positional(arg.SYMBOL, args[0]), enable


def symbols_group(args: Args, keywords: Keywords) -> str | None:
    """Read `symbols_get`'s group, positional or by keyword; an empty one is as good as none."""
    if len(args) > 1:
        raise ArgumentError(arg.INVALID_COUNT)
    group = accept(arg.GROUP, args[0], unnamed(1)) if args else ""
    return _keyword(keywords, "group", arg.GROUP, group) or None


def copy_ticks_from(args: Args, leftover: Leftover) -> tuple[str, int, int, int]:
    """Read symbol, date, count and flags."""
    _count(args, 4)
    count, flags = (_positional(arg.parsed_int, value) for value in args[2:])
    return _positional(arg.SYMBOL, args[0]), _date(args[1], leftover), count, flags


def copy_ticks_range(args: Args, leftover: Leftover) -> tuple[str, int, int, int]:
    """Read symbol, two dates and flags."""
    _count(args, 4)
    flags = _positional(arg.parsed_int, args[3])
    return _positional(arg.SYMBOL, args[0]), _date(args[1], leftover), _date(args[2], leftover), flags


def copy_rates_from(args: Args, leftover: Leftover) -> tuple[str, int, int, int]:
    """Read symbol, timeframe, date and count."""
    _count(args, 4)
    timeframe, count = (_positional(arg.parsed_int, value) for value in (args[1], args[3]))
    return _positional(arg.SYMBOL, args[0]), timeframe, _date(args[2], leftover), count


def copy_rates_from_pos(args: Args) -> tuple[str, int, int, int]:
    """Read symbol, timeframe, start position and count."""
    _count(args, 4)
    timeframe, start, count = (_positional(arg.parsed_int, value) for value in args[1:])
    return _positional(arg.SYMBOL, args[0]), timeframe, start, count


def copy_rates_range(args: Args, leftover: Leftover) -> tuple[str, int, int, int]:
    """Read symbol, timeframe and two dates."""
    _count(args, 4)
    timeframe = _positional(arg.parsed_int, args[1])
    return _positional(arg.SYMBOL, args[0]), timeframe, _date(args[2], leftover), _date(args[3], leftover)


def calculation(args: Args, prices: int) -> tuple[int, str, float, list[float]]:
    """Read action, symbol, volume and so many prices."""
    _count(args, 3 + prices)
    action = _positional(arg.parsed_mask, args[0])
    volume, *rest = (_positional(arg.parsed_double, value) for value in args[2:])
    return action, _positional(arg.SYMBOL, args[1]), volume, rest


def open_filter(args: Args, keywords: Keywords) -> PositionFilter:
    """Read the keywords of `positions_get` and `orders_get`; those that do not count are not even looked at."""
    if args:
        raise ArgumentError(arg.UNNAMED_NOT_ALLOWED)
    if "ticket" in keywords:
        return PositionFilter(ticket=_keyword(keywords, "ticket", arg.U64))
    if "symbol" in keywords:
        return PositionFilter(symbol=_keyword(keywords, "symbol", arg.SYMBOL))
    return PositionFilter(group=_keyword(keywords, "group", arg.GROUP))


def dates(args: Args, leftover: Leftover) -> tuple[int, int]:
    """Read the two dates of `history_*_total`."""
    _count(args, 2)
    return _date(args[0], leftover), _date(args[1], leftover)


def history_query(args: Args, keywords: Keywords, leftover: Leftover) -> HistoryQuery:
    """Read `history_*_get`: two positional dates, else a ticket, else a position, by keyword."""
    if len(args) == 2:  # noqa: PLR2004 - the two dates
        date_from, date_to = dates(args, leftover)
        return HistoryQuery(date_from, date_to, group=_keyword(keywords, "group", arg.GROUP))
    name = next((name for name in ("ticket", "position") if name in keywords), None)
    if name is None:
        raise ArgumentError(arg.INVALID_ARGUMENTS)
    if args:
        raise ArgumentError(arg.UNNAMED_NOT_ALLOWED)
    number = _keyword(keywords, name, arg.U64)
    return HistoryQuery(ticket=number) if name == "ticket" else HistoryQuery(position=number)


def _looked_up(request: dict[Any, Any], key: str) -> Any:
    """Return a key's value, or _ABSENT; a subclass's own lookup is not asked, and one that raises finds nothing."""
    try:
        return dict.get(request, key, _ABSENT)
    except Exception:  # noqa: BLE001 - a key of the request may raise anything when it is compared
        return _ABSENT


def trade_request(args: Args, keywords: Keywords) -> results.TradeRequest:
    """Read one dict, or keywords; unknown keys are ignored and missing ones are 0 or empty."""
    if keywords and args:
        raise ArgumentError(arg.UNNAMED_NOT_ALLOWED)
    if not keywords:
        _count(args, 1, message=arg.INVALID_COUNT)
    request = keywords or args[0]
    if not isinstance(request, dict):
        raise ArgumentError(arg.INVALID_ARGUMENTS)
    given = {key: _looked_up(request, key) for key in _REQUEST_KEYS}
    read = {key: accept(_REQUEST_KEYS[key], value, named(key)) for key, value in given.items() if value is not _ABSENT}
    return results.TradeRequest.from_mapping({key: getattr(_EMPTY_REQUEST, key) for key in _REQUEST_KEYS} | read)


def _account(keywords: Keywords, given: Login) -> Login:
    """Read the keywords that `login` and `initialize` share; they override what was given by position."""
    number = _keyword(keywords, "login", arg.U64, given.login)
    server = _keyword(keywords, "server", arg.CREDENTIAL, given.server)
    password = _keyword(keywords, "password", arg.CREDENTIAL, given.password)
    timeout = _keyword(keywords, "timeout", arg.U32, given.timeout)
    return Login(number, password, server, timeout)


def login(args: Args, keywords: Keywords) -> Login:
    """Read account number, password and server, by position or keyword, and a time-out; the number may not be 0."""
    if len(args) > 3:  # noqa: PLR2004 - login, password, server
        raise ArgumentError(arg.INVALID_COUNT)
    converters: tuple[Callable[[object], Any], ...] = (arg.U64, arg.CREDENTIAL, arg.CREDENTIAL)
    given: list[Any] = [accept(converters[i], value, unnamed(i + 1)) for i, value in enumerate(args)]
    account = _account(keywords, Login(*given))
    if account.login == 0:
        raise ArgumentError(named("login"))
    return account


def initialize(args: Args, keywords: Keywords, leftover: Leftover) -> Initialize:
    """Read the terminal's path, by position or keyword, the account's keywords, and `portable` (by its truth)."""
    if len(args) > 1:
        raise ArgumentError(arg.INVALID_COUNT)
    path = accept(arg.PATH, args[0], unnamed(1)) if args else ""
    account = _account(keywords, Login())
    path = _keyword(keywords, "path", arg.PATH, path)
    portable = arg.truth(keywords["portable"], leftover) if "portable" in keywords else False
    return Initialize(path, account, portable)

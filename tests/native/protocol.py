# SPDX-License-Identifier: MIT
"""What the MetaTrader5 package asks on its pipe, and how a terminal answers.

A frame is its length (u32) and its body.  The body of a request is a command (u32) and its arguments; that of an
answer the command, a status (i32: 1, or the negative code that `last_error()` then gives), and data.  Texts in
requests are their length in UTF-16 units (u32), then the units.  Groups of positions, orders and the history are
filtered by the package itself, groups of symbols by the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from struct import calcsize, pack, unpack_from
from typing import Any, Final, TypeVar

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulator.module.backend import BackendError, TerminalBackend
from tests.native import layouts
from tests.native.layouts import Layout

R = TypeVar("R", bound=results.ModuleResult)
_MSC: Final = 1000
READY: Final = 2
"""State of a terminal that has loaded; the package asks again until it says so."""


class Command(IntEnum):
    """The first word of a request."""

    VERSION = 0x01
    HELLO = 0x04
    LOGIN = 0x05
    TICKS_FROM = 0x68
    TICKS_RANGE = 0x69
    RATES_FROM = 0x6A
    RATES_RANGE = 0x6B
    RATES_FROM_POS = 0x6C
    STATE = 0x6D
    POSITIONS_TOTAL = 0x78
    POSITIONS = 0x79
    POSITIONS_OF_SYMBOL = 0x7A
    POSITION = 0x7B
    ORDERS_TOTAL = 0x82
    ORDERS = 0x83
    ORDERS_OF_SYMBOL = 0x84
    ORDER = 0x85
    HISTORY_ORDERS_TOTAL = 0x8C
    HISTORY_ORDERS = 0x8D
    HISTORY_ORDERS_OF_POSITION = 0x8E
    HISTORY_ORDER = 0x8F
    HISTORY_DEALS_TOTAL = 0x96
    HISTORY_DEALS = 0x97
    HISTORY_DEALS_OF_POSITION = 0x98
    HISTORY_DEAL = 0x99
    ORDER_CHECK = 0xA0
    ORDER_SEND = 0xA1
    CALC_MARGIN = 0xA2
    CALC_PROFIT = 0xA3
    SYMBOL_INFO = 0xAA
    SYMBOL_SELECT = 0xAB
    SYMBOL_TICK = 0xAC
    SYMBOLS_TOTAL = 0xAD
    SYMBOLS = 0xAE
    SYMBOLS_OF_GROUP = 0xAF
    TERMINAL_INFO = 0xB4
    ACCOUNT_INFO = 0xBE
    BOOK_ADD = 0xBF
    BOOK_RELEASE = 0xC0
    BOOK_GET = 0xC1


class Arguments:
    """Reads a request from its beginning."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, code: str) -> Any:
        """Return the next number, of a code of `struct`."""
        (value,) = unpack_from("<" + code, self._body, self._at)
        self._at += calcsize("<" + code)
        return value

    def text(self) -> str:
        """Return the next text."""
        end = self.take("I") * 2 + self._at
        found, self._at = self._body[self._at : end], end
        return found.decode("utf-16-le")

    def rest(self) -> bytes:
        """Return all that is left."""
        return self._body[self._at :]


def frame(body: bytes) -> bytes:
    """Return a body with its length before it."""
    return pack("<I", len(body)) + body


def answer(terminal: TerminalBackend, request: bytes) -> bytes:
    """Return the body of the answer to the body of a request; what the terminal refuses becomes its status."""
    arguments = Arguments(request)
    command = arguments.take("I")
    try:
        if command not in _ANSWERS:
            raise BackendError.of(ResultCode.E_UNSUPPORTED)
        data = _ANSWERS[command](terminal, arguments)
    except BackendError as refusal:
        return pack("<Ii", command, refusal.code)
    return pack("<Ii", command, int(ResultCode.S_OK)) + data


def _rows(layout: Layout[R], found: Sequence[R]) -> bytes:
    return pack("<I", len(found)) + b"".join(map(layout.pack, found))


def _array(rows: Rows) -> bytes:
    return pack("<I", len(rows)) + rows.tobytes()


def _one(layout: Layout[R], found: Sequence[R]) -> bytes:
    """Return what was asked for by its ticket, without a count before it."""
    if not found:
        raise BackendError.not_found()
    return layout.pack(found[0])


def _done(done: bool) -> bytes:
    """Return no data; a thing that could not be done is a failure."""
    if not done:
        raise BackendError.of(ResultCode.E_FAIL)
    return b""


def _version(terminal: TerminalBackend, arguments: Arguments) -> bytes:
    version, build, date = terminal.version()
    return pack("<III", version, build, len(date)) + date.encode("utf-16-le")


def _hello(terminal: TerminalBackend, arguments: Arguments) -> bytes:
    return pack("<I", terminal.version()[1])


def _login(terminal: TerminalBackend, arguments: Arguments) -> bytes:
    arguments.take("I")
    login, password, server = arguments.take("Q"), arguments.text(), arguments.text()
    terminal.login(login, password=password or None, server=server or None, timeout=0)
    return b""


def _state(terminal: TerminalBackend, arguments: Arguments) -> bytes:
    return pack("<I", READY)


def _ticks_from(terminal: TerminalBackend, arguments: Arguments) -> bytes:
    symbol, since = arguments.text(), arguments.take("q") // _MSC
    return _array(terminal.copy_ticks_from(symbol, since, arguments.take("i"), arguments.take("i")))


def _ticks_range(terminal: TerminalBackend, arguments: Arguments) -> bytes:
    symbol, since, until = arguments.text(), arguments.take("q") // _MSC, arguments.take("q") // _MSC
    return _array(terminal.copy_ticks_range(symbol, since, until, arguments.take("i")))


def _rates(codes: str, name: str) -> Callable[[TerminalBackend, Arguments], bytes]:
    """Return the answer of a `copy_rates_*`: a symbol, a time frame, and two numbers more."""

    def read(terminal: TerminalBackend, arguments: Arguments) -> bytes:
        symbol, frame_of_time = arguments.text(), arguments.take("I")
        return _array(getattr(terminal, name)(symbol, frame_of_time, *map(arguments.take, codes)))

    return read


def _total(name: str, codes: str = "") -> Callable[[TerminalBackend, Arguments], bytes]:
    return lambda terminal, arguments: pack("<I", getattr(terminal, name)(*map(arguments.take, codes)))


def _all(name: str, layout: Layout[Any]) -> Callable[[TerminalBackend, Arguments], bytes]:
    return lambda terminal, _: _rows(layout, getattr(terminal, name)())


def _of_symbol(name: str, layout: Layout[Any]) -> Callable[[TerminalBackend, Arguments], bytes]:
    return lambda terminal, arguments: _rows(layout, getattr(terminal, name)(symbol=arguments.text()))


def _of_ticket(name: str, layout: Layout[Any]) -> Callable[[TerminalBackend, Arguments], bytes]:
    return lambda terminal, arguments: _one(layout, getattr(terminal, name)(ticket=arguments.take("Q")))


def _of_position(name: str, layout: Layout[Any]) -> Callable[[TerminalBackend, Arguments], bytes]:
    return lambda terminal, arguments: _rows(layout, getattr(terminal, name)(position=arguments.take("Q")))


def _between(name: str, layout: Layout[Any]) -> Callable[[TerminalBackend, Arguments], bytes]:
    return lambda terminal, arguments: _rows(
        layout, getattr(terminal, name)(date_from=arguments.take("q"), date_to=arguments.take("q"))
    )


def _calculation(name: str, prices: int) -> Callable[[TerminalBackend, Arguments], bytes]:
    def reckon(terminal: TerminalBackend, arguments: Arguments) -> bytes:
        action, symbol = arguments.take("I"), arguments.text()
        return pack("<d", getattr(terminal, name)(action, symbol, *(arguments.take("d") for _ in range(1 + prices))))

    return reckon


def _select(terminal: TerminalBackend, arguments: Arguments) -> bytes:
    symbol = arguments.text()
    return _done(terminal.symbol_select(symbol, enable=bool(arguments.take("?"))))


_ANSWERS: Final[dict[int, Callable[[TerminalBackend, Arguments], bytes]]] = {
    Command.VERSION: _version,
    Command.HELLO: _hello,
    Command.LOGIN: _login,
    Command.STATE: _state,
    Command.TICKS_FROM: _ticks_from,
    Command.TICKS_RANGE: _ticks_range,
    Command.RATES_FROM: _rates("qi", "copy_rates_from"),
    Command.RATES_RANGE: _rates("qq", "copy_rates_range"),
    Command.RATES_FROM_POS: _rates("ii", "copy_rates_from_pos"),
    Command.POSITIONS_TOTAL: _total("positions_total"),
    Command.POSITIONS: _all("positions_get", layouts.POSITION),
    Command.POSITIONS_OF_SYMBOL: _of_symbol("positions_get", layouts.POSITION),
    Command.POSITION: _of_ticket("positions_get", layouts.POSITION),
    Command.ORDERS_TOTAL: _total("orders_total"),
    Command.ORDERS: _all("orders_get", layouts.ORDER),
    Command.ORDERS_OF_SYMBOL: _of_symbol("orders_get", layouts.ORDER),
    Command.ORDER: _of_ticket("orders_get", layouts.ORDER),
    Command.HISTORY_ORDERS_TOTAL: _total("history_orders_total", "qq"),
    Command.HISTORY_ORDERS: _between("history_orders_get", layouts.ORDER),
    Command.HISTORY_ORDERS_OF_POSITION: _of_position("history_orders_get", layouts.ORDER),
    Command.HISTORY_ORDER: _of_ticket("history_orders_get", layouts.ORDER),
    Command.HISTORY_DEALS_TOTAL: _total("history_deals_total", "qq"),
    Command.HISTORY_DEALS: _between("history_deals_get", layouts.DEAL),
    Command.HISTORY_DEALS_OF_POSITION: _of_position("history_deals_get", layouts.DEAL),
    Command.HISTORY_DEAL: _of_ticket("history_deals_get", layouts.DEAL),
    Command.ORDER_CHECK: lambda terminal, arguments: layouts.CHECKED.pack(
        terminal.order_check(layouts.REQUEST.unpack(arguments.rest()))
    ),
    Command.ORDER_SEND: lambda terminal, arguments: layouts.SENT.pack(
        terminal.order_send(layouts.REQUEST.unpack(arguments.rest()))
    ),
    Command.CALC_MARGIN: _calculation("order_calc_margin", 1),
    Command.CALC_PROFIT: _calculation("order_calc_profit", 2),
    Command.SYMBOL_INFO: lambda terminal, arguments: layouts.SYMBOL.pack(terminal.symbol_info(arguments.text())),
    Command.SYMBOL_SELECT: _select,
    Command.SYMBOL_TICK: lambda terminal, arguments: layouts.TICK.pack(terminal.symbol_info_tick(arguments.text())),
    Command.SYMBOLS_TOTAL: _total("symbols_total"),
    Command.SYMBOLS: lambda terminal, _: _rows(layouts.SYMBOL, terminal.symbols_get(None)),
    Command.SYMBOLS_OF_GROUP: lambda terminal, arguments: _rows(layouts.SYMBOL, terminal.symbols_get(arguments.text())),
    Command.TERMINAL_INFO: lambda terminal, _: layouts.TERMINAL.pack(terminal.terminal_info()),
    Command.ACCOUNT_INFO: lambda terminal, _: layouts.ACCOUNT.pack(terminal.account_info()),
    Command.BOOK_ADD: lambda terminal, arguments: _done(terminal.market_book_add(arguments.text())),
    Command.BOOK_RELEASE: lambda terminal, arguments: _done(terminal.market_book_release(arguments.text())),
    Command.BOOK_GET: lambda terminal, arguments: _rows(layouts.BOOK, terminal.market_book_get(arguments.text())),
}

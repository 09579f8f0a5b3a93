# SPDX-License-Identifier: MIT
"""What the simulated module asks of the terminal behind it, once a call's arguments have been validated.

Every method may raise `BackendError`; the module then sets `last_error()` to its code and message, and the call
returns None (or False, where the real function gives a bool).  Times are whole seconds of the broker's server clock
dressed as UTC, as they cross the real pipe; prices are in quote currency, volumes in lots, money in account currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulator.module.ansi import ansi_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arbitrex_desktop.mt5 import results
    from arbitrex_desktop.mt5.arrays import Rows


ERROR_TEXTS: Final[dict[int, str]] = {
    ResultCode.E_FAIL: "Terminal: Call failed",
    ResultCode.E_INVALID_PARAMS: "Terminal: Invalid params",
    ResultCode.E_NO_MEMORY: "Terminal: Out of memory",
    ResultCode.E_NOT_FOUND: "Terminal: Not found",
    ResultCode.E_INVALID_VERSION: (
        "Terminal: Incompatible versions, please install the latest version of Terminal and Python module"
    ),
    ResultCode.E_AUTH_FAILED: "Terminal: Authorization failed",
    ResultCode.E_UNSUPPORTED: "Terminal: Unsupported function",
    ResultCode.E_AUTO_TRADING_DISABLED: "Auto-Trading using Python API disabled in Terminal",
    ResultCode.E_INTERNAL_FAIL: "IPC call failed",
    ResultCode.E_INTERNAL_FAIL_SEND: "IPC send failed",
    ResultCode.E_INTERNAL_FAIL_RECEIVE: "IPC recv failed",
    ResultCode.E_INTERNAL_FAIL_INIT: "IPC initialize failed, MetaTrader 5 x64 not found",
    ResultCode.E_INTERNAL_FAIL_CONNECT: "No IPC connection",
    ResultCode.E_INTERNAL_FAIL_TIMEOUT: "IPC timeout",
}
"""What the real module's `last_error()` says for each code that does not come from argument validation."""


class BackendError(Exception):
    """A call failed behind the validated arguments.

    Attributes:
        code: one of `ResultCode`
        message: the text that `last_error()` gives
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    @classmethod
    def of(cls, code: ResultCode) -> BackendError:
        """Return the failure with the text that the real module has for its code."""
        return cls(code, ERROR_TEXTS[code])

    @classmethod
    def cannot_start(cls, path: str) -> BackendError:
        """Return the failure of `initialize` with a path at which there is no terminal."""
        try:
            reason = ansi_text(f"Process create failed '{path}'")
        except UnicodeEncodeError:  # C's printf gives up, and nothing of its text is left
            reason = ""
        return cls(ResultCode.E_INTERNAL_FAIL_INIT, f"IPC initialize failed, {reason}")

    @classmethod
    def not_found(cls) -> BackendError:
        """Return the failure of a call that names something the terminal does not know, such as a symbol."""
        return cls.of(ResultCode.E_NOT_FOUND)


class ConnectionBackend(Protocol):
    """The connection to a terminal and its account."""

    def initialize(
        self,
        *,
        path: str | None,
        login: int | None,
        password: str | None,
        server: str | None,
        timeout: int,
        portable: bool,
    ) -> None:
        """Connect; None means "not given", `timeout` is in milliseconds. The module has called `shutdown` before.

        A `path` at which there is no terminal raises `BackendError.cannot_start`.
        """

    def login(self, login: int, *, password: str | None, server: str | None, timeout: int) -> None:
        """Change to another account; None means "the terminal's saved one", `timeout` is in milliseconds."""

    def shutdown(self) -> None:
        """Drop the connection; legal when there is none."""

    def version(self) -> tuple[int, int, str]:
        """Return the terminal's version, build and release date."""

    def terminal_info(self) -> results.TerminalInfo:
        """Return the terminal's state and settings."""

    def account_info(self) -> results.AccountInfo:
        """Return the account."""


class MarketBackend(Protocol):
    """Symbols, quotes, bars and ticks.

    An unknown symbol raises `BackendError.not_found()`.  Arrays have `RATE_DTYPE` or `TICK_DTYPE`, oldest row first.
    """

    def symbols_total(self) -> int:
        """Return how many symbols the terminal knows."""

    def symbols_get(self, group: str | None) -> Sequence[results.SymbolInfo]:
        """Return the symbols that pass the group filter (`*EUR*,!*USD*`), all without one."""

    def symbol_info(self, symbol: str) -> results.SymbolInfo:
        """Return a symbol's properties."""

    def symbol_info_tick(self, symbol: str) -> results.Tick:
        """Return a symbol's latest tick."""

    def symbol_select(self, symbol: str, *, enable: bool) -> bool:
        """Show the symbol in Market Watch, or hide it; False when that cannot be done now."""

    def market_book_add(self, symbol: str) -> bool:
        """Subscribe to a symbol's depth of market; False when it has none."""

    def market_book_get(self, symbol: str) -> Sequence[results.BookInfo]:
        """Return the depth of market of a subscribed symbol."""

    def market_book_release(self, symbol: str) -> bool:
        """Cancel a subscription; False when there was none."""

    def copy_rates_from(self, symbol: str, timeframe: int, date_from: int, count: int) -> Rows:
        """Return up to `count` bars, the last of them the one open at `date_from` or before."""

    def copy_rates_from_pos(self, symbol: str, timeframe: int, start_pos: int, count: int) -> Rows:
        """Return up to `count` bars that end `start_pos` bars before the current one (0)."""

    def copy_rates_range(self, symbol: str, timeframe: int, date_from: int, date_to: int) -> Rows:
        """Return the bars that open within the two moments, both included."""

    def copy_ticks_from(self, symbol: str, date_from: int, count: int, flags: int) -> Rows:
        """Return up to `count` ticks at or after `date_from`; `flags` is a `CopyTicks`."""

    def copy_ticks_range(self, symbol: str, date_from: int, date_to: int, flags: int) -> Rows:
        """Return the ticks within the two moments, both included; `flags` is a `CopyTicks`."""


class TradeBackend(Protocol):
    """Orders, positions, history and trade requests.

    The filters are exclusive: the module gives at most one of them.  An unknown `ticket` or `symbol` gives no rows;
    `group` is a filter such as `*EUR*,!*USD*`.
    """

    def orders_total(self) -> int:
        """Return how many orders are active."""

    def orders_get(
        self, *, symbol: str | None = None, group: str | None = None, ticket: int | None = None
    ) -> Sequence[results.TradeOrder]:
        """Return the active orders that pass the filter."""

    def positions_total(self) -> int:
        """Return how many positions are open."""

    def positions_get(
        self, *, symbol: str | None = None, group: str | None = None, ticket: int | None = None
    ) -> Sequence[results.TradePosition]:
        """Return the open positions that pass the filter."""

    def history_orders_total(self, date_from: int, date_to: int) -> int:
        """Return how many orders were set up within the two moments, both included, and are no longer active."""

    def history_orders_get(
        self,
        *,
        date_from: int | None = None,
        date_to: int | None = None,
        group: str | None = None,
        ticket: int | None = None,
        position: int | None = None,
    ) -> Sequence[results.TradeOrder]:
        """Return the history's orders: between two dates (with `group`), or of a ticket, or of a position."""

    def history_deals_total(self, date_from: int, date_to: int) -> int:
        """Return how many deals were made within the two moments, both included."""

    def history_deals_get(
        self,
        *,
        date_from: int | None = None,
        date_to: int | None = None,
        group: str | None = None,
        ticket: int | None = None,
        position: int | None = None,
    ) -> Sequence[results.TradeDeal]:
        """Return the history's deals: between two dates (with `group`), or of an order's ticket, or of a position."""

    def order_calc_margin(self, action: int, symbol: str, volume: float, price: float) -> float:
        """Return the margin, in account currency, that the deal would need."""

    def order_calc_profit(
        self, action: int, symbol: str, volume: float, price_open: float, price_close: float
    ) -> float:
        """Return the profit, in account currency, of a deal opened and closed at the two prices."""

    def order_check(self, request: results.TradeRequest) -> results.OrderCheckResult:
        """Return what the account would look like after the request; absent keys of the request are 0 or empty."""

    def order_send(self, request: results.TradeRequest) -> results.OrderSendResult:
        """Carry the request out; the trade server's refusals are retcodes of the result, not errors."""


class TerminalBackend(ConnectionBackend, MarketBackend, TradeBackend, Protocol):
    """A whole terminal."""

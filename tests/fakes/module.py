# SPDX-License-Identifier: MIT
"""A MetaTrader5 module made of lists that a test fills."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.results import (
    AccountInfo,
    ModuleResult,
    OrderCheckResult,
    OrderSendResult,
    SymbolInfo,
    TerminalInfo,
    TradeDeal,
    TradeOrder,
    TradePosition,
)
from tests.fakes.broker_data import make, make_account, make_request, make_symbol

SUCCESS = (1, "Success")


class AsTuple:
    """A frozen result behind the face of the package's tuples."""

    def __init__(self, result: ModuleResult) -> None:
        self._result = result

    def _asdict(self) -> dict[str, Any]:
        values = {each.name: getattr(self._result, each.name) for each in fields(self._result)}
        return {name: AsTuple(each) if isinstance(each, ModuleResult) else each for name, each in values.items()}


def tick_rows(*ticks: tuple[int, float, float]) -> Rows:
    """Return rows of `TICK_DTYPE` from milliseconds, bid and ask."""
    rows = np.zeros(len(ticks), dtype=TICK_DTYPE)
    for row, (msc, bid, ask) in zip(rows, ticks, strict=True):
        row["time"], row["time_msc"], row["bid"], row["ask"], row["flags"] = msc // 1000, msc, bid, ask, 6
    return rows


class FakeModule:
    """Implements `MetaTrader5Module`.

    Attributes: `refused_logins`, accounts that `initialize` does not let in; `account`, `terminal`, `positions`,
    `orders`, `deals`, `symbols`, `ticks` (milliseconds, bid, ask by symbol), all to be set by the test; `failing`,
    code and message by function name; `calls`, how often each function was called; `sent`, the requests that
    `order_send` got; `passwords`, those that `initialize` got.
    """

    def __init__(self, symbols: Sequence[str] = ("EURUSD", "GBPUSD", "USDJPY")) -> None:
        self.account: AccountInfo = make_account()
        self.terminal: TerminalInfo = make(TerminalInfo, connected=True, trade_allowed=True, build=5000)
        self.positions: list[TradePosition] = []
        self.orders: list[TradeOrder] = []
        self.deals: list[TradeDeal] = []
        self.symbols: dict[str, SymbolInfo] = {name: make_symbol(name) for name in symbols}
        self.ticks: dict[str, list[tuple[int, float, float]]] = {name: [] for name in symbols}
        self.refused_logins: set[int] = set()
        self.passwords: list[str | None] = []
        self.failing: dict[str, tuple[int, str]] = {}
        self.calls: Counter[str] = Counter()
        self.sent: list[Mapping[str, Any]] = []
        self._error = SUCCESS

    def add_tick(self, symbol: str, msc: int, bid: float = 1.15, ask: float = 1.1501) -> None:
        """Let a tick come; milliseconds on the server clock."""
        self.ticks[symbol].append((msc, bid, ask))

    def initialize(self, *args: Any, **kwargs: Any) -> bool:
        """Connect, unless the login is refused."""
        self.passwords.append(kwargs.get("password"))
        connected = self._ok("initialize")
        if connected and kwargs.get("login") in self.refused_logins:
            self._error = (-6, "Terminal: Authorization failed")
            return False
        return connected

    def shutdown(self) -> bool:
        """Disconnect."""
        return self._ok("shutdown")

    def last_error(self) -> tuple[int, str]:
        """Return the last outcome."""
        return self._error

    def version(self) -> tuple[int, int, str] | None:
        """Return a version."""
        return (500, self.terminal.build, "1 Nov 2026") if self._ok("version") else None

    def terminal_info(self) -> AsTuple | None:
        """Return the terminal."""
        return AsTuple(self.terminal) if self._ok("terminal_info") else None

    def account_info(self) -> AsTuple | None:
        """Return the account."""
        return AsTuple(self.account) if self._ok("account_info") else None

    def symbols_get(self) -> Sequence[AsTuple] | None:
        """Return all symbols."""
        return [AsTuple(one) for one in self.symbols.values()] if self._ok("symbols_get") else None

    def symbol_info(self, symbol: str, /) -> AsTuple | None:
        """Return a symbol with the prices of its last tick."""
        if not self._known("symbol_info", symbol):
            return None
        last = self.ticks[symbol][-1:] or [(0, 0.0, 0.0)]
        return AsTuple(replace(self.symbols[symbol], bid=last[0][1], ask=last[0][2]))

    def symbol_info_tick(self, symbol: str, /) -> Any:
        """Return the last tick, a tick of zeros before the first."""
        if not self._known("symbol_info_tick", symbol):
            return None
        row = tick_rows(*(self.ticks[symbol][-1:] or [(0, 0.0, 0.0)]))[0]
        return _RowTuple(row)

    def symbol_select(self, symbol: str, enable: bool = True, /) -> bool:
        """Select a symbol that exists."""
        return self._known("symbol_select", symbol)

    def copy_rates_from_pos(self, symbol: str, timeframe: int, start: int, count: int, /) -> Rows | None:
        """Return no bars."""
        return np.zeros(0, dtype=RATE_DTYPE) if self._known("copy_rates_from_pos", symbol) else None

    def copy_ticks_from(self, symbol: str, date_from: int, count: int, flags: int, /) -> Rows | None:
        """Return ticks from a second on, `count` at most."""
        if not self._known("copy_ticks_from", symbol):
            return None
        found = [tick for tick in self.ticks[symbol] if tick[0] >= date_from * 1000]
        return tick_rows(*found[:count])

    def positions_get(self, **query: Any) -> Sequence[AsTuple] | None:
        """Return the positions."""
        return [AsTuple(one) for one in self.positions] if self._ok("positions_get") else None

    def orders_get(self, **query: Any) -> Sequence[AsTuple] | None:
        """Return the orders."""
        return [AsTuple(one) for one in self.orders] if self._ok("orders_get") else None

    def history_deals_get(self, *dates: Any, **query: Any) -> Sequence[AsTuple] | None:
        """Return the deals between two moments."""
        if not self._ok("history_deals_get"):
            return None
        return [AsTuple(deal) for deal in self.deals if dates[0] <= deal.time <= dates[1]]

    def history_orders_get(self, *dates: Any, **query: Any) -> Sequence[AsTuple] | None:
        """Return no orders."""
        return [] if self._ok("history_orders_get") else None

    def history_deals_total(self, *dates: Any) -> int | None:
        """Return how many deals there are between two moments."""
        deals = [deal for deal in self.deals if dates[0] <= deal.time <= dates[1]]
        return len(deals) if self._ok("history_deals_total") else None

    def history_orders_total(self, *dates: Any) -> int | None:
        """Return that there are no orders."""
        return 0 if self._ok("history_orders_total") else None

    def order_calc_margin(self, action: int, symbol: str, volume: float, price: float, /) -> float | None:
        """Return a hundredth of the nominal value."""
        return volume * price * 1000.0 if self._known("order_calc_margin", symbol) else None

    def order_calc_profit(
        self, action: int, symbol: str, volume: float, price_open: float, price_close: float, /
    ) -> float | None:
        """Return price difference times 100 000."""
        return (price_close - price_open) * volume * 1e5 if self._known("order_calc_profit", symbol) else None

    def order_check(self, request: Mapping[str, Any], /) -> AsTuple | None:
        """Pass every request."""
        return AsTuple(make(OrderCheckResult, request=make_request())) if self._ok("order_check") else None

    def order_send(self, request: Mapping[str, Any], /) -> AsTuple | None:
        """Fill every request."""
        if not self._ok("order_send"):
            return None
        self.sent.append(request)
        return AsTuple(make(OrderSendResult, retcode=10009, order=7, deal=8, request=make_request()))

    def _ok(self, name: str) -> bool:
        """Count a call and set the outcome that the test planned."""
        self.calls[name] += 1
        self._error = self.failing.get(name, SUCCESS)
        return name not in self.failing

    def _known(self, name: str, symbol: str) -> bool:
        """Count a call that names a symbol; an unknown one is not found."""
        if self._ok(name) and symbol not in self.symbols:
            self._error = (-4, "Terminal: Not found")
        return self._error == SUCCESS


class _RowTuple:
    """One row of ticks behind the face of the package's tuples."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def _asdict(self) -> dict[str, Any]:
        return {name: self._row[name].item() for name in TICK_DTYPE.names or ()}

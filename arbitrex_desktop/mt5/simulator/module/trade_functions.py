# SPDX-License-Identifier: MIT
"""The simulated module's functions for orders, positions, history and trade requests; None when they fail."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from arbitrex_desktop.mt5.simulator.module import signatures
from arbitrex_desktop.mt5.simulator.module.module_core import ModuleCore, structs
from arbitrex_desktop.mt5.simulator.module.tuples import (
    OrderCheckResult,
    OrderSendResult,
    TradeDeal,
    TradeOrder,
    TradePosition,
    struct_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arbitrex_desktop.mt5 import results


class TradeFunctions(ModuleCore):
    """`orders_*`, `positions_*`, `history_*`, `order_*`."""

    def orders_total(self) -> int | None:
        """Return how many orders are active."""
        return cast("int | None", self._query("orders_total", lambda terminal: terminal.orders_total()))

    def positions_total(self) -> int | None:
        """Return how many positions are open."""
        return cast("int | None", self._query("positions_total", lambda terminal: terminal.positions_total()))

    def _open(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        get: Callable[[signatures.PositionFilter], Sequence[results.ModuleResult]],
    ) -> Any:
        return self._call(name, lambda _: signatures.open_filter(args, kwargs), lambda query: structs(get(query)))

    def orders_get(self, *args: Any, **kwargs: Any) -> tuple[TradeOrder, ...] | None:
        """Return active orders: those of a `ticket`, else of a `symbol`, else of a `group`, else all."""
        return cast(
            "tuple[TradeOrder, ...] | None",
            self._open("orders_get", args, kwargs, lambda query: self._peer().orders_get(**asdict(query))),
        )

    def positions_get(self, *args: Any, **kwargs: Any) -> tuple[TradePosition, ...] | None:
        """Return open positions: that of a `ticket`, else of a `symbol`, else of a `group`, else all."""
        return cast(
            "tuple[TradePosition, ...] | None",
            self._open("positions_get", args, kwargs, lambda query: self._peer().positions_get(**asdict(query))),
        )

    def history_orders_total(self, *args: Any) -> int | None:
        """Return how many orders the history has between two dates."""
        return cast(
            "int | None",
            self._call(
                "history_orders_total",
                lambda leftover: signatures.dates(args, leftover),
                lambda dates: self._peer().history_orders_total(*dates),
            ),
        )

    def history_deals_total(self, *args: Any) -> int | None:
        """Return how many deals the history has between two dates."""
        return cast(
            "int | None",
            self._call(
                "history_deals_total",
                lambda leftover: signatures.dates(args, leftover),
                lambda dates: self._peer().history_deals_total(*dates),
            ),
        )

    def _history(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        get: Callable[[signatures.HistoryQuery], Sequence[results.ModuleResult]],
    ) -> Any:
        return self._call(
            name,
            lambda leftover: signatures.history_query(args, kwargs, leftover),
            lambda query: structs(get(query)),
        )

    def history_orders_get(self, *args: Any, **kwargs: Any) -> tuple[TradeOrder, ...] | None:
        """Return orders of the history: between two dates (with `group`), or of a `ticket`, or of a `position`."""
        return cast(
            "tuple[TradeOrder, ...] | None",
            self._history(
                "history_orders_get", args, kwargs, lambda query: self._peer().history_orders_get(**asdict(query))
            ),
        )

    def history_deals_get(self, *args: Any, **kwargs: Any) -> tuple[TradeDeal, ...] | None:
        """Return deals of the history: between two dates (with `group`), or of an order's `ticket`, or a `position`."""
        return cast(
            "tuple[TradeDeal, ...] | None",
            self._history(
                "history_deals_get", args, kwargs, lambda query: self._peer().history_deals_get(**asdict(query))
            ),
        )

    def order_calc_margin(self, *args: Any) -> float | None:
        """Return the margin, in account currency, of action, symbol, volume (lots) and price."""
        return cast(
            "float | None",
            self._call(
                "order_calc_margin",
                lambda _: signatures.calculation(args, prices=1),
                lambda call: self._peer().order_calc_margin(*call[:3], *call[3]),
            ),
        )

    def order_calc_profit(self, *args: Any) -> float | None:
        """Return the profit, in account currency, of action, symbol, volume (lots), opening and closing price."""
        return cast(
            "float | None",
            self._call(
                "order_calc_profit",
                lambda _: signatures.calculation(args, prices=2),
                lambda call: self._peer().order_calc_profit(*call[:3], *call[3]),
            ),
        )

    def order_check(self, *args: Any, **kwargs: Any) -> OrderCheckResult | None:
        """Return what the account would look like after a request, given as one dict or by keywords."""
        return cast(
            "OrderCheckResult | None",
            self._call(
                "order_check",
                lambda _: signatures.trade_request(args, kwargs),
                lambda request: struct_of(self._peer().order_check(request)),
            ),
        )

    def order_send(self, *args: Any, **kwargs: Any) -> OrderSendResult | None:
        """Send a request to the trade server, given as one dict or by keywords; refusals are retcodes of the answer."""
        return cast(
            "OrderSendResult | None",
            self._call(
                "order_send",
                lambda _: signatures.trade_request(args, kwargs),
                lambda request: struct_of(self._peer().order_send(request)),
            ),
        )

# SPDX-License-Identifier: MIT
"""The MetaTrader5 package as a typed protocol: the functions that the program calls.

The real package and `SimulatedMetaTrader5` both satisfy it.  Every function answers None or False when it fails,
and `last_error()` then returns why; one global connection and one global last error exist per process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from arbitrex_desktop.mt5.results import ModuleTuple

Rows = NDArray[np.void]


class MetaTrader5Module(Protocol):
    """What the host may call on the module it holds; times are seconds on the broker's server clock."""

    def initialize(self, *args: Any, **kwargs: Any) -> bool:
        """Connect to a terminal, starting it if need be; may block for 100 s whatever its timeout says."""

    def shutdown(self) -> bool:
        """Drop the connection; the terminal keeps running."""

    def last_error(self) -> tuple[int, str]:
        """Return code and text of the last call's outcome."""

    def version(self) -> tuple[int, int, str] | None:
        """Return the terminal's version, build and release date."""

    def terminal_info(self) -> ModuleTuple | None:
        """Return the terminal's state and settings."""

    def account_info(self) -> ModuleTuple | None:
        """Return the account."""

    def symbols_get(self) -> Sequence[ModuleTuple] | Literal[False] | None:
        """Return all symbols of the broker; False when a group of them is refused."""

    def symbol_info(self, symbol: str, /) -> ModuleTuple | None:
        """Return a symbol's properties."""

    def symbol_info_tick(self, symbol: str, /) -> ModuleTuple | None:
        """Return a symbol's last tick."""

    def symbol_select(self, symbol: str, enable: bool = True, /) -> bool:  # noqa: FBT001, FBT002 - the package's signature
        """Show a symbol in Market Watch or remove it."""

    def copy_rates_from_pos(self, symbol: str, timeframe: int, start: int, count: int, /) -> Rows | None:
        """Return the last bars, oldest first, dtype `RATE_DTYPE`."""

    def copy_ticks_from(self, symbol: str, date_from: int, count: int, flags: int, /) -> Rows | None:
        """Return ticks from a second on, oldest first, dtype `TICK_DTYPE`."""

    def positions_get(self, **query: Any) -> Sequence[ModuleTuple] | None:
        """Return open positions."""

    def orders_get(self, **query: Any) -> Sequence[ModuleTuple] | None:
        """Return pending orders."""

    def history_deals_get(self, *dates: Any, **query: Any) -> Sequence[ModuleTuple] | None:
        """Return deals of the history."""

    def history_orders_get(self, *dates: Any, **query: Any) -> Sequence[ModuleTuple] | None:
        """Return orders of the history."""

    def history_deals_total(self, *dates: Any) -> int | None:
        """Return how many deals the history has between two dates."""

    def history_orders_total(self, *dates: Any) -> int | None:
        """Return how many orders the history has between two dates."""

    def order_calc_margin(self, action: int, symbol: str, volume: float, price: float, /) -> float | None:
        """Return the margin of a deal in account currency."""

    def order_calc_profit(
        self, action: int, symbol: str, volume: float, price_open: float, price_close: float, /
    ) -> float | None:
        """Return the profit of a round trip in account currency."""

    def order_check(self, request: Mapping[str, Any], /) -> ModuleTuple | None:
        """Return what the account would look like after a request."""

    def order_send(self, request: Mapping[str, Any], /) -> ModuleTuple | None:
        """Send a request to the trade server."""

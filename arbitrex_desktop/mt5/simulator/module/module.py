# SPDX-License-Identifier: MIT
"""The MetaTrader5 package 5.0.6231 as an object, in front of a simulated terminal or of none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arbitrex_desktop.mt5.constants import MODULE_CONSTANTS
from arbitrex_desktop.mt5.simulator.module import tuples
from arbitrex_desktop.mt5.simulator.module.connection_functions import ConnectionFunctions
from arbitrex_desktop.mt5.simulator.module.helper_functions import HelperFunctions

if TYPE_CHECKING:
    from arbitrex_desktop.mt5.simulator.module.backend import TerminalBackend


class SimulatedMetaTrader5(ConnectionFunctions, HelperFunctions):
    """Every public name of the package: 33 functions, `Buy`, `Sell`, `Close`, 223 constants, eleven result types.

    Without a terminal it behaves as the package does where none is installed.  With one, arguments are validated
    by the same rules and the call is then forwarded; `initialize()` connects, as always.  One object stands for
    one process's module: it has one connection and one `last_error()`, and is not safe to share between threads.

    Python code cannot distinguish `order_send(**{})` from `order_send()`, as C code does: it counts as the latter.
    """

    __version__ = "5.0.6231"
    __author__ = "MetaQuotes Ltd."

    TradePosition = tuples.TradePosition
    TradeOrder = tuples.TradeOrder
    TradeDeal = tuples.TradeDeal
    TradeRequest = tuples.TradeRequest
    SymbolInfo = tuples.SymbolInfo
    OrderCheckResult = tuples.OrderCheckResult
    OrderSendResult = tuples.OrderSendResult
    Tick = tuples.Tick
    TerminalInfo = tuples.TerminalInfo
    AccountInfo = tuples.AccountInfo
    BookInfo = tuples.BookInfo

    def __init__(self, terminal: TerminalBackend | None = None) -> None:
        super().__init__(terminal)
        vars(self).update(MODULE_CONSTANTS)

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> int:
            """Return a constant."""

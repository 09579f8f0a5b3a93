# SPDX-License-Identifier: MIT
"""The simulated module's functions for symbols, quotes, bars and ticks.

They answer None when they fail, `symbol_select` False; the two that only switch the depth of market on and off
answer False without touching `last_error()`, as the real ones do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from arbitrex_desktop.mt5.arrays import Rows, read_only
from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulator.module import signatures
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.module.module_core import OLDEST_SYMBOLS_BUILD, ModuleCore, structs
from arbitrex_desktop.mt5.simulator.module.tuples import BookInfo, SymbolInfo, Tick, struct_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from arbitrex_desktop.mt5.simulator.module.arguments import Leftover
    from arbitrex_desktop.mt5.simulator.module.backend import TerminalBackend


class MarketFunctions(ModuleCore):
    """`symbol*`, `market_book_*`, `copy_*`. Only `symbols_get` takes keywords."""

    def _symbols_peer(self) -> TerminalBackend:
        """Return the terminal; an old build, or never having been connected, is looked at before the connection."""
        if self._build < OLDEST_SYMBOLS_BUILD:
            raise BackendError.of(ResultCode.E_INVALID_VERSION)
        return self._peer()

    def symbols_total(self) -> int | None:
        """Return how many symbols the terminal knows."""
        return cast(
            "int | None",
            self._call("symbols_total", lambda _: None, lambda _: self._symbols_peer().symbols_total()),
        )

    def symbols_get(self, *args: Any, **kwargs: Any) -> tuple[SymbolInfo, ...] | Literal[False] | None:
        """Return all symbols, or those of a `group` such as `*USD*,!EUR*`; False when the group is refused."""
        return cast(
            "tuple[SymbolInfo, ...] | Literal[False] | None",
            self._call(
                "symbols_get",
                lambda _: signatures.symbols_group(args, kwargs),
                lambda group: structs(self._symbols_peer().symbols_get(group)),
                refused=False,
            ),
        )

    def _of_symbol(self, name: str, args: tuple[Any, ...], act: Callable[[TerminalBackend, str], Any]) -> Any:
        """Run a call whose only argument is a symbol."""
        return self._call(name, lambda _: signatures.symbol(args), lambda symbol: act(self._peer(), symbol))

    def symbol_info(self, *args: Any) -> SymbolInfo | None:
        """Return a symbol's properties."""
        return cast(
            "SymbolInfo | None",
            self._of_symbol("symbol_info", args, lambda terminal, symbol: struct_of(terminal.symbol_info(symbol))),
        )

    def symbol_info_tick(self, *args: Any) -> Tick | None:
        """Return a symbol's latest tick."""
        return cast(
            "Tick | None",
            self._of_symbol(
                "symbol_info_tick", args, lambda terminal, symbol: struct_of(terminal.symbol_info_tick(symbol))
            ),
        )

    def symbol_select(self, *args: Any) -> bool:
        """Show a symbol in Market Watch, or hide it when the second argument is false."""
        return cast(
            "bool",
            self._call(
                "symbol_select",
                lambda _: signatures.symbol_select(args),
                lambda call: self._peer().symbol_select(call[0], enable=call[1]),
                refused=False,
                failed=False,
            ),
        )

    def _switch_book(
        self, name: str, args: tuple[Any, ...], act: Callable[[TerminalBackend, str], bool]
    ) -> bool | None:
        def switch(symbol: str) -> bool:
            try:
                return act(self._peer(), symbol)
            except BackendError:
                return False

        return cast("bool | None", self._call(name, lambda _: signatures.symbol(args), switch))

    def market_book_add(self, *args: Any) -> bool | None:
        """Subscribe to a symbol's depth of market; None when the argument is refused."""
        return self._switch_book("market_book_add", args, lambda terminal, symbol: terminal.market_book_add(symbol))

    def market_book_release(self, *args: Any) -> bool | None:
        """Cancel a subscription; None when the argument is refused."""
        return self._switch_book(
            "market_book_release", args, lambda terminal, symbol: terminal.market_book_release(symbol)
        )

    def market_book_get(self, *args: Any) -> tuple[BookInfo, ...] | None:
        """Return the depth of market of a subscribed symbol."""
        return cast(
            "tuple[BookInfo, ...] | None",
            self._of_symbol(
                "market_book_get", args, lambda terminal, symbol: structs(terminal.market_book_get(symbol))
            ),
        )

    def _copy(
        self,
        name: str,
        read: Callable[[Leftover], tuple[str, int, int, int]],
        act: Callable[[TerminalBackend, str, int, int, int], Rows],
    ) -> Rows | None:
        """Run a call that gives an array."""
        return cast("Rows | None", self._call(name, read, lambda values: read_only(act(self._peer(), *values))))

    def copy_rates_from(self, *args: Any) -> Rows | None:
        """Return bars of a symbol and timeframe: up to a count that end at a date (seconds or datetime)."""
        return self._copy(
            "copy_rates_from",
            lambda leftover: signatures.copy_rates_from(args, leftover),
            lambda terminal, *values: terminal.copy_rates_from(*values),
        )

    def copy_rates_from_pos(self, *args: Any) -> Rows | None:
        """Return bars of a symbol and timeframe: up to a count that end at a position, 0 being the current bar."""
        return self._copy(
            "copy_rates_from_pos",
            lambda _: signatures.copy_rates_from_pos(args),
            lambda terminal, *values: terminal.copy_rates_from_pos(*values),
        )

    def copy_rates_range(self, *args: Any) -> Rows | None:
        """Return bars of a symbol and timeframe between two dates (seconds or datetimes)."""
        return self._copy(
            "copy_rates_range",
            lambda leftover: signatures.copy_rates_range(args, leftover),
            lambda terminal, *values: terminal.copy_rates_range(*values),
        )

    def copy_ticks_from(self, *args: Any) -> Rows | None:
        """Return ticks of a symbol: up to a count from a date (whole seconds) on; the last argument a `CopyTicks`."""
        return self._copy(
            "copy_ticks_from",
            lambda leftover: signatures.copy_ticks_from(args, leftover),
            lambda terminal, *values: terminal.copy_ticks_from(*values),
        )

    def copy_ticks_range(self, *args: Any) -> Rows | None:
        """Return ticks of a symbol between two dates (whole seconds); the last argument a `CopyTicks`."""
        return self._copy(
            "copy_ticks_range",
            lambda leftover: signatures.copy_ticks_range(args, leftover),
            lambda terminal, *values: terminal.copy_ticks_range(*values),
        )

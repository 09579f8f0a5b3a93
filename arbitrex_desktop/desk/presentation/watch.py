# SPDX-License-Identifier: MIT
"""A symbol's day as the broker tells it: read with its properties once a minute, so that nothing is asked for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from arbitrex_desktop.desk.presentation.snapshot import SymbolDay
from arbitrex_desktop.mt5.constants import SymbolTradeMode
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader

_RESTRICTED: Final[dict[int, str]] = {
    SymbolTradeMode.DISABLED: "no trading",
    SymbolTradeMode.LONGONLY: "buy only",
    SymbolTradeMode.SHORTONLY: "sell only",
    SymbolTradeMode.CLOSEONLY: "close only",
}
_PERCENT: Final = 100.0


def symbol_day(info: SymbolInfo) -> SymbolDay:
    """Return a symbol's day; `price_change` is in percent of the close of the day before."""
    first, *rest = info.path.replace("/", "\\").split("\\")
    known = info.bid > 0.0 and info.bidhigh > 0.0 and info.price_change > -_PERCENT
    return SymbolDay(
        symbol=info.name,
        group=first if rest else "",
        description=info.description,
        before=info.bid / (1.0 + info.price_change / _PERCENT) if known else None,
        high=info.bidhigh or None,
        low=info.bidlow or None,
        restriction=_RESTRICTED.get(info.trade_mode, ""),
    )


def symbol_days(pool: PoolReader, symbols: Iterable[str]) -> tuple[SymbolDay, ...]:
    """Return the days of the symbols whose properties the pool has read; asks nothing of the terminal."""
    return tuple(symbol_day(info) for name in symbols if (info := pool.symbol_info(name)) is not None)

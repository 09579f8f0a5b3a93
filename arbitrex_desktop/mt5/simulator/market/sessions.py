# SPDX-License-Identifier: MIT
"""When a symbol trades within the week: always on the plain market, with breaks and holidays on the realistic one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from arbitrex_desktop.mt5.simulator.market.trading_calendar import HOURS_A_DAY, TradingHour
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

_PAUSING: Final = frozenset({"Metals", "Indices"})
_BREAK_HOUR: Final = 0
"""From 17:00 to 18:00 in New York, the first hour of a trading day."""
_HOLIDAYS: Final = frozenset({(12, 25), (1, 1)})
_HALF_A_DAY_SECONDS: Final = HOURS_A_DAY * 1800


class Sessions:
    """Says which hours of the trading week a symbol's market is open.

    On the realistic market metals and indices pause for an hour each day, and nothing trades on Christmas and New
    Year's Day.
    """

    def __init__(self, *, realistic: bool) -> None:
        self._realistic = realistic

    def is_open(self, spec: SymbolSpec, at: TradingHour) -> bool:
        """Return whether the symbol trades in an hour of the trading week."""
        if not self._realistic:
            return True
        if spec.group in _PAUSING and at.hour == _BREAK_HOUR:
            return False
        noon = datetime.fromtimestamp(TradingHour(at.day, 0).start_msc // 1000 + _HALF_A_DAY_SECONDS, UTC)
        return (noon.month, noon.day) not in _HOLIDAYS

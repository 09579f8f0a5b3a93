# SPDX-License-Identifier: MIT
"""When a symbol trades: the week without a pause on the plain market, with breaks and holidays on the realistic one.

Not proven against a broker: that crypto pauses for the hour which the server's clock repeats in autumn, and that
currencies rest on Good Friday, on which some brokers quote them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from arbitrex_desktop.mt5.simulator.market.holidays import ends_early, is_exchange_holiday, is_holiday
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC, SERVER_CLOCKS, SimulatedServerClock
from arbitrex_desktop.mt5.simulator.market.trading_calendar import HOURS_A_DAY, RoundTheClockHour, TradingHour
from arbitrex_desktop.mt5.simulator.symbols.specs import SymbolSpec

OpenMinutes = tuple[int, int]
"""From which minute of an hour to before which a market is open."""

_WHOLE: Final = (0, 60)
_CLOSED: Final = (0, 0)
_PAUSING: Final = frozenset({"Metals", "Indices", "Futures"})
_BREAK_HOUR: Final = 0
"""From 17:00 to 18:00 in New York, the first hour of a trading day."""
_BELL_HOUR: Final = 16
_AFTER_BELL: Final = (30, 60)
_LAST_BELL: Final = 23
"""Shares trade from half past nine to four in New York, the hours 16 to 22 of a trading day."""
_EARLY_BELL: Final = 20
"""One o'clock in New York: the end of an exchange's short day, and of the futures' on its holidays."""
_HALF_A_DAY_SECONDS: Final = HOURS_A_DAY * 1800
_CLOCKS: Final = tuple(SimulatedServerClock(rule) for rule in SERVER_CLOCKS)


class Sessions:
    """Says which minutes of an hour a symbol's market is open.

    On the realistic market metals, indices and futures pause for an hour each day, shares trade while the exchange is
    open, nothing but crypto trades on Good Friday, Christmas and New Year's Day, and crypto never stops.  On the
    exchange's other holidays shares rest and futures end at one; on its short days shares do.

    Attributes:
        realistic: whether the market is that one; otherwise every hour of the calendar is open
    """

    def __init__(self, *, realistic: bool) -> None:
        self.realistic = realistic

    def hours(self, spec: SymbolSpec) -> type[TradingHour]:
        """Return the calendar by which a symbol's hours are counted."""
        return RoundTheClockHour if spec.group == "Crypto" else TradingHour

    def open_minutes(self, spec: SymbolSpec, at: TradingHour) -> OpenMinutes:
        """Return the minutes of an hour of the symbol's calendar in which it trades."""
        if not self.realistic:
            return _WHOLE
        if spec.group == "Crypto":
            return _CLOSED if _is_repeated(at.start_msc) else _WHOLE
        if spec.group in _PAUSING and at.hour == _BREAK_HOUR:
            return _CLOSED
        noon = datetime.fromtimestamp(TradingHour(at.day, 0).start_msc // 1000 + _HALF_A_DAY_SECONDS, UTC).date()
        if is_holiday(noon) or (spec.group == "Futures" and is_exchange_holiday(noon) and at.hour >= _EARLY_BELL):
            return _CLOSED
        return _share_minutes(noon, at.hour) if spec.group == "Shares" else _WHOLE


def _share_minutes(day: date, hour: int) -> OpenMinutes:
    """Return when the exchange is open."""
    end = _EARLY_BELL if ends_early(day) else _LAST_BELL
    if is_exchange_holiday(day) or not _BELL_HOUR <= hour < end:
        return _CLOSED
    return _AFTER_BELL if hour == _BELL_HOUR else _WHOLE


def _is_repeated(hour_msc: int) -> bool:
    """Return whether a server's clock shows the hour twice, since it is set back at its end."""
    return any(clock.offset_msc(hour_msc) > clock.offset_msc(hour_msc + HOUR_MSC) for clock in _CLOCKS)

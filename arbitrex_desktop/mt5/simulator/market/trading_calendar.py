# SPDX-License-Identifier: MIT
"""When the generated market trades: from Sunday 17:00 to Friday 17:00 New York time, without a break.

On a clock that runs seven hours ahead of New York the week is simply Monday to Friday, midnight to midnight, and
the change to daylight saving falls on a closed day.  Trading days are numbered without the weekends, so that price
paths run on from Friday to Monday.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC, HOUR_MSC, SimulatedServerClock

_MARKET_CLOCK: Final = SimulatedServerClock("NewYork")
_DAYS_OPEN: Final = 5
_THURSDAY: Final = 3  # 1 January 1970
_LEAD: Final = timedelta(minutes=5)
HOURS_A_DAY: Final = 24


def is_open(utc_msc: int) -> bool:
    """Return whether the market trades at a moment of UTC, in milliseconds."""
    day = _MARKET_CLOCK.to_server(utc_msc) // DAY_MSC
    return (day + _THURSDAY) % 7 < _DAYS_OPEN


class TradingHour(NamedTuple):
    """One hour of trading: `day` counts trading days, five a week; `hour` is 0 to 23, 0 beginning 17:00 New York."""

    day: int
    hour: int

    @classmethod
    def at(cls, utc_msc: int) -> TradingHour:
        """Return the hour that holds a moment of UTC, or the last one before it when the market is closed."""
        market = _MARKET_CLOCK.to_server(utc_msc)
        week, weekday = divmod(market // DAY_MSC + _THURSDAY, 7)
        if weekday >= _DAYS_OPEN:
            return cls(week * _DAYS_OPEN + _DAYS_OPEN - 1, HOURS_A_DAY - 1)
        return cls(week * _DAYS_OPEN + weekday, market % DAY_MSC // HOUR_MSC)

    @property
    def start_msc(self) -> int:
        """Return the moment of UTC at which the hour begins, in milliseconds."""
        week, weekday = divmod(self.day, _DAYS_OPEN)
        return _MARKET_CLOCK.to_utc((week * 7 + weekday - _THURSDAY) * DAY_MSC + self.hour * HOUR_MSC)

    def moved(self, hours: int) -> TradingHour:
        """Return the hour so many trading hours later, or earlier."""
        return type(self)(*divmod(self.day * HOURS_A_DAY + self.hour + hours, HOURS_A_DAY))


class RoundTheClockHour(TradingHour):
    """One hour of a market that never closes: `day` counts days of UTC since 1970, seven a week."""

    __slots__ = ()

    @classmethod
    def at(cls, utc_msc: int) -> RoundTheClockHour:
        """Return the hour that holds a moment of UTC."""
        return cls(utc_msc // DAY_MSC, utc_msc % DAY_MSC // HOUR_MSC)

    @property
    def start_msc(self) -> int:
        """Return the moment of UTC at which the hour begins, in milliseconds."""
        return self.day * DAY_MSC + self.hour * HOUR_MSC


def demo_start(epoch: datetime, is_open: Callable[[int], bool] = is_open) -> datetime:
    """Return the market time to start a demo at: `epoch` while the market is open, else whole days before it.

    A market about to close within five minutes counts as closed, so that a newcomer always sees it move.
    """
    moment = epoch
    while not (is_open(_msc(moment)) and is_open(_msc(moment + _LEAD))):
        moment -= timedelta(days=1)
    return moment


def _msc(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)

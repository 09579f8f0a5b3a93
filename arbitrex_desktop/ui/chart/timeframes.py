# SPDX-License-Identifier: MIT
"""When bars begin: MetaTrader's timeframes on the broker's server clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from arbitrex_desktop.mt5.constants import Timeframe

_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY
_FIRST_SUNDAY: Final = 3 * _DAY
"""1970-01-04: MetaTrader's weeks begin on Sunday."""

_HOURS: Final = 0x4000
"""Bit of the timeframes that are counted in hours; those below are counted in minutes."""

SHOWN: Final = (
    Timeframe.M1,
    Timeframe.M5,
    Timeframe.M15,
    Timeframe.M30,
    Timeframe.H1,
    Timeframe.H4,
    Timeframe.D1,
    Timeframe.W1,
    Timeframe.MN1,
)
"""The timeframes that the chart offers by a button; every other one can be chosen from its menu."""


def seconds_of(timeframe: Timeframe) -> int:
    """Return the length of a bar in seconds; 30 days for a month."""
    if timeframe is Timeframe.MN1:
        return 30 * _DAY
    if timeframe is Timeframe.W1:
        return _WEEK
    return 60 * timeframe if timeframe < _HOURS else 3600 * (timeframe - _HOURS)


def bar_end(start: int, timeframe: Timeframe) -> int:
    """Return the second at which a bar that began at `start` gives way to the next; both on the server clock."""
    return bar_start(start + seconds_of(timeframe) + (2 * _DAY if timeframe is Timeframe.MN1 else 0), timeframe)


def bar_start(seconds: float, timeframe: Timeframe) -> int:
    """Return the opening second of the bar that a moment belongs to; both on the server clock."""
    if timeframe is Timeframe.MN1:
        moment = datetime.fromtimestamp(seconds, UTC)
        return int(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp())
    length = seconds_of(timeframe)
    origin = _FIRST_SUNDAY if timeframe is Timeframe.W1 else 0
    return int(seconds - (seconds - origin) % length)

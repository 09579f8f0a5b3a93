# SPDX-License-Identifier: MIT
"""When a trading session ends, by a clock of its own."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from arbitrex_desktop.risk_portfolio_manager.parameters import RuleSettings

_FRIDAY: Final = 4
_SUNDAY: Final = 6


def is_time_of_day(text: str) -> bool:
    """Return whether a text is a time of day such as 15:10, or empty."""
    try:
        return text == "" or time.fromisoformat(text).tzinfo is None
    except ValueError:
        return False


def session_over(now: datetime, config: RuleSettings, minutes: float) -> bool:
    """Return whether the session is over at a moment, or will be within `minutes`.

    It is over from its end to the next start; after that of Friday until Sunday, or Monday where no start is set.
    """
    zone, ahead = ZoneInfo(config.session_timezone), timedelta(minutes=minutes)
    here = now.astimezone(zone).replace(tzinfo=None)
    end = time.fromisoformat(config.session_end)
    start = time.fromisoformat(config.session_start) if config.session_start else time.min
    for back in range(3):
        day = (here + ahead).date() - timedelta(days=back)
        if day.weekday() <= _FRIDAY and (config.session_days == "every day" or day.weekday() == _FRIDAY):
            ends = datetime.combine(day, end)
            if ends - ahead <= here < _next_start(ends, start):
                return True
    return False


def _next_start(ends: datetime, start: time) -> datetime:
    """Return when the session after one that ended begins: the same day, the next, or after the week's end."""
    if ends.weekday() == _FRIDAY:
        days = _SUNDAY - _FRIDAY if start != time.min else _SUNDAY - _FRIDAY + 1
        return datetime.combine(ends.date() + timedelta(days=days), start)
    later = datetime.combine(ends.date(), start)
    return later if later > ends else later + timedelta(days=1)

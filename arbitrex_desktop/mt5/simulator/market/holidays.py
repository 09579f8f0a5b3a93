# SPDX-License-Identifier: MIT
"""The days on which the realistic market rests or ends early, by rule and so for any year.

Currencies, metals and indices rest on New Year's Day, Good Friday and Christmas Day, as retail brokers announce it each
year.  American shares follow Rule 7.2 of the New York Stock Exchange and its early closes; futures the holiday hours of
the CME Group, which rests on those three days only and halts early on the other ones.  Days of mourning and of storms
are not among them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_SATURDAY: Final = 6
_SUNDAY: Final = 7
_THURSDAY: Final = 4
_JUNETEENTH_SINCE: Final = 2022
_DAY: Final = timedelta(days=1)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Butcher's algorithm)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    month, day = divmod(moon + week - 7 * ((year % 19 + 11 * moon + 22 * week) // 451) + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day: date) -> bool:
    """Return whether nothing but crypto trades: New Year's Day, Good Friday, Christmas Day."""
    return (day.month, day.day) in {(1, 1), (12, 25)} or day == easter(day.year) - 2 * _DAY


def is_exchange_holiday(day: date) -> bool:
    """Return whether the New York Stock Exchange is closed on a weekday."""
    return day in _exchange_holidays(day.year)


def ends_early(day: date) -> bool:
    """Return whether the exchange closes at one: before Independence Day, after Thanksgiving, on Christmas Eve."""
    if day.isoweekday() >= _SATURDAY or is_exchange_holiday(day):
        return False
    return (day.month, day.day) in {(7, 3), (12, 24)} or day == _nth(day.year, 11, _THURSDAY, 4) + _DAY


@lru_cache(maxsize=64)
def _exchange_holidays(year: int) -> frozenset[date]:
    """Return a year's holidays of the exchange; one on a Sunday is kept on Monday, one on a Saturday on Friday.

    New Year's Day on a Saturday is not kept, since Friday belongs to the year before.
    """
    fixed = [date(year, 7, 4), date(year, 12, 25)]
    if year >= _JUNETEENTH_SINCE:
        fixed.append(date(year, 6, 19))
    kept = {_kept(day) for day in fixed}
    new_year = date(year, 1, 1)
    if new_year.isoweekday() != _SATURDAY:
        kept.add(_kept(new_year))
    last_of_may = date(year, 5, 31)
    moving = {
        _nth(year, 1, 1, 3),  # Martin Luther King's birthday
        _nth(year, 2, 1, 3),  # Washington's
        easter(year) - 2 * _DAY,
        last_of_may - (last_of_may.isoweekday() - 1) * _DAY,  # Memorial Day
        _nth(year, 9, 1, 1),  # Labor Day
        _nth(year, 11, _THURSDAY, 4),
    }
    return frozenset(kept | moving)


def _kept(day: date) -> date:
    """Return the weekday on which a holiday is kept."""
    return day + {_SATURDAY: -_DAY, _SUNDAY: _DAY}.get(day.isoweekday(), 0 * _DAY)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """Return the nth weekday, 1 for Monday, of a month."""
    first = date(year, month, 1)
    return first + ((weekday - first.isoweekday()) % 7 + 7 * (nth - 1)) * _DAY

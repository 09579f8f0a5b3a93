# SPDX-License-Identifier: MIT
"""Numbers and times in words: what is missing or no number is a dash, never a zero."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.texts import N_, _

DASH: Final = "\N{EN DASH}"
MINUS: Final = "\N{MINUS SIGN}"
UP_ARROW: Final = "\N{BLACK UP-POINTING TRIANGLE}"
DOWN_ARROW: Final = "\N{BLACK DOWN-POINTING TRIANGLE}"

_MONTHS: Final = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)
_WEEKDAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_SECONDS_WITH_A_DECIMAL: Final = 10
_ENOUGH_SECONDS: Final = 100


def number(value: float | None, decimals: int = 2, *, signed: bool = False) -> str:
    """Return a number with thousands separators; `signed` puts a plus before what is above zero."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{abs(value):,.{decimals}f}"
    if not text.strip("0.,"):
        return text
    sign = MINUS if value < 0 else "+" if signed else ""
    return sign + text


def money(value: float | None, currency: str = "", *, signed: bool = False, digits: int | None = None) -> str:
    """Return an amount of money, and its currency if given.

    With `digits` decimals (the account's `currency_digits`); with those of its currency where they are not given.
    """
    decimals = amounts.currency_digits(currency) if digits is None else digits
    text = number(value, decimals, signed=signed)
    return f"{text} {currency}" if currency and text != DASH else text


def price(value: float | None, digits: int) -> str:
    """Return a price with its symbol's decimals, without thousands separators, as terminals show prices."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{value:.{digits}f}"


def percent(fraction: float | None, decimals: int = 2, *, signed: bool = False) -> str:
    """Return a fraction as percent: 0.05 is 5.00 %."""
    text = number(None if fraction is None else fraction * 100.0, decimals, signed=signed)
    return text if text == DASH else f"{text} %"


def lots(value: float | None) -> str:
    """Return a volume in lots, with all the decimals that it has."""
    return DASH if value is None or not math.isfinite(value) else amounts.lots(value)


def whole(value: float | None) -> str:
    """Return a count with thousands separators."""
    return number(value, 0)


def side(direction: int) -> str:
    """Return BUY or SELL with its arrow."""
    return _("\N{BLACK UP-POINTING TRIANGLE} BUY") if direction > 0 else _("\N{BLACK DOWN-POINTING TRIANGLE} SELL")


def age(seconds: float | None) -> str:
    """Return how long something is ago, short: 0.4 s, 12 s, 3 min, 2 h, 5 d."""
    if seconds is None or not math.isfinite(seconds):
        return DASH
    seconds = max(0.0, seconds)
    if seconds < _SECONDS_WITH_A_DECIMAL:
        return f"{math.floor(seconds * 10) / 10:.1f} s"
    for limit, unit, name in ((_ENOUGH_SECONDS, 1, "s"), (_HOUR, _MINUTE, "min"), (_DAY, _HOUR, "h")):
        if seconds < limit:
            return f"{math.floor(seconds / unit)} {name}"
    return f"{math.floor(seconds / _DAY)} d"


def countdown(seconds: float) -> str:
    """Return the time left as m:ss, h:mm:ss from an hour on, in days and hours from a day on; never below zero."""
    left = max(0, math.ceil(seconds))
    if left >= _DAY:
        return f"{left // _DAY} d {left % _DAY // _HOUR} h"
    if left >= _HOUR:
        return f"{left // _HOUR}:{left % _HOUR // _MINUTE:02d}:{left % _MINUTE:02d}"
    return f"{left // _MINUTE}:{left % _MINUTE:02d}"


def clock_time(moment: datetime | None) -> str:
    """Return the local time of day."""
    if moment is None:
        return DASH
    local = moment.astimezone()
    # `strftime` takes five times as long, and each tick is told with its time.
    return f"{local.hour:02}:{local.minute:02}:{local.second:02}"


def day_and_time(moment: datetime | None) -> str:
    """Return the local date and time."""
    return DASH if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def time_or_day(moment: datetime, now: datetime | None) -> str:
    """Return the local time of day, with the date before it for a moment that is not of today or when `now` is None."""
    local = moment.astimezone()
    today = now is not None and now.astimezone().date() == local.date()
    return local.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M")


def short_time(moment: datetime, now: datetime | None) -> str:
    """Return the local time of day; of another day, or when `now` is None, with the day; of another year, the date."""
    local, today = moment.astimezone(), None if now is None else now.astimezone()
    if today is not None and today.date() == local.date():
        return local.strftime("%H:%M:%S")
    if today is not None and today.year != local.year:
        return local.strftime("%Y-%m-%d")
    return f"{day_and_month(local)} {local:%H:%M}"


def day_and_month(moment: datetime) -> str:
    """Return day and month as they stand in the moment's own zone, not by `%b`: it follows the computer's language."""
    return f"{moment.day:02d} {_(_MONTHS[moment.month - 1])}"


def month_and_year(moment: datetime) -> str:
    """Return month and year, likewise."""
    return f"{_(_MONTHS[moment.month - 1])} {moment.year}"


def weekday(moment: datetime) -> str:
    """Return the day of the week, shortened."""
    return _(_WEEKDAYS[moment.weekday()])


def utc_tip(moment: datetime | None) -> str:
    """Return date and time in UTC, for the tool tip of a local time."""
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def short_id(identifier: str) -> str:
    """Return the part of an intent's id that people can compare."""
    return identifier[:8]


def fact(value: object) -> str:
    """Return any fact of the connection panel as text: booleans as True and False, nothing as a dash."""
    if value is None or value == "":
        return DASH
    if isinstance(value, datetime):
        return day_and_time(value)
    return str(value)


def moment_of(stats: dict[str, Any], *keys: str) -> datetime | None:
    """Return the first of the keys that holds a time: a datetime with zone, or the same in ISO 8601 text."""
    for key in keys:
        value = stats.get(key)
        if isinstance(value, str):
            value = _parsed(value)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
    return None


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None

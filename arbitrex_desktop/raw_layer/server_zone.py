# SPDX-License-Identifier: MIT
"""The broker's clock over the year: its distance from UTC, and whose summer time it follows.

MT5 tells neither.  The present distance is measured from ticks; that of other seasons from the first bar after a
weekend, since all currencies begin their week on Sunday at 17:00 in New York.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from arbitrex_desktop.mt5.arrays import Rows

RULES: Final = ("", "America/New_York", "Europe/Athens")
"""Whose summer time brokers follow: nobody's, New York's, Europe's."""

_NEW_YORK: Final = ZoneInfo("America/New_York")
_WEEK: Final = timedelta(days=7)
_OPENS: Final = time(17)
_HOURS_OF_A_WEEK: Final = 120
_HOUR: Final = 3600
_WEEKEND: Final = 24 * _HOUR
_FARTHEST_HOURS: Final = 15
_HOLIDAY_HOURS: Final = 96
"""Bars that may be missing between a weekend and the present: holidays of a year."""
_MIDSUMMER, _MIDWINTER, _ONE_SIDED = (7, 15), (1, 15), (3, 21)
"""Days before which a Sunday tells summer, winter, and New York's summer from Europe's: March's third Sunday."""


@dataclass(frozen=True, slots=True)
class ServerZone:
    """How the broker's clock is set.

    Attributes:
        winter: seconds that it is ahead of UTC outside of summer time
        rule: whose summer time it follows, one of `RULES`
        is_known: whether that was measured
    """

    winter: int = 0
    rule: str = ""
    is_known: bool = True

    def offset_at(self, moment: datetime) -> int:
        """Return how many seconds it is ahead of UTC at a moment."""
        return self.winter + summer_seconds(self.rule, moment)

    def to_utc(self, server_seconds: float) -> datetime:
        """Convert a time that it shows to UTC; in the hour that autumn repeats, a Sunday's, to the later one."""
        near = datetime.fromtimestamp(server_seconds - self.winter, UTC)
        return near - timedelta(seconds=summer_seconds(self.rule, near))

    def to_server(self, moment: datetime) -> float:
        """Return what it shows at a moment, in seconds."""
        return moment.timestamp() + self.offset_at(moment)


UNKNOWN_ZONE: Final = ServerZone(is_known=False)
"""What counts until the clock is measured: UTC."""


def summer_seconds(rule: str, moment: datetime) -> int:
    """Return by how many seconds clocks are put forward at a moment, where a rule of `RULES` holds."""
    if not rule:
        return 0
    forward = moment.astimezone(ZoneInfo(rule)).dst()
    return int(forward.total_seconds()) if forward else 0


def telling_weekends(now: datetime) -> tuple[datetime, ...]:
    """Return when the week began that is running, and weeks of the last year that tell the rules apart, in UTC."""
    return tuple({_sunday_before(now): None} | dict.fromkeys(_past_sundays(now)))


def bars_around(opening: datetime, now: datetime) -> tuple[int, int]:
    """Return start and count of the hourly bars, counted back from the newest, among which a week begins."""
    weeks, rest = divmod(now - opening, _WEEK)
    hours = weeks * _HOURS_OF_A_WEEK + min(_HOURS_OF_A_WEEK, int(rest.total_seconds()) // _HOUR + 1)
    start = max(0, hours - _HOLIDAY_HOURS)
    return start, hours - start + _HOURS_OF_A_WEEK // 5


def offset_in(rows: Rows, opening: datetime) -> int | None:
    """Return how far ahead of UTC a week began on the broker's clock, None where these hourly bars do not show it."""
    times = [int(each) for each in rows["time"]]
    begins = (later for earlier, later in pairwise(times) if later - earlier >= _WEEKEND)
    offsets = (begin - int(opening.timestamp()) for begin in begins)
    return next((each for each in offsets if abs(each) <= _FARTHEST_HOURS * _HOUR and each % _HOUR == 0), None)


def rule_of(offsets: Mapping[datetime, int], now: datetime, present: int) -> str:
    """Return the rule that explains the offsets measured, none where several or no rule does it less simply."""
    for rule in RULES:
        winter = present - summer_seconds(rule, now)
        if all(offset == winter + summer_seconds(rule, moment) for moment, offset in offsets.items()):
            return rule
    return ""


def _past_sundays(now: datetime) -> Iterator[datetime]:
    for month, day in (_MIDSUMMER, _MIDWINTER, _ONE_SIDED):
        end = datetime(now.year, month, day, 23, tzinfo=_NEW_YORK)
        yield _sunday_before(end if end < now - _WEEK else end.replace(year=now.year - 1))


def _sunday_before(moment: datetime) -> datetime:
    local = moment.astimezone(_NEW_YORK)
    day = local.date() - timedelta(days=(local.weekday() + 1) % 7)
    opening = datetime.combine(day, _OPENS, _NEW_YORK)
    return (opening if opening <= moment else datetime.combine(day - _WEEK, _OPENS, _NEW_YORK)).astimezone(UTC)

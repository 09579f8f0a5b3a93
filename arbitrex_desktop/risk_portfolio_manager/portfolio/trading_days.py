# SPDX-License-Identifier: MIT
"""When a trading day and a trading week began."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class TradingDays:
    """Knows the latest resets; remembers them until the next one, so that asking is cheap."""

    def __init__(self) -> None:
        self._key: tuple[int, str] | None = None
        self._day = self._week = self._next = datetime.min.replace(tzinfo=UTC)

    def starts(self, now: datetime, hour: int, zone: str) -> tuple[datetime, datetime]:
        """Return the latest resets of day and week (Monday's) at or before a moment, in UTC."""
        if (hour, zone) != self._key or not self._day <= now < self._next:
            self._key = (hour, zone)
            self._find_resets(now, hour, ZoneInfo(zone))
        return self._day, self._week

    def _find_resets(self, now: datetime, hour: int, zone: ZoneInfo) -> None:
        """Find the resets around a moment by the local calendar, so that daylight saving is right."""
        today = now.astimezone(zone).date()
        start = _reset_of_date(today.year, today.month, today.day, hour, zone)
        if start > now:
            today -= timedelta(days=1)
            start = _reset_of_date(today.year, today.month, today.day, hour, zone)
        monday, tomorrow = today - timedelta(days=today.weekday()), today + timedelta(days=1)
        self._day = start
        self._week = _reset_of_date(monday.year, monday.month, monday.day, hour, zone)
        self._next = _reset_of_date(tomorrow.year, tomorrow.month, tomorrow.day, hour, zone)


def trading_day(moment: datetime, hour: int, zone: str) -> date:
    """Return the trading day that a moment belongs to, by the local date on which it began."""
    return (moment.astimezone(ZoneInfo(zone)) - timedelta(hours=hour)).date()


def _reset_of_date(year: int, month: int, day: int, hour: int, zone: ZoneInfo) -> datetime:
    """Return the reset of a local date in UTC."""
    return datetime(year, month, day, hour, tzinfo=zone).astimezone(UTC)

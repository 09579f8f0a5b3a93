# SPDX-License-Identifier: MIT
"""News calendars and trading days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.risk_portfolio_manager.market.calendar import CalendarError, NewsCalendar
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_days import TradingDays

HEADER = "time_utc,currency,impact,title\n"
HOUR = 60.0  # minutes


def test_a_calendar_file_is_read(tmp_path: Path) -> None:
    """Rows in any order, ALL for every currency, times with or without a zone."""
    path = tmp_path / "news.csv"
    path.write_text(HEADER + "2025-03-12T14:00:00+01:00,usd,High,CPI\n2025-03-12T09:00,ALL,medium,Summit\n\n")
    calendar = NewsCalendar.from_csv(path)
    found = calendar.near(("USD",), datetime(2025, 3, 12, 12, 50, tzinfo=UTC), HOUR, HOUR, "high")
    assert found is not None
    assert (found.title, found.at) == ("CPI", datetime(2025, 3, 12, 13, tzinfo=UTC))
    assert calendar.near(("JPY",), datetime(2025, 3, 12, 9, 30, tzinfo=UTC), HOUR, HOUR, "high") is None
    assert calendar.near(("JPY",), datetime(2025, 3, 12, 9, 30, tzinfo=UTC), HOUR, HOUR, "low") is not None
    assert calendar.near(("JPY",), datetime(2025, 3, 12, 12, 50, tzinfo=UTC), HOUR, HOUR, "low") is None, "of dollars"
    assert calendar.near(("USD",), datetime(2025, 3, 12, 14, 0, tzinfo=UTC), HOUR, HOUR, "low") is not None, "just out"
    assert calendar.near(("USD",), datetime(2025, 3, 12, 14, 1, tzinfo=UTC), HOUR, HOUR, "low") is None, "all is out"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time,currency\n", "line 1: expected the header"),
        ("", "line 1: expected the header"),
        (HEADER + "2025-03-12T09:00,USD,high\n", "line 2: expected 4 columns, found 3"),
        (HEADER + "tomorrow,USD,high,x\n", "line 2: expected a time"),
        (HEADER + "2025-03-12T09:00,USD,huge,x\n", "line 2: expected low, medium or high"),
        (HEADER + "2025-03-12T09:00,,high,x\n", "line 2: expected a currency"),
    ],
)
def test_a_wrong_calendar_names_file_line_and_expectation(tmp_path: Path, text: str, words: str) -> None:
    """Nothing is half loaded."""
    path = tmp_path / "news.csv"
    path.write_text(text)
    with pytest.raises(CalendarError, match=f"news.csv, {words}"):
        NewsCalendar.from_csv(path)


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware here


@given(MOMENTS, st.integers(0, 23), st.sampled_from(["UTC", "America/New_York", "Europe/Prague", "Asia/Tokyo"]))
def test_resets_lie_behind_and_not_too_far(now: datetime, hour: int, zone: str) -> None:
    """The day began at most 25 hours ago, the week at most 7 days and an hour, both at the reset hour."""
    day, week = TradingDays().starts(now, hour, zone)
    assert timedelta(0) <= now - day <= timedelta(hours=25)
    assert timedelta(0) <= now - week <= timedelta(days=7, hours=1)
    assert week <= day


def test_remembered_resets_are_those_found_anew() -> None:
    """Asking hour by hour over a change to daylight saving gives what a fresh look gives."""
    days = TradingDays()
    for hours in range(24 * 10):
        now = datetime(2025, 3, 5, tzinfo=UTC) + timedelta(hours=hours)
        assert days.starts(now, 17, "America/New_York") == TradingDays().starts(now, 17, "America/New_York")


def test_a_clock_that_goes_back_finds_the_earlier_day() -> None:
    """Yesterday's moment has yesterday's reset, even after today's was asked."""
    days, now = TradingDays(), datetime(2025, 3, 12, 10, tzinfo=UTC)
    days.starts(now, 0, "UTC")
    assert days.starts(now - timedelta(days=1), 0, "UTC")[0] == datetime(2025, 3, 11, tzinfo=UTC)

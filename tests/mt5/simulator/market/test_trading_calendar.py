# SPDX-License-Identifier: MIT
"""The trading week, its hours, and where a demo starts in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC
from arbitrex_desktop.mt5.simulator.market.trading_calendar import TradingHour, demo_start, is_open


def utc(text: str) -> datetime:
    """Return a moment of UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def msc(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-01-18T21:59:59", False),
        ("2026-01-18T22:00:00", True),
        ("2026-01-23T21:59:59", True),
        ("2026-01-23T22:00:00", False),
        ("2026-07-19T20:59:59", False),
        ("2026-07-19T21:00:00", True),
        ("2026-07-24T20:59:59", True),
        ("2026-07-24T21:00:00", False),
        ("2026-07-22T03:00:00", True),
    ],
)
def test_week_runs_from_sunday_to_friday_in_new_york(moment: str, opened: bool) -> None:
    """The market opens and closes at 17:00 New York time, summer and winter."""
    assert is_open(msc(utc(moment))) is opened


epochs = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


@given(epochs)
def test_demo_starts_in_an_open_market_at_the_same_time_of_day(epoch: datetime) -> None:
    """A demo starts now if the market is open, else whole days earlier; always in a market that stays open."""
    start = demo_start(epoch)
    assert (epoch - start) % timedelta(days=1) == timedelta(0)
    assert timedelta(0) <= epoch - start <= timedelta(days=3)
    assert is_open(msc(start))
    assert is_open(msc(start + timedelta(minutes=5)))
    if is_open(msc(epoch)) and is_open(msc(epoch + timedelta(minutes=5))):
        assert start == epoch


@given(epochs)
def test_hours_of_trading_hold_the_moments_that_they_are_asked_for(epoch: datetime) -> None:
    """An open moment lies in its hour; a closed one comes after the hour it is given."""
    moment = msc(epoch)
    start = TradingHour.at(moment).start_msc
    assert start <= moment
    assert (moment - start < HOUR_MSC) is is_open(moment)


@given(epochs, st.integers(-500, 500))
def test_hours_follow_one_another(epoch: datetime, steps: int) -> None:
    """Moving by hours and back leads home, and the next hour begins when the last ends, or after a weekend."""
    hour = TradingHour.at(msc(epoch))
    assert hour.moved(steps).moved(-steps) == hour
    gap = hour.moved(1).start_msc - hour.start_msc
    assert gap == HOUR_MSC or 48 * HOUR_MSC <= gap <= 50 * HOUR_MSC

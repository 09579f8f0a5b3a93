# SPDX-License-Identifier: MIT
"""The days on which exchange and brokers rest, against dates that were announced.

The rules were compared once with two calendars that others keep (`holidays` 0.109, `pandas_market_calendars`): of all
weekdays from 2010 to 2040 they differ on four, two of a storm and two of mourning.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from arbitrex_desktop.mt5.simulator.market.holidays import easter, ends_early, is_exchange_holiday, is_holiday


def weekdays(year: int) -> list[date]:
    """Return a year's days from Monday to Friday."""
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    return [day for day in days if day.year == year and day.isoweekday() < 6]


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2019, 4, 21), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25), (2008, 3, 23)]
)
def test_easter(year: int, month: int, day: int) -> None:
    """Early ones and the latest that there is."""
    assert easter(year) == date(year, month, day)


@pytest.mark.parametrize(
    ("year", "closed"),
    [
        (2021, ["01-01", "01-18", "02-15", "04-02", "05-31", "07-05", "09-06", "11-25", "12-24"]),
        (2022, ["01-17", "02-21", "04-15", "05-30", "06-20", "07-04", "09-05", "11-24", "12-26"]),
        (2026, ["01-01", "01-19", "02-16", "04-03", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25"]),
        (2028, ["01-17", "02-21", "04-14", "05-29", "06-19", "07-04", "09-04", "11-23", "12-25"]),
    ],
)
def test_the_exchange_is_closed_as_it_announced(year: int, closed: list[str]) -> None:
    """Holidays on a Saturday are kept on Friday, but New Year's Day; those on a Sunday on Monday."""
    assert [f"{day:%m-%d}" for day in weekdays(year) if is_exchange_holiday(day)] == closed


@pytest.mark.parametrize(
    ("year", "short"), [(2024, ["07-03", "11-29", "12-24"]), (2026, ["11-27", "12-24"]), (2021, ["11-26"])]
)
def test_the_exchange_ends_early_as_it_announced(year: int, short: list[str]) -> None:
    """A short day that falls on a holiday or a weekend is none."""
    assert [f"{day:%m-%d}" for day in weekdays(year) if ends_early(day)] == short


def test_currencies_rest_on_three_days() -> None:
    """New Year's Day, Good Friday and Christmas Day."""
    assert [f"{day:%m-%d}" for day in weekdays(2026) if is_holiday(day)] == ["01-01", "04-03", "12-25"]

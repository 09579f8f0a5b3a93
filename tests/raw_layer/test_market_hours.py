# SPDX-License-Identifier: MIT
"""The currency week, and what a quote's age means in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from arbitrex_desktop.raw_layer.market_hours import QuoteCondition, market_is_open, quote_condition
from arbitrex_desktop.raw_layer.views import Quote


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2025-03-12T10:00", True),
        ("2025-01-10T21:59", True),
        ("2025-01-10T22:00", False),
        ("2025-01-11T12:00", False),
        ("2025-01-12T21:59", False),
        ("2025-01-12T22:00", True),
        ("2025-07-11T20:59", True),
        ("2025-07-11T21:00", False),
        ("2025-07-13T21:00", True),
    ],
)
def test_the_week_follows_new_york(moment: str, is_open: bool) -> None:
    """It opens Sunday 17:00 and closes Friday 17:00 New York time, an hour earlier in UTC in summer."""
    assert market_is_open(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_open


@pytest.mark.parametrize(
    ("age", "day", "condition"),
    [(1.0, 12, QuoteCondition.LIVE), (90.0, 12, QuoteCondition.STALE), (90.0, 15, QuoteCondition.CLOSED)],
)
def test_an_old_quote_is_stale_on_weekdays_and_closed_at_the_weekend(
    age: float, day: int, condition: QuoteCondition
) -> None:
    """The same age means trouble on a Wednesday and nothing on a Saturday."""
    moment = datetime(2025, 3, day, 10, 0, tzinfo=UTC)
    quote = Quote("EURUSD", 1.1, 1.2, 0.0, moment, received=100.0, direction=0, ticks=1)
    assert quote_condition(quote, 100.0 + age, moment, 30.0) is condition

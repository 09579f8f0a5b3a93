# SPDX-License-Identifier: MIT
"""The currency week."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from arbitrex_desktop.raw_layer.ticks.market_hours import market_is_open


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

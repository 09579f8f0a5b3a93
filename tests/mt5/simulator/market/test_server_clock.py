# SPDX-License-Identifier: MIT
"""The broker's clock follows its rule's daylight saving and converts there and back."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC, SERVER_CLOCKS, SimulatedServerClock


def msc(text: str) -> int:
    """Return a moment of UTC in milliseconds."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("rule", "moment", "hours"),
    [
        ("EET", "2026-03-29T00:59:59", 2),
        ("EET", "2026-03-29T01:00:00", 3),
        ("EET", "2026-10-25T00:59:59", 3),
        ("EET", "2026-10-25T01:00:00", 2),
        ("NewYork", "2026-03-08T06:59:59", 2),
        ("NewYork", "2026-03-08T07:00:00", 3),
        ("NewYork", "2026-11-01T05:59:59", 3),
        ("NewYork", "2026-11-01T06:00:00", 2),
        ("UTC", "2026-07-01T12:00:00", 0),
    ],
)
def test_offset_changes_on_the_day_of_the_rule(rule: str, moment: str, hours: int) -> None:
    """Summer time begins and ends at the very second that Europe's and New York's rules say."""
    assert SimulatedServerClock(rule).offset_msc(msc(moment)) == hours * HOUR_MSC


def test_unknown_rule_is_refused() -> None:
    """A misspelt rule is an error with the known ones in its text, not UTC."""
    with pytest.raises(ValueError, match="EET, NewYork, UTC"):
        SimulatedServerClock("Mars")


moments = st.integers(msc("2000-01-01"), msc("2060-01-01"))


@given(rule=st.sampled_from(SERVER_CLOCKS), moment=moments)
def test_there_and_back(rule: str, moment: int) -> None:
    """A moment is found again, but for the hour that autumn repeats."""
    clock = SimulatedServerClock(rule)
    assert clock.to_utc(clock.to_server(moment)) - moment in {0, HOUR_MSC}
    if clock.offset_msc(moment) == clock.offset_msc(moment + HOUR_MSC):
        assert clock.to_utc(clock.to_server(moment)) == moment


@given(rule=st.sampled_from(SERVER_CLOCKS), given_moments=st.lists(moments, max_size=6))
def test_many_at_once_are_as_one_by_one(rule: str, given_moments: list[int]) -> None:
    """The offsets of an array are those of its elements, also across years and changes."""
    clock = SimulatedServerClock(rule)
    ordered = np.array(sorted(given_moments), dtype=np.int64)
    assert (ordered * 0 + clock.offsets_msc(ordered)).tolist() == [clock.offset_msc(int(moment)) for moment in ordered]

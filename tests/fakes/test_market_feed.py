# SPDX-License-Identifier: MIT
"""The scripted market gives what was written, as a real feed would."""

from __future__ import annotations

from tests.fakes.market_feed import ScriptedFeed

HOUR = 3_600_000


def test_ticks_come_back_within_their_bounds() -> None:
    """Both bounds are included, and the newest tick is the last at or before the moment asked for."""
    feed = ScriptedFeed("EURUSD")
    for second in range(5):
        feed.quote("EURUSD", 1.1 + second / 100, 1.2 + second / 100, 1000 * second)
    (rows,) = feed.ticks("EURUSD", 1000, 3000)
    assert rows["time_msc"].tolist() == [1000, 2000, 3000]
    last = feed.last_tick("EURUSD", 3999)
    assert last is not None
    assert last["time_msc"].tolist() == [3000]
    assert feed.last_tick("EURUSD", -1) is None


def test_hours_are_those_with_ticks_and_the_market_is_as_said() -> None:
    """Only hours with ticks are named, newest first; open or closed is the test's word."""
    feed = ScriptedFeed("EURUSD")
    for hour in (0, 2, 5):
        feed.quote("EURUSD", 1.1, 1.2, hour * HOUR + 7)
    assert list(feed.hours_back("EURUSD", 3 * HOUR)) == [2 * HOUR, 0]
    assert feed.is_open("EURUSD", 0)
    feed.open = False
    assert not feed.is_open("EURUSD", 0)
    assert set(feed.symbols) == {"EURUSD"}

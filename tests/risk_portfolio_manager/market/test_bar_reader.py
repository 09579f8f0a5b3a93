# SPDX-License-Identifier: MIT
"""Which daily bars are read, and when again."""

from __future__ import annotations

from arbitrex_desktop.risk_portfolio_manager.market.bar_reader import BarReader
from tests.fakes.pool import FakePool

NAMES = ("EURUSD", "GBPUSD", "USDJPY", "EURUSD")


def test_two_at_a_time_each_once_an_hour() -> None:
    """The first two are read, then the third, then none until an hour is over."""
    pool = FakePool()
    reader = BarReader(pool.clock)
    assert [sorted(reader.read_due(pool, NAMES)) for _ in range(3)] == [["EURUSD", "GBPUSD"], ["USDJPY"], []]
    pool.clock.advance(3601.0)
    assert reader.due(NAMES) == ["EURUSD", "GBPUSD"]


def test_what_failed_is_asked_for_again_after_a_minute() -> None:
    """A terminal that has no bars yet costs the risk its volatility for a minute, not for an hour."""
    pool = FakePool()
    reader = BarReader(pool.clock)
    pool.fail("read_rates")
    assert reader.read_due(pool, NAMES[:1]) == {}
    pool.recover()
    assert reader.due(NAMES[:1]) == []
    pool.clock.advance(61.0)
    assert list(reader.read_due(pool, NAMES[:1])) == ["EURUSD"]
    assert reader.due(NAMES[:1]) == []

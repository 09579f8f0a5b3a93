# SPDX-License-Identifier: MIT
"""The server clock over the year: measured from the weeks' beginnings, and a deal's time is right in every season."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from arbitrex_desktop.raw_layer.server_zone import (
    RULES,
    ServerZone,
    bars_around,
    offset_in,
    rule_of,
    telling_weekends,
)
from arbitrex_desktop.raw_layer.ticks.market_hours import market_is_open

NOWS = st.integers(1_709_251_200, 1_827_619_200).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
"""From March 2024 to December 2027."""
CLOCKS = st.sampled_from([(7200, RULES[1]), (7200, RULES[2]), (7200, ""), (10_800, ""), (0, RULES[2]), (-18_000, "")])
HOURS = 24 * 420


def hourly(zone: ServerZone, now: datetime) -> Rows:
    """Return a year's hourly bars of a currency pair on a broker's clock, the newest last."""
    last = now.replace(minute=0, second=0, microsecond=0)
    begins = (last - timedelta(hours=back) for back in range(HOURS, -1, -1))
    times = [zone.to_server(each) for each in begins if market_is_open(each) and (each.month, each.day) != (12, 25)]
    rows = np.zeros(len(times), dtype=RATE_DTYPE)
    rows["time"] = times
    return rows


def learnt(zone: ServerZone, now: datetime) -> str:
    """Return the rule found from a broker's bars."""
    rows = hourly(zone, now)
    offsets: dict[datetime, int] = {}
    for opening in telling_weekends(now):
        start, count = bars_around(opening, now)
        found = offset_in(rows[len(rows) - start - count : len(rows) - start], opening)
        offsets |= {opening: found} if found is not None else {}
    assert len(offsets) >= 3
    return rule_of(offsets, now, zone.offset_at(now))


@given(NOWS, CLOCKS)
def test_the_rule_is_found_from_four_weekends(now: datetime, clock: tuple[int, str]) -> None:
    """Whatever the season: New York's summer, Europe's, or none, at any distance from UTC."""
    assert learnt(ServerZone(*clock), now) == clock[1]


def test_without_bars_no_summer_time_is_followed() -> None:
    """A broker whose bars show no weekend has the distance that it has now all the year."""
    now = datetime(2026, 7, 1, tzinfo=UTC)
    assert offset_in(np.zeros(0, dtype=RATE_DTYPE), now) is None
    assert rule_of({}, now, 10_800) == ""
    assert rule_of({now: 1_800 * 7}, now, 10_800) == ""


@pytest.mark.parametrize(
    ("rule", "day", "offset"),
    [
        (RULES[1], (2026, 3, 7), 7200),
        (RULES[1], (2026, 3, 9), 10_800),
        (RULES[2], (2026, 3, 9), 7200),
        (RULES[2], (2026, 3, 30), 10_800),
        (RULES[2], (2026, 10, 26), 7200),
        (RULES[1], (2026, 10, 26), 10_800),
        ("", (2026, 7, 1), 7200),
    ],
)
def test_clocks_go_forward_on_the_days_of_the_rule(rule: str, day: tuple[int, int, int], offset: int) -> None:
    """New York's a fortnight or three weeks before Europe's, and back a week after it."""
    assert ServerZone(7200, rule).offset_at(datetime(*day, 12, tzinfo=UTC)) == offset


@given(NOWS, CLOCKS)
def test_a_moment_comes_back_from_the_server_clock(moment: datetime, clock: tuple[int, str]) -> None:
    """There and back, at any time of the currency week."""
    zone = ServerZone(*clock)
    if market_is_open(moment):
        assert zone.to_utc(zone.to_server(moment)) == moment


def test_a_week_begins_where_new_york_says() -> None:
    """The weekends asked for are Sundays at 17:00 there, all in the past and none older than a year and some weeks."""
    now = datetime(2026, 11, 28, 14, tzinfo=UTC)
    found = telling_weekends(now)
    local = [each.astimezone(ZoneInfo("America/New_York")) for each in found]
    assert {(each.weekday(), each.hour) for each in local} == {(6, 17)}
    assert [f"{each:%Y-%m-%d}" for each in local] == ["2026-11-22", "2026-07-12", "2026-01-11", "2026-03-15"]


@pytest.mark.slow
@pytest.mark.parametrize(("clock", "rule"), [("EET", RULES[2]), ("NewYork", RULES[1]), ("UTC", "")])
def test_a_pool_learns_it_from_its_terminal(clock: str, rule: str) -> None:
    """On the simulated terminal in July, a deal of January is told at the hour at which it was made."""
    july, january = datetime(2026, 7, 8, 12, tzinfo=UTC), datetime(2026, 1, 14, 12, tzinfo=UTC)
    pool = MT5ConnectionPool(
        {"main": {"terminal_path": "simulated"}},
        ("EURUSD",),
        simulation=SimulationSpec(demo_positions=False, server_clock=clock, epoch=july),
    )
    pool.start_tick_collection()
    try:
        pool.learn_summer_time()
        assert pool.server_zone.rule == rule
        shown = SimulatedServerClock(clock).to_server(int(january.timestamp() * 1000)) / 1000
        assert pool.server_time_to_utc(shown) == january
    finally:
        pool.stop()

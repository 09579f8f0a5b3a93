# SPDX-License-Identifier: MIT
"""Bars are nothing but their ticks."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.simulator.bars import BarSource, bar_end, bar_start
from arbitrex_desktop.mt5.simulator.market import GeneratedMarket
from arbitrex_desktop.mt5.simulator.server_clock import ServerClock

NOW = round(datetime(2026, 7, 22, 12, 34, 56, tzinfo=UTC).timestamp() * 1000)
CLOCK = ServerClock("EET")
MARKET = GeneratedMarket(7)
SOURCE = BarSource(MARKET, CLOCK)


@pytest.mark.parametrize("timeframe", [Timeframe.M1, Timeframe.M5, Timeframe.M30, Timeframe.H1, Timeframe.H4])
def test_bars_are_their_ticks(timeframe: Timeframe) -> None:
    """Each bar, the unfinished one included, has exactly the prices, count and least spread of its ticks."""
    bars = SOURCE.last("USDJPY", timeframe, NOW, 4)
    assert len(bars) == 4
    for bar in bars:
        first = CLOCK.to_utc(int(bar["time"]) * 1000)
        end = CLOCK.to_utc(bar_end(timeframe, int(bar["time"])) * 1000)
        rows = np.concatenate([*MARKET.ticks("USDJPY", first, min(end - 1, NOW))])
        bid = rows["bid"]
        expected = (bid[0], bid.max(), bid.min(), bid[-1], len(rows), round((rows["ask"] - bid).min() * 1000))
        assert (bar["open"], bar["high"], bar["low"], bar["close"], bar["tick_volume"], bar["spread"]) == expected


def test_day_bars_are_cut_at_the_servers_midnight() -> None:
    """A day's bar begins at midnight of the server's clock and holds its hours."""
    days = SOURCE.last("EURUSD", Timeframe.D1, NOW, 3)
    hours = SOURCE.last("EURUSD", Timeframe.H1, NOW, 80)
    assert (days["time"] % 86_400 == 0).all()
    for day in days:
        inside = hours[bar_start(Timeframe.D1, hours["time"]) == day["time"]]
        assert (day["high"], day["low"]) == (inside["high"].max(), inside["low"].min())
        assert day["tick_volume"] == inside["tick_volume"].sum()


def test_weekends_have_no_bars() -> None:
    """Bars of the hours before a Monday are Friday's."""
    monday = round(datetime(2026, 7, 20, 0, 30, tzinfo=UTC).timestamp() * 1000)
    hours = SOURCE.last("EURUSD", Timeframe.H1, monday, 6)
    assert max(np.diff(hours["time"])) == 49 * 3600


@given(st.integers(1, 40), st.integers(0, 3000))
@settings(max_examples=15)
def test_since_and_last_agree(count: int, minutes_ago: int) -> None:
    """Bars since a moment are the newest ones of those by count, and repeat for the same question."""
    until = NOW - minutes_ago * 60_000
    last = SOURCE.last("EURUSD", Timeframe.M1, until, count)
    since = SOURCE.since("EURUSD", Timeframe.M1, int(last["time"][0]), until)
    assert since.tobytes() == last.tobytes()
    assert (np.diff(last["time"]) > 0).all()


@pytest.mark.parametrize("timeframe", list(Timeframe))
@given(second=st.integers(0, 4_000_000_000))
@settings(max_examples=15)
def test_bars_tile_time(timeframe: Timeframe, second: int) -> None:
    """A second lies in exactly one bar: from its start, to before its end, where the next one starts."""
    start = int(bar_start(timeframe, np.array([second]))[0])
    end = bar_end(timeframe, second)
    assert start <= second < end
    assert bar_start(timeframe, np.array([start, end - 1, end])).tolist() == [start, start, end]


def test_weeks_begin_on_sunday_and_months_on_the_first() -> None:
    """Weekly bars open on Sundays and monthly ones on the first, as in MetaTrader."""
    moment = np.array([round(datetime(2026, 7, 22, 12, tzinfo=UTC).timestamp())])
    week = datetime.fromtimestamp(int(bar_start(Timeframe.W1, moment)[0]), UTC)
    month = datetime.fromtimestamp(int(bar_start(Timeframe.MN1, moment)[0]), UTC)
    assert (week.day, week.weekday()) == (19, 6)
    assert (month.day, month.hour) == (1, 0)

# SPDX-License-Identifier: MIT
"""Bars carried on by ticks are the bars that the terminal would show."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.timeframes import bar_end, bar_start, seconds_of
from tests.fakes.bars import MONDAY, bar_rows


def series_of(count: int) -> BarSeries:
    """Return a quarter-hour series with some history."""
    series = BarSeries(Timeframe.M15)
    series.load(bar_rows(count))
    return series


def test_a_tick_moves_the_last_bar() -> None:
    """High, low and close follow the price; the open stays."""
    series = series_of(3)
    before = series.rows[-1].copy()
    assert not series.tick(MONDAY + 2 * 900 + 5, before["high"] + 0.01)
    assert not series.tick(MONDAY + 2 * 900 + 6, before["low"] - 0.01)
    last = series.rows[-1]
    assert last["open"] == before["open"]
    assert (last["high"], last["low"], last["close"]) == (
        before["high"] + 0.01,
        before["low"] - 0.01,
        before["low"] - 0.01,
    )
    assert last["tick_volume"] == before["tick_volume"] + 2


def test_a_tick_in_the_next_stretch_begins_a_bar() -> None:
    """The new bar opens at that price, at the round moment."""
    series = series_of(3)
    assert series.tick(MONDAY + 3 * 900 + 77, 1.2)
    assert len(series) == 4
    assert series.rows[-1]["time"] == MONDAY + 3 * 900
    assert series.rows[-1]["open"] == 1.2


def test_a_late_tick_and_an_empty_series_are_left_alone() -> None:
    """A tick older than the last bar changes nothing; without history nothing is begun."""
    series = series_of(3)
    before = series.rows.copy()
    assert not series.tick(MONDAY + 900, 9.9)
    assert (series.rows == before).all()
    empty = BarSeries(Timeframe.M15)
    assert not empty.tick(MONDAY, 1.0)
    assert len(empty) == 0


def test_older_history_goes_in_front_and_is_counted() -> None:
    """What was counted by index can be found again."""
    rows = bar_rows(50)
    series = BarSeries(Timeframe.M15)
    series.load(rows[30:])
    series.load(rows[:35])
    assert (series.rows == rows).all()
    assert series.prepended == 30


def test_history_replaces_what_ticks_made_but_not_what_is_newer() -> None:
    """A reload mends a bar whose ticks were missed, and the bar begun since stays."""
    rows = bar_rows(10)
    series = BarSeries(Timeframe.M15)
    series.load(rows[:9])
    series.tick(float(rows["time"][8]) + 1, 5.0)
    series.tick(float(rows["time"][9]) + 1, 1.3)
    series.load(rows[5:9])
    assert (series.rows[:9] == rows[:9]).all()
    assert series.rows[9]["close"] == 1.3


@given(st.lists(st.tuples(st.integers(0, 20_000), st.floats(0.5, 2.0)), max_size=200))
def test_bars_of_ticks_are_what_their_ticks_say(ticks: list[tuple[int, float]]) -> None:
    """For any ticks in order, each new bar's open, high, low and close are its first, greatest, least and last."""
    series = BarSeries(Timeframe.M1)
    series.load(bar_rows(1, 60))
    in_order = sorted(ticks, key=lambda tick: tick[0])
    for second, price in in_order:
        series.tick(MONDAY + 60 + second, price)
    for row in series.rows[1:]:
        inside = [price for second, price in in_order if row["time"] <= MONDAY + 60 + second < row["time"] + 60]
        assert (row["open"], row["high"], row["low"], row["close"]) == (
            inside[0],
            max(inside),
            min(inside),
            inside[-1],
        )
    assert (np.diff(series.rows["time"]) > 0).all()
    for apart, name in ((series.highs, "high"), (series.lows, "low"), (series.volumes, "tick_volume")):
        assert (apart == series.rows[name]).all()


@given(st.sampled_from(list(Timeframe)), st.integers(0, 2**31 - 1))
def test_every_moment_belongs_to_one_bar(timeframe: Timeframe, seconds: int) -> None:
    """A bar begins at or before each of its moments, by less than its length (31 days for a month)."""
    start = bar_start(seconds, timeframe)
    longest = 31 * 86_400 if timeframe is Timeframe.MN1 else seconds_of(timeframe)
    assert start <= seconds < start + longest
    assert bar_start(start, timeframe) == start


def test_weeks_begin_on_sunday_and_months_on_the_first() -> None:
    """As in MetaTrader: the week of Monday 2026-09-21 opens on the 20th, the month on the 1st."""
    assert bar_start(MONDAY, Timeframe.W1) == MONDAY - 86_400
    assert bar_start(MONDAY, Timeframe.MN1) == MONDAY - 20 * 86_400


@given(st.integers(2, 50), st.integers(0, 80))
def test_a_place_and_its_moment_are_the_same(count: int, place: int) -> None:
    """Each bar's index has its opening moment and back, also beyond the newest bar."""
    series = BarSeries(Timeframe.M15)
    series.load(bar_rows(count))
    moment = series.seconds_at(float(place))
    assert moment == MONDAY + place * 900
    assert series.place_of(moment) == place


@given(st.sampled_from(Timeframe), st.integers(0, 10 * 366 * 86_400))
def test_a_bar_ends_where_the_next_begins(timeframe: Timeframe, seconds: int) -> None:
    """The second before belongs to it, the end does not, in short and long months alike."""
    start = bar_start(MONDAY + seconds, timeframe)
    end = bar_end(start, timeframe)
    assert (bar_start(end - 1, timeframe), bar_start(end, timeframe)) == (start, end)

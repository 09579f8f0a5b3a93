# SPDX-License-Identifier: MIT
"""Bars are nothing but their ticks, of any time, and one history however they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.simulator.market.bars import BarSource, bar_end, bar_start, merged
from arbitrex_desktop.mt5.simulator.market.market import HISTORY_START, GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock

NOW = round(datetime(2026, 7, 22, 12, 34, 56, tzinfo=UTC).timestamp() * 1000)
CLOCK = SimulatedServerClock("EET")
MARKET = GeneratedMarket(7)
SOURCE = BarSource(MARKET, CLOCK)
DAY = 86_400


def last(symbol: str, timeframe: Timeframe, count: int, until_msc: int = NOW) -> Rows:
    """Return the bars up to a moment, as seen now."""
    return SOURCE.last(symbol, timeframe, count, until_msc=until_msc)


def same_prices(one: Rows, other: Rows) -> bool:
    """Return whether two sets of bars are the same in all but the padding of their layout."""
    return all(np.array_equal(one[name], other[name]) for name in RATE_DTYPE.names or ())


@pytest.mark.parametrize("timeframe", [Timeframe.M1, Timeframe.M5, Timeframe.M30, Timeframe.H1, Timeframe.H4])
def test_bars_are_their_ticks(timeframe: Timeframe) -> None:
    """Each bar, the unfinished one included, has exactly the prices, count and least spread of its ticks."""
    bars = last("USDJPY", timeframe, 4)
    assert len(bars) == 4
    for bar in bars:
        first = CLOCK.to_utc(int(bar["time"]) * 1000)
        end = CLOCK.to_utc(bar_end(timeframe, int(bar["time"])) * 1000)
        rows = np.concatenate([*MARKET.ticks("USDJPY", first, min(end - 1, NOW))])
        bid = rows["bid"]
        expected = (bid[0], bid.max(), bid.min(), bid[-1], len(rows), round((rows["ask"] - bid).min() * 1000))
        assert (bar["open"], bar["high"], bar["low"], bar["close"], bar["tick_volume"], bar["spread"]) == expected


@pytest.mark.parametrize(
    ("timeframe", "count"),
    [(Timeframe.M15, 4000), (Timeframe.H1, 1000), (Timeframe.H4, 260), (Timeframe.D1, 45), (Timeframe.MN1, 3)],
)
@pytest.mark.parametrize("rule", ["EET", "NewYork", "UTC"])
def test_larger_bars_are_their_minutes(timeframe: Timeframe, count: int, rule: str) -> None:
    """Whatever the server's clock, a larger bar is the sum of its minutes, the unfinished one included."""
    source = BarSource(MARKET, SimulatedServerClock(rule))
    bars = source.last("GBPJPY", timeframe, count, until_msc=NOW)
    minutes = source.since("GBPJPY", Timeframe.M1, int(bars["time"][0]), until_msc=NOW)
    assert same_prices(merged(minutes, bar_start(timeframe, minutes["time"])), bars)
    assert (np.diff(bars["time"]) > 0).all()


def test_weeks_and_months_are_their_days() -> None:
    """The largest bars too are sums, over three years."""
    days = last("XAUUSD", Timeframe.D1, 790)
    for timeframe, count in ((Timeframe.W1, 150), (Timeframe.MN1, 30)):
        bars = last("XAUUSD", timeframe, count)
        inside = days[days["time"] >= bars["time"][0]]
        assert same_prices(merged(inside, bar_start(timeframe, inside["time"])), bars)


FIRST = CLOCK.to_server(round(HISTORY_START.timestamp() * 1000)) // 1000
PRESENT = CLOCK.to_server(NOW) // 1000


@pytest.mark.slow
@pytest.mark.timeout(300)  # a dozen seconds of work, which a busy machine makes minutes of
@given(st.data())
@settings(max_examples=12, deadline=None)
def test_closed_bars_are_the_same_for_ever(data: st.DataObject) -> None:
    """A bar that was closed once is the same when asked for at any later moment, of whatever source."""
    timeframe = data.draw(st.sampled_from([Timeframe.M1, Timeframe.M30, Timeframe.H1, Timeframe.D1, Timeframe.MN1]))
    second = data.draw(st.integers(FIRST + 200 * DAY, PRESENT - DAY))
    then = CLOCK.to_utc(second * 1000)
    later = data.draw(st.integers(then, NOW))
    closed = SOURCE.last("EURGBP", timeframe, 4, until_msc=then)[:-1]
    again = BarSource(GeneratedMarket(7), CLOCK).since("EURGBP", timeframe, int(closed["time"][0]), until_msc=later)
    assert same_prices(again[:3], closed)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=20, deadline=None)
def test_a_longer_range_holds_the_shorter(data: st.DataObject) -> None:
    """Whatever the range, and however far it goes beyond the history, its bars are those of one history."""
    timeframe = data.draw(st.sampled_from([Timeframe.H1, Timeframe.H4, Timeframe.D1, Timeframe.W1, Timeframe.MN1]))
    ends = sorted(data.draw(st.lists(st.integers(FIRST - 400 * DAY, PRESENT), min_size=4, max_size=4)))
    longer = SOURCE.since("EURUSD", timeframe, ends[0], until_msc=CLOCK.to_utc(ends[3] * 1000))
    shorter = SOURCE.since("EURUSD", timeframe, ends[1], until_msc=CLOCK.to_utc(ends[2] * 1000))[:-1]
    within = longer[(longer["time"] >= ends[1]) & (longer["time"] <= (shorter["time"][-1] if len(shorter) else 0))]
    assert same_prices(within, shorter)


@pytest.mark.parametrize("after_msc", [0, 1, 999, 1000, 59_999])
def test_a_minute_grows_tick_by_tick(after_msc: int) -> None:
    """Just after a day's start there is its first minute, of the ticks that have come, or none if none has."""
    start = next(MARKET.days_back("EURUSD", NOW - 7 * DAY * 1000))
    rows = np.concatenate([*MARKET.ticks("EURUSD", start, start + after_msc)])
    (bar,) = last("EURUSD", Timeframe.M1, 1, start + after_msc)
    assert (CLOCK.to_utc(int(bar["time"]) * 1000) == start) == bool(len(rows))
    if len(rows):
        assert (bar["close"], bar["tick_volume"]) == (rows["bid"][-1], len(rows))


def test_years_of_bars_generate_no_ticks_but_those_of_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the history that is asked for, ticks are made for the unfinished minute alone."""
    market = GeneratedMarket(7)
    asked: list[int] = []
    ticks = market.ticks

    def watched(symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        asked.append(from_msc)
        return ticks(symbol, from_msc, to_msc)

    monkeypatch.setattr(market, "ticks", watched)
    assert len(BarSource(market, CLOCK).last("EURUSD", Timeframe.D1, 260, until_msc=NOW)) == 260
    assert asked == [NOW // 60_000 * 60_000]


def test_what_was_read_of_wide_bars_is_not_gone_through_day_by_day_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chart reads history in portions, each from the present: its way back is not all days in between."""
    market = GeneratedMarket(7)
    source, passed = BarSource(market, CLOCK), list[int]()
    days_back = market.days_back

    def watched(symbol: str, until_msc: int) -> Iterator[int]:
        for start in days_back(symbol, until_msc):
            passed.append(start)
            yield start

    monkeypatch.setattr(market, "days_back", watched)
    known = source.last("EURUSD", Timeframe.W1, 150, until_msc=NOW)
    assert len(passed) > 700
    passed.clear()
    assert same_prices(source.last("EURUSD", Timeframe.W1, 150, until_msc=NOW), known)
    assert len(passed) < 30


def test_day_bars_are_cut_at_the_servers_midnight() -> None:
    """A day's bar begins at midnight of the server's clock and holds its hours."""
    days = last("EURUSD", Timeframe.D1, 3)
    hours = last("EURUSD", Timeframe.H1, 80)
    assert (days["time"] % 86_400 == 0).all()
    for day in days:
        inside = hours[bar_start(Timeframe.D1, hours["time"]) == day["time"]]
        assert (day["high"], day["low"]) == (inside["high"].max(), inside["low"].min())
        assert day["tick_volume"] == inside["tick_volume"].sum()


def test_weekends_have_no_bars() -> None:
    """Bars of the hours before a Monday are Friday's."""
    monday = round(datetime(2026, 7, 20, 0, 30, tzinfo=UTC).timestamp() * 1000)
    hours = SOURCE.last("EURUSD", Timeframe.H1, 6, until_msc=monday)
    assert max(np.diff(hours["time"])) == 49 * 3600


@given(st.integers(1, 40), st.integers(0, 8000))
@settings(max_examples=15)
def test_since_and_last_agree(count: int, minutes_ago: int) -> None:
    """Bars since a moment are the newest ones of those by count, and repeat for the same question."""
    until = NOW - minutes_ago * 60_000
    newest = last("EURUSD", Timeframe.M1, count, until)
    since = SOURCE.since("EURUSD", Timeframe.M1, int(newest["time"][0]), until_msc=until)
    assert since.tobytes() == newest.tobytes()
    assert (np.diff(newest["time"]) > 0).all()


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

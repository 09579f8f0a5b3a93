# SPDX-License-Identifier: MIT
"""Bars are nothing but their ticks, as long as there are ticks; before, they are nothing but their minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.simulator.market.bars import BarSource, bar_end, bar_start, bars_of_ticks, merged
from arbitrex_desktop.mt5.simulator.market.market import TICK_DAYS, GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.server_clock import HOUR_MSC, SimulatedServerClock

NOW = round(datetime(2026, 7, 22, 12, 34, 56, tzinfo=UTC).timestamp() * 1000)
CLOCK = SimulatedServerClock("EET")
MARKET = GeneratedMarket(7)
SOURCE = BarSource(MARKET, CLOCK)
DAY = 86_400
KEPT = MARKET.ticks_kept_from(NOW)


def last(symbol: str, timeframe: Timeframe, count: int, until_msc: int = NOW) -> Rows:
    """Return the bars up to a moment, as seen now."""
    return SOURCE.last(symbol, timeframe, count, until_msc=until_msc, now_msc=NOW)


def same_prices(one: Rows, other: Rows) -> bool:
    """Tell whether two sets of bars are the same in all but the padding of their layout."""
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


def test_every_minute_with_ticks_is_their_sum() -> None:
    """From the first kept tick till now, the minutes' bars are exactly the ticks', and reach back no further."""
    rows = np.concatenate([*MARKET.ticks("EURUSD", KEPT, NOW)])
    server = rows["time_msc"] // 1000 + CLOCK.offset_msc(KEPT) // 1000
    expected = bars_of_ticks(rows, server // 60 * 60, 1e5)
    bars = last("EURUSD", Timeframe.M1, len(expected) + 1)
    assert same_prices(bars[1:], expected)
    assert CLOCK.to_utc(int(bars["time"][0]) * 1000) < KEPT


@pytest.mark.parametrize(
    ("timeframe", "count"), [(Timeframe.M15, 4000), (Timeframe.H1, 1000), (Timeframe.H4, 260), (Timeframe.D1, 45)]
)
@pytest.mark.parametrize("rule", ["EET", "NewYork", "UTC"])
def test_larger_bars_are_their_minutes(timeframe: Timeframe, count: int, rule: str) -> None:
    """Over old history and the ticks alike, whatever the server's clock, a larger bar is the sum of its minutes."""
    source = BarSource(MARKET, SimulatedServerClock(rule))
    bars = source.last("GBPJPY", timeframe, count, until_msc=NOW, now_msc=NOW)
    minutes = source.since("GBPJPY", Timeframe.M1, int(bars["time"][0]), until_msc=NOW, now_msc=NOW)
    assert same_prices(merged(minutes, bar_start(timeframe, minutes["time"])), bars)
    assert (np.diff(bars["time"]) > 0).all()


def test_weeks_and_months_are_their_days() -> None:
    """The largest bars too are sums, over three years."""
    days = last("XAUUSD", Timeframe.D1, 790)
    for timeframe, count in ((Timeframe.W1, 150), (Timeframe.MN1, 30)):
        bars = last("XAUUSD", timeframe, count)
        inside = days[days["time"] >= bars["time"][0]]
        assert same_prices(merged(inside, bar_start(timeframe, inside["time"])), bars)


@given(st.integers(TICK_DAYS + 1, 500), st.sampled_from([Timeframe.M1, Timeframe.M30, Timeframe.H1, Timeframe.D1]))
@settings(max_examples=15)
def test_old_bars_are_the_same_from_wherever_they_are_read(days_ago: int, timeframe: Timeframe) -> None:
    """Old bars, asked for by their own date, of another source and at another moment, are the same."""
    second = CLOCK.to_server(NOW) // 1000 - days_ago * DAY
    until = CLOCK.to_utc(bar_end(timeframe, second) * 1000) - 1
    one = SOURCE.last("EURGBP", timeframe, 5, until_msc=until, now_msc=NOW)
    other = BarSource(GeneratedMarket(7), CLOCK).last(
        "EURGBP", timeframe, 5, until_msc=until, now_msc=NOW + 2 * DAY * 1000
    )
    assert same_prices(one, other)
    assert len(one) == 5
    assert one["time"][-1] <= second


@pytest.mark.parametrize("after_msc", [0, 1, 999, 1000, 59_999])
def test_an_old_day_can_be_cut_within_its_first_minute(after_msc: int) -> None:
    """A moment just after an old day's start, on no bar's edge, gives that minute: there are none shorter."""
    start = next(MARKET.old_days("EURUSD", KEPT - 1))
    (minute,) = last("EURUSD", Timeframe.M1, 1, start + after_msc)
    assert CLOCK.to_utc(int(minute["time"]) * 1000) == start


def test_a_day_that_loses_its_ticks_keeps_its_hours_within_a_spread() -> None:
    """Once its ticks are let go a day's bars are others, but each hour opens and closes where it did."""
    for symbol in ("EURUSD", "XAUUSD", "NZDCHF"):
        spec = MARKET.symbols[symbol]
        first = CLOCK.to_server(KEPT) // 1000
        before, after = (
            SOURCE.since(symbol, Timeframe.H1, first, until_msc=KEPT + 24 * HOUR_MSC - 1, now_msc=now)
            for now in (NOW, NOW + 7 * DAY * 1000)
        )
        assert before["time"].tolist() == after["time"].tolist()
        assert len(before) == 24
        assert not np.array_equal(before["high"], after["high"])
        for name in ("open", "close"):
            assert np.abs(before[name] - after[name]).max() <= 2 * spec.spread * spec.point


def test_old_bars_generate_no_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A year of days makes ticks for the last trading days only."""
    market = GeneratedMarket(7)
    asked: list[int] = []
    ticks = market.ticks

    def watched(symbol: str, from_msc: int, to_msc: int) -> Iterator[Rows]:
        asked.append(from_msc)
        return ticks(symbol, from_msc, to_msc)

    monkeypatch.setattr(market, "ticks", watched)
    assert len(BarSource(market, CLOCK).last("EURUSD", Timeframe.D1, 260, until_msc=NOW, now_msc=NOW)) == 260
    assert min(asked) == KEPT
    assert len(asked) <= TICK_DAYS * 24


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
    hours = SOURCE.last("EURUSD", Timeframe.H1, 6, until_msc=monday, now_msc=monday)
    assert max(np.diff(hours["time"])) == 49 * 3600


@given(st.integers(1, 40), st.integers(0, 8000))
@settings(max_examples=15)
def test_since_and_last_agree(count: int, minutes_ago: int) -> None:
    """Bars since a moment are the newest ones of those by count, and repeat for the same question."""
    until = NOW - minutes_ago * 60_000
    newest = last("EURUSD", Timeframe.M1, count, until)
    since = SOURCE.since("EURUSD", Timeframe.M1, int(newest["time"][0]), until_msc=until, now_msc=NOW)
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

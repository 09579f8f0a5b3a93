# SPDX-License-Identifier: MIT
"""The minutes of any day: sound bars, on the drivers' paths, and exactly what the day's ticks sum up to."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.simulator.market.bars import bars_of_ticks
from arbitrex_desktop.mt5.simulator.market.market import HISTORY_START, GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.price_paths import DriverPaths, mixture
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC
from arbitrex_desktop.mt5.simulator.market.trading_calendar import TradingHour
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS

DAY = TradingHour.at(round(datetime(2026, 3, 11, 12, tzinfo=UTC).timestamp() * 1000)).day
MARKET = GeneratedMarket(7)


def day_of(symbol: str, day: int) -> Rows:
    """Return a trading day's minutes."""
    return MARKET.minute_bars(symbol, TradingHour(day, 0).start_msc)


@pytest.mark.parametrize("symbol", SYMBOLS)
@given(st.integers(DAY - 700, DAY))
@settings(max_examples=4, deadline=None)
def test_bars_are_sound(symbol: str, day: int) -> None:
    """Each of the day's 1440 minutes has its extremes around open and close, on the grid, with ticks and a spread."""
    bars, spec = day_of(symbol, day), SYMBOLS[symbol]
    assert bars.dtype == RATE_DTYPE
    assert (bars["time"] == TradingHour(day, 0).start_msc // 1000 + np.arange(1440) * 60).all()
    assert (bars["high"] >= np.maximum(bars["open"], bars["close"])).all()
    assert (bars["low"] <= np.minimum(bars["open"], bars["close"])).all()
    assert (bars["low"] > 0).all()
    for name in ("open", "high", "low", "close"):
        assert (bars[name] == np.round(bars[name], spec.digits)).all()
    assert (bars["tick_volume"] > 0).all()
    assert (bars["spread"] > 0).all()


@pytest.mark.parametrize("symbol", ["EURUSD", "NZDJPY", "XAGUSD", "CHINAH"])
def test_minutes_and_seconds_are_one_path(symbol: str) -> None:
    """At every full minute the path of an hour's seconds is, to the last digit, that of the day's minutes."""
    paths, mix = DriverPaths(11), mixture(SYMBOLS[symbol])
    path, variances = paths.minutes(mix, DAY)
    assert (len(path), len(variances)) == (1441, 1440)
    for hour in range(24):
        seconds = paths.logarithm(mix, TradingHour(DAY, hour))
        assert seconds[::60] == pytest.approx(path[hour * 60 : hour * 60 + 61], abs=1e-13)
    assert (variances > 0).all()


@pytest.mark.parametrize("symbol", SYMBOLS)
@given(st.integers(TradingHour.at(round(HISTORY_START.timestamp() * 1000)).day, DAY))
@settings(max_examples=2, deadline=None)
def test_a_days_ticks_sum_up_to_its_minutes(symbol: str, day: int) -> None:
    """Of any day, however long ago: open, high, low, close, number and least spread of every minute are its ticks'."""
    start = TradingHour(day, 0).start_msc
    ticks = np.concatenate([*MARKET.ticks(symbol, start, start + DAY_MSC - 1)])
    summed = bars_of_ticks(ticks, ticks["time"] // 60 * 60, 10.0 ** SYMBOLS[symbol].digits)
    assert summed.tolist() == day_of(symbol, day).tolist()


def test_days_follow_on_each_other() -> None:
    """A day opens where the one before closed, over weekends too."""
    spec = SYMBOLS["EURUSD"]
    for day in range(DAY - 10, DAY):
        gap = abs(day_of("EURUSD", day + 1)["open"][0] - day_of("EURUSD", day)["close"][-1])
        assert 0 < gap <= spec.spread * spec.point


def test_triangles_leave_no_arbitrage() -> None:
    """A cross closes each minute at the quotient of its legs, within their spreads."""
    eurusd, usdjpy, eurjpy = (day_of(symbol, DAY)["close"] for symbol in ("EURUSD", "USDJPY", "EURJPY"))
    assert np.abs(eurjpy / (eurusd * usdjpy) - 1).max() < 4e-4


def test_same_seed_same_day_whatever_was_read_before() -> None:
    """Days read backwards, or in another market of the seed, are the same; of another seed they are not."""
    forward = [day_of("AUDNZD", day).tobytes() for day in range(DAY, DAY + 4)]
    other, stranger = GeneratedMarket(7), GeneratedMarket(8)
    starts = [TradingHour(day, 0).start_msc for day in range(DAY, DAY + 4)]
    backward = [other.minute_bars("AUDNZD", start).tobytes() for start in reversed(starts)]
    assert forward == backward[::-1]
    assert stranger.minute_bars("AUDNZD", starts[0]).tobytes() != forward[0]

# SPDX-License-Identifier: MIT
"""The coarse minutes of old days: sound bars, on the very paths that the ticks are on at each full hour."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, Rows
from arbitrex_desktop.mt5.simulator.broker.symbols import SYMBOLS
from arbitrex_desktop.mt5.simulator.market.bars import bars_of_ticks, merged
from arbitrex_desktop.mt5.simulator.market.market import GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.price_paths import DriverPaths, mixture
from arbitrex_desktop.mt5.simulator.market.server_clock import DAY_MSC
from arbitrex_desktop.mt5.simulator.market.trading_calendar import TradingHour

DAY = TradingHour.at(round(datetime(2026, 3, 11, 12, tzinfo=UTC).timestamp() * 1000)).day
MARKET = GeneratedMarket(7)


def day_of(symbol: str, day: int) -> Rows:
    """Return a trading day's minutes."""
    return MARKET.minute_bars(symbol, TradingHour(day, 0).start_msc)


def means(bars: Rows) -> dict[str, float]:
    """Return the average range, movement, ticks and spread of bars."""
    return {
        "range": float((bars["high"] - bars["low"]).mean()),
        "movement": float(np.abs(bars["close"] - bars["open"]).mean()),
        "ticks": float(bars["tick_volume"].mean()),
        "spread": float(bars["spread"].mean()),
    }


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
def test_coarse_path_meets_the_exact_one_at_each_hour(symbol: str) -> None:
    """At every full hour of a day the minutes' path is, to the last digit, the one that the ticks are on."""
    paths, mix = DriverPaths(11), mixture(SYMBOLS[symbol])
    path, variances = paths.minutes(mix, DAY)
    assert (len(path), len(variances)) == (1441, 1440)
    for hour in range(24):
        exact = paths.logarithm(mix, TradingHour(DAY, hour))
        assert path[hour * 60] == pytest.approx(exact[0], abs=1e-13)
        assert path[hour * 60 + 60] == pytest.approx(exact[-1], abs=1e-13)
    assert (variances > 0).all()


@pytest.mark.parametrize("symbol", ["EURUSD", "USDJPY", "XAUUSD", "MAYM"])
def test_minutes_look_like_those_of_ticks(symbol: str) -> None:
    """Range, movement, ticks and spread of coarse minutes are on average about those of a day's ticks."""
    coarse = np.concatenate([day_of(symbol, day) for day in range(DAY, DAY + 3)])
    start = TradingHour(DAY, 0).start_msc
    ticks = np.concatenate([*MARKET.ticks(symbol, start, start + DAY_MSC - 1)])
    exact = bars_of_ticks(ticks, ticks["time"] // 60 * 60, 10.0 ** SYMBOLS[symbol].digits)
    for name, coarse_mean in means(coarse).items():
        assert coarse_mean == pytest.approx(means(exact)[name], rel=0.2), name


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_hours_are_their_minutes(symbol: str) -> None:
    """The day by the hour is, to the last digit, its minutes merged."""
    for day in (DAY - 600, DAY):
        minutes = day_of(symbol, day)
        hours = MARKET.hour_bars(symbol, TradingHour(day, 0).start_msc)
        assert hours.tolist() == merged(minutes, minutes["time"] // 3600 * 3600).tolist()


def test_days_follow_on_each_other() -> None:
    """A day opens where the one before closed, over weekends too."""
    spec = SYMBOLS["EURUSD"]
    for day in range(DAY - 10, DAY):
        gap = abs(day_of("EURUSD", day + 1)["open"][0] - day_of("EURUSD", day)["close"][-1])
        assert gap <= spec.spread * spec.point


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

# SPDX-License-Identifier: MIT
"""History as the module gives it: ticks and bars of years, one history however it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.mt5.arrays import RATE_DTYPE
from arbitrex_desktop.mt5.constants import CopyTicks, Timeframe
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from tests.fakes.clock import ManualClock

WEDNESDAY = datetime(2026, 7, 22, 12, 30, 30, tzinfo=UTC)
DRESSED = timedelta(hours=3)  # an EET server in July


def shown(moment: datetime) -> int:
    """Return the second that the server's clock shows at a moment."""
    return round((moment + DRESSED).timestamp())


def connected(now: datetime) -> Any:
    """Return the connected module of a demo without positions."""
    module: Any = build_simulation(SimulationSpec(demo_positions=False), ManualClock(now)).module
    assert module.initialize()
    return module


@pytest.fixture
def module() -> Any:
    """Return a connected module."""
    return connected(WEDNESDAY)


def test_ticks_of_a_long_past_day_are_the_same_whenever_they_are_read() -> None:
    """Ticks of January 2020 are those of that day, with an open connection or years later, by count or by range."""
    day = round(datetime(2020, 1, 10, tzinfo=UTC).timestamp())
    early, late = connected(datetime(2020, 1, 10, 12, tzinfo=UTC)), connected(WEDNESDAY)
    ticks = late.copy_ticks_from("AUDUSD", day, 20_000, CopyTicks.ALL)
    assert len(ticks) == 20_000
    assert day <= ticks["time"][0] < day + 10
    assert (np.diff(ticks["time_msc"]) >= 0).all()
    assert early.copy_ticks_from("AUDUSD", day, 20_000, CopyTicks.ALL).tobytes() == ticks.tobytes()
    ranged = late.copy_ticks_range("AUDUSD", day, int(ticks["time"][-1]) - 1, CopyTicks.ALL)
    assert ranged.tobytes() == ticks[: len(ranged)].tobytes()


def test_a_range_of_years_holds_a_range_of_months(module: Any) -> None:
    """Daily bars of eleven years hold those of half a year long ago; before history there are none."""

    def days(first: datetime, last: datetime) -> Any:
        return module.copy_rates_range("EURUSD", int(Timeframe.D1), first, last)

    years = days(datetime(2015, 1, 1, tzinfo=UTC), WEDNESDAY)
    half = days(datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 6, 30, tzinfo=UTC))
    # 129 weekdays, and the Sundays of the three weeks in which New York alone had summer time.
    assert len(half) == 132
    within = (years["time"] >= half["time"][0]) & (years["time"] <= half["time"][-1])
    assert years[within].tolist() == half.tolist()
    assert len(days(datetime(1971, 1, 1, tzinfo=UTC), datetime(1980, 1, 1, tzinfo=UTC))) == 0
    assert module.last_error()[0] == 1


@pytest.mark.parametrize("moment", [0, 1000, 1_000_000, datetime(2050, 1, 1, tzinfo=UTC), -(2**31), 2**31 - 1])
def test_dates_far_away_are_answered(module: Any, moment: Any) -> None:
    """Bars and ticks up to any date that the package lets through are rows or none, never an exception."""
    for rows in (
        module.copy_rates_from("EURUSD", int(Timeframe.H1), moment, 5),
        module.copy_rates_range("EURUSD", int(Timeframe.MN1), 0, moment),
        module.copy_ticks_range("EURUSD", moment, moment, CopyTicks.ALL),
    ):
        assert rows is not None
        assert len(rows) == (5 if moment == 2**31 - 1 and rows.dtype == RATE_DTYPE else 0) or len(rows) > 100
        assert module.last_error()[0] == 1


@pytest.mark.parametrize("timeframe", [0, 7, 9, 9999, -1, 16384, 2**31 - 1])
def test_a_timeframe_is_one_of_the_terminals(module: Any, timeframe: int) -> None:
    """Bars of another length are refused as invalid, however they are asked for."""
    for rows in (
        module.copy_rates_from("EURUSD", timeframe, WEDNESDAY, 5),
        module.copy_rates_from_pos("EURUSD", timeframe, 0, 5),
        module.copy_rates_range("EURUSD", timeframe, WEDNESDAY - timedelta(days=1), WEDNESDAY),
    ):
        assert rows is None
        assert module.last_error() == (-2, "Terminal: Invalid params")


@pytest.mark.parametrize("count", [0, -1, -5, -(2**31)])
def test_a_count_is_above_nothing(module: Any, count: int) -> None:
    """No bars, fewer than none, and a place in the future are refused as invalid."""
    for rows in (
        module.copy_rates_from("EURUSD", 1, WEDNESDAY, count),
        module.copy_rates_from_pos("EURUSD", 1, 0, count),
        module.copy_rates_from_pos("EURUSD", 1, min(count, -1), 5),
        module.copy_ticks_from("EURUSD", WEDNESDAY, count, CopyTicks.ALL),
    ):
        assert rows is None
        assert module.last_error()[0] == -2


def test_a_symbols_extremes_are_its_days(module: Any) -> None:
    """Highest and lowest bid and ask of the server's day are its ticks', and go on with them."""
    clock = ManualClock(WEDNESDAY)
    module = build_simulation(SimulationSpec(demo_positions=False), clock).module
    assert module.initialize()
    for _ in range(3):
        info = module.symbol_info("EURUSD")
        ticks = module.copy_ticks_range("EURUSD", shown(clock.now()) // 86_400 * 86_400, 2**31 - 1, CopyTicks.ALL)
        bid, ask = ticks["bid"], ticks["ask"]
        shown_ones = (info.bidlow, info.bidhigh, info.asklow, info.askhigh)
        assert shown_ones == (bid.min(), bid.max(), ask.min(), ask.max())
        clock.advance(6 * 3600)


@pytest.mark.parametrize("timeframe", [Timeframe.M1, Timeframe.M15, Timeframe.H1, Timeframe.D1, Timeframe.W1])
def test_old_bars_are_the_same_by_position_date_and_range(module: Any, timeframe: Timeframe) -> None:
    """Three ways of asking for bars give the same bars."""
    count = {Timeframe.M1: 3000, Timeframe.M15: 400, Timeframe.H1: 100}.get(timeframe, 20)
    bars = module.copy_rates_from_pos("USDCHF", int(timeframe), 0, count)
    assert len(bars) == count
    middle, newest, oldest = int(bars["time"][count // 2]), int(bars["time"][-1]), int(bars["time"][0])
    dated = module.copy_rates_from("USDCHF", int(timeframe), middle, count // 2)
    assert dated.tobytes() == bars[count // 2 - len(dated) + 1 : count // 2 + 1].tobytes()
    assert module.copy_rates_range("USDCHF", int(timeframe), oldest, newest).tobytes() == bars.tobytes()
    assert (np.diff(bars["time"]) > 0).all()


def test_the_day_before_closes_where_the_symbol_says(module: Any) -> None:
    """The daily bars and the symbol's own session prices tell of the same days."""
    days = module.copy_rates_from_pos("GBPUSD", int(Timeframe.D1), 0, 2)
    info = module.symbol_info("GBPUSD")
    assert (info.session_open, info.session_close) == (days["open"][-1], days["close"][0])

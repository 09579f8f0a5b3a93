# SPDX-License-Identifier: MIT
"""History as the module gives it: ticks of the last trading days, bars of years, all the same however asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from arbitrex_desktop.mt5.constants import CopyTicks, Timeframe
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from tests.fakes.clock import ManualClock

WEDNESDAY = datetime(2026, 7, 22, 12, 30, 30, tzinfo=UTC)
KEPT = datetime(2026, 7, 20, 21, tzinfo=UTC)
DRESSED = timedelta(hours=3)  # an EET server in July


def shown(moment: datetime) -> int:
    """Return the second that the server's clock shows at a moment."""
    return round((moment + DRESSED).timestamp())


@pytest.fixture
def module() -> Any:
    """Return the module of a demo without positions."""
    module: Any = build_simulation(SimulationSpec(demo_positions=False), ManualClock(WEDNESDAY)).module
    assert module.initialize()
    return module


def test_there_are_no_ticks_of_older_days(module: Any) -> None:
    """A range before the kept days is empty, and a request from long ago begins with the first kept tick."""
    week_ago = shown(WEDNESDAY - timedelta(days=7))
    assert len(module.copy_ticks_range("EURUSD", week_ago, shown(KEPT) - 1, CopyTicks.ALL)) == 0
    assert len(module.copy_ticks_range("EURUSD", 0, week_ago, CopyTicks.ALL)) == 0
    for oldest in (0, week_ago, shown(KEPT) - 1):
        ticks = module.copy_ticks_from("EURUSD", oldest, 10, CopyTicks.ALL)
        assert len(ticks) == 10
        assert shown(KEPT) <= ticks["time"][0] < shown(KEPT) + 10
        assert (np.diff(ticks["time_msc"]) >= 0).all()
    across = module.copy_ticks_range("EURUSD", week_ago, shown(KEPT) + 600, CopyTicks.ALL)
    assert across[:10].tobytes() == ticks.tobytes()


@pytest.mark.parametrize("timeframe", [Timeframe.M1, Timeframe.M15, Timeframe.H1, Timeframe.D1, Timeframe.W1])
def test_old_bars_are_the_same_by_position_date_and_range(module: Any, timeframe: Timeframe) -> None:
    """Three ways of asking for bars across the change from ticks to days without them give the same bars."""
    count = {Timeframe.M1: 3000, Timeframe.M15: 400, Timeframe.H1: 100}.get(timeframe, 20)
    bars = module.copy_rates_from_pos("USDCHF", int(timeframe), 0, count)
    assert len(bars) == count
    assert bars["time"][0] < shown(KEPT)
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

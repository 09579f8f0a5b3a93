# SPDX-License-Identifier: MIT
"""Bars and ticks under random ranges: one history, in which what is closed stays as it is.

`make invariants` draws many times as many ranges: ARBITREX_EXAMPLES says how many times.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE, Rows
from arbitrex_desktop.mt5.constants import CopyTicks, Timeframe
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.mt5.simulator.market.bars import bar_end, bar_start
from tests.fakes.clock import ManualClock
from tests.fakes.records import replace

BEGAN = datetime(2026, 7, 22, 12, 30, 30, tzinfo=UTC)
DRESSED = timedelta(hours=3)  # an EET server in July
SYMBOLS = ("EURUSD", "USDJPY", "XAUUSD", "MAYM")
SHORT = (Timeframe.M1, Timeframe.M3, Timeframe.M20, Timeframe.H1, Timeframe.H4)
HOUR = 3600
TIMES = int(os.environ.get("ARBITREX_EXAMPLES", "1"))
HEADER = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n"

symbols = st.sampled_from(SYMBOLS)
timeframes = st.sampled_from(list(Timeframe))
short_timeframes = st.sampled_from(SHORT)
ages = st.integers(0, 3 * 365 * 24 * HOUR) | st.integers(0, 8 * HOUR)
lengths = st.integers(0, 6 * HOUR)
hours, quarters = st.integers(0, 3 * HOUR), st.integers(0, 90 * 24 * HOUR)
later = st.integers(1, 3 * HOUR) | st.integers(1, 5 * 24 * HOUR)


def write_files(folder: Path) -> None:
    """Write half a day of ticks of each symbol up to three hours after our present, at random moments, with pauses."""
    random = np.random.default_rng(5)
    for place, symbol in enumerate(SYMBOLS):
        steps = random.choice([20, 900, 4_000, 45_000, 1_200_000], 3_000, p=[0.2, 0.3, 0.3, 0.195, 0.005])
        end = (BEGAN + DRESSED + timedelta(hours=3)).replace(tzinfo=None)
        moments = np.datetime64(end, "ms") - np.cumsum(steps)[::-1].astype("timedelta64[ms]")
        prices = np.round(1.0 + place + 1e-4 * np.cumsum(random.normal(size=len(steps))), 5)
        rows = (
            f"{str(at).replace('-', '.').replace('T', chr(9))}\t{bid:.5f}\t{bid + 2e-4:.5f}\t\t\t6\n"
            for at, bid in zip(moments, prices, strict=True)
        )
        (folder / f"{symbol}.csv").write_text(HEADER + "".join(rows), encoding="ascii")


def connected(clock: ManualClock, *, realistic: bool = False, replay: Path | None = None) -> Any:
    """Return the connected module of a demo without positions, or of a replay whose present is the clock's."""
    began = (BEGAN + DRESSED).replace(tzinfo=None)
    spec = SimulationSpec(demo_positions=False, realistic=realistic, epoch=BEGAN)
    if replay is not None:
        spec = replace(spec, replay=(replay,), replay_from=began)
    module: Any = build_simulation(spec, clock).module
    assert module.initialize()
    return module


def server_second(clock: ManualClock) -> int:
    """Return the second that the server's clock shows."""
    return int((clock.now() + DRESSED).timestamp())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of files to replay."""
    folder = tmp_path_factory.mktemp("files")
    write_files(folder)
    return folder


@pytest.fixture(scope="module", params=["plain", "realistic", "replay"])
def module(request: pytest.FixtureRequest, files: Path) -> Any:
    """Return a connected module whose clock stands still; tests only read."""
    replay = files if request.param == "replay" else None
    return connected(ManualClock(BEGAN), realistic=request.param == "realistic", replay=replay)


def summed(ticks: Rows, timeframe: int) -> list[tuple[float, ...]]:
    """Return bars added up tick by tick: time, open, high, low, close, number of ticks."""
    bars: dict[int, list[float]] = {}
    starts = bar_start(timeframe, ticks["time"])
    for start, bid in zip(starts.tolist(), ticks["bid"].tolist(), strict=True):
        bars.setdefault(start, []).append(bid)
    return [(start, each[0], max(each), min(each), each[-1], len(each)) for start, each in bars.items()]


def plain(bars: Rows) -> list[tuple[float, ...]]:
    """Return the fields of bars that `summed` gives."""
    return [tuple(bar)[:6] for bar in bars.tolist()]


@given(symbols, timeframes, ages, st.tuples(lengths, quarters, quarters))
@settings(max_examples=40 * TIMES, deadline=None)
def test_a_longer_range_of_bars_holds_the_shorter(
    module: Any, symbol: str, timeframe: int, age: int, span: tuple[int, int, int]
) -> None:
    """Whatever is asked around a range, its bars are the same, and they open within it."""
    length, before, after = span
    first = server_second(ManualClock(BEGAN)) - age
    last = first + length * (50 if timeframe >= Timeframe.H1 else 1)
    short = module.copy_rates_range(symbol, int(timeframe), first, last)
    whole = module.copy_rates_range(symbol, int(timeframe), first - before, last + after)
    within = whole[(whole["time"] >= first) & (whole["time"] <= last)]
    assert short.dtype == RATE_DTYPE
    assert within.tolist() == short.tolist()
    assert (np.diff(whole["time"]) > 0).all()
    if len(short):
        dated = module.copy_rates_from(symbol, int(timeframe), last, len(short))
        assert dated.tolist() == short.tolist()


@given(symbols, ages, st.tuples(lengths, hours, hours), st.sampled_from(list(CopyTicks)))
@settings(max_examples=40 * TIMES, deadline=None)
def test_a_longer_range_of_ticks_holds_the_shorter(
    module: Any, symbol: str, age: int, span: tuple[int, int, int], flags: int
) -> None:
    """Whatever is asked around a range, its ticks are the same, by range or by count."""
    length, before, after = span
    first = server_second(ManualClock(BEGAN)) - age
    last = first + length
    short = module.copy_ticks_range(symbol, first, last, int(flags))
    whole = module.copy_ticks_range(symbol, first - before, last + after, int(flags))
    within = whole[(whole["time_msc"] >= first * 1000) & (whole["time_msc"] <= last * 1000)]
    assert short.dtype == TICK_DTYPE
    assert within.tolist() == short.tolist()
    if len(short):
        assert module.copy_ticks_from(symbol, first, len(short), int(flags)).tolist() == short.tolist()


@given(symbols, short_timeframes, ages, lengths)
@settings(max_examples=40 * TIMES, deadline=None)
def test_bars_are_their_ticks(module: Any, symbol: str, timeframe: int, age: int, length: int) -> None:
    """The bars of any range, the unfinished one included, are what its ticks add up to."""
    first = int(bar_start(timeframe, np.array([server_second(ManualClock(BEGAN)) - age]))[0])
    last = bar_end(timeframe, first + length) - 1
    bars = module.copy_rates_range(symbol, int(timeframe), first, last)
    ticks = module.copy_ticks_range(symbol, first, last + 1, CopyTicks.ALL)
    ticks = ticks[ticks["time"] <= last]
    assert plain(bars) == summed(ticks, timeframe)


@pytest.mark.parametrize("kind", ["plain", "realistic", "replay"])
@given(st.tuples(symbols, timeframes), st.lists(later, min_size=1, max_size=3), st.integers(1, 40))
@settings(max_examples=25 * TIMES, deadline=None)
def test_what_is_closed_stays(
    files: Path,
    kind: str,
    bars: tuple[str, int],
    steps: list[int],
    count: int,
) -> None:
    """Bars that had ended and ticks that had come are the same later, from the same terminal and from a new one."""
    clock, (symbol, timeframe) = ManualClock(BEGAN), bars
    replay, realistic = files if kind == "replay" else None, kind == "realistic"
    module = connected(clock, realistic=realistic, replay=replay)
    for step in steps:
        now = server_second(clock)
        early = module.copy_rates_from_pos(symbol, int(timeframe), 0, count)
        closed = [bar for bar in early.tolist() if bar_end(timeframe, bar[0]) <= now]
        ticks = module.copy_ticks_range(symbol, now - 1800, now - 1, CopyTicks.ALL)
        clock.advance(step)
        for each in (module, connected(clock, realistic=realistic, replay=replay)):
            again = each.copy_rates_range(symbol, int(timeframe), int(early["time"][0]), now)
            assert again.tolist()[: len(closed)] == closed
            assert each.copy_ticks_range(symbol, now - 1800, now - 1, CopyTicks.ALL).tobytes() == ticks.tobytes()

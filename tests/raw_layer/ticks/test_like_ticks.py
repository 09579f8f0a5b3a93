# SPDX-License-Identifier: MIT
"""A clock that jumps just when the last tick read has a twin, an earlier tick of the same price, at that distance."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from arbitrex_desktop.mt5.fault_plan import Fault, FaultKind, FaultPlan
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from tests.fakes.broker_data import make_symbol
from tests.fakes.clock import ManualClock
from tests.raw_layer.ticks.test_tick_pipeline import Ledger

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")
JUMP = 7.25
BEFORE = timedelta(seconds=20)


@pytest.mark.parametrize(
    ("symbol", "twin_msc"), [("EURUSD", 1_795_618_944_635), ("XAUUSD", 1_795_617_916_019)], ids=["EURUSD", "XAUUSD"]
)
def test_a_jump_onto_a_twin_of_the_last_tick_gives_no_stretch_out_twice(symbol: str, twin_msc: int) -> None:
    """The simulated market has such a tick now and then (here at `twin_msc`, UTC); its symbol is seen to be moved, too.

    A cursor that knew its own tick alone took the twin for it, and gave all ticks of 7.25 s out once more.
    """
    twin = datetime.fromtimestamp(twin_msc / 1000, UTC)
    clock, ledger = ManualClock(twin - BEFORE), Ledger()
    jump = Fault(FaultKind.CLOCK_JUMP, start=BEFORE.total_seconds() + 0.02, duration=1.0, value=JUMP)
    spec = SimulationSpec(epoch=clock.now(), demo_positions=False, faults=FaultPlan((jump,)))
    simulation = build_simulation(spec, clock)
    module = simulation.module
    module.initialize()
    assert all(module.symbol_select(name, True) for name in SYMBOLS)
    feed, begin_msc = TickPipeline(clock, 5000, [ledger]), simulation.terminal.server_time_msc()
    feed.select({name: make_symbol(name) for name in SYMBOLS}, begin_msc)

    def poll() -> frozenset[str]:
        result = feed.next_poll().run(module)
        feed.apply(result, clock.now())
        if result.displaced:
            feed.realign(result.displaced, feed.search(result.displaced).run(module))
        return result.displaced

    clock.advance(BEFORE.total_seconds() + 0.001)
    poll()
    at = next(cursor for cursor in feed.cursors if cursor.symbol == symbol)
    there = module.copy_ticks_from(symbol, begin_msc // 1000, 1_000_000, -1)
    assert there is not None
    twins = there[there["time_msc"] == (at.time_msc or 0) - round(JUMP * 1000)]
    assert list(zip(twins["bid"], twins["ask"], strict=True)) == [at.newest[:2]]
    clock.advance(0.1)
    assert poll() == set(SYMBOLS)
    for _ in range(60):
        clock.advance(0.1)
        poll()
    for cursor in feed.cursors:
        rows = module.copy_ticks_from(cursor.symbol, begin_msc // 1000, 1_000_000, -1)
        assert rows is not None
        rows = rows[(rows["time_msc"] >= begin_msc) & (rows["time_msc"] <= cursor.time_msc)]
        has = Counter((cursor.symbol, bid, ask) for bid, ask in zip(rows["bid"], rows["ask"], strict=True))
        assert {key: times for key, times in ledger.given.items() if key[0] == cursor.symbol} == has

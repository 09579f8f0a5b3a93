# SPDX-License-Identifier: MIT
"""Memory over 24 simulated hours at 41 symbols: simulated terminal, cursors, board, rings, all in one process.

`python -m tests.benchmarks.bench_memory` lets a day of market time pass in minutes and prints the resident memory
every two hours.  What the market itself keeps is bounded, and so is what the feed keeps: the figure must level off.
"""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from arbitrex_desktop.mt5.polling import Poll
from arbitrex_desktop.mt5.results import SymbolInfo
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.factory import build_simulation
from arbitrex_desktop.raw_layer.config import TRADING_UNIVERSE
from arbitrex_desktop.raw_layer.settings import PoolSettings
from arbitrex_desktop.raw_layer.ticks.tick_pipeline import TickPipeline
from tests.fakes.clock import ManualClock

HOURS = 24
STEP_SECONDS = 20.0
_TOLD_EVERY = 2


def resident_megabytes() -> float:
    """Return this process's resident memory (Linux)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    return 0.0


def main() -> int:
    """Print the figures; return 0."""
    clock = ManualClock()
    simulation = build_simulation(SimulationSpec(epoch=clock.now()), clock)
    module = simulation.module
    module.initialize()
    symbols: dict[str, SymbolInfo] = {}
    for name in (symbol for group in TRADING_UNIVERSE.values() for symbol in group):
        module.symbol_select(name, True)
        info = module.symbol_info(name)
        assert info is not None
        symbols[name] = SymbolInfo.from_module(info)
    feed = TickPipeline(clock, PoolSettings().ring_capacity)
    feed.select(symbols, simulation.terminal.server_time_msc())
    started = time.perf_counter()
    steps = round(3600 / STEP_SECONDS)
    for hour in range(HOURS):
        for _ in range(steps):
            clock.advance(STEP_SECONDS)
            poll: Poll = feed.next_poll()
            feed.apply(poll.run(module), datetime.fromtimestamp(simulation.terminal.market_time_msc() / 1000, UTC))
        if hour % _TOLD_EVERY == _TOLD_EVERY - 1:
            gc.collect()
            print(f"after {hour + 1:2d} h: {feed.counters.total:9,d} ticks, {resident_megabytes():6.1f} MB resident")
    print(f"{HOURS} h of market in {time.perf_counter() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

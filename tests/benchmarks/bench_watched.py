# SPDX-License-Identifier: MIT
"""What it costs to watch many symbols: 41, 200 and 1,000 of them, 200 ticks a second over all.

`python -m tests.benchmarks.bench_watched` plays a recording to the real pool with its host, and prints for each number
of symbols: round trips a poll (one, however many), ticks taken over, polls a second, and milliseconds of CPU a poll in
the host and in the program, beside a reference of the same run: a million normal numbers.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.raw_layer.mt5_pool import MT5ConnectionPool
from tests.benchmarks.feed_files import make_ticks, write_recording

NUMBERS: Final = (41, 200, 1_000)
RATE: Final = 200.0
SECONDS: Final = 10.0
_PATIENCE_S: Final = 120.0
_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def watched(number: int) -> dict[str, float]:
    """Watch so many symbols for some seconds and return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ticks.sqlite3"
        names = [f"W{place:04d}" for place in range(number)]
        write_recording(path, make_ticks(RATE, _PATIENCE_S, names=names))
        spec = SimulationSpec(replay=(path,), demo_positions=False)
        pool = MT5ConnectionPool({"main": {"terminal_path": "simulated"}}, names, simulation=spec)
        began = time.perf_counter()
        pool.start_tick_collection()
        try:
            while pool.stats().symbols_with_ticks < number:
                time.sleep(0.05)
            ready = time.perf_counter() - began
            time.sleep(2.0)
            return figures(pool) | {"ready_s": round(ready, 1)}
        finally:
            pool.stop()


def figures(pool: MT5ConnectionPool) -> dict[str, float]:
    """Return what some seconds of watching cost."""
    host = pool.stats().host_pid
    assert host is not None
    before, ticks, calls = (cpu_seconds(host), time.process_time()), pool.stats().ticks_total, pool.stats().calls
    time.sleep(SECONDS)
    after, stats = (cpu_seconds(host), time.process_time()), pool.stats()
    polls = stats.calls["Poll"].count - calls["Poll"].count
    trips = sum(one.count for one in stats.calls.values()) - sum(one.count for one in calls.values())
    return {
        "polls_a_second": round(polls / SECONDS, 1),
        "trips_a_poll": round(trips / polls, 3),
        "ticks_a_second": round((stats.ticks_total - ticks) / SECONDS, 1),
        "host_ms_a_poll": round((after[0] - before[0]) / polls * 1e3, 2),
        "program_ms_a_poll": round((after[1] - before[1]) / polls * 1e3, 2),
    }


def reference_ms() -> float:
    """Return how long a million normal numbers take."""
    began = time.perf_counter()
    np.random.default_rng(1).standard_normal(1_000_000).sum()
    return round((time.perf_counter() - began) * 1e3, 1)


def main() -> None:
    """Print the figures."""
    sys.stdout.write(f"reference: 1,000,000 normals {reference_ms()} ms\n")
    for number in NUMBERS:
        sys.stdout.write(f"{number:5} symbols: {watched(number)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""Time of the simulated terminal's first answer for bars of a symbol, and of a poll's worth of prices after it.

`python -m tests.benchmarks.bench_bars` prints milliseconds for 260 days, 1000 hours and 5000 minutes, each asked of a
market that has made nothing yet, beside a reference of the same run: a million normal numbers.  Aim: well under 500 ms,
since polls wait meanwhile; and the poll after it no slower than before.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import numpy as np

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.simulator.market.bars import BarSource
from arbitrex_desktop.mt5.simulator.market.market import GeneratedMarket
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.mt5.simulator.symbols.specs import SYMBOLS

NOW: Final = round(datetime(2026, 7, 22, 12, 34, 56, tzinfo=UTC).timestamp() * 1000)
REQUESTS: Final = ((Timeframe.D1, 260), (Timeframe.H1, 1000), (Timeframe.M1, 5000))
NAMES: Final = ("EURUSD", "NZDJPY", "XAGUSD")  # of two, three and five drivers
ROUNDS: Final = 5


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def reference() -> object:
    """Do something that takes as long everywhere as the machine is slow."""
    return np.random.default_rng(1).standard_normal(1_000_000).sum()


def cold(symbol: str, timeframe: Timeframe, count: int) -> float:
    """Return how long a first request takes."""
    source = BarSource(GeneratedMarket(7), SimulatedServerClock("EET"))
    return milliseconds(lambda: source.last(symbol, timeframe, count, until_msc=NOW))


def poll(market: GeneratedMarket) -> float:
    """Return how long the last prices of all symbols take."""
    return milliseconds(lambda: [market.last_tick(symbol, NOW) for symbol in SYMBOLS])


def line(name: str, figures: list[float]) -> str:
    """Return one line of the report."""
    return f"{name:34} median {np.median(figures):8.2f} ms   worst {max(figures):8.2f} ms\n"


def main() -> None:
    """Print the figures."""
    out = sys.stdout.write
    reference()
    out(line("reference: 1,000,000 normals", [milliseconds(reference) for _ in range(ROUNDS)]))
    for symbol in NAMES:
        for timeframe, count in REQUESTS:
            figures = [cold(symbol, timeframe, count) for _ in range(ROUNDS)]
            out(line(f"{symbol} {count} {timeframe.name}, cold", figures))
    market = GeneratedMarket(7)
    out(line("prices of all symbols, cold", [poll(market)]))
    out(line("prices of all symbols, warm", [poll(market) for _ in range(ROUNDS)]))
    BarSource(market, SimulatedServerClock("EET")).last("EURUSD", Timeframe.D1, 260, until_msc=NOW)
    out(line("the same after 260 days of bars", [poll(market)]))


if __name__ == "__main__":
    main()

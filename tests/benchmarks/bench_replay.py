# SPDX-License-Identifier: MIT
"""A large exported file: its first price, what reading it costs, and what it holds in memory.

`python -m tests.benchmarks.bench_replay [--rows N]` writes a month of gold of so many ticks (12 million are 0.5 GB) and
prints, each beside the same of a file of a thousand rows or of a plain reader in the same run: milliseconds from the
start of the process to the first price, seconds of CPU a million rows, and the peak of resident memory (Linux).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

ROWS: Final = 1_000_000
SMALL: Final = 1_000
ROUNDS: Final = 3
STEP_MSC: Final = 230
HEADER: Final = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n"
_BLOCK: Final = 100_000

FIRST_PRICE: Final = """
import sys, tempfile, time
from arbitrex_desktop.mt5.host.child import EarlyHost
early = EarlyHost()  # before all else is loaded, as the window does
from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.settings import parse
core = build_core(parse(["--data-dir", tempfile.mkdtemp(), "--replay", sys.argv[1]]), early=early)
core.start()
while not core.snapshot().pool.symbols_with_ticks:
    core.step()
    time.sleep(0.005)
print(time.time())
core.stop()
"""

OURS: Final = """
import sys, time, resource
from pathlib import Path
from arbitrex_desktop.mt5.simulator.market.server_clock import SimulatedServerClock
from arbitrex_desktop.mt5.simulator.replay.replay import load_replay
began = time.process_time()
market = load_replay([Path(sys.argv[1])], SimulatedServerClock("EET"))
while market.read_ahead():
    pass
assert market.share_read == 1.0 and not any("ends before" in note for note in market.notes), market.notes
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""

PLAIN: Final = """
import sys, time, resource
import numpy as np
began = time.process_time()
np.loadtxt(sys.argv[1], delimiter="\\t", skiprows=1, usecols=(2, 3))
print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def write_month(path: Path, rows: int) -> None:
    """Write so many ticks of gold as the terminal exports them."""
    begin = datetime(2026, 7, 1, tzinfo=UTC)
    prices = [f"\t{3975 + place * 0.05:.2f}\t{3975.05 + place * 0.05:.2f}\t\t\t6\n" for place in range(977)]

    def lines() -> Any:
        second, stamp = -1, ""
        for row in range(rows):
            now, rest = divmod(row * STEP_MSC, 1000)
            if now != second:
                second, stamp = now, f"{begin + timedelta(seconds=now):%Y.%m.%d\t%H:%M:%S}"
            yield f"{stamp}.{rest:03d}{prices[row % 977]}"

    source = lines()
    with path.open("w", encoding="ascii", newline="") as out:
        out.write(HEADER)
        while block := "".join(islice(source, _BLOCK)):
            out.write(block)


def run(code: str, path: Path) -> list[float]:
    """Run a program on a file, in a process of its own; return the numbers that it prints."""
    environment = os.environ | {"MT5_TERMINAL": "simulated"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, env=environment
    )
    return [float(each) for each in done.stdout.split()]


def first_price_ms(path: Path) -> float:
    """Return the milliseconds from the start of the process to its first price."""
    began = datetime.now(UTC).timestamp()
    return (run(FIRST_PRICE, path)[0] - began) * 1000.0


def measure(rows: int) -> dict[str, Any]:
    """Measure a large and a small file; they take turns, so that a busy machine is busy for both."""
    with tempfile.TemporaryDirectory() as name:
        large, small = Path(name) / "XAUUSD_large.csv", Path(name) / "XAUUSD_small.csv"
        write_month(large, rows)
        write_month(small, SMALL)
        starts = [(first_price_ms(large), first_price_ms(small)) for _ in range(ROUNDS)]
        seconds, peak = run(OURS, large)
        plain_seconds, plain_peak = run(PLAIN, large)
        small_peak = run(OURS, small)[1]
        megabytes = large.stat().st_size / 1e6
    millions = rows / 1e6
    return {
        "rows": rows,
        "file_mb": round(megabytes),
        "first_price_ms": round(statistics.median(each for each, _ in starts)),
        "first_price_small_ms": round(statistics.median(each for _, each in starts)),
        "cpu_s_a_million": round(seconds / millions, 2),
        "plain_loadtxt_cpu_s_a_million": round(plain_seconds / millions, 2),
        "peak_mb": round(peak),
        "peak_small_mb": round(small_peak),
        "above_small_mb": round(peak - small_peak),
        "plain_loadtxt_peak_mb": round(plain_peak),
        "load_average": round(os.getloadavg()[0], 1),
    }


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="ticks in the large file")
    sys.stdout.write(json.dumps(measure(parser.parse_args(arguments).rows)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

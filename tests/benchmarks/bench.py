# SPDX-License-Identifier: MIT
"""What the window costs and how late it is, each figure beside a reference of the same run.

On Linux, and without a screen unless `QT_QPA_PLATFORM` names one.
`python -m tests.benchmarks.bench [--quick] [--json FILE] [--page FILE]` prints a table: ours; the classic design, which
is one signal a tick into a `QTableWidget`; a bare window; an append with fsync.  The figures are written as JSON and as
a part of the documentation, too.
Medians of one machine: trust the ratios, and none of them while other programs are at work.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.intents.events import EventKind, NewEvent
from arbitrex_desktop.desk.journal.journal import journal_opener
from tests.benchmarks import bench_start
from tests.benchmarks.bench_page import page
from tests.benchmarks.bench_rpm import reference

RATES: Final = (0.5, 200.0, 1_000.0, 20_000.0, 100_000.0)
CLASSIC_RATES: Final = (200.0, 1_000.0, 4_000.0)
SHOWN: Final = (
    "latency_p50_ms", "latency_p99_ms", "backlog_ms", "paint_p50_ms", "paints_a_second", "window_cores", "host_cores",
    "pause_ms", "bare_timer_pause_ms", "window_mb", "host_mb",
)  # fmt: skip
APPENDS: Final = 300


def screen(design: str, rate: float) -> dict[str, Any]:
    """Measure one design at one rate, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_screen", design, str(rate)]
    environment = {"QT_QPA_PLATFORM": "offscreen"} | os.environ
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def p50_us(act: Callable[[], object]) -> float:
    """Return the median microseconds of an act."""
    seconds: list[float] = []
    for _ in range(APPENDS):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return round(statistics.median(seconds) * 1e6, 1)


def durable() -> dict[str, float]:
    """Measure one journalled event beside one line appended to a file and synced."""
    with tempfile.TemporaryDirectory() as name:
        line = b"x" * 300 + b"\n"
        with (Path(name) / "plain").open("ab") as stream:

            def append() -> None:
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())

            plain = p50_us(append)
        journal = journal_opener(Path(name))("Server", 1)
        try:
            note = p50_us(lambda: journal.append(NewEvent(SystemClock().now(), EventKind.RESUMED, "bench")))
        finally:
            journal.close()
    return {"append_fsync_us": plain, "journal_event_us": note, "journal_x_append": round(note / plain, 2)}


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write down; return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--page", type=Path, help="where to write the tables of the documentation")
    parser.add_argument("--quick", action="store_true", help="the middle rate only")
    given = parser.parse_args(arguments)
    say = sys.stdout.write
    rates = [("ours", rate) for rate in RATES] + [("classic", rate) for rate in CLASSIC_RATES]
    rows = [screen(design, rate) for design, rate in rates if not given.quick or rate == RATES[1]]
    say(f"{'':22}" + "".join(f"{row['design']} {row['rate']:g}/s".rjust(16) for row in rows) + "\n")
    for name in SHOWN:
        say(f"{name:22}" + "".join(str(row.get(name, "")).rjust(16) for row in rows) + "\n")
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "loop_us": p50_us(reference)}
    figures = machine | {"screen": rows, "start": bench_start.measure(), "durable": durable()}
    for name in ("start", "durable"):
        say(f"{name}: {json.dumps(figures[name])}\n")
    for file, text in ((given.json, json.dumps(figures, indent=2) + "\n"), (given.page, page(figures))):
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

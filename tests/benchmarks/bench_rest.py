# SPDX-License-Identifier: MIT
"""What the program costs while nobody does anything: in sight or not, with an open or a closed market.

`python -m tests.benchmarks.bench_rest WAY MARKET` runs the real window on the simulated terminal and its 41 symbols,
lets it settle, and measures some stretches of time.  WAY is `seen` or `minimised`, which is what leaves the icon in
the tray alone; MARKET is `open` or `closed`.  One line of JSON a stretch comes out: percent of a core of program and
host, and of each thread its milliseconds of processor a second and how often a second it was woken.  Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QTimer

from arbitrex_desktop.app import Application, keep_for_good
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.settings import Settings
from tests.benchmarks.bench_screen import wait

_BEGINS: Final = {"open": datetime(2026, 11, 24, 12, tzinfo=UTC), "closed": datetime(2026, 11, 21, 12, tzinfo=UTC)}
_SETTLES_S: Final = 45.0
"""One symbol's curve is asked for in each second after the start."""
_CHANGES_S: Final = 5.0
_IN_A_SECOND: Final = 1e9


@dataclass(frozen=True)
class Rest(Settings):
    """Settings of a usual start, at a moment of the week.

    Attributes:
        begins: the simulated moment of the start, UTC
    """

    begins: datetime | None = None

    def simulation(self) -> SimulationSpec:
        """Return the usual simulated terminal."""
        return SimulationSpec(begins=self.begins, store=self.data_dir / "books.sqlite3")


def spent(pid: int) -> dict[int, tuple[float, int]]:
    """Return the seconds of processor of each thread of a process, and how often it gave the processor back."""
    found: dict[int, tuple[float, int]] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            nanoseconds = int((task / "schedstat").read_text(encoding="ascii").split()[0])
            status = (task / "status").read_text(encoding="ascii", errors="replace")
        except OSError:  # the thread has ended
            continue
        woken = int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
        found[int(task.name)] = (nanoseconds / _IN_A_SECOND, woken)
    return found


def names(pid: int) -> dict[int, str]:
    """Return the threads' names; those of Python's are only known in this process."""
    known = {each.native_id: each.name for each in threading.enumerate() if each.native_id is not None}
    tasks = list(Path(f"/proc/{pid}/task").iterdir())
    return {int(task.name): (task / "comm").read_text().strip() for task in tasks} | (
        known if pid == os.getpid() else {}
    )


def measured(pids: Mapping[str, int], seconds: float) -> dict[str, Any]:
    """Let so much time pass and return what it cost."""
    before, began = {name: spent(pid) for name, pid in pids.items()}, time.monotonic()
    wait(seconds)
    lasted = time.monotonic() - began
    figures: dict[str, Any] = {}
    threads: dict[str, tuple[float, float]] = {}
    for name, pid in pids.items():
        called, total = names(pid), 0.0
        for thread, (used, woken) in spent(pid).items():
            used_before, woken_before = before[name].get(thread, (0.0, 0))
            total += used - used_before
            milliseconds = round((used - used_before) * 1000.0 / lasted, 2)
            label = f"{name} {called.get(thread, thread)}"
            if label in threads:
                label += f" {thread}"
            threads[label] = (milliseconds, round((woken - woken_before) / lasted, 1))
        figures[f"{name}_percent"] = round(total / lasted * 100.0, 2)
    figures["together_percent"] = round(sum(figures.values()), 2)
    return figures | {"threads": {label: each for label, each in sorted(threads.items(), key=_cost) if any(each)}}


def _cost(of: tuple[str, tuple[float, float]]) -> tuple[float, float]:
    return -of[1][0], -of[1][1]


def rest(application: Application, way: str, stretches: int, seconds: float) -> None:
    """Let the window settle, measure, print, and close it."""
    newest: list[DeskSnapshot] = []
    application.worker.snapshot_changed.connect(lambda snapshot: newest.__setitem__(slice(None), [snapshot]))
    window = application.window
    while not window.content.is_settled():
        wait(0.2)
    wait(_SETTLES_S)
    keep_for_good()
    if way == "minimised":
        window.showMinimized()
    wait(_CHANGES_S)
    host = newest[-1].pool.host_pid
    assert host is not None
    for _ in range(stretches):
        figures = measured({"program": os.getpid(), "host": host}, seconds)
        pool = newest[-1].pool
        line = {"way": way, "open": pool.market_open, "ticks_a_second": round(pool.ticks_per_second, 1)}
        sys.stdout.write(json.dumps(line | figures) + "\n")
        sys.stdout.flush()
    window.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("seen", "minimised"))
    parser.add_argument("market", choices=tuple(_BEGINS))
    parser.add_argument("--stretches", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    os.environ["MT5_TERMINAL"] = "simulated"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ARBITREX_DATA_DIR"] = folder
        settings = Rest(data_dir=Path(folder), window_size=(1600, 1000), begins=_BEGINS[given.market])
        application = Application(settings)
        watch = partial(rest, application, given.way, given.stretches, given.seconds)
        application.window.filled.connect(partial(QTimer.singleShot, 0, watch))
        application.run()
    os._exit(0)


if __name__ == "__main__":
    main()

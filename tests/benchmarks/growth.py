# SPDX-License-Identifier: MIT
"""How costs grow with symbols, ticks a second, positions and intents a second; as JSON, and drawn for the docs.

`python -m tests.benchmarks.growth --json build/growth.json` measures, beside a reference of the same run; with `--draw
FOLDER` it draws what stands in the file instead, one small picture each.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.settings import parse
from arbitrex_desktop.ui.commands import CommandResult, SubmitIntent
from arbitrex_desktop.ui.worker import CoreWorker
from tests.benchmarks.bench import screen
from tests.benchmarks.bench_rpm import Bench, middle, reference, timed
from tests.benchmarks.bench_watched import watched
from tests.benchmarks.growth_pictures import draw
from tests.trials.kills import SETTINGS

SYMBOLS: Final = (41, 200, 1_000)
RATES: Final = (200.0, 1_000.0, 5_000.0, 20_000.0, 100_000.0)
POSITIONS: Final = (0, 10, 100, 500)
INTENTS: Final = (1.0, 5.0, 10.0, 20.0)
"""The desk takes 20 a second from all strategies together."""
_DECISIONS: Final = 1_000
_SECONDS: Final = 8.0


class Submitter:
    """Hands intents to the desk as the form does, so many a second, and times the answers."""

    def __init__(self, worker: CoreWorker) -> None:
        self._worker = worker
        self._begun: dict[int, float] = {}
        self._commands: list[SubmitIntent] = []
        self._timer = QTimer()
        self._timer.timeout.connect(self._submit)
        self.milliseconds: list[float] = []
        worker.command_done.connect(self._done)

    def run(self, rate: float) -> dict[str, float]:
        """Submit for some seconds and return what it took."""
        self.milliseconds, before = [], time.process_time()
        self._timer.start(round(1_000.0 / rate))
        wait(_SECONDS)
        self._timer.stop()
        cores = (time.process_time() - before) / _SECONDS
        wait(1.0)
        p50, p99 = np.percentile(self.milliseconds, (50, 99)).tolist()
        made = len(self.milliseconds) / _SECONDS
        return {"made": round(made, 1), "p50_ms": round(p50, 2), "p99_ms": round(p99, 2), "cores": round(cores, 3)}

    def _submit(self) -> None:
        command = SubmitIntent(IntentRequest("USDJPY", 1, requested_volume=0.01, time_to_live=1.0, atr=0.3))
        self._commands.append(command)
        self._begun[id(command)] = time.monotonic()
        self._worker.send(command)

    def _done(self, result: CommandResult) -> None:
        begun = self._begun.pop(id(result.command))
        self.milliseconds.append((time.monotonic() - begun) * 1_000.0)


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def intents() -> dict[str, dict[str, float]]:
    """Return what answers take by intents a second, with journal and risk manager, without the window."""
    application, found, ready = QCoreApplication([]), dict[str, dict[str, float]](), list[bool]()
    with tempfile.TemporaryDirectory() as name:
        os.environ["MT5_TERMINAL"] = "simulated"
        (Path(name) / "settings.toml").write_text(SETTINGS + "look_ahead = false\n")
        worker = CoreWorker(lambda: build_core(parse(["--data-dir", name])))

        def look(snapshot: DeskSnapshot) -> None:
            if snapshot.risk is not None and snapshot.pool.symbols_with_ticks > len(SYMBOLS):
                ready.append(True)

        worker.snapshot_changed.connect(look)
        worker.start()
        while not ready:
            wait(0.1)
        wait(3.0)
        submitter = Submitter(worker)
        for rate in INTENTS:
            found[f"{rate:g}"] = submitter.run(rate)
        worker.stop()
    del application
    return found


def positions() -> dict[str, dict[str, float]]:
    """Return microseconds of one risk decision by open positions, alone and after a new quote and account."""
    found = {}
    for number in POSITIONS:
        bench = Bench(number)
        again, fresh = timed(bench.evaluate, _DECISIONS), timed(bench.evaluate, _DECISIONS, bench.tick)
        found[str(number)] = {"evaluate_us": round(middle(again), 1), "fresh_us": round(middle(fresh), 1)}
    return found


def measure() -> dict[str, Any]:
    """Return all figures."""
    return {
        "reference_us": round(middle(timed(reference, _DECISIONS)), 1),
        "positions": positions(),
        "intents": intents(),
        "symbols": {str(number): watched(number) for number in SYMBOLS},
        "ticks": {f"{rate:g}": screen("ours", rate) for rate in RATES},
    }


def main(arguments: Sequence[str]) -> int:
    """Measure and write down, or draw; return 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, required=True, help="the file of the figures")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="draw what the file has")
    given = parser.parse_args(arguments)
    if given.draw is None:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(json.dumps(measure(), indent=1) + "\n", encoding="utf-8")
    else:
        draw(json.loads(given.json.read_text(encoding="utf-8")), given.draw)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

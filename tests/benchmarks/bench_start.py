# SPDX-License-Identifier: MIT
"""From the start of the process to what the trader sees, beside a bare window of the same run.

`python -m tests.benchmarks.bench_start` prints milliseconds, the median of several starts of each: a bare
`QMainWindow`, painted once; our window, painted once; ours with ten prices.  Compiled code is kept between the starts,
as it is where the program is installed, in a folder of the benchmark's own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any, Final

ROUNDS: Final = 5

BARE: Final = """
import os, sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time(), flush=True)
        os._exit(0)
application = QApplication([])
window = Window()
window.resize(1600, 1000)
window.show()
application.exec()
"""

OURS: Final = """
import os, sys, time
from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse
from PySide6.QtCore import QTimer
application = Application(parse(["--data-dir", sys.argv[1], "--size", "1600x1000"]))
application.window.first_painted.connect(lambda: print(time.time(), flush=True))
def look():
    if application.window.content.market_watch.quoted >= 10:
        print(time.time(), flush=True)
        os._exit(0)
looking = QTimer(interval=20)
looking.timeout.connect(look)
application.window.filled.connect(looking.start)
application.run()
"""


def start(compiled: str, code: str, *arguments: str) -> list[float]:
    """Run a program and return the milliseconds from its start to each line that it prints."""
    environment = {"QT_QPA_PLATFORM": "offscreen"} | os.environ
    environment |= {"MT5_TERMINAL": "simulated", "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", f"import time; print(time.time(), flush=True)\n{code}", *arguments]
    began = time.time()
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return [(float(line) - began) * 1000.0 for line in done.stdout.splitlines()[1:]]


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Return the medians; the programs take turns, so that a busy machine is busy for all of them."""
    bare, painted, priced = [], [], []
    with tempfile.TemporaryDirectory() as compiled:
        for turn in range(rounds + 1):
            bare_ms = start(compiled, BARE)
            with tempfile.TemporaryDirectory() as folder:
                first, prices = start(compiled, OURS, folder)
            if turn:  # the first start compiles
                bare += bare_ms
                painted.append(first)
                priced.append(prices)
    figures = {
        "bare_ms": statistics.median(bare),
        "painted_ms": statistics.median(painted),
        "ten_prices_ms": statistics.median(priced),
    }
    return {name: round(value) for name, value in figures.items()} | {
        "painted_x_bare": round(figures["painted_ms"] / figures["bare_ms"], 2)
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure()) + "\n")

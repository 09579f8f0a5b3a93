# SPDX-License-Identifier: MIT
"""From the start of the process to what the trader sees, beside bare windows of the same run.

`python -m tests.benchmarks.bench_start` prints milliseconds, the median of several starts of each: a bare
`QMainWindow`, painted once; one with a plot of pyqtgraph's; our window, painted once; ours with a chart of bars; ours
with ten prices.  Compiled code is kept between the starts, as it is where the program is installed, in a folder of the
benchmark's own.
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

PLOT: Final = """
import os, sys, time
import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QApplication, QMainWindow
class Plot(pg.PlotWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.time(), flush=True)
        os._exit(0)
application = QApplication([])
window, plot = QMainWindow(), Plot()
plot.plot(np.random.default_rng(1).normal(size=500).cumsum())
window.setCentralWidget(plot)
window.resize(1600, 1000)
window.show()
application.exec()
"""

OURS: Final = """
import os, sys, time
from arbitrex_desktop.app import Application
from arbitrex_desktop.settings import parse
from PySide6.QtCore import QEvent, QObject, QTimer
application = Application(parse(["--data-dir", sys.argv[1], "--size", "1600x1000"]))
application.window.first_painted.connect(lambda: print(time.time(), flush=True))
class Painted(QObject):
    at = 0.0
    def eventFilter(self, view, event):
        if event.type() == QEvent.Type.Paint and not self.at and len(view._series):
            QTimer.singleShot(0, self.note)
        return False
    def note(self):
        self.at = self.at or time.time()
painted = Painted()
def look():
    global priced, watched
    chart = application.window.content.chart.chart
    if chart is not None and chart.view is not watched:
        watched = chart.view
        watched.installEventFilter(painted)
    if not priced and application.window.content.market_watch.quoted >= 10:
        priced = time.time()
    if priced and painted.at:
        print(painted.at, flush=True)
        print(priced, flush=True)
        os._exit(0)
priced, watched = 0.0, None
looking = QTimer(interval=5)
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
    bare, plotted, painted, charted, priced = [], [], [], [], []
    with tempfile.TemporaryDirectory() as compiled:
        for turn in range(rounds + 1):
            bare_ms, plot_ms = start(compiled, BARE), start(compiled, PLOT)
            with tempfile.TemporaryDirectory() as folder:
                first, chart, prices = start(compiled, OURS, folder)
            if turn:  # the first start compiles
                bare += bare_ms
                plotted += plot_ms
                painted.append(first)
                charted.append(chart)
                priced.append(prices)
    figures = {
        "bare_ms": statistics.median(bare),
        "bare_with_a_plot_ms": statistics.median(plotted),
        "painted_ms": statistics.median(painted),
        "chart_ms": statistics.median(charted),
        "ten_prices_ms": statistics.median(priced),
    }
    return {name: round(value) for name, value in figures.items()} | {
        "painted_x_bare": round(figures["painted_ms"] / figures["bare_ms"], 2),
        "chart_x_a_plot": round(figures["chart_ms"] / figures["bare_with_a_plot_ms"], 2),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure()) + "\n")

# SPDX-License-Identifier: MIT
"""From the start of the process to what the trader sees, beside bare windows of the same run.

`python -m tests.benchmarks.bench_start` prints milliseconds, the median of several starts of each: a bare
`QMainWindow`, painted once; one with a plot of pyqtgraph's; our window, painted once; ours with its chart, still empty;
with bars in the chart; with ten prices.  Compiled code is kept between the starts, as it is where the program is
installed, in a folder of the benchmark's own.
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
from arbitrex_desktop.ui.main_window import MainWindow
from PySide6.QtCore import QEvent, QObject, QTimer
application = Application(parse(["--data-dir", sys.argv[1], "--size", "1600x1000"]))
application.window.first_painted.connect(lambda: print(time.time(), flush=True))
class Painted(QObject):
    seen = with_bars = 0.0
    def eventFilter(self, view, event):
        if event.type() == QEvent.Type.Paint and not (self.seen and self.with_bars):
            QTimer.singleShot(0, lambda has_bars=len(view._series): self.note(has_bars))
        return False
    def note(self, has_bars):
        self.seen = self.seen or time.time()
        if has_bars:
            self.with_bars = self.with_bars or time.time()
painted, priced = Painted(), 0.0
def look():
    global priced
    if not priced and application.window.content.market_watch.quoted >= 10:
        priced = time.time()
    if priced and painted.with_bars:
        print(painted.seen, painted.with_bars, priced, sep="\\n", flush=True)
        os._exit(0)
looking = QTimer(interval=5)
looking.timeout.connect(look)
make_chart = MainWindow._make_chart
def made(window):
    chart = make_chart(window)
    chart.chart.view.installEventFilter(painted)
    return chart
MainWindow._make_chart = made
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
    bare, plotted, painted, plot_seen, charted, priced = [], [], [], [], [], []
    with tempfile.TemporaryDirectory() as compiled:
        for turn in range(rounds + 1):
            bare_ms, plot_ms = start(compiled, BARE), start(compiled, PLOT)
            with tempfile.TemporaryDirectory() as folder:
                first, seen, chart, prices = start(compiled, OURS, folder)
            if turn:  # the first start compiles
                bare += bare_ms
                plotted += plot_ms
                painted.append(first)
                plot_seen.append(seen)
                charted.append(chart)
                priced.append(prices)
    figures = {
        "bare_ms": statistics.median(bare),
        "bare_with_a_plot_ms": statistics.median(plotted),
        "painted_ms": statistics.median(painted),
        "plot_ms": statistics.median(plot_seen),
        "chart_ms": statistics.median(charted),
        "ten_prices_ms": statistics.median(priced),
    }
    return {name: round(value) for name, value in figures.items()} | {
        "painted_x_bare": round(figures["painted_ms"] / figures["bare_ms"], 2),
        "plot_x_a_plot": round(figures["plot_ms"] / figures["bare_with_a_plot_ms"], 2),
        "chart_x_a_plot": round(figures["chart_ms"] / figures["bare_with_a_plot_ms"], 2),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure()) + "\n")

# SPDX-License-Identifier: MIT
"""What a frame of the charts costs, and how long the window's thread stands still while prices come.

`python -m tests.benchmarks.bench_charts` fills 1920x1080 with one, four and nine charts of 10,000 and of 100,000 bars
and prints the milliseconds from a tick that moves the last bar, or a hand that pans, to the end of the painting: of
the clock, and of this process alone, which other programs at work stretch less.  Frames of both lengths and of the
reference take turns.  The reference is bare widgets of the same size, each with as many rectangles and texts as a chart
has.
`--screen N` measures the real window with N charts: 41 symbols at 200 ticks a second, the longest gap between two beats
of a timer on its thread, beside that of an empty event loop before and after.

Aims: 16, 20 and 36 ms for one, four and nine charts, 33 for four while panning, 100,000 bars at most 1.25 times as long
as 10,000; 20 ms above the empty loop.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from arbitrex_desktop.app import Application, keep_for_good
from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.view import ChartView
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from tests.benchmarks.beat import Beat
from tests.benchmarks.bench_screen import Replay, wait
from tests.benchmarks.feed_files import make_ticks, write_recording
from tests.fakes.bars import bar_rows

BARS: Final = (10_000, 100_000)
CHARTS: Final = (1, 4, 9)
FRAMES: Final = 90
WARM: Final = 15
PAN_PIXELS: Final = 5.0
AIMS: Final = {"tick": {1: 16.0, 4: 20.0, 9: 36.0}, "pan": {4: 33.0}}
RATE: Final = 200.0
PAUSE_S: Final = 12.0


Views = list[tuple[ChartView, BarSeries]]


class Ground(QWidget):
    """A bare widget as large as a chart, with as much on it."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Fill the ground and draw a rectangle for each wick, body and volume, and the texts of the axes."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.palette().base())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().highlight())
        for height in (60.0, 25.0, 40.0):
            painter.drawRects([QRectF(x, 100.0, 3.0, height) for x in range(0, self.width(), 7)])
        painter.setPen(self.palette().text().color())
        for y in range(0, self.height(), 44):
            painter.drawText(8, y, "1.16415")
        painter.end()


def grid_of(widgets: Sequence[QWidget]) -> QWidget:
    """Return a window of 1920x1080 full of widgets, shown."""
    side = math.isqrt(len(widgets))
    window = QWidget()
    cells = QGridLayout(window)
    cells.setContentsMargins(0, 0, 0, 0)
    cells.setSpacing(2)
    for number, widget in enumerate(widgets):
        cells.addWidget(widget, number // side, number % side)
    window.resize(1920, 1080)
    window.show()
    return window


Act = Callable[[int], None]
Cost = tuple[float, float]
"""Median milliseconds of a frame: of the clock, and of this process."""


def costs(application: QApplication, acts: Mapping[str, Act]) -> dict[str, Cost]:
    """Return what a frame of each act costs with the painting that it causes; they take turns."""
    taken: dict[str, list[Cost]] = {name: [] for name in acts}
    for number in range(FRAMES):
        for name, act in acts.items():
            began, used = time.perf_counter(), time.process_time()
            act(number)
            application.processEvents()
            spent = (time.perf_counter() - began, time.process_time() - used)
            taken[name].append((spent[0] * 1000.0, spent[1] * 1000.0))
    return {name: tuple(map(statistics.median, zip(*each[WARM:], strict=True))) for name, each in taken.items()}


def tick(views: Views, number: int) -> None:
    """Move the last bar of every chart by a point."""
    for view, series in views:
        last = series.rows[-1]
        price = round(float(last["close"]) + (1e-5 if number % 2 else -1e-5), 5)
        series.tick(float(last["time"]) + 5.0, price)
        view.show_quote(price, price + 1e-4)
        view.series_changed()


def pan(views: Views, number: int) -> None:
    """Pull every chart, some frames there and some back."""
    for view, _series in views:
        view.pan(PAN_PIXELS if number // 30 % 2 == 0 else -PAN_PIXELS)


def charts_of(theme: Theme, charts: int, bars: int, *, whole: bool) -> tuple[QWidget, Views]:
    """Return a window of charts with so many bars each; `whole`, with all of them in sight."""
    views: Views = []
    for number in range(charts):
        series, view = BarSeries(Timeframe.M15), ChartView(theme)
        series.load(bar_rows(bars, seed=number))
        view.show_series(series, 5)
        views.append((view, series))
    window = grid_of([view for view, _series in views])
    QApplication.processEvents()
    for view, series in views if whole else ():
        view._time = replace(view.time_scale, bar=0.94 * view.time_scale.width / len(series))
        view.go_to_live_edge()
    QApplication.processEvents()
    return window, views


def refresh(widgets: Sequence[QWidget], _number: int) -> None:
    """Have the bare widgets painted."""
    for widget in widgets:
        widget.update()


def frames(application: QApplication, *, whole: bool) -> None:
    """Measure and print every frame."""
    theme = Theme(application, ThemeChoice.DARK)
    for charts in CHARTS:
        bare = [Ground() for _ in range(charts)]
        windows = [grid_of(bare)]
        acts: dict[str, Act] = {"bare": partial(refresh, bare)}
        for bars in BARS:
            window, views = charts_of(theme, charts, bars, whole=whole)
            windows.append(window)
            acts |= {f"tick {bars}": partial(tick, views), f"pan {bars}": partial(pan, views)}
        found = costs(application, acts)
        for name in ("tick", "pan"):
            few, many = (found[f"{name} {bars}"] for bars in BARS)
            aim = "" if whole or charts not in AIMS[name] else f", aim {AIMS[name][charts]:.0f}"
            print(
                f"{name:4} {charts} chart(s) of 100,000 bars{', all in sight' if whole else ''}: {many[0]:.1f} ms{aim},"
                f" processor {many[1]:.1f} ms; bare {found['bare'][0]:.1f} and {found['bare'][1]:.1f} ms;"
                f" of 10,000 bars {few[0]:.1f} and {few[1]:.1f} ms,"
                f" ratio {many[0] / few[0]:.2f} and {many[1] / few[1]:.2f}, aim 1.25",
                flush=True,
            )
        for window in windows:
            window.close()


def pauses(charts: int) -> None:
    """Print the longest pause of the real window's thread with so many charts, beside an empty loop's."""
    loop = QApplication([])
    beat = Beat()
    beat.start()
    wait(PAUSE_S)
    bare = beat.stop()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_recording(folder / "ticks.sqlite3", make_ticks(RATE, 2 * PAUSE_S + 20.0))
        os.environ["MT5_TERMINAL"] = "simulated"
        epoch = SystemClock().now() + timedelta(seconds=1)
        settings = Replay(data_dir=folder, window_size=(1920, 1080), recording=folder / "ticks.sqlite3", epoch=epoch)
        application = Application(settings, partial(build_core, settings))
        application.window.show()
        application.window.fill()
        application.worker.start()
        while not application.window.content.is_settled():
            wait(0.1)
        application.window.content.chart.show_count(charts)
        keep_for_good()
        wait(5.0)
        beat.start()
        wait(PAUSE_S)
        window = beat.stop()
        application.window.close()
        beat.start()
        wait(PAUSE_S)
        print(f"41 symbols at {RATE:.0f}/s, {charts} chart(s): {window}; empty loop: {bare} and {beat.stop()}")
        del loop


def main(arguments: Sequence[str]) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true", help="all bars in sight, too")
    parser.add_argument("--screen", type=int, metavar="CHARTS", help="the real window's pauses with so many charts")
    given = parser.parse_args(arguments)
    if given.screen is not None:
        pauses(given.screen)
        sys.stdout.flush()
        os._exit(0)
    application = QApplication([])
    frames(application, whole=False)
    if given.whole:
        frames(application, whole=True)


if __name__ == "__main__":
    main(sys.argv[1:])

# SPDX-License-Identifier: MIT
"""From the market to the screen: how late a tick is painted, and what that costs, beside the classic design.

`python -m tests.benchmarks.bench_screen ours 200` plays 200 ticks a second over 41 symbols on the simulated terminal
and runs the real window on it; `classic` pushes the same ticks, one signal and one sort each, into a `QTableWidget` of
fourteen columns in the same process.  One line of JSON comes out: milliseconds from a tick's due time to the end of the
paint that shows it or a later one of its symbol, and by how much the last second's were later than the first one's;
milliseconds of a paint, paints a second, cores of window and host, and the longest gap between two beats of a timer on
the window's thread beside that of an empty event loop.  Ticks of rows that are scrolled out of sight are not counted:
nothing is painted for them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView, QTableWidget, QTableWidgetItem

from arbitrex_desktop.app import Application, keep_for_good
from arbitrex_desktop.assembly import build_core
from arbitrex_desktop.clock import SystemClock
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.settings import Settings
from arbitrex_desktop.ui.widgets.quote_view import QuoteView
from tests.benchmarks.beat import Beat
from tests.benchmarks.feed_files import BEGIN_MSC, SYMBOLS, make_ticks, write_recording

WARM_S: Final = 6.0
CAUGHT_UP_S: Final = 3.0
"""Ticks that were due while the recording was still read are caught up by then."""
MEASURED_S: Final = 8.0
PAUSES_S: Final = 4.0
REFERENCE_S: Final = 2.0
_LENGTH_S: Final = WARM_S + MEASURED_S + PAUSES_S + 8.0
_READ_A_SECOND: Final = 10_000.0


@dataclass
class Paints:
    """What was painted when; times in seconds of the wall clock."""

    ends: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    shown: list[tuple[Any, ...]] = field(default_factory=list)
    moment_of: Callable[[Any], int] = int

    def wrap(self, paint: Callable[[Any, QPaintEvent], None], shown: Callable[[], list[Any]]) -> Any:
        """Return a `paintEvent` that notes how long it took and what it showed; `moment_of` tells a tick's time later.

        Forty times a second, what it notes must cost nothing beside the paint, and give Python's collector nothing to
        go through: a hundred thousand rows held it, and the window, up for 70 ms.
        """

        def painted(view: Any, event: QPaintEvent) -> None:
            began = time.perf_counter()
            paint(view, event)
            self.seconds.append(time.perf_counter() - began)
            self.ends.append(time.time())
            self.shown.append(tuple(shown()))

        return painted

    def latencies(self, ticks: dict[str, Rows], epoch: float, since: float, until: float) -> Any:
        """Return the milliseconds from each due tick to the end of the first paint that shows it or a later one."""
        ends = np.array(self.ends)
        late: list[Any] = []
        moments = np.array([[self.moment_of(each) for each in row] for row in self.shown])
        for shown, rows in zip(moments.T, ticks.values(), strict=True):
            due = epoch + (rows["time_msc"] - BEGIN_MSC) / 1000.0
            wanted = rows["time_msc"][(due >= since) & (due < until)]
            first = np.searchsorted(np.maximum.accumulate(shown), wanted)
            painted = np.append(ends, np.inf)[first]
            late.append((painted - epoch - (wanted - BEGIN_MSC) / 1000.0) * 1000.0)
        return np.concatenate(late)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used."""
    used = psutil.Process(pid).cpu_times()
    return used.user + used.system


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return a quantile, None of nothing."""
    return round(float(np.quantile(values, share)), 2) if len(values) else None


def _risen(before: float | None, after: float | None) -> float | None:
    """Return by how much a figure rose, None where one of both is not known."""
    return None if before is None or after is None else round(after - before, 1)


def resident_megabytes(pid: int) -> float:
    """Return a process's resident memory."""
    return psutil.Process(pid).memory_info().rss / 1_048_576


def wait(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def in_sight(table: QTableView) -> range:
    """Return the rows that a table shows."""
    last = table.rowAt(table.viewport().height() - 1)
    return range(table.rowAt(0), (last if last >= 0 else table.model().rowCount() - 1) + 1)


def measure(
    paints: Paints, ticks: dict[str, Rows], epoch: float, pids: dict[str, int], table: QTableView
) -> dict[str, Any]:
    """Run the measured stretch and return its figures; `ticks` are in the order of the table's rows."""
    wait(max(CAUGHT_UP_S, epoch + WARM_S - time.time()))
    first, since = len(paints.ends), time.time()
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    wait(MEASURED_S)
    until = time.time()
    used = {name: (cpu_seconds(pid) - before[name]) / (until - since) for name, pid in pids.items()}
    made = len(paints.ends) - first
    beat = Beat()
    beat.start()
    wait(PAUSES_S)
    beat.stop()
    seen = set(in_sight(table))
    ticks = {symbol: rows if place in seen else rows[:0] for place, (symbol, rows) in enumerate(ticks.items())}
    late = paints.latencies(ticks, epoch, since, until - 0.5)
    first_second = paints.latencies(ticks, epoch, since, since + 1.0)
    last_second = paints.latencies(ticks, epoch, until - 1.5, until - 0.5)
    return {
        "latency_p50_ms": quantile(late, 0.5),
        "latency_p99_ms": quantile(late, 0.99),
        "latency_max_ms": quantile(late, 1.0),
        "backlog_ms": _risen(quantile(first_second, 0.5), quantile(last_second, 0.5)),
        "paint_p50_ms": quantile([seconds * 1000 for seconds in paints.seconds[first:]], 0.5),
        "paints_a_second": round(made / (until - since), 1),
        **{f"{name}_cores": round(cores, 3) for name, cores in used.items()},
        **{f"{name}_mb": round(resident_megabytes(pid)) for name, pid in pids.items()},
        "pause_ms": round(max(beat.gaps, default=0.0), 1),
        "rows_in_sight": len(seen),
    }


@dataclass(frozen=True)
class Replay(Settings):
    """Settings that play a recording from a moment on."""

    recording: Path = Path()
    epoch: datetime | None = None

    def simulation(self) -> SimulationSpec:
        """Return the simulated terminal, with nothing between the recording and the screen."""
        store = self.data_dir / "books.sqlite3"
        return SimulationSpec(
            replay=(self.recording,), epoch=self.epoch, demo_positions=False, server_clock="UTC", store=store
        )


def ours(rate: float) -> dict[str, Any]:
    """Measure the real window on a replay."""
    ticks, paints, snapshots = make_ticks(rate, _LENGTH_S), Paints(), deque[DeskSnapshot](maxlen=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_recording(folder / "ticks.sqlite3", ticks)
        # The times will do from here on: a hundred megabytes of the bench's own are none of the window's.
        ticks = {symbol: rows[["time_msc"]].astype([("time_msc", "<i8")]) for symbol, rows in ticks.items()}
        os.environ["MT5_TERMINAL"] = "simulated"
        # The recording is read before its first tick is due, so that nothing has to be caught up.
        epoch = SystemClock().now() + timedelta(seconds=1.0 + rate / _READ_A_SECOND)
        settings = Replay(data_dir=folder, window_size=(1600, 1000), recording=folder / "ticks.sqlite3", epoch=epoch)
        application = Application(settings, partial(build_core, settings))
        application.window.fill()
        model = application.window.content.market_watch.model

        paints.moment_of = lambda time: round(time.timestamp() * 1000) if time is not None else 0

        def shown() -> list[datetime | None]:
            rows = map(model.quote_of, SYMBOLS)
            return [row.quote.time if row is not None and row.quote is not None else None for row in rows]

        QuoteView.paintEvent = paints.wrap(QuoteView.paintEvent, shown)  # type: ignore[method-assign]
        application.worker.snapshot_changed.connect(snapshots.append)
        application.window.show()
        application.worker.start()
        while not application.window.content.is_settled():
            wait(0.1)
        keep_for_good()
        host = snapshots[-1].pool.host_pid
        assert host is not None
        view = application.window.content.market_watch.view
        figures = measure(paints, ticks, epoch.timestamp(), {"window": os.getpid(), "host": host}, view)
        application.window.close()
    polls = snapshots[-1].pool.calls["Poll"]
    return figures | {"ticks": snapshots[-1].pool.ticks_total, "poll_p50_ms": polls.p50_ms, "poll_p99_ms": polls.p99_ms}


class Pusher(QObject):
    """Emits one signal a tick, from a thread, at the tick's due time: how desktop programs usually do it."""

    tick = Signal(int, float, float, object)

    def __init__(self, ticks: dict[str, Rows]) -> None:
        super().__init__()
        place = np.concatenate([np.full(len(rows), index) for index, rows in enumerate(ticks.values())])
        rows = np.concatenate(list(ticks.values()))
        order = np.argsort(rows["time_msc"], kind="stable")
        columns = (place, rows["bid"], rows["ask"], rows["time_msc"])
        self._ticks = list(zip(*(column[order].tolist() for column in columns), strict=True))
        self.stopping = threading.Event()

    def run(self, epoch: float) -> None:
        """Push until told to stop."""
        for place, bid, ask, msc in self._ticks:
            due = epoch + (msc - BEGIN_MSC) / 1000.0
            if due > time.time() and self.stopping.wait(due - time.time()):
                return
            self.tick.emit(place, bid, ask, msc)


def classic(rate: float) -> dict[str, Any]:
    """Measure one signal a tick and an item a cell."""
    application = QApplication([])
    ticks = make_ticks(rate, _LENGTH_S)
    paints, times = Paints(), [0] * len(SYMBOLS)

    class Table(QTableWidget):
        paintEvent = paints.wrap(QTableWidget.paintEvent, lambda: list(times))  # noqa: N815 - Qt's name

    window, table = QMainWindow(), Table(len(SYMBOLS), 14)
    cells = [[QTableWidgetItem(symbol if column == 0 else "") for column in range(14)] for symbol in SYMBOLS]
    for row, items in enumerate(cells):
        for column, item in enumerate(items):
            table.setItem(row, column, item)

    counts = [0] * len(SYMBOLS)

    def show(row: int, bid: float, ask: float, msc: int) -> None:
        counts[row] += 1
        texts = ("^", f"{bid:.5f}", f"{ask:.5f}", f"{(ask - bid) * 1e5:.0f}", str(msc), "0 s", *[str(counts[row])] * 7)
        table.setSortingEnabled(False)
        for column, text in enumerate(texts, 1):
            cells[row][column].setText(text)
        table.setSortingEnabled(True)
        times[row] = msc

    window.setCentralWidget(table)
    window.resize(1600, 1000)
    window.show()
    pusher = Pusher(ticks)
    pusher.tick.connect(show)
    epoch = time.time() + 0.5
    thread = threading.Thread(target=pusher.run, args=(epoch,))
    thread.start()
    figures = measure(paints, ticks, epoch, {"window": os.getpid()}, table)
    pusher.stopping.set()
    thread.join()
    window.close()
    del application
    return figures


def main() -> None:
    """Measure one design at one rate and print the figures."""
    design, rate = sys.argv[1], float(sys.argv[2])
    figures = classic(rate) if design == "classic" else ours(rate)
    beat = Beat()
    beat.start()
    wait(REFERENCE_S)
    beat.stop()
    figures["bare_timer_pause_ms"] = round(max(beat.gaps, default=0.0), 1)
    sys.stdout.write(json.dumps({"design": design, "rate": rate, **figures}) + "\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

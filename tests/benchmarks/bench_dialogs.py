# SPDX-License-Identifier: MIT
"""How long the window's thread stalls while each workspace, dialog and report is opened on a large journal.

`python -m tests.benchmarks.bench_dialogs [--events N]` writes a journal of so many events (a million) for the simulated
account, starts the real application offscreen on it, opens one after the other twice, since the first time loads code,
and prints the longest gap of a timer on that thread for both, and the most processor time of that thread within one,
which a busy machine changes little; an empty event loop is the reference.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.app import Application, keep_for_good
from arbitrex_desktop.desk.journal.journal import journal_path
from arbitrex_desktop.desk.review.export import ExportKind
from arbitrex_desktop.mt5.simulation_spec import DEFAULT_SERVER, SimulationSpec
from arbitrex_desktop.settings import Settings
from arbitrex_desktop.ui.window_content import WindowContent
from tests.benchmarks.beat import Beat, Watch
from tests.benchmarks.bench_journal import fill

_AFTER_MS = 1_500
_LOOK_MS, _PATIENCE_MS = 20, 300_000


def wait_until(holds: Callable[[], bool]) -> None:
    """Run the event loop until something holds."""
    for _ in range(_PATIENCE_MS // _LOOK_MS):
        if holds():
            return
        QTest.qWait(_LOOK_MS)
    raise TimeoutError


def acts(content: WindowContent, folder: Path) -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    """Yield what is opened, how, and how it is closed again."""

    def nothing() -> None:
        pass

    def whole_review() -> None:
        content.review.closed.again.click()

    for name in ("Review", "Risk", "Replay", "Trade"):
        yield f"workspace {name}", lambda name=name: content.workspaces.show(name), nothing  # type: ignore[misc]
    yield "Review read anew", whole_review, nothing
    yield "Intents", lambda: content.newcomer_help.bring_forward("intents"), nothing
    for kind in ExportKind:
        path = folder / f"a.{kind}"
        yield f"export {kind}", lambda kind=kind, path=path: content.review.export_to(kind, path), nothing  # type: ignore[misc]
    for panel in ("history", "notices", "closed", "orders", "equity"):
        yield f"panel {panel}", lambda panel=panel: content.newcomer_help.bring_forward(panel), nothing  # type: ignore[misc]
    windows = (
        ("settings", content.settings_window.open_and_read, content.settings_window),
        ("keys", content.actions.sheet.open_fresh, content.actions.sheet),
        ("palette", content.actions.palette.open_fresh, content.actions.palette),
        ("guide", content._texts.show_guide, content._texts),
        ("tour", content.newcomer_help.tour.begin, content.newcomer_help.tour),
        ("alert", content.notices.alerts.open_new, content.notices.alerts.editor),
        ("ways", content.notices.alerts.open_ways, content.notices.alerts.ways),
    )
    for name, opens, window in windows:
        yield name, opens, window.close


def main() -> None:
    """Fill, start, open and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["MT5_TERMINAL"] = "simulated"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = journal_path(folder, DEFAULT_SERVER, SimulationSpec().login)
        path.parent.mkdir(parents=True, exist_ok=True)
        fill(path, events)
        sys.stdout.write(f"a journal of {events:,} events, {path.stat().st_size / 1e6:,.0f} MB\n")
        measure(folder)


def measure(folder: Path) -> None:
    """Start the application on a folder, and print what each act costs its thread."""
    application = Application(Settings(data_dir=folder, screenshot=folder / "unused.png"))
    window, beat, watch = application.window, Beat(), Watch(application)
    beat.start()
    QTest.qWait(_AFTER_MS)
    sys.stdout.write(f"reference, an empty event loop: {beat.stop()}\n")
    window.show()
    window.resize(1600, 1000)
    window.fill()
    application.worker.start()
    content = window.content
    wait_until(lambda: content.is_settled() and watch.connected(1))
    content.workspaces.show("Review")
    wait_until(lambda: content.review.data is not None)
    content.workspaces.show("Trade")
    keep_for_good()
    beat.start()
    QTest.qWait(2 * _AFTER_MS)
    sys.stdout.write(f"at rest: {beat.stop()}\n")
    for what, act, undo in acts(content, folder):
        figures = []
        for _ in range(2):
            beat.start()
            QTimer.singleShot(20, act)
            QTest.qWait(_AFTER_MS)
            wait_until(content.review.closed.progress.isHidden)
            figures.append(f"{beat.stop().partition(',')[0]}, of it work {max(beat.work):.0f}")
            undo()
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        sys.stdout.write(f"{what}: {figures[0]}, again {figures[1]}\n")
        sys.stdout.flush()
    window.close()


if __name__ == "__main__":
    main()

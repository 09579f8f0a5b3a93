# SPDX-License-Identifier: MIT
"""What nobody sees is neither drawn nor loaded, and has prices asked for seldom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.bars import bar_rows
from tests.fakes.core import FakeBoard, FakeCore
from tests.fakes.desk_data import desk_snapshot, pool_stats, position_row, quote
from tests.ui.conftest import OPEN_MS, WindowMaker
from tests.ui.connection_facts import value_of

pytestmark = pytest.mark.slow
_TURNS = 3


class Painted(QObject):
    """Notes which widgets are painted, each with what it lies in."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.names: list[str] = []
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Note a painting, and let it happen."""
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            around = watched.parentWidget()
            self.names.append(f"{type(watched).__name__} in {type(around).__name__}")
        return False


class Calls(QObject):
    """Counts what other threads have an object of this one do."""

    def __init__(self, called: QObject) -> None:
        super().__init__(called)
        self.count = 0
        called.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Count a call, and let it happen."""
        self.count += watched is self.parent() and event.type() == QEvent.Type.MetaCall
        return False


@pytest.fixture
def painted(qapp: QApplication) -> Iterator[Painted]:
    """Return what notes all paintings of the test."""
    watch = Painted(qapp)
    yield watch
    qapp.removeEventFilter(watch)


def wait_for_snapshots(window: MainWindow, qtbot: QtBot, count: int) -> None:
    """Wait until the window has heard of the core so often."""
    for _ in range(count):
        with qtbot.waitSignal(window._worker.snapshot_changed):
            pass


def wait_until_drawn(window: MainWindow, qtbot: QtBot, painted: Painted) -> None:
    """Wait until closed trades are marked, and the same snapshot, shown again, has nothing painted."""
    grid = window.content.chart.grid
    qtbot.waitUntil(lambda: bool(grid._closed), timeout=OPEN_MS)

    def shown_again() -> None:
        painted.names.clear()
        for _ in range(_TURNS):
            window.content.refresh()
            QApplication.processEvents()
        assert sorted(set(painted.names)) == []

    qtbot.waitUntil(shown_again, timeout=OPEN_MS)


def with_bars(core: FakeCore) -> FakeCore:
    """Return a core that has bars for every chart, which is drawn then and asks no more."""
    core.history = {(symbol, frame): bar_rows(60) for symbol in core.board.symbols for frame in Timeframe}
    return core


def test_a_snapshot_that_says_the_same_paints_nothing(open_window: WindowMaker, qtbot: QtBot, painted: Painted) -> None:
    """Whichever panel is in front: once it is drawn, nothing in the window is painted until something is other."""
    core = with_bars(FakeCore(shown=desk_snapshot(positions=(position_row(),))))
    window = open_window(core)
    for name in window.content.panels:
        window.content.newcomer_help.bring_forward(name)
        wait_until_drawn(window, qtbot, painted)


@pytest.mark.parametrize("way", ["hide", "showMinimized"])
def test_a_window_out_of_sight_draws_nothing_and_catches_up(
    open_window: WindowMaker, qtbot: QtBot, painted: Painted, way: str
) -> None:
    """Hidden or minimised, panels keep what they showed and the pool is slowed down; back in sight, all is there."""
    core = with_bars(FakeCore())
    window = open_window(core)
    window.content.newcomer_help.bring_forward("connection")
    assert core.seen == [True]
    getattr(window, way)()
    qtbot.waitUntil(lambda: core.seen == [True, False])
    wait_until_drawn(window, qtbot, painted)
    core.shown = desk_snapshot(pool=pool_stats(login=777), positions=(position_row(), position_row(ticket=8)))
    for bid in (1.1, 1.2):
        core.board.put(replace(quote("EURUSD"), bid=bid))
        wait_for_snapshots(window, qtbot, 1)
    assert value_of(window.content.connection, "login") == "5001234"
    assert painted.names == []
    window.showNormal()
    qtbot.waitUntil(lambda: value_of(window.content.connection, "login") == "777")
    assert core.seen == [True, False, True]


def test_a_step_of_the_core_does_not_wake_the_window(qtbot: QtBot) -> None:
    """Steps come four times a second for days: the window hears of snapshots, and of what it asked for, alone."""
    core = FakeCore()
    worker = CoreWorker(lambda: core)
    with qtbot.waitSignal(worker.form_ready, timeout=OPEN_MS):
        worker.start()
    core.hold("snapshot")
    qtbot.waitUntil(core.reached.is_set)
    QApplication.processEvents()
    calls, steps = Calls(worker), core.steps
    qtbot.waitUntil(lambda: core.steps >= steps + _TURNS)
    assert calls.count == 0
    core.release()
    qtbot.waitUntil(lambda: calls.count > 0)
    assert worker.stop()


def test_a_panel_behind_another_is_drawn_once_it_comes_to_the_front(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What it shows is the newest snapshot; the count in the title of one behind another is always current."""
    core = FakeCore()
    content = open_window(core).content
    core.shown = desk_snapshot(pool=pool_stats(login=777), positions=(position_row(), position_row(ticket=8)))
    qtbot.waitUntil(lambda: content._docks.docks["positions"].windowTitle().endswith("(2)"), timeout=OPEN_MS)
    assert value_of(content.connection, "login") == ""
    content.newcomer_help.bring_forward("connection")
    assert value_of(content.connection, "login") == "777"


def test_the_window_settles(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Settled means: account, ten quotes and, where it is in sight, the curve, whose library is loaded only then."""
    board = FakeBoard({f"SYM{number}": 5 for number in range(12)})
    window = open_window(FakeCore(board))
    assert not window.content.is_settled()
    for symbol in board.symbols:
        board.put(quote(symbol))
    qtbot.waitUntil(window.content.is_settled, timeout=OPEN_MS)
    assert not window.content.equity.has_plot
    window.content.newcomer_help.bring_forward("equity")
    assert not window.content.is_settled()
    qtbot.waitUntil(window.content.is_settled, timeout=OPEN_MS)
    assert window.content.equity.has_plot

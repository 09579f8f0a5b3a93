# SPDX-License-Identifier: MIT
"""One window on a fake core, put into one state after another: for pictures, and for what a tool can tell of them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize

from arbitrex_desktop.desk.presentation.bar_history import BarHistory
from arbitrex_desktop.desk.review.views import ReviewQuery
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.chart.timeframes import seconds_of
from arbitrex_desktop.ui.freshness import Freshness, NoCore
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.models.closed import closed_rows
from arbitrex_desktop.ui.panels.curve import NO_PAST
from arbitrex_desktop.ui.panels.equity_plot import EquityPlot
from arbitrex_desktop.ui.review.loader import Finished, Task, Topic
from arbitrex_desktop.ui.review.review import ReviewReading
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.bars import bar_rows
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard, FakeCore
from tests.fakes.desk_states import SYMBOLS, DeskState, quotes
from tests.fakes.review import TRADES, FakeReview

SIZES: Final = {
    "1024x640": QSize(1024, 640),
    "1280x720": QSize(1280, 720),
    "1600x1000": QSize(1600, 1000),
    "2560x1440": QSize(2560, 1440),
}
ARMING: Final = ("live_unarmed", "worst")
"""States in which the arming bar is looked at, too."""

_LEVEL: Final = 1.2277
"""Near where the states' quotes have EURUSD."""


class Showroom:
    """One window on a fake core, shown in one state after another."""

    def __init__(self, theme: Theme) -> None:
        self.theme, self.clock = theme, ManualClock()
        self.board = FakeBoard(SYMBOLS)
        self.core = FakeCore(self.board)
        self.window = MainWindow(CoreWorker(lambda: self.core), theme, clock=self.clock)
        self.window.show()
        self.window.fill()
        self.window.content.equity._loader.stop()
        self.window.content.equity.install(EquityPlot)
        self.window.content.market_watch.watch(self.board)
        self.window.content.market_watch._pacer.blockSignals(True)
        self._asked: list[HistoryRequest] = []
        grid = self.window.content.chart.grid
        grid.watch(self.board)
        grid.history_asked.connect(self._asked.append)

    def show(self, state: DeskState, size: QSize, workspace: str = "Trade") -> MainWindow:
        """Show a state in a size and a workspace, by itself: no worker runs."""
        window, now = self.window, self.clock.monotonic()
        window.resize(size)
        window.content.workspaces.show(workspace)
        window.content.workspaces.reset()
        self._review(state)
        for each in quotes(now - state.quote_age):
            self.board.put(each)
        window.content._fresh = Freshness(state.snapshot, now - state.age, now)
        window._worker.at_work = (state.task, now - 12.0, self.clock.now())
        window.content.market_watch.draw_frame()
        window.content.intent_form.set_symbols(self.board.symbols)
        window.content._no_core = NoCore(state.broken)
        if state.snapshot is not None and state.snapshot.account is not None:
            window.content.intent_form.card.show_preview(state.preview)
        window.content.refresh()
        self.answer()
        return window

    def _review(self, state: DeskState) -> None:
        """Give Review what the state has closed: trades where there are positions, none at all elsewhere."""
        trades = TRADES if state.snapshot is not None and state.snapshot.positions else ()
        if state.snapshot is not None and state.snapshot.account is not None:
            read = FakeReview([], trades).read(ReviewQuery(), lambda _words, _share: None)
            reading = ReviewReading(read, closed_rows(read), NO_PAST)
            self.window.content.review._on_done(Finished(Topic(Task.READ), reading))

    def answer(self) -> None:
        """Give the charts the bars that they asked for."""
        grid = self.window.content.chart.grid
        assert grid is not None
        while self._asked:
            request = self._asked.pop()
            step = seconds_of(request.timeframe)
            rows = bar_rows(400, start=int(self.clock.now().timestamp()) // step * step - 399 * step, step=step)
            for name in ("open", "high", "low", "close"):
                rows[name] += _LEVEL - rows["close"][-1]
            grid.take_history(HistoryAnswer(request, BarHistory(rows), request.count, is_last=True))

    def close(self) -> None:
        """Close the window."""
        self.window.close()
        self.window.deleteLater()

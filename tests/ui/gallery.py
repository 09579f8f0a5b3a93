# SPDX-License-Identifier: MIT
"""Pictures of every panel, and of the window in three sizes, in every state and both themes, for people to look at.

`python -m tests.ui.gallery FOLDER [STATE ...]` saves them.  What a tool can tell of them is in `test_gallery`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.bar_history import BarHistory
from arbitrex_desktop.desk.review.views import ReviewQuery
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.panels.account import AccountPanel
from arbitrex_desktop.ui.panels.connection import ConnectionPanel
from arbitrex_desktop.ui.panels.decisions import DecisionsPanel
from arbitrex_desktop.ui.panels.equity import EquityPanel
from arbitrex_desktop.ui.panels.equity_plot import EquityPlot
from arbitrex_desktop.ui.panels.intent_form import IntentFormPanel
from arbitrex_desktop.ui.panels.market_watch import MarketWatchPanel
from arbitrex_desktop.ui.panels.notices import NoticesPanel
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.panels.pending import PendingPanel
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.panels.risk import RiskPanel
from arbitrex_desktop.ui.review.loader import Finished
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.worker import CoreWorker
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES
from tests.fakes.bars import bar_rows
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard, FakeCore
from tests.fakes.desk_states import STATES, SYMBOLS, DeskState, quotes
from tests.fakes.review import TRADES, FakeReview

SIZES: Final = {
    "1024x640": QSize(1024, 640),
    "1280x720": QSize(1280, 720),
    "1600x1000": QSize(1600, 1000),
    "2560x1440": QSize(2560, 1440),
}
ARMING: Final = ("live_unarmed", "worst")
"""States in which the arming bar is looked at, too."""

_SETTLE_MS: Final = 40
_LEVEL: Final = 1.2277
"""Near where the states' quotes have EURUSD."""
THEMES: Final = (ThemeChoice.DARK, ThemeChoice.LIGHT)

_PLACES: Final = {
    "market_watch": (0, 0, 2, 1, QSize(378, 600)),
    "account": (0, 1, 1, 1, QSize(580, 112)),
    "equity": (1, 1, 1, 1, QSize(580, 190)),
    "intent_form": (0, 2, 2, 1, QSize(300, 380)),
    "risk": (0, 3, 2, 1, QSize(300, 380)),
    "pending": (2, 0, 1, 1, QSize(580, 340)),
    "positions": (2, 1, 1, 1, QSize(580, 340)),
    "connection": (2, 2, 1, 2, QSize(300, 340)),
    "orders": (3, 0, 1, 1, QSize(580, 200)),
    "history": (3, 1, 1, 1, QSize(580, 200)),
    "notices": (3, 2, 1, 2, QSize(580, 200)),
}
"""Where each panel stands on a sheet, and about as small as the compact layout makes it."""


def panels_in(theme: Theme, state: DeskState) -> dict[str, Panel]:
    """Return every panel by name, showing a state."""
    clock = ManualClock()
    board = FakeBoard(SYMBOLS if state.snapshot is not None and state.snapshot.pool.symbols else {})
    for each in quotes(clock.monotonic() - state.quote_age):
        if each.symbol in board.symbols:
            board.put(each)
    watch, form, equity = MarketWatchPanel(theme, clock), IntentFormPanel(theme), EquityPanel(theme)
    made: Sequence[Panel] = (
        watch, AccountPanel(theme), equity, PendingPanel(theme), PositionsPanel(theme), OrdersPanel(theme),
        DecisionsPanel(theme), form, RiskPanel(theme), ConnectionPanel(theme), NoticesPanel(theme),
    )  # fmt: skip
    now = clock.monotonic()
    equity.install(EquityPlot)
    watch.watch(board)
    watch._pacer.blockSignals(True)
    form.set_symbols(board.symbols)
    fresh = Freshness(state.snapshot, now - state.age, now, state.task, 12.0, clock.now(), state.broken)
    if state.snapshot is not None and state.snapshot.account is not None:
        form.card.show_preview(state.preview)
    for panel in made:
        panel.refresh(fresh)
    form.show_quote(watch.model.quote_of(form.symbol.currentText()))
    return {panel.name: panel for panel in made}


def sheet_of(theme: Theme, state: DeskState) -> QWidget:
    """Return one widget with every panel in a state, each below its name."""
    sheet = QWidget()
    grid = QGridLayout(sheet)
    grid.setSpacing(10)
    for name, panel in panels_in(theme, state).items():
        row, column, rows, columns, size = _PLACES[name]
        panel.setMinimumSize(size.expandedTo(panel.minimumSizeHint()))
        if rows == 1 and columns == 1:
            panel.setMaximumWidth(panel.minimumWidth())
        framed = QVBoxLayout()
        framed.addWidget(QLabel(panel.tab_title().replace("&&", "&")))
        framed.addWidget(panel, 1)
        grid.addLayout(framed, row, column, rows, columns)
    return sheet


def picture(widget: QWidget) -> QPixmap:
    """Return a picture; the plot finds out how wide its numbers are while it is painted for the first time."""
    for _ in range(2):
        QTest.qWait(_SETTLE_MS)
        widget.grab()
    return widget.grab()


class Showroom:
    """One window on a fake core, shown in one state after another."""

    def __init__(self, theme: Theme) -> None:
        self.clock = ManualClock()
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
        self.window.content.chart.watch(self.board)
        grid = self.window.content.chart.grid
        assert grid is not None
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
        window.content._task = (state.task, now - 12.0, self.clock.now())
        window.content.market_watch.draw_frame()
        window.content.intent_form.set_symbols(self.board.symbols)
        window.content._broken = state.broken
        if state.snapshot is not None and state.snapshot.account is not None:
            window.content.intent_form.card.show_preview(state.preview)
        window.content.refresh()
        self._answer()
        return window

    def _review(self, state: DeskState) -> None:
        """Give Review what the state has closed: trades where there are positions, none at all elsewhere."""
        trades = TRADES if state.snapshot is not None and state.snapshot.positions else ()
        if state.snapshot is not None and state.snapshot.account is not None:
            read = FakeReview([], trades).read(ReviewQuery(), lambda _words, _share: None)
            self.window.content.review._on_done(Finished("read", read))

    def _answer(self) -> None:
        """Give the charts the bars that they asked for."""
        grid = self.window.content.chart.grid
        assert grid is not None
        while self._asked:
            request = self._asked.pop()
            rows = bar_rows(400, start=int(self.clock.now().timestamp()) - 400 * 900)
            for name in ("open", "high", "low", "close"):
                rows[name] += _LEVEL - rows["close"][-1]
            grid.take_history(HistoryAnswer(request, BarHistory(rows, 0), request.count, is_last=True))

    def close(self) -> None:
        """Close the window."""
        self.window.close()
        self.window.deleteLater()


def save_sheets(folder: Path, theme: Theme, names: Iterable[str]) -> None:
    """Save a sheet of panels for each state."""
    for name in names:
        sheet = sheet_of(theme, STATES[name]())
        sheet.adjustSize()
        sheet.show()
        QTest.qWait(_SETTLE_MS)
        sheet.adjustSize()
        picture(sheet).save(str(folder / f"panels_{name}_{theme.choice.value}.png"))
        sheet.close()
        sheet.deleteLater()


def save_windows(folder: Path, theme: Theme, names: Iterable[str]) -> None:
    """Save the window in each state, workspace and size; on LIVE accounts with the arming bar open, too."""
    room = Showroom(theme)
    for name in names:
        for words, size in SIZES.items():
            for workspace in WORKSPACES[1:]:
                window = room.show(STATES[name](), size, workspace.name)
                picture(window).save(str(folder / f"{workspace.name}_{name}_{words}_{theme.choice.value}.png"))
            window = room.show(STATES[name](), size)
            picture(window).save(str(folder / f"Trade_{name}_{words}_{theme.choice.value}.png"))
            if name in ARMING:
                window.content.top_bar.arming.arm.click()
                picture(window).save(str(folder / f"Trade_{name}_arming_{words}_{theme.choice.value}.png"))
                window.content.arming_bar.cancel.click()
    room.close()


def main(arguments: Sequence[str]) -> int:
    """Save all pictures, or those of the states named, to a folder."""
    if not arguments:
        sys.stderr.write("usage: python -m tests.ui.gallery FOLDER [STATE ...]\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["gallery", "-style", "Fusion"])
    theme = Theme(app)
    for choice in THEMES:
        theme.choose(choice)
        save_sheets(folder, theme, arguments[1:] or STATES)
        save_windows(folder, theme, arguments[1:] or STATES)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# SPDX-License-Identifier: MIT
"""Pictures of every panel, and of the window in three sizes, in every state and both themes, for people to look at.

Dialogs, charts of each timeframe, and all of it in another language, too; `python -m tests.ui.gallery --help` says how.
What a tool can tell of them is in `test_gallery`.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QVBoxLayout, QWidget

from arbitrex_desktop.ui.chart.timeframes import SHOWN
from arbitrex_desktop.ui.freshness import Freshness, NoCore
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
from arbitrex_desktop.ui.theme.appearance import ENGLISH, LANGUAGES, Language
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard
from tests.fakes.desk_states import STATES, SYMBOLS, DeskState, quotes
from tests.ui.dialogs_of import opened_dialogs
from tests.ui.showroom import ARMING, SIZES, Showroom

_SETTLE_MS: Final = 40
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
    fresh = Freshness(state.snapshot, now - state.age, now, state.task, 12.0, clock.now(), NoCore(state.broken))
    if state.snapshot is not None and state.snapshot.account is not None:
        form.card.show_preview(state.preview, state.snapshot.account.currency)
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


def save_windows(folder: Path, room: Showroom, suffix: str, names: Iterable[str], sizes: Iterable[str]) -> None:
    """Save the window in each state, workspace and size; on LIVE accounts with the arming bar open, too."""
    for name in names:
        for words in sizes:
            for workspace in WORKSPACES[1:]:
                window = room.show(STATES[name](), SIZES[words], workspace.name)
                picture(window).save(str(folder / f"{workspace.name}_{name}_{words}_{suffix}.png"))
            window = room.show(STATES[name](), SIZES[words])
            picture(window).save(str(folder / f"Trade_{name}_{words}_{suffix}.png"))
            if name in ARMING:
                window.content.top_bar.arming.arm.click()
                picture(window).save(str(folder / f"Trade_{name}_arming_{words}_{suffix}.png"))
                window.content.arming_bar.cancel.click()


def save_tabs(folder: Path, room: Showroom, suffix: str, name: str, sizes: Iterable[str]) -> None:
    """Save the window of a state with each panel in front that stands behind another: orders, decisions, alerts."""
    for words in sizes:
        window = room.show(STATES[name](), SIZES[words])
        for panel in ("orders", "history", "notices", "equity", "connection"):
            window.content._docks.bring_forward(panel)
            window.content.refresh()
            picture(window).save(str(folder / f"tab_{panel}_{name}_{words}_{suffix}.png"))


def save_dialogs(folder: Path, room: Showroom, suffix: str) -> None:
    """Save every window and bar that the main window can open."""
    for state in ("connected", "live_unarmed"):
        room.show(STATES[state](), SIZES["1600x1000"])
        for name, shown in opened_dialogs(room, folder):
            picture(shown).save(str(folder / f"dialog_{name}_{state}_{suffix}.png"))


def save_timeframes(folder: Path, room: Showroom, suffix: str) -> None:
    """Save the chart with bars of each length."""
    window = room.show(STATES["connected"](), SIZES["1600x1000"])
    grid = window.content.chart.grid
    assert grid is not None
    for timeframe in SHOWN:
        grid.toolbar.timeframe_chosen.emit(timeframe)
        room.answer()
        picture(window.content.chart).save(str(folder / f"chart_{timeframe.name}_{suffix}.png"))


def main(arguments: Sequence[str]) -> int:
    """Save all pictures, or those of the states, sizes and themes named, to a folder, in English or in German."""
    parser = ArgumentParser(prog="python -m tests.ui.gallery", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("states", nargs="*", choices=(*STATES, []), metavar="STATE")
    parser.add_argument("--sizes", nargs="*", choices=tuple(SIZES), default=tuple(SIZES))
    parser.add_argument("--themes", nargs="*", type=ThemeChoice, default=THEMES)
    parser.add_argument("--language", choices=tuple(LANGUAGES), default=ENGLISH)
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["gallery", "-style", "Fusion"])
    Language(app).speak(given.language)
    theme = Theme(app)
    for choice in given.themes:
        theme.choose(choice)
        suffix, names = f"{choice.value}_{given.language}", given.states or STATES
        save_sheets(given.folder, theme, names)
        room = Showroom(theme)
        save_windows(given.folder, room, suffix, names, given.sizes)
        for name in names:
            save_tabs(given.folder, room, suffix, name, given.sizes)
        save_dialogs(given.folder, room, suffix)
        save_timeframes(given.folder, room, suffix)
        room.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# SPDX-License-Identifier: MIT
"""The end of the window by the trader's hand: what would be left behind is said first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMainWindow

from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.ui.bars.closing_bar import ClosingBar, left_behind
from arbitrex_desktop.ui.bars.status import tool_bar
from arbitrex_desktop.ui.theme.theme import Theme


class Closing(QObject):
    """Asks in a bar of the window, and never twice: the second wish to close is a yes.  GUI thread.

    Attributes:
        bar, tool_bar: the question and its place, hidden until there is something to ask
    """

    def __init__(self, window: QMainWindow, theme: Theme, snapshot: Callable[[], DeskSnapshot | None]) -> None:
        super().__init__(window)
        self._window, self._snapshot = window, snapshot
        self.bar = ClosingBar(theme)
        self.tool_bar = tool_bar(window, "closing", self.bar)
        self.tool_bar.hide()
        self.bar.closed.connect(self.tool_bar.hide)
        self.bar.close_asked.connect(self._leave)

    def quit(self) -> None:
        """Close the window, after the question where it is due."""
        if not self.asks():
            self._leave()

    def asks(self) -> bool:
        """Ask whether to close although something stands open; False where nothing does, or it was asked already."""
        message = left_behind(self._snapshot())
        if not message or self.tool_bar.isVisible():
            return False
        self.tool_bar.show()
        self.bar.open(message)
        return True

    def _leave(self) -> None:
        """Close soon: not from within the menu or bar that goes with the window."""
        QTimer.singleShot(0, self._window.close)

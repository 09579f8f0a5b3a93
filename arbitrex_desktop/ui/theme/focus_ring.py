# SPDX-License-Identifier: MIT
"""The ring around what has the keyboard, for widgets that are painted by hand or by others and show none themselves."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from arbitrex_desktop.ui.theme.theme import Theme

_RINGED: Final = "shows_keyboard_by_ring"
_WIDTH: Final = 2
_MOVES: Final = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Hide, QEvent.Type.Show})


def ring_when_focused(widget: QWidget) -> None:
    """Have the window's ring stand around a widget while that has the keyboard."""
    widget.setProperty(_RINGED, True)


class FocusRing(QWidget):
    """One for a window, over everything in it; takes no mouse and is nothing but its edge.

    It is the window's child wherever it stands, so that it outlives what it stood around.
    """

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._target: QWidget | None = None
        # Docks change places while the keyboard goes from one to another; the ring is placed once they have theirs.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._place)
        self.hide()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the edge; the mask leaves nothing else."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.colours.text)
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Go along with the widget that has the keyboard."""
        if event.type() in _MOVES and watched is self._target:
            self._soon.start()
        return False

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._target is not None:
            self._target.removeEventFilter(self)
        ours = new is not None and new.property(_RINGED) and new.window() is self._window
        self._target = new if ours else None
        if self._target is not None:
            self._target.installEventFilter(self)
        self._soon.start()

    def _place(self) -> None:
        target = self._target
        if target is None or target is not QApplication.focusWidget() or not target.isVisible():
            self.hide()
            return
        self.setGeometry(QRect(target.mapTo(self._window, QPoint(0, 0)), target.size()))
        inner = self.rect().adjusted(_WIDTH, _WIDTH, -_WIDTH, -_WIDTH)
        self.setMask(QRegion(self.rect()) - QRegion(inner))
        self.show()
        self.raise_()

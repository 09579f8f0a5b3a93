# SPDX-License-Identifier: MIT
"""A button that acts on the second press, so that one slip of the hand does nothing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton, quiet

_ARMED_MS: Final = 4_000


class ConfirmButton(FilledButton):
    """The first press asks, the second within four seconds acts; what it acts on may not change in between.

    A double click is one slip of the hand, and counts as one press.

    Signals: `confirmed()`, on the second press; `asking_changed(bool)`, when it begins to ask, or asks no more.
    """

    confirmed = Signal()
    asking_changed = Signal(bool)

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        self._armed = False
        super().__init__(text, theme, lambda colours: colours.warning if self._armed else quiet(colours), parent=parent)
        self._plain = text
        self._question = text
        self._result = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_ARMED_MS)
        self._timer.timeout.connect(self.disarm)
        self.clicked.connect(self._press)

    def set_subject(self, text: str, question: str, result: str = "") -> None:
        """Say what the button is about; when that changes, an armed button asks anew.

        `result` stands behind the question and follows the market: it changes without asking anew.
        """
        self._result = result
        if (text, question) != (self._plain, self._question):
            self._plain, self._question = text, question
            self.disarm()
        if self._armed:
            self._show_question()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the second press of a double click for nothing."""
        event.accept()

    def disarm(self) -> None:
        """Forget the first press."""
        asked, self._armed = self._armed, False
        self._timer.stop()
        self.setText(self._plain)
        if asked:
            self.asking_changed.emit(False)

    def _press(self) -> None:
        if self._armed:
            self.disarm()
            self.confirmed.emit()
            return
        self._armed = True
        self._show_question()
        self._timer.start()
        self.asking_changed.emit(True)

    def _show_question(self) -> None:
        self.setText(f"{self._question} {self._result}".rstrip())

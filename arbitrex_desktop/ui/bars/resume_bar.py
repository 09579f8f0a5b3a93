# SPDX-License-Identifier: MIT
"""Asks, inside the window and without blocking it, why trading should resume."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.badges import FilledButton


class ResumeBar(QWidget):
    """A line for the reason; Resume works once there is one.

    Signals: `resume_asked(str)` with the reason; `closed()` when the bar should go away.
    """

    resume_asked = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reason = QLineEdit()
        self._reason.setPlaceholderText(_("Reason, kept in the journal"))
        self._reason.setMaxLength(200)
        self._resume = FilledButton(_("Resume"), theme, lambda colours: colours.buy)
        self._resume.setEnabled(False)
        cancel = QPushButton(_("Cancel"))
        label = QLabel(_("Resume trading. Why may it go on?"))
        label.setBuddy(self._reason)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 6, 3)
        for widget in (label, self._reason, self._resume, cancel):
            layout.addWidget(widget, 1 if widget is self._reason else 0)
        self._reason.textChanged.connect(lambda text: self._resume.setEnabled(bool(text.strip())))
        self._reason.returnPressed.connect(self._ask_to_resume)
        self._resume.clicked.connect(self._ask_to_resume)
        cancel.clicked.connect(self.closed)

    def open(self) -> None:
        """Start anew, with the keyboard on the reason."""
        self._reason.clear()
        self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let Escape close the bar."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _ask_to_resume(self) -> None:
        reason = self._reason.text().strip()
        if reason:
            self.resume_asked.emit(reason)
            self.closed.emit()

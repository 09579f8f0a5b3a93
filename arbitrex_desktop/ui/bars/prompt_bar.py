# SPDX-License-Identifier: MIT
"""A bar that asks something inside the window, without blocking it: captions, fields, a button, Cancel, words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.metric import TonedLabel


class PromptBar(QWidget):
    """Base of such bars; `message` says what the button would do, or why it cannot, below the fields or `beside` them.

    Signals: `closed()`, when the bar should go away: by Cancel, by Escape, or when it has been answered;
    `asked(TraderCommand)`, the answer, of bars whose answer is a command.
    """

    closed = Signal()
    asked = Signal(object)

    def __init__(self, theme: Theme, *parts: str | QWidget, wide: QWidget | None = None, beside: bool = False) -> None:
        super().__init__()
        self.message = TonedLabel(theme, Tone.MUTED)
        self.message.setWordWrap(True)
        self.cancel = QPushButton(_("Cancel"))
        self.cancel.clicked.connect(self.closed)
        row = QHBoxLayout()
        for part in (*parts, self.cancel):
            row.addWidget(QLabel(part) if isinstance(part, str) else part, 1 if part is wide else 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 3, 6, 3)
        layout.setSpacing(3)
        layout.addLayout(row)
        if beside:
            # As high as two lines, or Qt would ask for the height of a narrow column of text.
            self.message.setFixedHeight(2 * self.message.fontMetrics().lineSpacing())
            row.addSpacing(8)
            row.addWidget(self.message, 1)
            return
        if wide is None:
            row.addStretch(1)
        layout.addWidget(self.message)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let Escape close the bar."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

# SPDX-License-Identifier: MIT
"""A column that scrolls where it is too tall for its room, and is never too narrow for what is in it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

_LEAST_HEIGHT: Final = 54


class VerticalScrollArea(QScrollArea):
    """Scrolls one widget up and down; it looks as if it were not there, until it is needed."""

    def __init__(self, content: QWidget, parent: QWidget | None = None, *, least_height: int = _LEAST_HEIGHT) -> None:
        super().__init__(parent)
        self._least_height = least_height
        self._content = content
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The Tab key goes through the fields; the area scrolls to the one that has the keyboard.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        for part in (self.viewport(), content):
            part.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the content's wish."""
        return self._with_bar(self._content.sizeHint())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the content's least width, beside the scroll bar, and two lines or what was said."""
        return QSize(self._with_bar(self._content.minimumSizeHint()).width(), self._least_height)

    def _with_bar(self, size: QSize) -> QSize:
        return QSize(size.width() + self.verticalScrollBar().sizeHint().width(), size.height())

# SPDX-License-Identifier: MIT
"""A column that scrolls where it is too tall for its room, and is never too narrow for what is in it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QFrame, QScrollArea, QWidget

_LEAST_HEIGHT: Final = 54


class WheelPasser(QObject):
    """Has the mouse wheel scroll past the numbers and choices of a form, which keys and clicks alone change."""

    def __init__(self, form: QWidget) -> None:
        super().__init__(form)
        for kind in (QAbstractSpinBox, QComboBox):
            for field in form.findChildren(kind):
                # Qt's own policy would give the keyboard to a field that the wheel only comes past.
                field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
                field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Leave the wheel to what the field stands in."""
        if event.type() is QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


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
        WheelPasser(content)
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

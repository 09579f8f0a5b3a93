# SPDX-License-Identifier: MIT
"""What a tool can tell of how well a window reads: texts that are cut or covered, numbers that have no room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget

from arbitrex_desktop.ui.theme.theme import fitted
from arbitrex_desktop.ui.widgets.header import CELL_MARGIN
from arbitrex_desktop.ui.widgets.metric import _LEAST_SCALE, ElidedLabel, NumberLabel
from arbitrex_desktop.ui.widgets.table_view import TableView

W = TypeVar("W", bound=QWidget)


def complaints(window: QWidget) -> list[str]:
    """Return in words what does not read well among all that is in sight of a window, nothing when all does."""
    found: list[str] = []
    for table in _in_sight(window, TableView):
        found += _of_table(table)
    for label in _in_sight(window, QLabel):
        found += _of_label(label)
    for button in _in_sight(window, QPushButton):
        found += _of_button(button)
    return found


def _in_sight(window: QWidget, kind: type[W]) -> list[W]:
    children: list[W] = window.findChildren(kind)
    return [each for each in children if each.isVisible() and not each.visibleRegion().isEmpty()]


def _of_label(label: QLabel) -> Iterator[str]:
    text, room = label.text(), label.contentsRect()
    if not text or isinstance(label, ElidedLabel):
        return
    if isinstance(label, NumberLabel):
        font = fitted(label.font(), text, room.width(), _LEAST_SCALE)
        if QFontMetrics(font).horizontalAdvance(text) > room.width():
            yield f"the number {text} has no room"
    elif label.wordWrap():
        if label.heightForWidth(label.width()) > label.height() and not _scrolls(label):
            yield f"{text!r} needs {label.heightForWidth(label.width())} pixels of height, and has {label.height()}"
    elif label.fontMetrics().horizontalAdvance(text) > room.width():
        yield f"{text!r} is cut"
    if not _scrolls(label) and label.visibleRegion().boundingRect() != label.rect():
        yield f"{text!r} is covered"


def _of_button(button: QPushButton) -> Iterator[str]:
    # The mark of the letter that opens it takes no room.
    if button.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, button.text()).width() > button.width():
        yield f"button {button.text()!r} is cut"
    if not _scrolls(button) and button.visibleRegion().boundingRect() != button.rect():
        yield f"button {button.text()!r} is covered"


def _of_table(table: TableView) -> Iterator[str]:
    titles = [column.title for column in table._table_model.columns]
    if table.horizontalScrollBar().isVisible():
        yield f"the table of {titles} has to be scrolled sideways"
    for place, column in enumerate(table._table_model.columns):
        if column.number and not table.isColumnHidden(place):
            room = table.columnWidth(place) - 2 * CELL_MARGIN
            texts = (column.text(row) for row in table._table_model.rows)
            yield from (
                f"{text} in {column.title} is cut"
                for text in texts
                if QFontMetrics(table.font()).horizontalAdvance(text) > room
            )


def _scrolls(widget: QWidget) -> bool:
    """Return whether a widget is in something that scrolls, where what is covered can be brought into sight."""
    parent = widget.parentWidget()
    return parent is not None and (isinstance(parent, QScrollArea) or _scrolls(parent))

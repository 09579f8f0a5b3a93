# SPDX-License-Identifier: MIT
"""The head of a table: titles over their columns with the same margins, and an arrow where it is sorted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from arbitrex_desktop.ui.formats import DOWN_ARROW, UP_ARROW
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular

CELL_MARGIN: Final = 6
"""Pixels left free on both sides of a cell's text."""


class Header(QHeaderView):
    """A horizontal header painted by hand: the style's own sets other margins than the cells have."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setFont(tabular(self.font(), SMALL))
        self.setSectionsClickable(True)
        theme.changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of a line and some air."""
        return QSize(super().sizeHint().width(), self.fontMetrics().height() + 8)

    def wanted_width(self, title: str) -> int:
        """Return how many pixels a title needs, its sort arrow included."""
        arrow = self.fontMetrics().horizontalAdvance(UP_ARROW) if title else 0
        return self.fontMetrics().horizontalAdvance(title) + arrow + 2 * CELL_MARGIN

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:  # noqa: N802 - Qt's name
        """Paint one title."""
        colours, model = self._theme.colours, self.model()
        painter.save()
        painter.fillRect(rect, colours.raised)
        painter.setPen(colours.line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        title = str(model.headerData(section, self.orientation()) or "")
        if section == self.sortIndicatorSection():
            arrow = UP_ARROW if self.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder else DOWN_ARROW
            title = f"{title}{arrow}"
        align = Qt.AlignmentFlag(
            model.headerData(section, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
            or Qt.AlignmentFlag.AlignLeft
        )
        painter.setPen(colours.text if section == self.sortIndicatorSection() else colours.muted)
        painter.drawText(rect.adjusted(CELL_MARGIN, 0, -CELL_MARGIN, 0), int(align), title)
        painter.restore()

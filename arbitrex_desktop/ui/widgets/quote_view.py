# SPDX-License-Identifier: MIT
"""The Market Watch's table: paints the cells that changed and nothing else, by hand.

A delegate per cell costs more than the painting itself (39 ms a frame against 4 ms, measured on a table of this
size), and the Market Watch is repainted up to thirty times a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.ui.models.quotes import QuoteModel, QuoteRow
from arbitrex_desktop.ui.models.table import AnyIndex, Column
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.header import CELL_MARGIN
from arbitrex_desktop.ui.widgets.table_view import TableView, cell_back

_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

_KEPT_COLUMNS: Final = 4
"""Symbol, arrow, bid and ask."""


class QuoteView(TableView):
    """A `TableView` whose cells are painted straight from the model's rows.

    Attributes:
        cells_painted: a count since the start, for tests and benchmarks
    """

    def __init__(self, model: QuoteModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(model, theme, "No symbols yet", parent)
        self._quotes = model
        self.cells_painted = 0

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the room for symbol, bid and ask, beside a scroll bar: a price is never out of sight."""
        least = sum(self.wanted_widths()[:_KEPT_COLUMNS]) + self.verticalScrollBar().sizeHint().width()
        return super().minimumSizeHint().expandedTo(QSize(least, 0))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the cells of the region that needs it."""
        if self._quotes.rowCount() == 0:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        dirty = event.region().boundingRect()
        for row in self._rows_in(dirty):
            self._paint_row(painter, row, event)
        painter.end()

    def dataChanged(  # noqa: N802 - Qt's name
        self, first: AnyIndex, last: AnyIndex, roles: Sequence[int] = ()
    ) -> None:
        """Mark exactly the changed cells for painting; Qt's own mark is a pixel larger, which costs a row more."""
        if QAccessible.isActive():
            super().dataChanged(first, last, roles)
            return
        top = self.rowViewportPosition(first.row())
        bottom = self.rowViewportPosition(last.row()) + self.rowHeight(last.row())
        left = self.columnViewportPosition(first.column())
        right = self.columnViewportPosition(last.column()) + self.columnWidth(last.column())
        self.viewport().update(QRect(left, top, right - left, bottom - top))

    def _rows_in(self, area: QRect) -> range:
        first = self.rowAt(area.top())
        last = self.rowAt(area.bottom())
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else self._quotes.rowCount() - 1) + 1)

    def _paint_row(self, painter: QPainter, row: int, event: QPaintEvent) -> None:
        data = self._quotes.row_at(row)
        if data is None:
            return
        region = event.region()
        top, height = self.rowViewportPosition(row), self.rowHeight(row)
        selected = self.selectionModel().isRowSelected(row)
        back = cell_back(self._theme.colours, row=row, selected=selected)
        for place, column in enumerate(self._quotes.columns):
            rect = QRect(self.columnViewportPosition(place), top, self.columnWidth(place), height)
            if region.intersects(rect):
                painter.fillRect(rect, back)
                text = self._paint_cell(painter, rect, column, data)
                if column.number and self.is_longer(place, text):
                    # Soon, since columns cannot be changed while they are painted.
                    QTimer.singleShot(0, self, partial(self.fit_numbers, row, row))

    def _paint_cell(self, painter: QPainter, rect: QRect, column: Column[QuoteRow], row: QuoteRow) -> str:
        """Paint a cell, and return its text."""
        self.cells_painted += 1
        text = column.text(row)
        if text:
            painter.setPen(self._theme.colours.tone(column.tone(row)))
            align = _RIGHT if column.number else _LEFT
            painter.drawText(rect.adjusted(CELL_MARGIN, 0, -CELL_MARGIN, 0), align, text)
        return text

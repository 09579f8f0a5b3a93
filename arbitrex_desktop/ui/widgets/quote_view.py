# SPDX-License-Identifier: MIT
"""The Market Watch's table: paints the cells that changed and nothing else, by hand.

A delegate per cell costs more than the painting itself (39 ms a frame against 4 ms, measured on a table of this
size), and the Market Watch is repainted up to sixty times a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.models.quotes import COLUMNS, PRICES, TREND, QuoteModel, QuoteRow
from arbitrex_desktop.ui.theme.focus_ring import ring_when_focused
from arbitrex_desktop.ui.theme.price_type import PriceType
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
        super().__init__(model, theme, _("No symbols yet"), parent)
        self._quotes = model
        model.rows_changed.connect(self._on_rows_changed)
        ring_when_focused(self)
        self._price_type = PriceType(self.font())
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
        columns = self._columns_shown()
        for area in event.region():  # type: ignore[attr-defined] # PySide6 has it, its stubs have not
            inside = [each for each in columns if each[1] <= area.right() and each[1] + each[2] > area.left()]
            for row in self._rows_in(area):
                self._paint_row(painter, row, inside)
        painter.end()

    @Slot(object)
    def _on_rows_changed(self, changes: Sequence[tuple[int, QuoteRow, QuoteRow]]) -> None:
        """Mark exactly the cells in sight that read differently now."""
        if QAccessible.isActive():
            last = len(COLUMNS) - 1
            for row, _before, _now in changes:
                self.dataChanged(self._quotes.index(row, 0), self._quotes.index(row, last))
            return
        if not self.isVisible():
            return
        columns, seen = self._columns_shown(), self._rows_in(self.viewport().rect())
        for row, before, now in changes:
            if row not in seen:
                continue
            top, height = self.rowViewportPosition(row), self.rowHeight(row)
            for place, left, width in columns:
                if now.cell(place) != before.cell(place):
                    self.viewport().update(left, top, width, height)

    def _rows_in(self, area: QRect) -> range:
        first = self.rowAt(area.top())
        last = self.rowAt(area.bottom())
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else self._quotes.rowCount() - 1) + 1)

    def _columns_shown(self) -> list[tuple[int, int, int]]:
        """Return place, left and width of the columns that are not hidden."""
        widths = [(place, self.columnWidth(place)) for place in range(len(COLUMNS))]
        return [(place, self.columnViewportPosition(place), width) for place, width in widths if width]

    def _paint_row(self, painter: QPainter, row: int, columns: Sequence[tuple[int, int, int]]) -> None:
        data = self._quotes.row_at(row)
        if data is None:
            return
        top, height = self.rowViewportPosition(row), self.rowHeight(row)
        selected = self.selectionModel().isRowSelected(row)
        back = cell_back(self._theme.colours, row=row, selected=selected)
        for place, left, width in columns:
            self.cells_painted += 1
            painter.fillRect(left, top, width, height, back)
            text, tone = data.cell(place)
            number = COLUMNS[place].number
            if text:
                painter.setPen(self._theme.colours.tone(tone))
                inner = QRect(left + CELL_MARGIN, top, width - 2 * CELL_MARGIN, height)
                if place in PRICES:
                    self._price_type.paint_in(painter, inner, text, data.digits)
                    painter.setFont(self.font())
                elif place == TREND:
                    _paint_trend(painter, inner, data)
                else:
                    painter.drawText(inner, _RIGHT if number else _LEFT, text)
            if number and self.is_longer(place, text):
                # Soon, since columns cannot be changed while they are painted.
                QTimer.singleShot(0, self, partial(self.fit_numbers, row, row))


def _paint_trend(painter: QPainter, area: QRect, row: QuoteRow) -> None:
    """Paint the latest bars and the present bid as a line, from the lowest to the highest of them."""
    values = [*row.closes, row.bid or row.closes[-1]]
    low, span = min(values), (max(values) - min(values)) or 1.0
    step, bottom, height = area.width() / (len(values) - 1), area.bottom() - 3.0, area.height() - 7.0
    painter.drawPolyline(
        [
            QPointF(area.left() + place * step, bottom - (value - low) / span * height)
            for place, value in enumerate(values)
        ]
    )

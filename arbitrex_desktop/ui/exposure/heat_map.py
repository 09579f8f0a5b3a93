# SPDX-License-Identifier: MIT
"""How positions move together: a square for each pair, red where they add to one another, green where they hedge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.theme.colours import mix
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular

_NAME: Final = "XAUUSDm"
_LEAST_CELL: Final = 34
_STRONGEST: Final = 0.5
"""How much of the colour a correlation of 1 has: numbers stay readable on it."""


class HeatMap(QWidget):
    """Correlations of positions, each in the direction held; numbers stand in the squares.

    Attributes:
        names: of rows and columns.
        values: row by row, -1 to 1.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._stale = False
        self.names: tuple[str, ...] = ()
        self.values: tuple[tuple[float, ...], ...] = ()
        self.setFont(tabular(self.font(), SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Correlation of positions"))
        theme.changed.connect(self.update)

    def show_values(self, names: Sequence[str], values: Sequence[Sequence[float]], *, stale: bool) -> None:
        """Show these, to two decimals, which is as exact as it is read; grey when they are not the present."""
        shown = tuple(tuple(round(value, 2) for value in row) for row in values)
        if (tuple(names), shown, stale) != (self.names, self.values, self._stale):
            self.names, self.values, self._stale = tuple(names), shown, stale
            pairs = (self._cell_text(row, column) for row in range(len(names)) for column in range(row))
            self.setAccessibleDescription("; ".join(pairs))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a caption, the names, and a row each; a line where there is nothing to compare."""
        line = self.fontMetrics().height() + 6
        return QSize(220, line * (2 + (len(self.names) if len(self.names) > 1 else 0)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the wish: squares get narrower, and lose their numbers before their colour."""
        return QSize(160, self.sizeHint().height())

    def event(self, event: object) -> bool:
        """Say a square's pair in its tool tip."""
        if isinstance(event, QHelpEvent) and event.type() is QHelpEvent.Type.ToolTip:
            line, left, cell = self._measures()
            row, column = int(event.pos().y() // line) - 2, int((event.pos().x() - left) // cell)
            inside = 0 <= row < len(self.names) and 0 <= column < len(self.names) and row != column
            QToolTip.showText(event.globalPos(), self._cell_text(row, column) if inside else "", self)
            return True
        return super().event(event)  # type: ignore[arg-type] # Qt's stubs want QEvent, which it is

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint names and squares."""
        painter = QPainter(self)
        line, left, cell = self._measures()
        middle, centre = int(Qt.AlignmentFlag.AlignVCenter), int(Qt.AlignmentFlag.AlignCenter)
        painter.setPen(self._theme.colours.muted)
        painter.drawText(QRectF(0.0, 0.0, self.width(), line), middle, _("Moving together"))
        if len(self.names) < 2:  # noqa: PLR2004 - a pair
            painter.drawText(QRectF(0.0, line, self.width(), line), middle, _("Less than two positions to compare"))
            painter.end()
            return
        for place, name in enumerate(self.names):
            painter.setPen(self._theme.colours.muted)
            fitting = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(cell) - 2)
            painter.drawText(QRectF(left + place * cell, line, cell, line), centre, fitting)
            painter.drawText(QRectF(0.0, (place + 2) * line, left, line), middle, name)
            for column, value in enumerate(self.values[place]):
                area = QRectF(left + column * cell, (place + 2) * line, cell, line).adjusted(1.0, 1.0, -1.0, -1.0)
                painter.fillRect(area, self._cell_colour(value if place != column else 0.0))
                painter.setPen(self._theme.colours.text)
                if cell >= _LEAST_CELL and place != column:
                    painter.drawText(area, centre, formats.number(value, 2, signed=True))
        painter.end()

    def _cell_colour(self, value: float) -> QColor:
        colours = self._theme.colours
        if self._stale:
            return colours.raised
        return mix(colours.base, colours.bad if value > 0.0 else colours.good, abs(value) * _STRONGEST)

    def _measures(self) -> tuple[float, float, float]:
        """Return the height of a line, the width of the names, and that of a square."""
        left = float(self.fontMetrics().horizontalAdvance(_NAME))
        return float(self.fontMetrics().height() + 6), left, (self.width() - left) / max(1, len(self.names))

    def _cell_text(self, row: int, column: int) -> str:
        value = self.values[row][column]
        how = _("move together") if value > 0.0 else _("offset one another")
        return _("{names} and {other} {how}: {value}").format(
            names=self.names[row], other=self.names[column], how=how, value=formats.number(value, 2, signed=True)
        )

# SPDX-License-Identifier: MIT
"""The trader's hand on the levels of one chart: drawn, dragged, noted, taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.chart.marks import LineKind, LineOwner, LineRef, PriceLine
from arbitrex_desktop.ui.chart.view import ChartView
from arbitrex_desktop.ui.chart_grid.levels import Level, Levels

_NOTE_WIDTH: Final = 220
_MOST_LETTERS: Final = 80


class NoteField(QLineEdit):
    """Writes a note on the chart: Return or a click elsewhere keeps it, Escape does not."""

    def __init__(self, view: ChartView) -> None:
        super().__init__(view)
        self._view = view
        self.setMaxLength(_MOST_LETTERS)
        self.setPlaceholderText(_("Note"))
        self.setAccessibleName(_("Note of the level"))
        self.level: Level | None = None
        self.hide()

    def open_at(self, level: Level, y: float) -> None:
        """Begin to write a level's note beside its line."""
        self.level = level
        self.setText(level.note)
        self.selectAll()
        self.setFixedWidth(_NOTE_WIDTH)
        self.move(6, max(0, round(y) - self.sizeHint().height() // 2))
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Give up on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.level = None
            self.hide()
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        super().keyPressEvent(event)
        # What a field does with a key is no key of the chart below it.
        event.accept()


class LevelHand(QObject):
    """Makes lines of a symbol's levels, and changes the levels as the trader's hand on the chart asks.

    Attributes:
        symbol: whose levels are on the chart.
    """

    def __init__(self, view: ChartView, levels: Levels) -> None:
        super().__init__(view)
        self._view, self._levels = view, levels
        self.symbol = ""
        self.field = NoteField(view)
        self.field.editingFinished.connect(self._keep_note)
        view.level_wanted.connect(self.add)
        view.edit_wanted.connect(self.edit)
        view.removal_wanted.connect(self.remove)
        view.line_dropped.connect(self._drop)

    def lines(self) -> tuple[PriceLine, ...]:
        """Return the lines of the symbol's levels."""
        return tuple(
            PriceLine(LineRef(LineOwner.LEVEL, each.number), each.price, each.note, LineKind.LEVEL, is_draggable=True)
            for each in self._levels.of(self.symbol)
        )

    def add(self, price: float) -> None:
        """Draw a level at a price, unless there is one: a second would lie on it unseen."""
        if self.symbol and all(each.price != price for each in self._levels.of(self.symbol)):
            self._levels.add(self.symbol, price)

    def edit(self, key: LineRef) -> None:
        """Have the note of the level with this line written."""
        level = self._level(key)
        if level is not None:
            self.field.open_at(level, self._view.price_scale.y(level.price))

    def remove(self, key: LineRef) -> None:
        """Take the level with this line away."""
        level = self._level(key)
        if level is not None:
            self._levels.remove(self.symbol, level.number)

    def _level(self, key: LineRef) -> Level | None:
        """Return the level with this line; None for another line, or one that is gone."""
        levels = self._levels.of(self.symbol) if key.owner is LineOwner.LEVEL else ()
        return next((each for each in levels if each.number == key.number), None)

    def _drop(self, key: LineRef, price: float) -> None:
        level = self._level(key)
        if level is not None:
            self._levels.move(self.symbol, level.number, price)

    def _keep_note(self) -> None:
        level = self.field.level
        if level is None:
            return
        self.field.level = None
        is_done_by_key = self.field.hasFocus()
        self.field.hide()
        if is_done_by_key:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        now = self._levels.get(self.symbol, level.number)
        if now is not None:
            self._levels.change(self.symbol, replace(now, note=self.field.text().strip()))

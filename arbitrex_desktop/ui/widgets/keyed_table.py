# SPDX-License-Identifier: MIT
"""A table in which the chosen row is a thing, not a place: it never slips to the neighbour by itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.table_view import TableView

Row = TypeVar("Row")


class KeyedTable(TableView, Generic[Row]):
    """Remembers the chosen row by its key.

    Qt selects the neighbour when the selected row is removed.  Here that would mean that a trader about to
    approve one intent approves another, so a row that is gone leaves nothing chosen.

    Signals: `choice_changed()`, when another row is chosen, or none.
    """

    choice_changed = Signal()

    def __init__(
        self,
        model: RowTableModel[Row],
        theme: Theme,
        empty: str,
        key: Callable[[Row], Hashable],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, theme, empty, parent)
        self._model = model
        self._key = key
        self._chosen: Hashable | None = None
        self._updating = False
        self.selectionModel().selectionChanged.connect(self._on_selection)

    @property
    def chosen(self) -> Row | None:
        """The chosen row as it is now, None when there is none."""
        return None if self._chosen is None else self._model.row_at(self._model.row_of(self._chosen))

    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show rows; what was chosen stays chosen while it is there, and what is in sight in its place."""
        self._updating = True
        bar = self.verticalScrollBar()
        seen_from = bar.value()
        self._model.set_rows(rows)
        place = -1 if self._chosen is None else self._model.row_of(self._chosen)
        self._select(place)
        bar.setValue(seen_from)
        self._updating = False
        if place < 0 and self._chosen is not None:
            self._chosen = None
            self.choice_changed.emit()

    def choose(self, key: Hashable | None) -> None:
        """Choose the row with a key, or none."""
        self._select(-1 if key is None else self._model.row_of(key))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the first row, or the last, where an arrow is pressed and none is chosen."""
        ends = {Qt.Key.Key_Down: 0, Qt.Key.Key_Up: self._model.rowCount() - 1}
        if self._chosen is None and event.key() in ends and self._model.rowCount():
            self._select(ends[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _select(self, place: int) -> None:
        selection = self.selectionModel()
        if place < 0:
            if selection.hasSelection() or selection.currentIndex().isValid():
                selection.clear()
        elif not selection.isRowSelected(place, QModelIndex()):
            flags = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(self._model.index(place, 0), flags.ClearAndSelect | flags.Rows)

    def _on_selection(self) -> None:
        if self._updating:
            return
        indexes = self.selectionModel().selectedRows()
        row = self._model.row_at(indexes[0].row()) if indexes else None
        chosen = None if row is None else self._key(row)
        if chosen != self._chosen:
            self._chosen = chosen
            self.choice_changed.emit()

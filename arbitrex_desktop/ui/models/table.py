# SPDX-License-Identifier: MIT
"""A table of frozen rows whose columns are declared by data, and which sorts by value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.visible import visible

Row = TypeVar("Row")
SortValue = float | str | None
AnyIndex = QModelIndex | QPersistentModelIndex

TONE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 2
DIGITS_ROLE: Final = Qt.ItemDataRole.UserRole + 3

_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NO_INDEX: Final = QModelIndex()

_MANY: Final = 100
LONG: Final = 1_000
"""Rows from which on a table is shown anew as a whole: told one by one, what differs would be a long pause."""

_ANSWERS: Final[dict[int, str]] = {
    Qt.ItemDataRole.ToolTipRole: "tip",
    TONE_ROLE: "tone",
    SORT_ROLE: "value",
    DIGITS_ROLE: "digits",
}
"""Which attribute of a column answers which role."""


def _plain(_row: object) -> Tone:
    return Tone.TEXT


def _nothing(_row: object) -> str:
    return ""


def _no_price(_row: object) -> int:
    return 0


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its title, the text shown, the value it sorts by, a sample as wide as its widest usual text.

    `number` aligns right; `tone` tells what the text means; `tip` is the tool tip, `hint` that of the header; `digits`,
    of a price, its decimals, by which its pips are set off.
    Where a table is too narrow, columns with the highest `spare` above zero are left out first; and a column of texts
    may be made as narrow as `least`, a sample, where there is one.
    """

    title: str
    text: Callable[[Row], str]
    value: Callable[[Row], SortValue]
    sample: str
    number: bool = True
    tone: Callable[[Row], Tone] = _plain
    tip: Callable[[Row], str] = _nothing
    hint: str = ""
    spare: int = 0
    least: str = ""
    digits: Callable[[Row], int] = _no_price


class RowTableModel(QAbstractTableModel, Generic[Row]):
    """Shows rows told apart by a key; `set_rows` reports to its views only what differs.

    Rows for which `on_top` is true stand before the others, however the table is sorted.

    Selections follow their row when the order changes.  Lives on the GUI thread.
    """

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        parent: QObject | None = None,
        *,
        on_top: Callable[[Row], bool] | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._on_top = on_top
        self._rows: list[Row] = []
        self._sort_column = -1
        self._descending = False

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in the order shown."""
        return tuple(self._rows)

    def row_at(self, row: int) -> Row | None:
        """Return a shown row, None outside of the table."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def row_of(self, key: Hashable) -> int:
        """Return where the row with a key is shown, -1 when it is not."""
        return next((place for place, row in enumerate(self._rows) if self._key(row) == key), -1)

    @Slot()
    def set_rows(self, rows: Iterable[Row]) -> None:
        """Show these rows, in this order unless the user sorted by a column."""
        wanted = self._sorted(list(rows))
        before, after = len(self._rows), len(wanted)
        if after > LONG or before > LONG or (not before and after > _MANY):
            self.beginResetModel()
            self._rows = wanted
            self.endResetModel()
            return
        keys = [self._key(row) for row in wanted]
        self._drop_all_but(set(keys))
        self._reorder(keys)
        for place, (key, row) in enumerate(zip(keys, wanted, strict=True)):
            if place >= len(self._rows) or self._key(self._rows[place]) != key:
                self.beginInsertRows(QModelIndex(), place, place)
                self._rows.insert(place, row)
                self.endInsertRows()
            elif self._rows[place] != row:
                self._rows[place] = row
                self.changed(place)

    def changed(self, row: int, first: int = 0, last: int | None = None) -> None:
        """Tell the views that cells of one row changed."""
        end = len(self.columns) - 1 if last is None else last
        # `index` would ask for the numbers of rows and columns first, four calls from Qt into Python.
        self.dataChanged.emit(self.createIndex(row, first), self.createIndex(row, end))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column's value, now and from now on; -1 gives the rows' own order back at the next `set_rows`."""
        self._sort_column = column
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._reorder([self._key(row) for row in self._sorted(self._rows)])

    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """Return how many rows are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, tone, tool tip, alignment or value to sort by."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.number else _LEFT
        answer = _ANSWERS.get(role)
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(column.text(row))
        return None if answer is None else getattr(column, answer)(row)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title, alignment or hint."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return _(column.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.number else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return _(column.hint) or None
        return None

    def _sorted(self, rows: list[Row]) -> list[Row]:
        rows = self._by_column(rows)
        on_top = self._on_top
        # False sorts before true, and the order among equals stays.
        return rows if on_top is None else sorted(rows, key=lambda row: not on_top(row))

    def _by_column(self, rows: list[Row]) -> list[Row]:
        if not 0 <= self._sort_column < len(self.columns):
            return rows
        value = self.columns[self._sort_column].value
        valued = [(value(row), row) for row in rows]
        known = [pair for pair in valued if pair[0] is not None]
        known.sort(key=lambda pair: _order(pair[0]), reverse=self._descending)
        # What is not known stands last either way: it is neither the least nor the most.
        return [row for _value, row in known] + [row for value, row in valued if value is None]

    def _drop_all_but(self, keys: set[Hashable]) -> None:
        for place in range(len(self._rows) - 1, -1, -1):
            if self._key(self._rows[place]) not in keys:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self._rows[place]
                self.endRemoveRows()

    def _reorder(self, keys: list[Hashable]) -> None:
        """Bring the rows already shown into the order of `keys`, and selections with them."""
        before = [self._key(row) for row in self._rows]
        shown = dict(zip(before, self._rows, strict=True))
        after = [key for key in keys if key in shown]
        if after == before:
            return
        self.layoutAboutToBeChanged.emit()
        self._rows = [shown[key] for key in after]
        places = {key: place for place, key in enumerate(after)}
        for index in self.persistentIndexList():
            moved = self.index(places[before[index.row()]], index.column())
            self.changePersistentIndex(index, moved)
        self.layoutChanged.emit()


def _order(value: SortValue) -> tuple[int, float, str]:
    """Return a key under which numbers sort as numbers and come before texts."""
    if isinstance(value, str):
        return (1, 0.0, value.casefold())
    return (0, value if value is not None and value == value else float("-inf"), "")  # noqa: PLR0124 - false for NaN

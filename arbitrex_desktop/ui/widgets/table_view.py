# SPDX-License-Identifier: MIT
"""The tables of the window: sortable, with tones painted by a small delegate and a word where there are no rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.models.rows_file import Cell, RowsFileWindow, cell_of
from arbitrex_desktop.ui.models.table import DIGITS_ROLE, LONG, TONE_ROLE, AnyIndex, RowTableModel
from arbitrex_desktop.ui.theme.colours import Colours, Tone
from arbitrex_desktop.ui.theme.price_type import PriceType
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.header import CELL_MARGIN, Header
from arbitrex_desktop.ui.widgets.metric import whole_or_hidden
from arbitrex_desktop.ui.widgets.row_menu import row_menu
from arbitrex_desktop.visible import visible

_FEW: Final = 200
"""Rows that are read within a frame or two."""

Row = TypeVar("Row")

_SCREENFUL: Final = 100
"""Rows that a screen shows at most."""

_MARK: Final = 3
"""Pixels of the mark on the left of the chosen row while the keyboard is in the table."""


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of a table's row for a font."""
    return metrics.height() + 7


class CellDelegate(QStyledItemDelegate):
    """Paints a cell's text in its tone; several times faster than the style's own painting.

    Attributes:
        dimmed: whether every text is grey, because what the table shows is not the present
        shows_keyboard: whether the chosen row has a mark on its left, since the keyboard is there
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._price_type = PriceType(parent.font())
        self.dimmed = False
        self.shows_keyboard = False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint background and text; the themes' selection colours keep every tone readable."""
        rect: QRect = option.rect
        colours = self._theme.colours
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, cell_back(colours, row=index.row(), selected=selected))
        text = str(index.data() or "")
        if text:
            tone = Tone.MUTED if self.dimmed else Tone(index.data(TONE_ROLE) or Tone.TEXT)
            painter.setPen(colours.tone(tone))
            inner, digits = rect.adjusted(CELL_MARGIN, 0, -CELL_MARGIN, 0), int(index.data(DIGITS_ROLE) or 0)
            if digits and text[-1].isdigit() and self._price_type.width(text, digits) <= inner.width():
                self._price_type.paint_in(painter, inner, text, digits)
                painter.setFont(option.font)
            else:
                align = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
                fit = whole_or_hidden if align & Qt.AlignmentFlag.AlignRight else elided
                painter.drawText(inner, int(align), fit(painter.fontMetrics(), text, inner.width()))
            if selected and self.shows_keyboard and index.column() == 0:
                painter.fillRect(QRect(rect.left(), rect.top(), _MARK, rect.height()), colours.up)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: N802 - Qt's name
        """Return the size that the text needs."""
        metrics: QFontMetrics = option.fontMetrics
        return QSize(metrics.horizontalAdvance(str(index.data() or "")) + 2 * CELL_MARGIN, row_height(metrics))


def cell_back(colours: Colours, *, row: int, selected: bool) -> Qt.GlobalColor | object:
    """Return the background of a cell."""
    if selected:
        return colours.accent.back
    return colours.alternate if row % 2 else colours.base


def elided(metrics: QFontMetrics, text: str, width: int) -> str:
    """Return a text, shortened with an ellipsis when it does not fit."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


class TableView(QTableView):
    """A table of whole selected rows; its last column takes the room that is left.

    Numbers are never cut: a column of numbers grows with them.  Where there is no room for all columns those that can
    be spared are left out, and long texts get less than they would like.

    Attributes:
        own_menu: makes the owner's part of a row's menu, None where there is nothing to do with the chosen row
    """

    def __init__(self, model: RowTableModel[Row], theme: Theme, empty: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = empty
        self._theme = theme
        self._table_model = model
        self.setModel(model)
        self.setFont(tabular(self.font()))
        self._cells = CellDelegate(theme, self)
        self.setItemDelegate(self._cells)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.own_menu: Callable[[], QMenu | None] = lambda: None
        self._header = Header(theme, self)
        self._unwanted: set[str] = set()
        self._widths = self._first_widths()
        self._given = list(self._widths)
        self._longest = [len(column.sample) for column in model.columns]
        self._set_up_headers()
        model.rowsInserted.connect(lambda _parent, first, last: self.fit_numbers(first, last))
        model.modelReset.connect(self._fit_seen)
        self.verticalScrollBar().valueChanged.connect(self._fit_seen)
        model.modelReset.connect(self.viewport().update)
        theme.changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a modest wish, so that tables give way to figures."""
        return QSize(240, 120)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the header and two rows."""
        return QSize(120, self.horizontalHeader().sizeHint().height() + 2 * row_height(self.fontMetrics()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the rows, or the words for none."""
        super().paintEvent(event)
        if self._table_model.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(self._theme.colours.muted)
            area = self.viewport().rect().adjusted(8, 8, -8, -8)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._empty)
            painter.end()
        if self._cells.shows_keyboard and not self.selectionModel().hasSelection():
            # With a chosen row that row is marked; without one the keyboard would be nowhere to be seen.
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self._theme.colours.up, 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
            painter.end()

    @property
    def empty_text(self) -> str:
        """What stands there while there are no rows."""
        return self._empty

    def set_empty_text(self, message: str) -> None:
        """Change what stands there while there are no rows: none is another thing than not known."""
        if message != self._empty:
            self._empty = message
            self.viewport().update()

    def set_dimmed(self, dimmed: bool) -> None:  # noqa: FBT001 - the one thing it sets
        """Grey every row, or no longer."""
        if dimmed != self._cells.dimmed:
            self._cells.dimmed = dimmed
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the columns that can be spared where there is no room for all."""
        super().resizeEvent(event)
        self._share_out(event.size().width())

    def dataChanged(  # noqa: N802 - Qt's name
        self, first: AnyIndex, last: AnyIndex, roles: Sequence[int] = ()
    ) -> None:
        """Make room for the numbers that changed."""
        super().dataChanged(first, last, roles)
        self.fit_numbers(first.row(), last.row())

    def fit_numbers(self, first: int, last: int) -> None:
        """Make the columns of numbers wide enough for these rows; they never get narrower again."""
        rows = [row for row in map(self._table_model.row_at, range(first, last + 1)) if row is not None]
        before = list(self._widths)
        for place, column in enumerate(self._table_model.columns):
            longest = max((column.text(row) for row in rows), key=len, default="") if column.number else ""
            if self.is_longer(place, longest):
                self._longest[place] = len(longest)
                needed = QFontMetrics(self.font()).horizontalAdvance(longest) + 2 * CELL_MARGIN
                self._widths[place] = max(self._widths[place], needed)
        if self._widths != before:
            self._share_out(self.viewport().width())

    def _fit_seen(self) -> None:
        """Make the columns wide enough for all rows, of a long table for those in sight: looking at all is a pause."""
        count = self._table_model.rowCount()
        if count <= LONG:
            self.fit_numbers(0, count - 1)
            return
        first, last = self.rowAt(0), self.rowAt(self.viewport().height())
        self.fit_numbers(max(0, first), last if last >= 0 else min(count, max(0, first) + _SCREENFUL) - 1)

    def is_longer(self, place: int, text: str) -> bool:
        """Return whether a number is longer than any before in its column; digits being of one width, it is wider."""
        return len(text) > self._longest[place]

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Mark the chosen row: keys act on it."""
        super().focusInEvent(event)
        self._show_keyboard(on=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Take the mark away."""
        super().focusOutEvent(event)
        self._show_keyboard(on=False)

    @property
    def choices(self) -> dict[str, object]:
        """What the user chose, to be kept: columns left out, and the order; safe for JSON."""
        sorted_by = self._header.sortIndicatorSection()
        columns = self._table_model.columns
        title = columns[sorted_by].title if 0 <= sorted_by < len(columns) else ""
        falling = self._header.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        return {"hidden": sorted(self._unwanted), "sorted_by": title, "falling": falling}

    def recall(self, choices: Mapping[str, object]) -> None:
        """Take back what was kept; columns that are no more are passed over."""
        titles = [column.title for column in self._table_model.columns]
        hidden = choices.get("hidden")
        self._unwanted = set(hidden) & set(titles[1:]) if isinstance(hidden, list) else set()
        title = choices.get("sorted_by")
        if title and title in titles:
            order = Qt.SortOrder.DescendingOrder if choices.get("falling") else Qt.SortOrder.AscendingOrder
            self.sortByColumn(titles.index(str(title)), order)
        self._share_out(self.viewport().width())

    def row_menu(self) -> QMenu:
        """Return what can be done with the chosen row, with the rows, and with the columns."""
        menu = self.own_menu() or row_menu(self)
        if menu.actions():
            menu.addSeparator()
        row = self.currentIndex().row()
        copy = menu.addAction(_("Copy the row"), partial(self._copy, [row]))
        copy.setEnabled(row >= 0)
        every = menu.addAction(_("Copy all rows"), self.copy_rows)
        every.setEnabled(self._table_model.rowCount() > 0)
        save = menu.addAction(_("Save all rows\N{HORIZONTAL ELLIPSIS}"), self.save_rows)
        save.setEnabled(every.isEnabled())
        columns = menu.addMenu(_("Columns"))
        self._fill_columns(columns)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Pop the row's menu up: under the mouse, or at the row where a key asked for it."""
        place = event.globalPos()
        index = self.currentIndex()
        if event.reason() is QContextMenuEvent.Reason.Keyboard and index.isValid():
            place = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        self.row_menu().popup(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Copy the whole chosen row with its headings, not one cell of it."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy([self.currentIndex().row()])
        else:
            super().keyPressEvent(event)

    def _copy(self, rows: Iterable[int]) -> None:
        """Put rows with their headings, of the columns in sight, where spreadsheets take them from."""
        header = self._header
        places = [header.logicalIndex(place) for place in range(header.count())]
        places = [place for place in places if not self.isColumnHidden(place)]
        lines = [[_(self._table_model.columns[place].title) for place in places]]
        lines += [[self._text_at(row, place) for place in places] for row in rows if row >= 0]
        if len(lines) > 1:
            QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def copy_rows(self) -> None:
        """Put all rows, of the columns in sight, where spreadsheets take them from."""
        if self._table_model.rowCount() > _FEW:
            self._rows_window(lambda text: visible(" ".join(text.split()))).copy()
        else:
            self._copy(range(self._table_model.rowCount()))

    def save_rows(self) -> QFileDialog:
        """Ask where to save all rows, of the columns in sight, and return the dialog."""
        return self._rows_window(lambda text: cell_of(visible(text))).ask()

    def _rows_window(self, cell: Callable[[str], Cell]) -> RowsFileWindow:
        """Return what reads all rows, of the columns in sight that have a name, beside the window."""
        header = self._header
        places = [header.logicalIndex(place) for place in range(header.count())]
        columns = [self._table_model.columns[place] for place in places if not self.isColumnHidden(place)]
        named, rows = [column for column in columns if column.title], self._table_model.rows

        def read() -> Iterator[list[Cell]]:
            for row in rows:
                yield [cell(column.text(row)) for column in named]

        titles = [_(column.title) for column in named]
        return RowsFileWindow(self.accessibleName(), titles, read, len(rows), self.window())

    def _text_at(self, row: int, column: int) -> str:
        text = self._table_model.index(row, column).data()
        return " ".join(str(text or "").split())

    def column_menu(self) -> QMenu:
        """Return the menu in which columns are chosen; the first always stays."""
        menu = row_menu(self)
        self._fill_columns(menu)
        return menu

    def _fill_columns(self, menu: QMenu) -> None:
        for column in self._table_model.columns[1:]:
            if column.title:
                action = menu.addAction(_(column.title))
                action.setCheckable(True)
                action.setChecked(column.title not in self._unwanted)
                action.toggled.connect(partial(self._choose_column, column.title))

    def _choose_column(self, title: str, wanted: bool) -> None:  # noqa: FBT001 - a slot
        """Show a column, or leave it out; where there is little room those that can be spared still go first."""
        (self._unwanted.discard if wanted else self._unwanted.add)(title)
        self._share_out(self.viewport().width())

    def _pop_up_columns(self, place: QPoint) -> None:
        self.column_menu().popup(self._header.mapToGlobal(place))

    def wanted_widths(self) -> list[int]:
        """Return how wide every column would like to be: its sample, its title, and the numbers seen in it so far."""
        return list(self._widths)

    def _show_keyboard(self, *, on: bool) -> None:
        self._cells.shows_keyboard = on
        self.viewport().update()

    def _first_widths(self) -> list[int]:
        metrics = QFontMetrics(self.font())
        return [
            max(
                metrics.horizontalAdvance(_(column.sample)) + 2 * CELL_MARGIN,
                self._header.wanted_width(_(column.title)),
            )
            for column in self._table_model.columns
        ]

    def _share_out(self, room: int) -> None:
        """Leave columns out and make texts narrower where there is no room; columns set by hand stay as they are."""
        columns = self._table_model.columns
        shown = {place for place, column in enumerate(columns) if column.title not in self._unwanted}
        for place in sorted(shown, key=lambda place: -columns[place].spare):
            if columns[place].spare and sum(self._widths[each] for each in shown) > room:
                shown.remove(place)
        wanted = self._squeezed(shown, sum(self._widths[each] for each in shown) - room)
        for place, width in enumerate(wanted):
            if self.isColumnHidden(place) != (place not in shown):
                self.setColumnHidden(place, place not in shown)
            if self.columnWidth(place) == self._given[place] and width != self._given[place]:
                self._given[place] = width
                self.setColumnWidth(place, width)

    def _squeezed(self, shown: Collection[int], missing: int) -> list[int]:
        """Return the columns' widths when so many pixels are missing: texts that can give up a part of theirs."""
        columns, widths = self._table_model.columns, list(self._widths)
        texts = [place for place in shown if columns[place].least]
        spare = {place: max(0, widths[place] - self._least_width(place)) for place in texts}
        whole = sum(spare.values())
        if missing <= 0 or not whole:
            return widths
        for place in texts:
            widths[place] -= min(spare[place], math.ceil(missing * spare[place] / whole))
        return widths

    def _least_width(self, place: int) -> int:
        column = self._table_model.columns[place]
        least = QFontMetrics(self.font()).horizontalAdvance(column.least) + 2 * CELL_MARGIN
        return max(self._header.wanted_width(_(column.title)), least)

    def _set_up_headers(self) -> None:
        header, height = self._header, row_height(self.fontMetrics())
        self.setHorizontalHeader(header)
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMinimumSectionSize(16)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalHeader().setMinimumSectionSize(height)
        for place, width in enumerate(self._widths):
            self.setColumnWidth(place, width)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._pop_up_columns)

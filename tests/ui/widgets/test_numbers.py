# SPDX-License-Identifier: MIT
"""A part of a number is another number, so none is ever cut: it shrinks, its column grows, or it is hidden."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, fitted
from arbitrex_desktop.ui.widgets.header import CELL_MARGIN
from arbitrex_desktop.ui.widgets.limit_bar import LimitBar
from arbitrex_desktop.ui.widgets.metric import HIDDEN, Metric, whole_or_hidden
from arbitrex_desktop.ui.widgets.table_view import TableView

_YELLOWISH, _BRIGHT = 40, 100
Pair = tuple[str, float]


def column(title: str, place: int, sample: str, **more: object) -> Column[Pair]:
    """Return a column that shows one part of a pair."""
    made = Column[Pair](title, lambda row: f"{row[place]}", lambda row: row[place], sample)
    return replace(made, **more)  # type: ignore[arg-type] # fields of the column


COLUMNS = (
    column("Words", 0, "words enough", number=False, least="words"),
    column("Money", 1, "88.88"),
    column("Spare", 1, "88.88", spare=1),
    column("Last", 0, "last", number=False),
)


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> TableView:
    """Return a shown table of two rows, with room for all columns."""
    model: RowTableModel[Pair] = RowTableModel(COLUMNS, lambda row: row[0])
    view = TableView(model, theme, "nothing")
    qtbot.addWidget(view)
    view.resize(600, 200)
    view.show()
    model.set_rows([("a", 1.5), ("b", 22.75)])
    view.model_under_test = model  # type: ignore[attr-defined] # for the tests below
    return view


def rows(table: TableView, *pairs: Pair) -> None:
    """Show other rows."""
    table.model_under_test.set_rows(pairs)  # type: ignore[attr-defined] # set by the fixture


def needed(table: TableView, text: str) -> int:
    """Return the width of a column that shows a text whole."""
    return QFontMetrics(table.font()).horizontalAdvance(text) + 2 * CELL_MARGIN


@settings(max_examples=60)
@given(text=st.from_regex(r"-?[0-9]{1,12}\.[0-9]{2}", fullmatch=True), width=st.integers(10, 300))
def test_a_fitted_font_fits_or_is_the_least(qapp: QApplication, text: str, width: int) -> None:
    """Never larger than asked for, never smaller than the least, and as wide as there is room where that can be."""
    font = QFont("DejaVu Sans", 12)
    found = fitted(font, text, width, 0.6)
    assert 0.6 * 12 - 0.01 <= found.pointSizeF() <= 12
    fits = QFontMetrics(found).horizontalAdvance(text) <= width
    assert fits or found.pointSizeF() <= 0.6 * 12 + 0.01


def test_a_number_without_room_is_hidden_whole(qapp: QApplication) -> None:
    """It is not shortened, on no side; marks stand for it."""
    metrics = QFontMetrics(QFont())
    assert whole_or_hidden(metrics, "12.50", 500) == "12.50"
    hidden = whole_or_hidden(metrics, "12,345,678.50", metrics.horizontalAdvance("12,345"))
    assert set(hidden) == {HIDDEN}
    assert metrics.horizontalAdvance(hidden) <= metrics.horizontalAdvance("12,345")
    assert whole_or_hidden(metrics, "12", 0) == HIDDEN


def test_a_long_figure_is_painted_whole(qtbot: QtBot, theme: Theme) -> None:
    """It is neither cut, which would change it, nor hidden while a smaller font has room for it."""
    figure = Metric("Capital", theme, "1,888.88")
    qtbot.addWidget(figure)
    figure.show()
    figure.resize(figure._value.minimumWidth(), figure.sizeHint().height())
    figure.show_value("\N{MINUS SIGN}1,098,765.10", Tone.DOWN)
    value = figure._value
    assert value.fontMetrics().horizontalAdvance(value.text()) > value.width()
    pictures = [value.grab().toImage()]
    figure.show_value("\N{MINUS SIGN}1,098,765.20", Tone.DOWN)
    pictures.append(value.grab().toImage())
    # Were the number hidden, every one of its length would look the same.
    assert pictures[0] != pictures[1]


def test_a_column_grows_with_its_numbers_and_never_back(table: TableView) -> None:
    """A longer number widens its column at once, also when a row that is there changes."""
    before = table.columnWidth(1)
    assert before >= needed(table, "22.75")
    rows(table, ("a", 1.5), ("b", 123_456_789.25))
    grown = table.columnWidth(1)
    assert grown >= needed(table, "123456789.25") > before
    rows(table, ("a", 1.5), ("b", 1.0))
    assert table.columnWidth(1) == grown
    rows(table, ("a", 1.5), ("b", 1.0), ("c", 987_654_321_000.25))
    assert table.columnWidth(1) >= needed(table, "987654321000.25")


def test_a_narrow_table_leaves_out_what_can_be_spared_then_shortens_texts(table: TableView) -> None:
    """First the spare column goes, then the long text gets narrower, down to its least; numbers keep their room."""
    widths = table.wanted_widths()
    whole = sum(widths) - widths[2]
    table.resize(whole, 200)
    assert table.isColumnHidden(2)
    assert table.columnWidth(0) == widths[0]
    table.resize(whole - 20, 200)
    assert needed(table, "words") <= table.columnWidth(0) <= widths[0] - 20
    assert table.columnWidth(1) == widths[1]
    table.resize(600, 200)
    assert not table.isColumnHidden(2)
    assert table.columnWidth(0) == widths[0]


def test_a_column_set_by_hand_stays(table: TableView) -> None:
    """What the user chose is not taken back when the window changes."""
    table.setColumnWidth(0, 222)
    table.resize(200, 200)
    table.resize(600, 200)
    assert table.columnWidth(0) == 222


def test_a_limit_bar_shows_its_numbers_before_its_caption(qtbot: QtBot, theme: Theme) -> None:
    """Where both do not fit the caption is shortened; the numbers never run into it."""
    bar = LimitBar("Loss this week, floating included", theme)
    qtbot.addWidget(bar)
    bar.show()
    bar.show_used(0.9, "48,765,432 of 55,000,000 JPY")
    bar.resize(230, bar.sizeHint().height())
    picture = bar.grab().toImage()
    texts = [(x, picture.pixelColor(x, y)) for x in range(230) for y in range(bar.height() - 11)]
    # The numbers are yellow, the caption is grey; their edges are mixed with the background.
    numbers = [x for x, colour in texts if colour.red() - colour.blue() > _YELLOWISH]
    caption = [x for x, colour in texts if colour.lightness() > _BRIGHT and colour.blue() > colour.red()]
    assert caption
    assert max(caption) < min(numbers)
    assert max(numbers) >= 225

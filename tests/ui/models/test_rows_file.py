# SPDX-License-Identifier: MIT
"""Every table's rows can be saved as they are shown: whole or not at all, off the window's thread, and given up."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.models.rows_file import Cell, RowsFileWindow, cell_of, write_rows
from arbitrex_desktop.ui.models.table import Column, RowTableModel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.table_view import TableView
from tests.ui.conftest import OPEN_MS

Pair = tuple[str, float]
COLUMNS = (
    Column[Pair]("Symbol", lambda row: row[0], lambda row: row[0], "EURUSD", number=False),
    Column[Pair]("", lambda _row: "x", lambda _row: 0.0, "x"),
    Column[Pair]("Profit", lambda row: f"{row[1]:+,.2f}".replace("-", "\N{MINUS SIGN}"), lambda row: row[1], "1.00"),
)


def rows() -> Iterator[list[Cell]]:
    """Yield a thousand rows."""
    for place in range(1_000):
        yield [f"S{place}", place]


@pytest.fixture
def table(qtbot: QtBot, theme: Theme) -> TableView:
    """Return a shown table of two rows."""
    model: RowTableModel[Pair] = RowTableModel(COLUMNS, lambda row: row[0])
    view = TableView(model, theme, "nothing")
    view.setAccessibleName("Open positions")
    qtbot.addWidget(view)
    view.show()
    model.set_rows([("EURUSD", -1_234.5), ("=cmd", 2.0)])
    model.setParent(view)
    return view


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("1.16401", 1.16401), ("\N{MINUS SIGN}1,234.50", -1234.5), ("+7", 7), ("\N{EN DASH}", None), ("", None),
        ("0.4 %", "0.4 %"), ("two\nlines", "two lines"), ("12:30:01", "12:30:01"), ("nan", "nan"), ("1e5", "1e5"),
        ("1.2.3", "1.2.3"), ("-", "-"),
    ],
)  # fmt: skip
def test_numbers_are_numbers_and_words_are_words(text: str, cell: Cell) -> None:
    """As a spreadsheet wants them: no thousands separator, no sign that is no ASCII."""
    assert cell_of(text) == cell
    assert type(cell_of(text)) is type(cell)


def test_a_file_tells_how_far_it_is_and_is_whole_or_not_there(tmp_path: Path) -> None:
    """What is given up leaves the old file, and no half of the new one."""
    told: list[int] = []
    write_rows(("A", "B"), rows(), tmp_path / "a.csv", told.append)
    assert told == [0, 256, 512, 768]
    before = (tmp_path / "a.csv").read_bytes()

    def give_up(done: int) -> None:
        if done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write_rows(("A", "B"), rows(), tmp_path / "a.csv", give_up)
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == before


@pytest.mark.parametrize("ending", [".csv", ".json"])
def test_the_menu_of_a_table_saves_what_it_shows(table: TableView, qtbot: QtBot, tmp_path: Path, ending: str) -> None:
    """Columns that have a title, rows in their order; what a spreadsheet would run is text."""
    save = next(action for action in table.row_menu().actions() if action.text().startswith("Save all rows"))
    assert save.isEnabled()
    dialog = table.save_rows()
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(dialog, QFileDialog)
    assert isinstance(name, QLineEdit)
    path = tmp_path / f"rows{ending}"
    name.setText(str(path))
    dialog.accept()
    qtbot.waitUntil(path.exists, timeout=OPEN_MS)
    (window,) = table.window().findChildren(RowsFileWindow)
    qtbot.waitUntil(lambda: str(path) in window.message.text(), timeout=OPEN_MS)
    text = path.read_text(encoding="utf-8")
    if ending == ".json":
        assert json.loads(text) == [{"Symbol": "EURUSD", "Profit": -1234.5}, {"Symbol": "=cmd", "Profit": 2.0}]
    else:
        assert list(csv.reader(text.splitlines())) == [["Symbol", "Profit"], ["EURUSD", "-1234.5"], ["'=cmd", "2.0"]]
    window.close()


def test_many_rows_are_copied_beside_the_window(table: TableView, qtbot: QtBot) -> None:
    """As few are, with headings, in the order shown; one that has no value is empty."""
    QGuiApplication.clipboard().setText("")
    table.copy_rows()
    shown = QGuiApplication.clipboard().text()
    assert shown.split("\n")[1].endswith("\N{MINUS SIGN}1,234.50")
    model = table.model()
    assert isinstance(model, RowTableModel)
    model.set_rows([(f"S{place}", float(place)) for place in range(1_000)])
    table.copy_rows()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().startswith("Symbol\tProfit"), timeout=OPEN_MS)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert (len(lines), lines[1], lines[-1]) == (1_001, "S0\t+0.00", "S999\t+999.00")


def test_a_folder_that_is_not_there_is_said_in_words(table: TableView, qtbot: QtBot, tmp_path: Path) -> None:
    """Why, and no file."""
    window = RowsFileWindow("Orders", ("A", "B"), rows, 1_000, table.window())
    window.save(tmp_path / "missing" / "a.csv")
    qtbot.waitUntil(lambda: "Not saved" in window.message.text(), timeout=OPEN_MS)
    assert "it is not there" in window.message.text()
    assert (window.isVisible(), window.progress.isHidden(), window.button.text()) == (True, True, "Close")
    window.close()

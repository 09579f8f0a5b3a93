# SPDX-License-Identifier: MIT
"""The table model sorts by value and tells its views only what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.ui.models.table import SORT_ROLE, TONE_ROLE, Column, RowTableModel
from arbitrex_desktop.ui.theme.colours import Tone


@dataclass(frozen=True)
class Item:
    """A row of the test."""

    name: str
    size: float | None = 0.0


COLUMNS = (
    Column[Item]("Name", lambda row: row.name, lambda row: row.name, "xxxx", number=False, tip=lambda row: row.name),
    Column[Item](
        "Size",
        lambda row: f"{row.size}",
        lambda row: row.size,
        "8.88",
        tone=lambda row: Tone.DOWN if row.size and row.size < 0 else Tone.TEXT,
        hint="how large",
    ),
)


@pytest.fixture
def model(qapp: QApplication) -> RowTableModel[Item]:
    """Return an empty model."""
    del qapp
    return RowTableModel(COLUMNS, lambda row: row.name)


def names(model: RowTableModel[Item]) -> list[str]:
    """Return the order shown."""
    return [row.name for row in model.rows]


def changed_rows(model: RowTableModel[Item]) -> list[int]:
    """Return a list that fills with the rows that change."""
    seen: list[int] = []
    model.dataChanged.connect(lambda first, last: seen.extend(range(first.row(), last.row() + 1)))
    return seen


def test_numbers_sort_as_numbers(model: RowTableModel[Item]) -> None:
    """9 stands before 10, although the text says otherwise; what is not known stands last either way."""
    model.set_rows([Item("a", 10.0), Item("b", 9.0), Item("c", None), Item("d", -100.0), Item("e", float("nan"))])
    model.sort(1, Qt.SortOrder.AscendingOrder)
    assert names(model) == ["e", "d", "b", "a", "c"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert names(model) == ["a", "b", "d", "e", "c"]


def test_only_changed_rows_are_reported(model: RowTableModel[Item]) -> None:
    """Setting rows of which one differs reports that one."""
    rows = [Item("a", 1.0), Item("b", 2.0), Item("c", 3.0)]
    model.set_rows(rows)
    seen = changed_rows(model)
    model.set_rows([rows[0], replace(rows[1], size=5.0), rows[2]])
    assert seen == [1]
    model.set_rows(list(model.rows))
    assert seen == [1]


def test_a_selection_follows_its_row(model: RowTableModel[Item]) -> None:
    """A persistent index points to the same row after a new order, and to none when the row is gone."""
    model.set_rows([Item("a", 1.0), Item("b", 2.0)])
    kept = QPersistentModelIndex(model.index(0, 0))
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert kept.row() == 1
    model.set_rows([Item("b", 2.0)])
    assert not kept.isValid()


def test_roles(model: RowTableModel[Item]) -> None:
    """Text, tone, alignment, value and tool tip come from the column; headers have titles and hints."""
    model.set_rows([Item("a", -1.5)])
    index = model.index(0, 1)
    assert index.data() == "-1.5"
    assert index.data(TONE_ROLE) == Tone.DOWN
    assert index.data(SORT_ROLE) == -1.5
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "a"
    assert index.data(Qt.ItemDataRole.DecorationRole) is None
    assert model.data(QModelIndex()) is None
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Size"
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "how large"
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.DecorationRole) is None
    assert model.headerData(0, Qt.Orientation.Vertical) is None
    assert model.row_at(9) is None
    assert model.row_of("z") == -1


item_lists = st.lists(
    st.builds(Item, st.sampled_from("abcdefgh"), st.one_of(st.none(), st.floats(-9, 9))),
    max_size=8,
    unique_by=lambda item: item.name,
)


@given(st.lists(st.tuples(item_lists, st.integers(-1, 1), st.booleans()), min_size=1, max_size=6))
def test_any_sequence_of_rows_keeps_the_model_true(
    qapp: QApplication, steps: list[tuple[list[Item], int, bool]]
) -> None:
    """Whatever rows and orders follow one another, the model shows exactly them, and breaks no rule of Qt's."""
    del qapp
    model: RowTableModel[Item] = RowTableModel(COLUMNS, lambda row: row.name)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    for rows, column, descending in steps:
        model.set_rows(rows)
        model.sort(column, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
        assert sorted(names(model)) == sorted(row.name for row in rows)
        assert {row.name: row for row in model.rows} == {row.name: row for row in rows}
        if column == 1:
            sizes = [row.size for row in model.rows if row.size is not None]
            assert sizes == sorted(sizes, reverse=descending)


def test_what_cannot_be_seen_is_shown_as_such(qapp: QApplication) -> None:
    """A mark of writing direction in a name of somebody else's choice turns no cell around."""
    del qapp
    model: RowTableModel[Item] = RowTableModel(COLUMNS, lambda row: row.name)
    model.set_rows([Item("EUR\N{RIGHT-TO-LEFT OVERRIDE}DSU")])
    assert model.index(0, 0).data() == "EUR\\u202eDSU"

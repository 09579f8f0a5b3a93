# SPDX-License-Identifier: MIT
"""Every row of every table has a menu, by mouse and by key; rows are copied whole, with their headings."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.ui.commands import CancelOrder
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.decisions import DecisionsPanel
from arbitrex_desktop.ui.panels.notices import NoticesPanel
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.panels.pending import PendingPanel
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.table_view import TableView
from tests.fakes.desk_data import intent_row, order_row, position_row
from tests.ui.conftest import OPEN_MS, WindowMaker

Fresh = Callable[..., Freshness]


def texts(menu: QMenu | None) -> list[str]:
    """Return the entries of a menu."""
    assert menu is not None
    return [action.text() for action in menu.actions() if action.text()]


def test_a_position_has_its_menu(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """What the buttons do, the way to its chart, copying and the columns."""
    panel = PositionsPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(positions=(position_row(ticket=7, symbol="USDJPY"),)))
    panel.view.choose(7)
    found = texts(panel.view.row_menu())
    save = "Save all rows\N{HORIZONTAL ELLIPSIS}"
    assert found[-5:] == ["Chart and ticket of USDJPY", "Copy the row", "Copy all rows", save, "Columns"]
    assert len(found) == 11


def test_an_order_is_cancelled_from_its_menu(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """The menu presses the button, which asks once more."""
    panel = OrdersPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(orders=(order_row(ticket=9, symbol="EURUSD"),)))
    panel.view.choose(9)
    asked: list[object] = []
    panel.asked.connect(asked.append)
    for _ in range(2):
        menu = panel.menu()
        assert menu is not None
        menu.actions()[1].trigger()
    assert asked == [CancelOrder(9)]


def test_a_decision_and_a_message_are_copied(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """Why an intent was refused goes to the clipboard; without a chosen row there is nothing of its own to do."""
    panel = DecisionsPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(intents=(intent_row(intent_id="A", state=IntentState.REJECTED, reason="too large"),)))
    assert panel.menu() is None
    panel.view.choose("A")
    menu = panel.menu()
    assert menu is not None
    menu.actions()[-1].trigger()
    assert QGuiApplication.clipboard().text() == "too large"
    assert NoticesPanel(theme).menu() is None


def test_a_card_has_its_menu(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """Approve and Reject name the trade; they do nothing once another card was chosen."""
    panel = PendingPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(intents=(intent_row(intent_id="A"), intent_row(intent_id="B"))))
    panel.deck.choose("A")
    menu = panel.menu()
    assert texts(menu)[0].startswith("Approve")
    assert menu is not None
    asked: list[object] = []
    panel.asked.connect(asked.append)
    panel.deck.choose("B")
    menu.actions()[1].trigger()
    assert asked == []


def test_a_row_is_copied_whole_with_its_headings(qtbot: QtBot, theme: Theme, fresh: Fresh) -> None:
    """Ctrl+C gives headings and cells as a spreadsheet takes them; columns left out are left out."""
    panel = OrdersPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(1200, 200)
    panel.show()
    panel.refresh(fresh(orders=(order_row(ticket=9, symbol="EURUSD"), order_row(ticket=10, symbol="USDJPY"))))
    panel.view.choose(9)
    QTest.keyClick(panel.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    head, row = QGuiApplication.clipboard().text().split("\n")
    assert head.split("\t")[0] == "Symbol"
    assert row.split("\t")[0] == "EURUSD"
    assert len(head.split("\t")) == len(row.split("\t"))
    menu = panel.view.row_menu()
    next(action for action in menu.actions() if action.text() == "Copy all rows").trigger()
    assert len(QGuiApplication.clipboard().text().split("\n")) == 3


@pytest.mark.slow
def test_the_menu_key_pops_up_a_menu_in_every_table(open_window: WindowMaker, qtbot: QtBot) -> None:
    """In each table of the window, empty or not."""
    window = open_window()
    tables = window.findChildren(TableView)
    assert len(tables) >= 8
    for table in tables:
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), table.mapToGlobal(QPoint(5, 5)))
        QApplication.sendEvent(table, event)
        popup = QApplication.activePopupWidget()
        assert isinstance(popup, QMenu), table.accessibleName()
        assert "Columns" in texts(popup)
        popup.close()
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None, timeout=OPEN_MS)

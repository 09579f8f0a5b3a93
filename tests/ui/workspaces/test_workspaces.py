# SPDX-License-Identifier: MIT
"""Workspaces: each as it was left, the trader's own kept, and a way back."""

from __future__ import annotations

import base64

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QInputDialog, QTabBar
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.docks import LEAST_SIZE
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.widgets.table_view import TableView
from arbitrex_desktop.ui.window_state import WindowState
from arbitrex_desktop.ui.workspaces.layouts import WORKSPACES, Workspace
from tests.ui.conftest import OPEN_MS, WindowMaker
from tests.ui.test_main_window import RememberedState, action

pytestmark = pytest.mark.slow

NAMES = [each.name for each in WORKSPACES]


def open_panels(window: MainWindow) -> set[str]:
    """Return the panels that are not closed."""
    return {name for name, dock in window.content._docks.docks.items() if not dock.isHidden()}


def tabs_of(window: MainWindow) -> QTabBar:
    """Return the row of names beside the menus."""
    tabs = window.menuBar().cornerWidget()
    assert isinstance(tabs, QTabBar)
    return tabs


@pytest.mark.parametrize("size", [LEAST_SIZE, QSize(1920, 1080)], ids=["least", "large"])
@pytest.mark.parametrize("workspace", WORKSPACES, ids=NAMES)
def test_each_shows_its_panels(workspace: Workspace, size: QSize, open_window: WindowMaker, qtbot: QtBot) -> None:
    """All that it names are there and no other, whatever the window's size; HALT stays in sight."""
    window = open_window()
    window.resize(size)
    content = window.content
    content.workspaces.show(workspace.name)
    content.workspaces.reset()
    assert open_panels(window) == content._docks.layout.names
    assert content._docks.layout in workspace.layouts
    qtbot.waitUntil(content.top_bar.halt.isVisible, timeout=OPEN_MS)
    assert window.size() == size


def test_a_key_brings_each_up(open_window: WindowMaker) -> None:
    """The menu has an entry with a key for each; the tabs and its mark go along."""
    window = open_window()
    for workspace in reversed(WORKSPACES):
        entry = window.findChild(QAction, f"workspace_{workspace.name}")
        assert entry is not None
        assert entry.shortcut() == QKeySequence(workspace.keys)
        entry.trigger()
        assert window.content.workspaces.current == workspace.name
        assert tabs_of(window).tabText(tabs_of(window).currentIndex()) == workspace.name
        assert entry.isChecked()


def test_a_tab_brings_each_up(open_window: WindowMaker) -> None:
    """A click on a name is enough."""
    window = open_window()
    tabs_of(window).setCurrentIndex(1)
    assert window.content.workspaces.current == "Review"
    assert "closed" in open_panels(window)
    assert tabs_of(window).accessibleName()


def test_each_is_as_it_was_left(open_window: WindowMaker) -> None:
    """What was closed in one stays closed there, and is no matter of another."""
    window = open_window()
    docks, workspaces = window.content._docks.docks, window.content.workspaces
    docks["notices"].close()
    workspaces.show("Review")
    docks["statistics"].close()
    workspaces.show("Trade")
    assert "notices" not in open_panels(window)
    workspaces.show("Review")
    assert "statistics" not in open_panels(window)
    workspaces.reset()
    assert "statistics" in open_panels(window)


def test_ones_own_is_kept_over_a_restart(open_window: WindowMaker) -> None:
    """Name, panels, and which one was shown last."""
    memory = RememberedState()
    window = open_window(memory=memory)
    docks = window.content._docks.docks
    for name in ("equity", "notices", "history"):
        docks[name].close()
    assert window.content.workspaces.save_as("  Morning   desk ") == ""
    shown = open_panels(window)
    window.close()
    again = open_window(memory=memory)
    workspaces = again.content.workspaces
    assert workspaces.names == (*NAMES, "Morning desk")
    assert workspaces.current == "Morning desk"
    assert open_panels(again) == shown
    docks = again.content._docks.docks
    docks["orders"].close()
    workspaces.show("Trade")
    workspaces.show("Morning desk")
    assert "orders" not in open_panels(again)
    workspaces.reset()
    assert open_panels(again) == shown
    workspaces.remove()
    assert (workspaces.names, workspaces.current) == (tuple(NAMES), "Trade")


def test_a_name_is_asked_for_without_holding_anything_up(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The dialog is the trader's own doing; one of the program's names is refused in words."""
    window = open_window()
    action(window, "Save as a new workspace").trigger()
    dialog = window.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("review")
    dialog.accept()
    qtbot.waitUntil(lambda: len(window.findChildren(QInputDialog)) > 1, timeout=OPEN_MS)
    asked = window.findChildren(QInputDialog)[-1]
    assert "one of the program's own" in asked.labelText()
    asked.setTextValue("Mine")
    asked.accept()
    assert window.content.workspaces.current == "Mine"
    assert tabs_of(window).tabText(len(NAMES)) == "Mine"


def test_a_name_must_be_one(open_window: WindowMaker) -> None:
    """Blanks are none, and nothing is changed by them."""
    workspaces = open_window().content.workspaces
    assert workspaces.save_as("   ") != ""
    assert workspaces.names == tuple(NAMES)


def test_what_was_kept_and_cannot_be_read_is_left_out(open_window: WindowMaker) -> None:
    """A damaged file costs a layout and no more."""
    kept = WindowState(
        workspaces={"current": "Gone", "own": {"Bad": "no base64!", "Odd": base64.b64encode(b"x").decode()}, "left": 7}
    )
    window = open_window(memory=RememberedState(kept))
    assert window.content.workspaces.current == "Trade"
    assert window.content.workspaces.names == (*NAMES, "Odd")
    window.content.workspaces.show("Odd")
    assert "chart" in open_panels(window)


def test_a_bar_that_was_there_stays(open_window: WindowMaker) -> None:
    """Another workspace neither brings a bar up nor takes one away."""
    window = open_window()
    window.content._open_resume()
    window.content.workspaces.show("Review")
    window.content.workspaces.show("Trade")
    assert not window.content._resume_toolbar.isHidden()
    assert window.content._arming_toolbar.isHidden()


def test_every_table_keeps_its_columns(open_window: WindowMaker) -> None:
    """Also those beside a panel's first one: alerts that call, and the checks of what is chosen."""
    memory = RememberedState()
    window = open_window(memory=memory)
    tables = [table for panel in window.content.panels.values() for table in panel.findChildren(TableView)]
    left_out = {}
    for table in tables:
        title = table._table_model.columns[-1].title
        table.recall({"hidden": [title]})
        left_out[table.accessibleName()] = [title]
    window.close()
    again = open_window(memory=memory)
    found = [table for panel in again.content.panels.values() for table in panel.findChildren(TableView)]
    assert {table.accessibleName(): table.choices["hidden"] for table in found} == left_out
    assert len(tables) == len(found) > len(again.content.panels) - 4


def test_a_new_workspace_has_its_tab_beside_the_others(open_window: WindowMaker, qtbot: QtBot) -> None:
    """None of them is scrolled out of sight where there is room, nor after one is deleted."""
    window = open_window()
    window.resize(1600, 1000)
    tabs = window.menuBar().cornerWidget()
    assert isinstance(tabs, QTabBar)

    def all_are_seen() -> bool:
        rects = [tabs.tabRect(place) for place in range(tabs.count())]
        return all(tabs.rect().contains(each) for each in rects)

    for name in ("Morning desk", "After the news"):
        window.content.workspaces.save_as(name)
        qtbot.waitUntil(all_are_seen, timeout=OPEN_MS)
    assert tabs.count() == len(NAMES) + 2
    window.content.workspaces.remove()
    qtbot.waitUntil(all_are_seen, timeout=OPEN_MS)
    assert tabs.isVisible()

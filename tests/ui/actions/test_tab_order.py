# SPDX-License-Identifier: MIT
"""Tab goes through a panel as the eye does, and where it has come to is seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.actions.tab_order import reached_by_tab
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from tests.fakes.desk_states import STATES
from tests.ui.conftest import OPEN_MS
from tests.ui.reading_order import by_eye, tabbed_through
from tests.ui.showroom import Showroom

pytestmark = pytest.mark.slow


@pytest.fixture
def room(theme: Theme, qtbot: QtBot) -> Iterator[Showroom]:
    """Return a window with rows in every table, which has the keyboard."""
    made = Showroom(theme)
    window = made.show(STATES["connected"](), QSize(1600, 1000))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=OPEN_MS)
    yield made
    made.close()


def brought_forward(room: Showroom, qtbot: QtBot, name: str) -> QWidget:
    """Return a panel that is in front of those that share its place."""
    panel = room.window.content.panels[name]
    room.window.content._docks.bring_forward(name)
    qtbot.waitUntil(lambda: not panel.visibleRegion().isEmpty(), timeout=OPEN_MS)
    return panel


def seen_of(widget: QWidget) -> QImage:
    """Return what is seen where a widget stands, the ring over it too, which comes a turn of the loop later."""
    QTest.qWait(1)
    window = widget.window()
    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    return window.grab(place).toImage()


def test_tab_goes_row_by_row(room: Showroom, qtbot: QtBot) -> None:
    """In every panel, from the top, each row from the left."""
    amiss: list[str] = []
    reached = 0
    for name in room.window.content.panels:
        panel = brought_forward(room, qtbot, name)
        found = tabbed_through(panel)
        reached += len(found)
        if found != by_eye(found, panel):
            amiss.append(f"{name}: {[each.accessibleName() or type(each).__name__ for each in found]}")
    assert amiss == []
    assert reached > 40


def test_the_whole_ticket_is_gone_through_in_order(room: Showroom, qtbot: QtBot) -> None:
    """An order that rests and the signal's fields have their places in the row, too."""
    ticket = room.window.content.intent_form
    brought_forward(room, qtbot, ticket.name)
    ticket.entry.kind.setCurrentIndex(1)
    ticket.entry.price.field.setText("1.2")
    ticket.fields.fold.setChecked(True)
    qtbot.waitUntil(ticket.fields.confidence.isVisible, timeout=OPEN_MS)
    found = tabbed_through(ticket)
    assert found == by_eye(found, ticket)
    assert {ticket.fields.confidence, ticket.entry.price.field, ticket.submit} <= set(found)
    assert found[-1] is ticket.submit


@pytest.mark.parametrize("choice", [ThemeChoice.DARK, ThemeChoice.LIGHT])
def test_where_the_keyboard_is_can_be_seen(room: Showroom, qtbot: QtBot, theme: Theme, choice: ThemeChoice) -> None:
    """Whatever Tab reaches looks different while it has the keyboard, empty tables too."""
    theme.choose(choice)
    unseen: list[str] = []
    seen: dict[QWidget, QImage] = {}
    for state in ("connected", "empty"):
        room.show(STATES[state](), QSize(1600, 1000))
        for name in room.window.content.panels:
            panel = brought_forward(room, qtbot, name)
            room.window.setFocus()
            without = {each: seen_of(each) for each in (panel, *reached_by_tab(panel)) if each.isVisible()}
            reached = tabbed_through(panel, lambda widget: seen.setdefault(widget, seen_of(widget)))
            unseen += [f"{state}, {name}: {type(each).__name__}" for each in reached if seen[each] == without[each]]
            seen.clear()
    assert unseen == []


def test_f6_goes_over_the_panels_in_sight_as_the_eye_does(room: Showroom) -> None:
    """From the left of the upper row on, back to the first at the end; Shift+F6 goes the other way."""
    window = room.window
    window.content.focus_first()
    seen = [_panel_with_keyboard(room)]
    for _step in range(6):
        QTest.keyClick(window, Qt.Key.Key_F6)
        seen.append(_panel_with_keyboard(room))
    assert seen == ["market_watch", "chart", "intent_form", "account", "positions", "pending", "market_watch"]
    QTest.keyClick(window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert _panel_with_keyboard(room) == "pending"


def _panel_with_keyboard(room: Showroom) -> str:
    focus = QApplication.focusWidget()
    assert focus is not None
    panels = room.window.content.panels.items()
    return next(name for name, panel in panels if panel is focus or panel.isAncestorOf(focus))

# SPDX-License-Identifier: MIT
"""The order in which the eye goes over what can be reached by Tab, and the order in which Tab goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from arbitrex_desktop.ui.actions.tab_order import reached_by_tab

_MOST_STEPS = 200


def tabbed_through(panel: QWidget, seen: Callable[[QWidget], object] = lambda _widget: None) -> list[QWidget]:
    """Return the widgets of a panel that Tab reaches, pressed from its first one on until it leaves the panel.

    `seen` is called for each while it has the keyboard.
    """
    first = next((each for each in reached_by_tab(panel) if each.isVisible() and each.isEnabled()), None)
    if first is None:
        return []
    # A shortcut that takes the keyboard somewhere counts as the keyboard, too: Qt shows where it is.
    first.setFocus(Qt.FocusReason.ShortcutFocusReason)
    found: list[QWidget] = []
    for _step in range(_MOST_STEPS):
        focus = QApplication.focusWidget()
        if focus is None or not panel.isAncestorOf(focus) or focus in found:
            break
        found.append(focus)
        seen(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    return found


def by_eye(widgets: Iterable[QWidget], panel: QWidget) -> list[QWidget]:
    """Return widgets row by row from the top, each row from the left; what stands level is one row."""
    rows: list[list[tuple[QRect, QWidget]]] = []
    for place, widget in sorted(((_place(each, panel), each) for each in widgets), key=lambda pair: pair[0].top()):
        if rows and place.center().y() <= rows[-1][0][0].bottom():
            rows[-1].append((place, widget))
        else:
            rows.append([(place, widget)])
    return [widget for row in rows for _place_, widget in sorted(row, key=lambda pair: pair[0].left())]


def _place(widget: QWidget, panel: QWidget) -> QRect:
    return QRect(widget.mapTo(panel, QPoint(0, 0)), widget.size())

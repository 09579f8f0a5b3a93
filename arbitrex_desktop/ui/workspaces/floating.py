# SPDX-License-Identifier: MIT
"""Floating panels come back when the monitor that they were on is gone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QDockWidget, QMainWindow

_GRIP: Final = 40
"""So much of a panel's title must be on a screen for a hand to move it, in pixels."""

_STEP: Final = QPoint(32, 32)


def is_within_reach(panel: QRect, screens: Iterable[QRect]) -> bool:
    """Return whether half of a panel's upper edge is on screens: less is what a window manager leaves of a lost one."""
    edge = QRect(panel.topLeft(), panel.topRight() + QPoint(0, _GRIP))
    seen = (screen.intersected(edge) for screen in screens)
    return 2 * sum(each.width() for each in seen if each.height() >= _GRIP) >= edge.width()


def bring_back(window: QMainWindow, docks: Iterable[QDockWidget]) -> list[QDockWidget]:
    """Move floating panels that no screen shows onto the window's screen, and return them."""
    home = window.screen()
    screens = [screen.availableGeometry() for screen in home.virtualSiblings()]
    lost = [
        dock
        for dock in docks
        if dock.isFloating() and not dock.isHidden() and not is_within_reach(dock.frameGeometry(), screens)
    ]
    area = home.availableGeometry()
    for place, dock in enumerate(lost):
        dock.resize(dock.size().boundedTo(area.size()))
        corner = window.frameGeometry().topLeft() + _STEP * (place + 1)
        left = min(max(corner.x(), area.left()), area.right() - dock.width())
        top = min(max(corner.y(), area.top()), area.bottom() - dock.height())
        dock.move(max(left, area.left()), max(top, area.top()))
    return lost

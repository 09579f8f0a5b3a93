# SPDX-License-Identifier: MIT
"""A floating panel is always within reach of a hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.workspaces.floating import bring_back, is_within_reach
from tests.ui.conftest import OPEN_MS, WindowMaker

LEFT, RIGHT = QRect(0, 0, 1920, 1080), QRect(1920, 0, 1280, 1024)


@pytest.mark.parametrize(
    ("panel", "screens", "reached"),
    [
        (QRect(100, 100, 400, 300), [LEFT], True),
        (QRect(2000, 100, 400, 300), [LEFT, RIGHT], True),
        (QRect(2000, 100, 400, 300), [LEFT], False),
        (QRect(1900, 100, 400, 300), [LEFT], False),
        (QRect(1820, 100, 400, 300), [LEFT], False),
        (QRect(1700, 100, 400, 300), [LEFT], True),
        (QRect(1820, 100, 400, 300), [LEFT, RIGHT], True),
        (QRect(100, -100, 400, 300), [LEFT], False),
        (QRect(100, 1070, 400, 300), [LEFT], False),
    ],
)
def test_reach(panel: QRect, screens: list[QRect], reached: bool) -> None:
    """Half of the upper edge must be on a screen that is there."""
    assert is_within_reach(panel, screens) is reached


@given(st.integers(-5_000, 5_000), st.integers(-5_000, 5_000))
def test_a_panel_on_a_screen_that_went_is_not_reached(x: int, y: int) -> None:
    """Without screens nothing is."""
    assert not is_within_reach(QRect(x, y, 300, 200), [])


@pytest.mark.slow
def test_a_lost_panel_comes_back(open_window: WindowMaker, qtbot: QtBot) -> None:
    """One far out is moved onto the window's screen, whole; one in sight stays where it is."""
    window = open_window()
    docks = window.content._docks.docks
    for name in ("equity", "notices"):
        docks[name].setFloating(True)
        docks[name].show()
    docks["equity"].setGeometry(QRect(QPoint(20_000, 9_000), QSize(500, 300)))
    docks["notices"].setGeometry(QRect(QPoint(60, 60), QSize(300, 200)))
    before = docks["notices"].pos()
    assert bring_back(window, docks.values()) == [docks["equity"]]
    area = window.screen().availableGeometry()
    assert area.contains(docks["equity"].geometry())
    assert docks["notices"].pos() == before
    assert bring_back(window, docks.values()) == []


@pytest.mark.slow
def test_panels_come_back_once_a_screen_is_gone(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Not while Qt tells of it, when it still counts as one, and when Qt itself has yet to move what was on it."""
    window = open_window()
    dock = window.content._docks.docks["equity"]
    dock.setFloating(True)
    dock.show()
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    app.screenRemoved.emit(window.screen())
    dock.setGeometry(QRect(QPoint(20_000, 100), QSize(500, 300)))
    area = window.screen().availableGeometry()
    qtbot.waitUntil(lambda: area.contains(dock.geometry()), timeout=OPEN_MS)

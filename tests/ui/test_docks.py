# SPDX-License-Identifier: MIT
"""The window's layout: panels keep their room at every size, and nothing moves by itself under the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.main_window import MainWindow
from tests.ui.conftest import OPEN_MS, WindowMaker

_STILL = 5
"""So many looks in a row, some milliseconds apart, must find everything in its place."""


def places(window: MainWindow) -> dict[str, QPoint]:
    """Return where the things stand that are clicked."""
    form, pending = window.intent_form, window.pending
    watched: dict[str, QWidget] = {
        "halt": window.top_bar.halt, "buy": form.buy, "submit": form.submit,
        "approve": pending.approve, "watch": window.market_watch.view,
    }  # fmt: skip
    return {name: widget.mapTo(window, QPoint()) for name, widget in watched.items()}


def opened(open_window: WindowMaker, qtbot: QtBot, size: QSize) -> MainWindow:
    """Return a window of a size that has come to rest."""
    window = open_window()
    window.resize(size)
    window.reset_layout()
    rest(window, qtbot)
    return window


def rest(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until nothing moves any more."""
    seen: list[dict[str, QPoint]] = []

    def is_still() -> bool:
        seen.append(places(window))
        return len(seen) > _STILL and all(each == seen[-1] for each in seen[-_STILL:])

    qtbot.waitUntil(is_still, timeout=OPEN_MS)


def test_a_notice_moves_nothing(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What the core tells by itself, and its going, leave every button where it is."""
    window = opened(open_window, qtbot, QSize(1280, 720))
    before = places(window)
    for text in ("broken", "a long story " * 40):
        window.notice_bar.tell("error", text, "x")
        window.grab()
        assert places(window) == before
    window.notice_bar.clear("x")
    window.grab()
    assert places(window) == before

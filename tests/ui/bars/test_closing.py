# SPDX-License-Identifier: MIT
"""Closing says first what it would leave behind; the tray halts, shows and asks."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QCloseEvent
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.ui.alerts.tray import Tray
from arbitrex_desktop.ui.bars.closing_bar import left_behind
from arbitrex_desktop.ui.main_window import MainWindow
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot, intent_row, order_row, position_row
from tests.ui.conftest import OPEN_MS, WindowMaker

FLAT = {"positions": (), "orders": (), "intents": ()}


@pytest.mark.parametrize(
    ("snapshot", "words"),
    [
        (None, ""),
        (desk_snapshot(**FLAT), ""),
        (desk_snapshot(**{**FLAT, "positions": (position_row(stop_loss=1.0),)}), "1 position stays at the broker"),
        (
            desk_snapshot(
                **{**FLAT, "positions": (position_row(stop_loss=None), position_row(ticket=2, stop_loss=1.0))}
            ),
            "2 positions stay at the broker; 1 of them WITHOUT A STOP",
        ),
        (desk_snapshot(**{**FLAT, "orders": (order_row(),)}), "1 order stays at the broker"),
        (
            desk_snapshot(**{**FLAT, "intents": (intent_row(), intent_row(intent_id="B", state=IntentState.FILLED))}),
            "1 intent waits for your decision",
        ),
    ],
)
def test_what_is_left_behind_is_told(snapshot: DeskSnapshot | None, words: str) -> None:
    """Positions, those without a stop, orders and undecided intents; ended ones are none."""
    assert left_behind(snapshot) == words


class HandClose(QCloseEvent):
    """A close event as the system sends it for a click on the window's cross."""

    def spontaneous(self) -> bool:
        """Return that it comes from outside."""
        return True


def click_on_the_cross(window: MainWindow) -> bool:
    """Close the window as a click does; return whether it went."""
    event = HandClose()
    window.closeEvent(event)
    return event.isAccepted()


@pytest.mark.slow
def test_the_first_click_asks_and_the_second_closes(open_window: WindowMaker) -> None:
    """With a position open the cross asks in the window, without a modal; pressed again it closes."""
    window = open_window(FakeCore(shown=desk_snapshot(positions=(position_row(),))))
    assert not click_on_the_cross(window)
    assert window.isVisible()
    assert "position stays at the broker" in window.content.closing.bar.message.text()
    window.content.closing.bar.cancel.click()
    assert not window.content.closing.bar.isVisible()
    assert not click_on_the_cross(window)
    assert click_on_the_cross(window)


@pytest.mark.slow
def test_quit_asks_too_and_the_bar_closes(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The menu's Quit asks the same; its yes closes the window."""
    window = open_window(FakeCore(shown=desk_snapshot(positions=(position_row(),))))
    window.content.closing.quit()
    assert window.content.closing.bar.isVisible()
    window.content.closing.bar.really.click()
    qtbot.waitUntil(window.isHidden, timeout=OPEN_MS)


@pytest.mark.slow
def test_a_flat_desk_closes_at_once(open_window: WindowMaker) -> None:
    """Nothing open, no question."""
    window = open_window(FakeCore(shown=desk_snapshot(**FLAT)))
    assert click_on_the_cross(window)


def test_the_tray_halts_shows_and_leaves(qtbot: QtBot) -> None:
    """HALT halts at once; Quit shows the window first, since the question stands in it."""
    done: list[str] = []
    tray = Tray(lambda: done.append("halt"), lambda: done.append("show"), lambda: done.append("leave"))
    qtbot.addWidget(tray.menu)
    halt, _separator, show, leave = tray.menu.actions()
    for action in (halt, show, leave):
        action.trigger()
    assert done == ["halt", "show", "show", "leave"]
    tray.balloon("title", "text")

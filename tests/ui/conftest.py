# SPDX-License-Identifier: MIT
"""What the window's tests share: a theme, a manual clock, a running window, and no Qt warning forgiven."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QtMsgType
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.commands import Task
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.window_state import WindowStateStore
from arbitrex_desktop.ui.worker import CoreWorker
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot

OPEN_MS = 15_000
"""Longest wait for anything; a passing test waits for milliseconds."""

_HARMLESS = (
    # The offscreen platform of a bare machine has no system theme to ask, no size hints to send, and no window
    # manager to bring a menu to the front.
    "This plugin does not support raise()",
    "This plugin does not support grabbing the keyboard",
    "This plugin does not support propagateSizeHints",
    "QFontDatabase: Cannot find font directory",
)

WindowMaker = Callable[..., MainWindow]


@pytest.fixture(autouse=True)
def no_qt_warnings(qapp: QApplication, qtlog: Any) -> Iterator[None]:
    """Fail the test when Qt warned of anything; Qt's threads have an application, whichever test is first."""
    del qapp
    yield
    grave = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
    stray = [record.message for record in qtlog.records if record.type in grave]
    stray = [message for message in stray if not any(words in message for words in _HARMLESS)]
    if stray:
        pytest.fail("Qt warned:\n" + "\n".join(stray), pytrace=False)


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that moves only when told to."""
    return ManualClock()


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """Return the dark theme."""
    return Theme(qapp, ThemeChoice.DARK)


@pytest.fixture
def fresh(clock: ManualClock) -> Callable[..., Freshness]:
    """Return a maker of snapshots that arrived `age` seconds ago."""

    def make(age: float = 0.0, task: Task | None = None, **changes: object) -> Freshness:
        now = clock.monotonic()
        return Freshness(desk_snapshot(**changes), now - age, now, task)

    return make


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, clock: ManualClock) -> Iterator[WindowMaker]:
    """Return a maker of shown windows whose worker runs; their cores are released and they are closed afterwards."""
    opened: list[tuple[MainWindow, FakeCore]] = []

    def make(core: FakeCore | None = None, memory: WindowStateStore | None = None, *, wait: bool = True) -> MainWindow:
        shown = core if core is not None else FakeCore()
        worker = CoreWorker(lambda: shown, clock=clock)
        window = MainWindow(worker, theme, clock=clock, memory=memory)
        opened.append((window, shown))
        window.show()
        window.fill()
        worker.start()
        if wait:
            content = window.content
            qtbot.waitUntil(lambda: content._fresh.snapshot is not None, timeout=OPEN_MS)
        return window

    yield make
    for window, core in opened:
        core.release()
        window.close()
        window.deleteLater()


def approve_button(window: MainWindow) -> QPushButton:
    """Return Approve on the card of the one intent that waits."""
    return next(iter(window.content.pending.deck.cards.values())).approve

# SPDX-License-Identifier: MIT
"""The trader's whole journey without the mouse: each step a key, sent to whatever has the keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.widgets.table_view import TableView
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot, intent_row, position_row, quote
from tests.ui.conftest import OPEN_MS, WindowMaker

pytestmark = pytest.mark.slow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


def has_keyboard() -> QWidget:
    """Return the widget that has the keyboard."""
    focus = QApplication.focusWidget()
    assert focus is not None, "nothing has the keyboard"
    return focus


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Press a key where the keyboard is."""
    QTest.keyClick(has_keyboard(), key, modifiers)


def type_in(text: str) -> None:
    """Type where the keyboard is."""
    QTest.keyClicks(has_keyboard(), text)


@pytest.fixture
def core() -> FakeCore:
    """Return a core with prices, a position in profit and an intent that waits."""
    core = FakeCore(
        shown=desk_snapshot(
            positions=(position_row(7, symbol="EURUSD", price_open=1.1, price_current=1.102, volume=0.6),),
            intents=(intent_row("aaaa1111", state=IntentState.PENDING, can_approve=True),),
        )
    )
    for symbol in core.board.symbols:
        core.board.put(quote(symbol, 1.1))
    return core


def asked(core: FakeCore, name: str) -> list[tuple[object, ...]]:
    """Return what the core was asked for by that name."""
    return [each for each in core.asked if each[0] == name]


def ready(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return the window once it has the keyboard and the account."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=OPEN_MS)
    return window


def test_from_a_symbol_to_a_submitted_intent(open_window: WindowMaker, qtbot: QtBot, core: FakeCore) -> None:
    """Palette to the symbol, a key for the side, the size typed, the answer read, and submitted."""
    window = ready(open_window(core), qtbot)
    press(Qt.Key.Key_K, CTRL)
    qtbot.waitUntil(window.content.actions.palette.isActiveWindow, timeout=OPEN_MS)
    type_in("usdj")
    press(Qt.Key.Key_Return)
    ready(window, qtbot)
    assert window.content.intent_form.symbol.currentText() == "USDJPY"
    press(Qt.Key.Key_B, CTRL | SHIFT)
    assert window.content.intent_form.head.direction == -1
    type_in("0.30")
    qtbot.waitUntil(lambda: bool(asked(core, "preview")), timeout=OPEN_MS)
    qtbot.waitUntil(window.content.intent_form.submit.isEnabled, timeout=OPEN_MS)
    press(Qt.Key.Key_Return, CTRL | SHIFT)
    qtbot.waitUntil(lambda: bool(asked(core, "submit")), timeout=OPEN_MS)
    request = asked(core, "submit")[0][1]
    assert (request.symbol, request.direction, request.requested_volume) == ("USDJPY", -1, 0.3)  # type: ignore[attr-defined]


def test_an_intent_is_approved(open_window: WindowMaker, qtbot: QtBot, core: FakeCore) -> None:
    """F8, Ctrl+Return, and once more, since it cannot be undone."""
    window = ready(open_window(core), qtbot)
    press(Qt.Key.Key_F8)
    press(Qt.Key.Key_Return, CTRL)
    assert asked(core, "approve") == []
    pending = window.content.pending
    qtbot.waitUntil(lambda: not pending._guard.isActive(), timeout=OPEN_MS)
    press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(asked(core, "approve")), timeout=OPEN_MS)
    assert asked(core, "approve")[0][1] == "aaaa1111"


def test_a_position_is_managed(open_window: WindowMaker, qtbot: QtBot, core: FakeCore) -> None:
    """Its stop is moved, a part is closed, its stop goes to break-even: chosen by an arrow, each by its key."""
    window = ready(open_window(core), qtbot)
    press(Qt.Key.Key_5, ALT)
    assert has_keyboard() is window.content.positions.view
    press(Qt.Key.Key_Down)
    assert window.content.positions.view.chosen is not None
    press(Qt.Key.Key_T, CTRL)
    assert window.content.positions.stops_bar.isVisible()
    press(Qt.Key.Key_A, CTRL)
    type_in("1.10100")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked(core, "move_stops")), timeout=OPEN_MS)
    assert asked(core, "move_stops")[0][1:3] == (7, 1.101)
    qtbot.waitUntil(window.content.positions.part.isEnabled, timeout=OPEN_MS)
    press(Qt.Key.Key_P, CTRL)
    press(Qt.Key.Key_A, CTRL)
    type_in("0.20")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("close_position", 7, 0.2) in core.asked, timeout=OPEN_MS)
    qtbot.waitUntil(window.content.positions.break_even.isEnabled, timeout=OPEN_MS)
    press(Qt.Key.Key_E, CTRL)
    qtbot.waitUntil(lambda: ("break_even", 7) in core.asked, timeout=OPEN_MS)


def test_halt_close_and_resume(open_window: WindowMaker, qtbot: QtBot, core: FakeCore) -> None:
    """F12 halts; Del, twice, closes while halted; Resume from the palette asks for a reason and takes it."""
    window = ready(open_window(core), qtbot)
    press(Qt.Key.Key_F12)
    assert core.halts
    qtbot.waitUntil(window.content.top_bar.resume.isVisible, timeout=OPEN_MS)
    press(Qt.Key.Key_5, ALT)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Delete)
    assert asked(core, "close_position") == []
    press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: ("close_position", 7, None) in core.asked, timeout=OPEN_MS)
    press(Qt.Key.Key_K, CTRL)
    qtbot.waitUntil(window.content.actions.palette.isActiveWindow, timeout=OPEN_MS)
    type_in("resume")
    press(Qt.Key.Key_Return)
    ready(window, qtbot)
    type_in("calm again")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("resume", "calm again") in core.asked, timeout=OPEN_MS)


def test_an_alert_is_made(open_window: WindowMaker, qtbot: QtBot, core: FakeCore) -> None:
    """Ctrl+Shift+A opens the editor at the level; Return keeps it."""
    window = ready(open_window(core), qtbot)
    press(Qt.Key.Key_A, CTRL | SHIFT)
    editor = window.content.notices.alerts.editor
    qtbot.waitUntil(editor.isActiveWindow, timeout=OPEN_MS)
    type_in("1.25")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked(core, "put_alert")), timeout=OPEN_MS)


@pytest.mark.parametrize("empty", [True, False])
def test_a_table_with_the_keyboard_shows_it(open_window: WindowMaker, qtbot: QtBot, *, empty: bool) -> None:
    """An empty table looks different with the keyboard in it; so does one with rows and none chosen."""
    rows = () if empty else (position_row(7),)
    core = FakeCore(shown=replace(desk_snapshot(), positions=rows))
    window = ready(open_window(core), qtbot)
    window.content.actions.go_to("positions")
    view: TableView = window.content.positions.view
    with_it = view.grab().toImage()
    window.content.actions.go_to("market_watch")
    assert view.grab().toImage() != with_it

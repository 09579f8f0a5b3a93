# SPDX-License-Identifier: MIT
"""The palette, the sheet of keys and the ways between panels, in the whole window, by keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop import texts
from arbitrex_desktop.desk.presentation.snapshot import SwitchRow
from arbitrex_desktop.desk.review.export import ExportKind
from arbitrex_desktop.settings.catalogue import CATALOGUE
from arbitrex_desktop.ui.actions.key_table import KeyEntry
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.resources import resource
from arbitrex_desktop.ui.window_state import WindowState
from tests.fakes.clock import START
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import SWITCH, desk_snapshot, pool_stats, risk_row
from tests.ui.conftest import OPEN_MS, WindowMaker
from tests.ui.test_main_window import RememberedState

pytestmark = pytest.mark.slow


def activated(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return a window that has the keyboard."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=OPEN_MS)
    return window


def entry_of(window: MainWindow, name: str) -> KeyEntry:
    """Return an action by its name."""
    return next(entry for entry in window.content.actions.table.entries() if entry.name == name)


def panel_with_keyboard(window: MainWindow) -> str:
    """Return the name of the panel that has the keyboard."""
    focus = QApplication.focusWidget()
    assert focus is not None
    return next(name for name, panel in window.content.panels.items() if panel.isAncestorOf(focus))


def open_palette(window: MainWindow, qtbot: QtBot, typed: str) -> None:
    """Press Ctrl+K and type."""
    palette = window.content.actions.palette
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(palette.isActiveWindow, timeout=OPEN_MS)
    QTest.keyClicks(palette.line, typed)


def test_the_palette_has_every_action_symbol_and_setting(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Each entry of the menus, each symbol of the watch list and of the broker, each setting."""
    core = FakeCore(shown=desk_snapshot(pool=replace(pool_stats(), listed=("EURUSD", "ETHUSD"))))
    window = activated(open_window(core), qtbot)
    qtbot.waitUntil(lambda: bool(window.content.market_watch.offered), timeout=OPEN_MS)
    palette = window.content.actions.palette
    palette.open_fresh()
    offered = {offer.text for offer in palette._all}
    assert offered >= {entry.text for entry in window.content.actions.table.entries()}
    assert offered >= {"EURUSD", "USDJPY", "XAUUSD", "ETHUSD", *CATALOGUE}


def test_every_action_can_be_given_a_key_and_no_two_have_the_same(open_window: WindowMaker) -> None:
    """But HALT, whose keys stay; each action has a name of its own by which its key is kept."""
    window = open_window()
    table = window.content.actions.table
    entries = table.entries()
    assert len({entry.name for entry in entries}) == len(entries)
    usual = [keys.toString() for entry in entries for keys in entry.action.shortcuts()]
    assert sorted(set(usual)) == sorted(usual)
    for number, entry in enumerate(entries):
        keys = QKeySequence(f"Ctrl+Alt+Shift+F{number % 12 + 1}, {chr(ord('A') + number // 12)}")
        refused = table.assign(entry, keys)
        assert (refused, entry.action.shortcuts()) == ("", [keys]) or entry.is_fixed
    assert [entry.name for entry in entries if entry.is_fixed] == ["halt"]


def test_what_a_trader_does_often_has_a_key(open_window: WindowMaker) -> None:
    """Without looking anything up: trade, decide, close, stop, halt and resume, arm, the frames and the panels."""
    window = open_window()
    keys = {entry.name: entry.keys for entry in window.content.actions.table.entries()}
    often = (
        "halt", "resume", "arm", "disarm", "decide", "ticket_buy", "ticket_sell", "ticket_submit", "position_close",
        "position_part", "position_stops", "position_break_even", "pending_reject_all", "order_cancel", "alert_new",
        "chart_M30", "chart_W1", "settings", "accounts", "save_workspace",
        *(name for name in keys if name.startswith(("go_to_", "workspace_"))),
    )  # fmt: skip
    assert [name for name in often if not keys[name]] == []


def test_a_key_that_was_chosen_stays_in_another_language(open_window: WindowMaker) -> None:
    """Actions are known by names of no language."""
    english = open_window()
    names = [entry.name for entry in english.content.actions.table.entries()]
    texts.speak(resource("texts/de.mo"))
    try:
        german = english.make_anew()
    finally:
        texts.speak(None)
    assert [entry.name for entry in german.content.actions.table.entries()] == names
    german.close()


def test_a_symbol_is_chosen_by_a_few_letters(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Ctrl+K, "usdj", Return: chart and ticket show it, and the palette is gone."""
    window = activated(open_window(), qtbot)
    open_palette(window, qtbot, "usdj")
    palette = window.content.actions.palette
    assert palette.texts[0] == "USDJPY"
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.content.intent_form.symbol.currentText() == "USDJPY"
    assert not palette.isVisible()


def test_a_setting_is_opened_and_an_action_is_done(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A setting opens the settings at it; an action does what its entry in the menus does."""
    window = activated(open_window(), qtbot)
    open_palette(window, qtbot, "desk.max_pending")
    QTest.keyClick(window.content.actions.palette.line, Qt.Key.Key_Return)
    assert window.content.settings_window.isVisible()
    assert window.content.settings_window.search.text() == "desk.max_pending"
    window.content.settings_window.close()
    open_palette(activated(window, qtbot), qtbot, "dark")
    QTest.keyClick(window.content.actions.palette.line, Qt.Key.Key_Return)
    assert window.content.state().theme == "dark"


def test_the_arrows_move_in_the_palette(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Down goes to the second, Up back, never beyond the ends; nothing that fits does nothing."""
    window = activated(open_window(), qtbot)
    open_palette(window, qtbot, "usd")
    palette = window.content.actions.palette
    rows = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_PageUp):
        QTest.keyClick(palette.line, key)
        rows.append(palette.list.currentIndex().row())
    assert rows == [0, 1, 2, 0]
    QTest.keyClicks(palette.line, "no such thing")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.texts == []
    assert palette.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_the_sheet_tells_and_changes_keys(open_window: WindowMaker, qtbot: QtBot, key: Qt.Key) -> None:
    """F1 or ? opens it; new keys work at once; taken ones are refused in words; all is kept in the window's state."""
    memory = RememberedState()
    window = activated(open_window(memory=memory), qtbot)
    QTest.keyClick(window, key)
    sheet = window.content.actions.sheet
    qtbot.waitUntil(sheet.isActiveWindow, timeout=OPEN_MS)
    QTest.keyClicks(sheet.search, "next panel")
    sheet.list.choose("next_panel")
    sheet.keys.setKeySequence(QKeySequence("F12"))
    sheet.set.click()
    assert "is taken by “HALT: stop all sending”" in sheet.message.text()
    sheet.keys.setKeySequence(QKeySequence("F7"))
    with qtbot.waitSignal(sheet.list.model().dataChanged):  # shown at once, not only when the sheet is opened again
        sheet.set.click()
    assert entry_of(window, "next_panel").keys == "F7"
    window.close()
    assert memory.state is not None
    assert memory.state.keys == {"next_panel": "F7"}


def test_kept_keys_come_back(open_window: WindowMaker) -> None:
    """A window takes its keys from the day before."""
    window = open_window(memory=RememberedState(WindowState(keys={"palette": "Ctrl+J"})))
    assert entry_of(window, "palette").keys == "Ctrl+J"


def test_every_panel_is_reached_by_its_entry(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Going to a panel brings it to the front, with the keyboard in it; F6 goes through those in sight and around."""
    window = activated(open_window(), qtbot)
    for name, panel in window.content.panels.items():
        entry_of(window, f"go_to_{name}").action.trigger()
        qtbot.waitUntil(lambda panel=panel: not panel.visibleRegion().isEmpty(), timeout=OPEN_MS)  # type: ignore[misc]
    for name in ("intent_form", "pending", "market_watch"):
        window.content.actions.go_to(name)
    seen = []
    for _ in range(6):
        seen.append(panel_with_keyboard(window))
        entry_of(window, "next_panel").action.trigger()
    assert seen == ["market_watch", "chart", "intent_form", "pending", "market_watch", "chart"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("position_close", "Choose a position first"),
        ("position_part", "Choose a position first"),
        ("position_stops", "Choose a position first"),
        ("position_standing", "Choose a position first"),
        ("order_move", "Choose an order first"),
        ("order_cancel", "Choose an order first"),
        ("review_note", "Choose a closed trade first"),
    ],
)
def test_a_button_that_cannot_be_pressed_says_why(open_window: WindowMaker, name: str, reason: str) -> None:
    """What needs a chosen row says so where none is, and does not pass it over."""
    window = open_window()
    for panel in (window.content.positions, window.content.orders):
        panel.view.choose(None)
    entry_of(window, name).action.trigger()
    assert reason in window.content.notice_bar.text


def test_review_is_worked_from_menu_and_palette(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A report is asked for once trades are read, and to be tried again before; search and note get the keyboard."""
    window = activated(open_window(), qtbot)
    closed = window.content.review.closed
    asked: list[ExportKind] = []
    closed.export_asked.disconnect()
    closed.export_asked.connect(asked.append)
    report = entry_of(window, "review_export_html").action
    report.trigger()
    assert "not read yet" in window.content.notice_bar.text
    qtbot.waitUntil(closed.export_button.isEnabled, timeout=OPEN_MS)
    open_palette(window, qtbot, "export report")
    QTest.keyClick(window.content.actions.palette.line, Qt.Key.Key_Return)
    assert asked == [ExportKind.HTML]
    activated(window, qtbot).content.workspaces.show("Review")
    entry_of(window, "review_search").action.trigger()
    qtbot.waitUntil(closed.filter.search.hasFocus, timeout=OPEN_MS)
    closed.view.choose(closed.model.rows[0].trade.key)
    entry_of(window, "review_note").action.trigger()
    qtbot.waitUntil(closed.notes.note.hasFocus, timeout=OPEN_MS)


@pytest.mark.parametrize("language", [None, "texts/de.mo"])
def test_a_letter_opens_one_menu(open_window: WindowMaker, language: str | None) -> None:
    """Alt with a letter that two of them had, or one of them and a button, would open neither at once."""
    texts.speak(resource(language) if language else None)
    try:
        window = open_window()
        marked = [action.text() for action in window.menuBar().actions() if action.isVisible()]
        marked += [button.text() for button in window.findChildren(QAbstractButton) if button.window() is window]
    finally:
        texts.speak(None)
    letters = [keys for text in marked if (keys := QKeySequence.mnemonic(text).toString())]
    assert len(letters) == len(set(letters)) > 8


def test_no_two_keys_are_alike(open_window: WindowMaker) -> None:
    """Qt does nothing at all where two actions share a key."""
    window = open_window()
    entries = window.content.actions.table.entries()
    keys = [keys.toString() for entry in entries for keys in entry.action.shortcuts()]
    keys += [local.keys for local in window.content.actions.table.local]
    assert sorted(keys) == sorted(set(keys))


def test_a_panel_is_floated_and_docked_by_a_key(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The one with the keyboard; without one it says what to do first."""
    window = activated(open_window(), qtbot)
    actions, dock = window.content.actions, window.content._docks.docks["positions"]
    floats = entry_of(window, "float_panel").action
    actions.go_to("positions")
    floats.trigger()
    assert dock.isFloating()
    qtbot.waitUntil(lambda: panel_with_keyboard(window) == "positions", timeout=OPEN_MS)
    floats.trigger()
    assert not dock.isFloating()
    window.setFocus()
    floats.trigger()
    assert not dock.isFloating()
    assert "Go to a panel first" in window.content.notice_bar.text


def test_a_kill_switch_is_lifted_from_the_menu_by_keyboard(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The question opens for the only one that is set by hand; a reason, Return, Return again, and the core has it."""
    by_limit = SwitchRow("STRATEGY", "trend", "SUSPEND", "20 trades", START, by_limit=True)
    core = FakeCore(shown=desk_snapshot(risk=risk_row(switches=(by_limit, SWITCH))))
    window = activated(open_window(core), qtbot)
    entry_of(window, "switch_lift").action.trigger()
    reason = window.content.risk.lift_bar.reason
    qtbot.waitUntil(reason.hasFocus, timeout=OPEN_MS)
    QTest.keyClicks(reason, "mended")
    QTest.keyClick(reason, Qt.Key.Key_Return)
    assert not any(each[0] == "lift_switch" for each in core.asked)
    QTest.keyClick(reason, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("lift_switch", SWITCH, "mended") in core.asked, timeout=OPEN_MS)
    core.shown = desk_snapshot(risk=risk_row(switches=(by_limit,)))
    qtbot.waitUntil(lambda: len(window.content.risk.switches.rows) == 1, timeout=OPEN_MS)
    entry_of(window, "switch_lift").action.trigger()
    message = "No kill switch is set by hand; those of limits are lifted by Resume"
    assert window.content.notice_bar.text == f"INFO: {message}"

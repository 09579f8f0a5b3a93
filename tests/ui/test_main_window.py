# SPDX-License-Identifier: MIT
"""The whole window on a fake core: it shows the core's truth, obeys the trader, and never waits for the core."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyleOptionDockWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import SeenTrade
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot, Notice
from arbitrex_desktop.raw_layer.views import AccountMode, ConnectionState, PoolStats
from arbitrex_desktop.ui.commands import ApproveIntent
from arbitrex_desktop.ui.docks import Dock
from arbitrex_desktop.ui.main_window import DEFAULT_SIZE, MainWindow
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice
from arbitrex_desktop.ui.window_state import WindowState
from tests.fakes.clock import START, ManualClock
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot, intent_row, pool_stats, quote
from tests.ui.conftest import OPEN_MS, WindowMaker, approve_button
from tests.ui.connection_facts import value_of


class RememberedState:
    """Implements `Memory` in memory."""

    folder: Path | None = None

    def __init__(self, state: WindowState | None = None) -> None:
        self.state = state

    def load(self) -> WindowState | None:
        """Return what is kept."""
        return self.state

    def save(self, state: WindowState) -> None:
        """Keep a state."""
        self.state = state


def action(window: MainWindow, text: str) -> QAction:
    """Return the menu entry that contains a text."""
    return next(each for each in window.findChildren(QAction) if text in each.text().replace("&", ""))


def test_the_window_shows_the_snapshot(open_window: WindowMaker) -> None:
    """Mode, account, connection, the proof of the one connection and the trading state are in sight."""
    window = open_window()
    assert window.content.top_bar.mode.text() == window.content.status.mode.text() == "SIMULATED"
    assert window.content.top_bar.account.text() == "5001234 @ Simulated-Demo"
    labels = {name: label.text() for name, label in window.content.status.labels.items()}
    assert labels == {
        "connection": "Connection: CONNECTED",
        "using_mt5_pool": "using_mt5_pool: True",
        "sync": "Last sync: 0.0 s ago",
        "ticks": "Ticks: 205 /s",
        "trading": "Trading: ACTIVE",
    }
    status = window.content.status
    assert (status.dot.text(), status.dot.tone) == ("\N{BLACK CIRCLE}", Tone.GOOD)
    assert window.content.connection.visibleRegion().isEmpty()
    QTest.mouseClick(status.dot, Qt.MouseButton.LeftButton)
    assert not window.content.connection.visibleRegion().isEmpty()
    assert value_of(window.content.connection, "initialized_by_sync") == "False"
    assert {panel.name for panel in window.content.panels.values()} == set(window.content.panels)


@pytest.mark.parametrize("mode", list(AccountMode))
def test_the_mode_is_told_in_words(open_window: WindowMaker, mode: AccountMode) -> None:
    """SIMULATED, DEMO and LIVE each stand there as a word."""
    window = open_window(FakeCore(shown=desk_snapshot(pool=pool_stats(mode=mode))))
    assert window.content.top_bar.mode.text() == mode.value


def test_halt_works_by_key_while_the_core_hangs(open_window: WindowMaker, qtbot: QtBot) -> None:
    """F12 halts at once, the window says so at once, and says that the core has yet to confirm."""
    core = FakeCore()
    window = open_window(core)
    core.hold("step")
    qtbot.waitUntil(core.reached.is_set, timeout=OPEN_MS)
    action(window, "HALT").trigger()
    assert core.halts == ["by the trader"]
    assert window.content.top_bar.state.text() == "TRADING HALTED"
    assert "waiting for the core to confirm" in window.content.top_bar.reason.text()
    keys = {keys.toString() for keys in action(window, "HALT").shortcuts()}
    assert keys == {"F12", "Ctrl+Shift+H"}
    assert action(window, "HALT").shortcutContext() == Qt.ShortcutContext.ApplicationShortcut


def test_the_halt_key_is_heard_in_a_text_field(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Wherever the keyboard is, F12 halts."""
    core = FakeCore()
    window = open_window(core)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=OPEN_MS)
    window.content.intent_form.fields.volume.field.setFocus()
    QTest.keyClick(window.content.intent_form.fields.volume.field, Qt.Key.Key_F12)
    assert core.halts == ["by the trader"]


@pytest.mark.expects_log_errors("HALT failed")
def test_a_halt_that_fails_is_shouted(open_window: WindowMaker) -> None:
    """A HALT that the core did not take is never shown as one."""
    core = FakeCore()
    core.failures["halt"] = RuntimeError("disk is gone")
    window = open_window(core)
    window.content.halt()
    assert "HALT FAILED" in window.content.notice_bar.text
    assert window.content.top_bar.state.text() == "TRADING ACTIVE"


def test_the_window_lives_on_while_the_core_hangs(open_window: WindowMaker, qtbot: QtBot, clock: ManualClock) -> None:
    """With a hung worker, events are served, quotes and state go on, and the window says since when and with what."""
    core = FakeCore()
    window = open_window(core)
    core.hold("approve")
    window.content.pending.asked.emit(ApproveIntent("aaaa1111"))
    qtbot.waitUntil(core.reached.is_set, timeout=OPEN_MS)
    beats: list[int] = []
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: beats.append(1))
    timer.start()
    core.board.put(quote("EURUSD", 1.23456, received=clock.monotonic()))
    qtbot.waitUntil(lambda: len(beats) > 20, timeout=OPEN_MS)
    qtbot.waitUntil(lambda: window.content.market_watch.quoted == 1, timeout=OPEN_MS)
    timer.stop()
    clock.advance(10)
    window.content.refresh()
    qtbot.waitUntil(
        lambda: window.content.notice_bar.text.startswith("WARNING: The trading core is busy since "), timeout=OPEN_MS
    )
    assert "with: approving an intent" in window.content.notice_bar.text
    assert not approve_button(window).isEnabled()
    assert not window.content.intent_form.submit.isEnabled()
    core.shown = replace(core.shown, pool=pool_stats(state=ConnectionState.UNRESPONSIVE))
    qtbot.waitUntil(
        lambda: window.content.status.labels["connection"].text() == "Connection: UNRESPONSIVE", timeout=OPEN_MS
    )
    core.shown = replace(core.shown, pool=pool_stats())
    core.release()
    qtbot.waitUntil(lambda: window.content.notice_bar.text == "", timeout=OPEN_MS)


def test_a_silent_core_is_told(open_window: WindowMaker, qtbot: QtBot, clock: ManualClock) -> None:
    """When not even snapshots come, everything is grey and the window says since when."""
    core = FakeCore()
    window = open_window(core)
    window.content.newcomer_help.bring_forward("account")
    core.hold("snapshot")
    qtbot.waitUntil(core.reached.is_set, timeout=OPEN_MS)
    clock.advance(10)
    window.content.refresh()
    assert window.content.notice_bar.text.startswith("ERROR: The trading core has not answered since ")
    assert window.content.status.labels["connection"].text() == "Connection: core silent"
    assert window.content.account.caption.text().startswith("STALE")


def test_a_slow_connection_is_no_alarm(open_window: WindowMaker, qtbot: QtBot, clock: ManualClock) -> None:
    """While the first connection takes its time, the window says that it connects."""
    core = FakeCore(shown=DeskSnapshot(START, PoolStats(ConnectionState.DISCONNECTED, START, "", "main"), {}))
    core.hold("start")
    window = open_window(core, wait=False)
    qtbot.waitUntil(core.reached.is_set, timeout=OPEN_MS)
    qtbot.waitUntil(
        lambda: "Connection: DISCONNECTED" in window.content.status.labels["connection"].text(), timeout=OPEN_MS
    )
    clock.advance(10)
    window.content.refresh()
    assert window.content.notice_bar.text.startswith("INFO: Connecting to the terminal since")
    assert window.content.top_bar.mode.text() == "NO ACCOUNT"
    assert window.content.top_bar.state.text() == "TRADING NOT SYNCED"


def test_resume_asks_for_a_reason_inside_the_window(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Resume is offered once the halt is confirmed, and works only with a reason."""
    core = FakeCore()
    window = open_window(core)
    assert not window.content.top_bar.resume.isVisible()
    window.content.halt()
    qtbot.waitUntil(window.content.top_bar.resume.isVisible, timeout=OPEN_MS)
    window.content.top_bar.resume.click()
    assert window.content.resume_bar.isVisible()
    bar = window.content.resume_bar
    QTest.keyClick(bar._reason, Qt.Key.Key_Return)
    assert not bar._resume.isEnabled()
    QTest.keyClicks(bar._reason, "  news are over ")
    bar._resume.click()
    assert not bar.isVisible()
    qtbot.waitUntil(lambda: ("resume", "news are over") in core.asked, timeout=OPEN_MS)
    qtbot.waitUntil(lambda: window.content.top_bar.state.text() == "TRADING ACTIVE", timeout=OPEN_MS)
    window.content._open_resume()
    QTest.keyClick(bar, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_the_first_keyboard_is_not_on_halt(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Space right after the start halts nothing, also where a layout was remembered."""
    remembered = RememberedState()
    open_window(memory=remembered).close()
    for memory in (RememberedState(), remembered):
        core = FakeCore()
        window = open_window(core, memory=memory)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=OPEN_MS)
        assert window.focusWidget() is not window.content.top_bar.halt
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Space)
        assert core.halts == []
        window.close()


def test_what_panels_ask_for_reaches_the_core(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Approve, reject, submit and close go to the core with what was chosen."""
    core = FakeCore()
    window = open_window(core)
    action(window, "Decide pending intents").trigger()
    assert approve_button(window).isEnabled()
    window.content.pending._knows_no_undo = True
    approve_button(window).click()
    window.content.positions.view.choose(1)
    window.content.positions.close_button.click()
    window.content.positions.close_button.click()
    window.content.intent_form.symbol.setCurrentText("XAUUSD")
    window.content.intent_form.sell.click()
    window.content.intent_form.submit.click()
    qtbot.waitUntil(lambda: any(each[0] == "submit" for each in core.asked), timeout=OPEN_MS)
    asked = {each[0]: each for each in core.asked}
    assert asked["approve"] == ("approve", "aaaa1111", SeenTrade(0.6))
    assert asked["close_position"] == ("close_position", 1, None)
    request = asked["submit"][1]
    assert (request.symbol, request.direction) == ("XAUUSD", -1)  # type: ignore[attr-defined]


def test_a_refusal_is_shown_without_a_dialog(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What the core says to an approval stands in the notice bar, and the buttons work again."""
    core = FakeCore()
    core.failures["approve"] = RuntimeError("nothing is sent on LIVE accounts yet")
    window = open_window(core)
    window.content.pending.choose_first()
    window.content.pending._knows_no_undo = True
    approve_button(window).click()
    assert not approve_button(window).isEnabled()
    qtbot.waitUntil(
        lambda: window.content.notice_bar.text == "ERROR: Not approved: nothing is sent on LIVE accounts yet",
        timeout=OPEN_MS,
    )
    window.content.pending.choose_first()
    assert approve_button(window).isEnabled()


def test_previews_answer_while_typing(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The RPM's answer appears by itself; a failing preview says so in the form, not in the bar."""
    core = FakeCore()
    window = open_window(core)
    card = window.content.intent_form.card
    qtbot.waitUntil(lambda: card.decision.text() == "would be cut", timeout=OPEN_MS)
    core.failures["preview"] = RuntimeError("no price for XAUUSD")
    window.content.intent_form.symbol.setCurrentText("XAUUSD")
    assert not card.is_current
    qtbot.waitUntil(lambda: card.reasons.text() == "no price for XAUUSD", timeout=OPEN_MS)
    assert window.content.notice_bar.text == ""


def test_a_lost_connection_greys_everything(open_window: WindowMaker, qtbot: QtBot) -> None:
    """State and reason are told, and no number passes for present."""
    core = FakeCore()
    window = open_window(core)
    window.content.newcomer_help.bring_forward("account")
    pool = pool_stats(state=ConnectionState.UNRESPONSIVE, reason="the terminal did not answer within 5 s")
    core.shown = replace(core.shown, pool=pool)
    qtbot.waitUntil(lambda: "UNRESPONSIVE" in window.content.notice_bar.text, timeout=OPEN_MS)
    assert "did not answer within 5 s" in window.content.notice_bar.text
    assert window.content.account.caption.text().startswith("STALE")
    core.shown = replace(core.shown, pool=pool_stats())
    qtbot.waitUntil(lambda: window.content.notice_bar.text == "", timeout=OPEN_MS)


def test_an_account_without_symbols_is_an_error_with_the_way_to_mend_it(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Never an empty table without a word; the error goes when there is something to watch."""
    core = FakeCore()
    window = open_window(core)
    core.shown = replace(core.shown, pool=pool_stats(symbols=()))
    qtbot.waitUntil(lambda: "No symbol is watched" in window.content.notice_bar.text, timeout=OPEN_MS)
    assert "pool.symbols" in window.content.notice_bar.text
    core.shown = replace(core.shown, pool=pool_stats(symbols=("EURUSDm",)))
    qtbot.waitUntil(lambda: window.content.notice_bar.text == "", timeout=OPEN_MS)


def test_a_notice_of_the_core_is_told_once(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The core's notices appear in the bar when they are new, and stay in the list."""
    core = FakeCore()
    window = open_window(core)
    first = Notice(START, "error", NoticeSubject.SYNC.of(), "the account could not be synced")
    core.shown = replace(core.shown, notices=(first,))
    qtbot.waitUntil(lambda: "could not be synced" in window.content.notice_bar.text, timeout=OPEN_MS)
    window.content.notice_bar._close_shown()
    window.content.refresh()
    assert window.content.notice_bar.text == ""
    assert window.content.notices.model.rowCount() == 1
    assert window.content.notices.tab_title() == "Alerts (1)"


def test_closing_stops_core_and_thread(open_window: WindowMaker) -> None:
    """After the window is closed nothing runs, and the layout was kept."""
    core, memory = FakeCore(), RememberedState()
    window = open_window(core, memory)
    window.close()
    assert ("stop",) in core.asked
    assert not window._worker.is_running
    assert window.stopped_cleanly
    assert memory.state is not None
    assert memory.state.docks


def test_the_layout_comes_back_and_can_be_reset(open_window: WindowMaker, theme: Theme) -> None:
    """A closed panel stays closed the next time, the theme stays chosen, and Reset shows every panel again."""
    memory = RememberedState()
    first = open_window(memory=memory)
    first.content._docks.docks["risk"].close()
    theme.choose(ThemeChoice.LIGHT)
    first.close()
    theme.choose(ThemeChoice.DARK)
    second = open_window(memory=memory)
    assert second.content._docks.docks["risk"].isHidden()
    assert theme.choice is ThemeChoice.LIGHT
    action(second, "Reset layout").trigger()
    docks = second.content._docks
    assert {name for name, dock in docks.docks.items() if not dock.isHidden()} == docks.layout.names
    assert "risk" in docks.layout.names


def test_a_layout_from_before_a_panel_was_added_gives_way(open_window: WindowMaker) -> None:
    """A remembered layout that knows nothing of Orders would leave it without a place; the default one is taken."""
    memory = RememberedState()
    first = open_window(memory=memory)
    first.close()
    assert memory.state is not None
    first.removeDockWidget(first.content._docks.docks["orders"])
    memory.state = replace(memory.state, docks=bytes(first.saveState(1).data()))
    second = open_window(memory=memory)
    assert second.content._docks.docks["orders"] in second.tabifiedDockWidgets(second.content._docks.docks["positions"])


def test_a_title_is_told_once(open_window: WindowMaker) -> None:
    """Where a tab says it the title bar does not; a lone dock, or one whose neighbours are closed, says it itself."""
    window = open_window()
    window.resize(1280, 900)
    window.content.workspaces.reset()
    docks = window.content._docks.docks
    docks["account"].close()
    docks["intent_form"].close()
    risk, connection = docks["risk"], docks["connection"]

    def painted(dock: Dock) -> str:
        option = QStyleOptionDockWidget()
        dock.initStyleOption(option)
        return option.title.replace("&&", "&")

    assert (painted(docks["market_watch"]), painted(risk)) == ("Market Watch", "")
    connection.close()
    assert painted(risk) == "Risk"
    connection.show()
    assert painted(risk) == ""
    connection.setFloating(True)
    assert (painted(risk), painted(connection)) == ("Risk", "Connection & sync")
    window.grab()


@pytest.mark.parametrize("size", [QSize(1280, 720), DEFAULT_SIZE], ids=["compact", "roomy"])
def test_the_default_layout_fits(open_window: WindowMaker, qtbot: QtBot, size: QSize) -> None:
    """At both sizes the window keeps its size, and no key figure, table head or button is cut off."""
    window = open_window()
    window.resize(size)
    window.content.workspaces.reset()
    cut = cut_off(window)
    qtbot.waitUntil(lambda: not cut_off(window), timeout=OPEN_MS)
    assert window.size() == size, cut


def cut_off(window: MainWindow) -> list[str]:
    """Return the key figures, buttons and tables that lack room."""
    values = [figure._value for figure in window.content.account.figures.values()]
    window.content.pending.choose_first()
    buttons = [window.content.top_bar.halt, approve_button(window), window.content.intent_form.submit]
    panels = (window.content.market_watch, window.content.positions, window.content.orders)
    tables = [panel.view for panel in panels]
    lacking = [figure.text() for figure in values if figure.width() < figure.sizeHint().width()]
    lacking += [button.text() for button in buttons if button.width() < button.sizeHint().width()]
    return lacking + [
        table.empty_text
        for table in tables
        if not table.visibleRegion().isEmpty() and table.horizontalScrollBar().maximum()
    ]


def test_help_is_shown_beside_the_window(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Guide and about open in a window that blocks nothing."""
    window = open_window()
    action(window, "User guide").trigger()
    assert window.content._texts.isVisible()
    assert not window.content._texts.isModal()
    qtbot.waitUntil(lambda: "Arbitrex Desktop" in window.content._texts.browser.toPlainText(), timeout=OPEN_MS)
    action(window, "About").trigger()
    assert "MIT" in window.content._texts.browser.toPlainText()


def test_themes_can_be_chosen_from_the_menu(open_window: WindowMaker, theme: Theme) -> None:
    """The chosen theme is checked in the menu, and the window survives the change."""
    window = open_window()
    action(window, "Light").trigger()
    assert theme.choice is ThemeChoice.LIGHT
    assert action(window, "Light").isChecked()
    assert not action(window, "Dark").isChecked()
    window.grab()
    theme.choose(ThemeChoice.DARK)


def test_a_symbol_double_clicked_is_put_into_the_form(open_window: WindowMaker) -> None:
    """Market Watch and form work together."""
    core = FakeCore()
    window = open_window(core)
    core.board.put(quote("XAUUSD", 2650.0))
    window.content.market_watch.draw_frame()
    window.content.market_watch.view.activated.emit(window.content.market_watch.model.index(2, 0))
    assert window.content.intent_form.symbol.currentText() == "XAUUSD"
    window.content.refresh()
    assert window.content.intent_form.quote.text().startswith("2650.00 / 2650.00")


def test_an_unconfirmed_halt_is_told(open_window: WindowMaker, qtbot: QtBot, clock: ManualClock) -> None:
    """A core that goes on saying ACTIVE after a HALT is not believed, and the trader is told."""
    core = FakeCore(shown=desk_snapshot(risk=None, intents=(intent_row(),)))
    window = open_window(core)
    core.halt = core.halts.append  # type: ignore[method-assign, assignment]
    window.content.halt()
    clock.advance(6)
    window.content.refresh()
    assert window.content.top_bar.state.text() == "TRADING HALTED"
    qtbot.waitUntil(
        lambda: any("has not confirmed" in text for text in window.content.notice_bar.texts), timeout=OPEN_MS
    )

# SPDX-License-Identifier: MIT
"""The whole window on a fake core: arming, positions, orders, those of unknown fate too, from hand to core."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.execution.positions import Which
from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.snapshot import ArmingRow
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.ui.chart.marks import LineOwner, LineRef
from tests.fakes.clock import START, ManualClock
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot, intent_row, order_row, pool_stats, risk_row
from tests.ui.conftest import OPEN_MS, WindowMaker


def test_a_live_account_is_armed_by_its_login_and_disarmed_at_one_click(
    open_window: WindowMaker, qtbot: QtBot, clock: ManualClock
) -> None:
    """NOT ARMED or ARMED until when stands in both bars; the login is typed into an empty field, every time."""
    core = FakeCore(shown=desk_snapshot(pool=pool_stats(mode=AccountMode.LIVE), arming=ArmingRow(needed=True)))
    window = open_window(core)
    view, bar = window.content.top_bar.arming, window.content.arming_bar
    assert view.badge.text() == window.content.status.arming.text() == "NOT ARMED"
    assert window.content.status.arming.isVisible()
    for typed in ("5001234", ""):
        view.arm.click()
        assert bar.isVisible()
        assert bar.login.text() == ""
        assert not bar.arm.isEnabled()
        QTest.keyClicks(bar.login, typed)
        QTest.keyClick(bar.login, Qt.Key.Key_Return if typed else Qt.Key.Key_Escape)
        assert not bar.isVisible()
    qtbot.waitUntil(lambda: "ARMED until" in view.badge.text(), timeout=OPEN_MS)
    assert view.badge.text().endswith("(15:00)")
    assert window.content.status.arming.text() == view.badge.text()
    clock.advance(61)
    window.content.refresh()
    assert view.badge.text().endswith("(13:59)")
    assert not view.arm.isVisible()
    view.disarm.click()
    qtbot.waitUntil(lambda: view.badge.text() == "NOT ARMED", timeout=OPEN_MS)
    assert [each for each in core.asked if each[0] in ("arm", "disarm")] == [("arm", "5001234"), ("disarm",)]


def test_the_halt_button_halts(open_window: WindowMaker) -> None:
    """One click, at once, on the window's own thread."""
    core = FakeCore()
    window = open_window(core)
    QTest.mouseClick(window.content.top_bar.halt, Qt.MouseButton.LeftButton)
    assert core.halts == ["by the trader"]
    assert core.threads["halt"] == {threading.get_ident()}
    assert window.content.top_bar.state.text() == "TRADING HALTED"


def test_the_login_is_typed_anew_each_time(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The bar opens with the keyboard on an empty field, also when it was left open with something typed."""
    core = FakeCore(shown=desk_snapshot(pool=pool_stats(mode=AccountMode.LIVE), arming=ArmingRow(needed=True)))
    window = open_window(core)
    window.activateWindow()
    for _ in range(2):
        window.content.top_bar.arming.arm.click()
        qtbot.waitUntil(window.content.arming_bar.login.hasFocus, timeout=OPEN_MS)
        assert window.content.arming_bar.login.text() == ""
        window.content.arming_bar.login.setText("5001234")
        window.content.intent_form.fields.volume.field.setFocus()
    assert not any(each[0] == "arm" for each in core.asked)


@pytest.mark.expects_log_errors("disarming failed")
def test_disarming_is_seen_at_once_while_the_core_is_busy(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The click takes effect and shows although a command hangs and no snapshot comes; a failure is told."""
    arming = ArmingRow(needed=True, until=START + timedelta(minutes=10))
    core = FakeCore(shown=desk_snapshot(pool=pool_stats(mode=AccountMode.LIVE), arming=arming))
    window = open_window(core)
    view = window.content.top_bar.arming
    core.hold("snapshot")
    qtbot.waitUntil(core.reached.is_set, timeout=OPEN_MS)
    core.failures["disarm"] = RuntimeError("the gate is stuck")
    view.disarm.click()
    assert window.content.notice_bar.text.startswith("ERROR: DISARMING FAILED, press HALT: the gate is stuck")
    assert view.badge.text().startswith("ARMED")
    core.failures.clear()
    view.disarm.click()
    assert ("disarm",) in core.asked
    assert view.badge.text() == window.content.status.arming.text() == "NOT ARMED"
    assert not view.disarm.isVisible()


def test_one_key_leads_to_the_pending_intents(open_window: WindowMaker, qtbot: QtBot) -> None:
    """F8 brings their tab to the front and the keyboard into their list, from any field, and decides nothing."""
    core = FakeCore()
    window = open_window(core)
    window.resize(1280, 720)
    window.content.workspaces.reset()
    window.content._docks.docks["positions"].raise_()
    window.activateWindow()
    window.content.intent_form.fields.volume.field.setFocus()
    qtbot.waitUntil(window.content.intent_form.fields.volume.field.hasFocus, timeout=OPEN_MS)
    QTest.keyClick(window.content.intent_form.fields.volume.field, Qt.Key.Key_F8)
    qtbot.waitUntil(window.content.pending.deck.hasFocus, timeout=OPEN_MS)
    assert window.content.pending.deck.isVisible()
    assert not [each for each in core.asked if each[0] in ("approve", "reject")]
    window.content._docks.docks["pending"].close()
    QTest.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(window.content.pending.deck.hasFocus, timeout=OPEN_MS)


def test_an_arming_that_ran_out_is_not_shown_as_one(open_window: WindowMaker, clock: ManualClock) -> None:
    """The countdown ends in NOT ARMED, whether or not the core has said so yet."""
    arming = ArmingRow(needed=True, until=START + timedelta(seconds=2))
    core = FakeCore(shown=desk_snapshot(pool=pool_stats(mode=AccountMode.LIVE), arming=arming))
    window = open_window(core)
    assert window.content.top_bar.arming.badge.text().endswith("(0:02)")
    core.hold("snapshot")
    clock.advance(2)
    window.content.refresh()
    assert window.content.top_bar.arming.badge.text() == "NOT ARMED"


def test_the_arming_bar_goes_when_the_account_does(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What was typed for one account cannot arm another, and a DEMO account has nothing to arm."""
    live = desk_snapshot(pool=pool_stats(mode=AccountMode.LIVE), arming=ArmingRow(needed=True))
    core = FakeCore(shown=live)
    window = open_window(core)
    window.content.top_bar.arming.arm.click()
    window.content.arming_bar.login.setText("5001234")
    core.shown = replace(live, pool=pool_stats(mode=AccountMode.LIVE, login=7))
    qtbot.waitUntil(lambda: not window.content.arming_bar.isVisible(), timeout=OPEN_MS)
    assert window.content.arming_bar.login.text() == ""
    core.shown = desk_snapshot(pool=pool_stats(mode=AccountMode.DEMO))
    qtbot.waitUntil(lambda: not window.content.top_bar.arming.isVisible(), timeout=OPEN_MS)
    assert not window.content.status.arming.isVisible()


def test_what_is_asked_of_positions_reaches_the_core(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A part, stop and target, break-even and several go out with their values, and the buttons work again."""
    core = FakeCore()
    panel = open_window(core).content.positions
    panel.view.choose(1)
    panel.part.click()
    panel.part_bar.lots.setText("0.2")
    for bar in (panel.part_bar, panel.stops_bar, panel.several_bar):
        if bar is panel.stops_bar:
            qtbot.waitUntil(panel.stops.isEnabled, timeout=OPEN_MS)
            panel.stops.click()
            panel.stops_bar.target.clear()
        elif bar is panel.several_bar:
            qtbot.waitUntil(panel.several.isEnabled, timeout=OPEN_MS)
            panel.several.click()
        bar.act.click()
        bar.act.click()
    qtbot.waitUntil(panel.break_even.isEnabled, timeout=OPEN_MS)
    panel.break_even.click()
    qtbot.waitUntil(lambda: ("break_even", 1) in core.asked, timeout=OPEN_MS)
    assert [each for each in core.asked if each[0] in ("close_position", "move_stops", "close_many")] == [
        ("close_position", 1, 0.2),
        ("move_stops", 1, 1.095, None),
        ("close_many", Which.SYMBOL, "EURUSD"),
    ]
    qtbot.waitUntil(panel.break_even.isEnabled, timeout=OPEN_MS)
    qtbot.waitUntil(panel.several.isEnabled, timeout=OPEN_MS)


def test_an_order_is_cancelled_while_halted(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The ticket reaches the core, the button works again, and the tab tells how many orders wait."""
    orders = (order_row(2**40), order_row(7))
    core = FakeCore(shown=desk_snapshot(orders=orders, risk=risk_row(trading_state="HALTED")))
    window = open_window(core)
    panel = window.content.orders
    assert window.content._docks.docks["orders"].windowTitle() == "Orders (2)"
    panel.view.choose(2**40)
    for _press in range(2):
        panel.cancel_button.click()
    assert not panel.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: ("cancel_order", 2**40) in core.asked, timeout=OPEN_MS)
    qtbot.waitUntil(panel.cancel_button.isEnabled, timeout=OPEN_MS)
    core.shown = desk_snapshot(orders=orders[1:])
    qtbot.waitUntil(lambda: window.content._docks.docks["orders"].windowTitle() == "Orders (1)", timeout=OPEN_MS)
    assert not panel.cancel_button.isEnabled()


def test_what_keeps_orders_from_being_sent_stays_in_sight(open_window: WindowMaker, qtbot: QtBot) -> None:
    """An unusable journal and an order of unknown fate stand in a bar that cannot be closed, until they are over."""
    lost = intent_row("u", state=IntentState.UNKNOWN)
    core = FakeCore(shown=desk_snapshot(intents=(lost,), journal_problem="the disk is full"))
    window = open_window(core)
    bar = window.content.fixed_bar
    qtbot.waitUntil(bar.isVisible, timeout=OPEN_MS)
    assert bar.text.startswith("ERROR: Nothing can be sent: the disk is full. EURUSD blocked: ")
    assert not bar._close.isVisible()
    window.content.pending.unknown.reason.setText("not in the terminal")
    window.content.pending.unknown.not_executed.click()
    window.content.pending.unknown.not_executed.click()
    qtbot.waitUntil(lambda: ("resolve", "u", False, "not in the terminal", 0) in core.asked, timeout=OPEN_MS)
    core.shown = desk_snapshot()
    qtbot.waitUntil(lambda: not bar.isVisible(), timeout=OPEN_MS)


def test_an_arming_that_was_refused_is_told(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The core's words stand in the notice bar, nothing is armed, and the field is empty again."""
    core = FakeCore(shown=desk_snapshot(pool=pool_stats(mode=AccountMode.LIVE), arming=ArmingRow(needed=True)))
    core.failures["arm"] = RuntimeError("the login typed is not the connected account's; nothing was armed")
    window = open_window(core)
    window.content.top_bar.arming.arm.click()
    window.content.arming_bar.login.setText("17")
    window.content.arming_bar.arm.click()
    qtbot.waitUntil(
        lambda: window.content.notice_bar.text.startswith("ERROR: Not armed: the login typed"), timeout=OPEN_MS
    )
    assert window.content.top_bar.arming.badge.text() == "NOT ARMED"
    assert window.content.arming_bar.login.text() == ""
    assert not any("17" in text for text in window.content.notice_bar.texts)


def test_the_windows_size_survives_its_bars(open_window: WindowMaker) -> None:
    """At 1280 by 720 every bar and question at once leave the window as large as it was."""
    lost = intent_row("u", state=IntentState.UNKNOWN)
    arming = ArmingRow(needed=True)
    core = FakeCore(
        shown=desk_snapshot(
            pool=pool_stats(mode=AccountMode.LIVE), arming=arming, intents=(lost, intent_row()), journal_problem="full"
        )
    )
    window = open_window(core)
    window.resize(1280, 720)
    window.content.workspaces.reset()
    window.content.top_bar.arming.arm.click()
    assert window.content.arming_bar.sizeHint().height() <= 2 * window.fontMetrics().lineSpacing() + 12
    window.content.notice_bar.post("error", "something else", "other")
    window.content._docks.docks["positions"].raise_()
    window.content.positions.view.choose(1)
    window.content.positions.close_button.click()
    window.content.positions.stops.click()
    window.grab()
    assert (window.width(), window.height()) == (1280, 720)


def test_an_order_dragged_on_the_chart_is_moved_by_the_core(open_window: WindowMaker, qtbot: QtBot) -> None:
    """From the line let go, through the question, to the core, which hears of it once."""
    core = FakeCore(shown=desk_snapshot(orders=(order_row(31),)))
    window = open_window(core)
    window.content.intent_form.choose_symbol("EURUSD")
    chart = window.content.chart.chart
    qtbot.waitUntil(chart.isVisible, timeout=OPEN_MS)
    chart.view.line_dropped.emit(LineRef(LineOwner.ORDER, 31), 1.092)
    assert chart.move_bar.isVisible()
    assert not [each for each in core.asked if each[0] == "modify_order"]
    chart.move_bar.act.click()
    qtbot.waitUntil(lambda: any(each[0] == "modify_order" for each in core.asked), timeout=OPEN_MS)
    assert [each for each in core.asked if each[0] == "modify_order"] == [("modify_order", 31, 1.092, 1.085, 1.1)]

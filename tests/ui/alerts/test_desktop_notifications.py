# SPDX-License-Identifier: MIT
"""Calls on this computer, each once; quiet ones only stand in the window; lines on the chart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.alert_rows import (
    AlertCall,
    AlertKind,
    AlertRow,
    AlertRule,
    AlertsView,
    AlertWays,
)
from arbitrex_desktop.desk.presentation.snapshot import DeskSnapshot
from arbitrex_desktop.ui.alerts.alert_columns import price_alert
from arbitrex_desktop.ui.alerts.desktop_notifications import DesktopNotifications
from arbitrex_desktop.ui.chart.alert_lines import alert_lines
from arbitrex_desktop.ui.chart.marks import LineKind, LineOwner, LineRef
from tests.fakes.clock import START
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot
from tests.ui.conftest import OPEN_MS, WindowMaker


def call(number: int, *, is_quiet: bool = False, kind: AlertKind = AlertKind.PRICE) -> AlertCall:
    """Return a call."""
    return AlertCall(number, START, kind, f"call {number}", is_quiet)


def snapshot(*calls: AlertCall, ways: AlertWays | None = None) -> DeskSnapshot:
    """Return a snapshot with calls, newest first."""
    return desk_snapshot(alerts=AlertsView((), calls, ways or AlertWays()))


def test_each_call_calls_once(qtbot: QtBot) -> None:
    """Sound and balloon for what is new, words for each, nothing for what was there before."""
    window, done = QWidget(), list[str]()
    qtbot.addWidget(window)
    outs = DesktopNotifications(
        window,
        lambda title, text: done.append(f"{title}: {text}"),
        lambda each: done.append(each.text),
        lambda: done.append("sound"),
    )
    outs.take(snapshot())
    outs.take(snapshot(call(2), call(1)))
    outs.take(snapshot(call(2), call(1)))
    assert done == ["call 1", "call 2", "sound", "Price: call 1\ncall 2"]
    done.clear()
    outs.take(snapshot(call(3, is_quiet=True)))
    outs.take(snapshot(call(4), ways=AlertWays(sound=False, balloon=False, flash=False)))
    assert done == ["call 3", "call 4"]


def test_alerts_are_lines_of_their_symbol() -> None:
    """Those that are on, of prices, of the symbol, at their level."""
    mine = AlertRule("p", AlertKind.PRICE, "EURUSD", level=1.2, note="sell")
    others = (
        replace(mine, rule_id="off", is_on=False),
        replace(mine, rule_id="other", symbol="USDJPY"),
        replace(mine, rule_id="spread", kind=AlertKind.SPREAD),
    )
    shown = desk_snapshot(alerts=AlertsView(tuple(AlertRow(rule) for rule in (mine, *others))))
    (line,) = alert_lines(shown, "EURUSD")
    assert (line.key, line.price, line.kind) == (LineRef(LineOwner.ALERT, "p"), 1.2, LineKind.ALERT)
    assert "sell" in line.text


@pytest.mark.parametrize(("price", "present", "above"), [(1.2, 1.1, True), (1.0, 1.1, False), (1.2, None, True)])
def test_the_side_of_a_price_follows_from_where_it_is_now(price: float, present: float | None, *, above: bool) -> None:
    """It calls once, when the price gets there."""
    rule = price_alert("EURUSD", price, present, 5, START)
    assert (rule.above, rule.once, rule.level, rule.digits) == (above, True, price, 5)


@pytest.mark.slow
def test_an_alert_is_made_from_the_chart(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The chart's menu asks for a call at a price; the alert's own line takes it away."""
    core = FakeCore()
    window = open_window(core)
    chart = window.content.chart.chart
    chart.show_symbol("EURUSD")
    menu = chart.menu(1.25, None)
    next(action for action in menu.actions() if action.text().startswith("Call me at")).trigger()
    menu = chart.menu(1.25, LineRef(LineOwner.ALERT, "abc"))
    next(action for action in menu.actions() if action.text() == "Take the alert away").trigger()
    qtbot.waitUntil(lambda: ("remove_alert", "abc") in core.asked, timeout=OPEN_MS)
    (made,) = [each[1] for each in core.asked if each[0] == "put_alert"]
    assert isinstance(made, AlertRule)
    assert (made.symbol, made.level) == ("EURUSD", 1.25)

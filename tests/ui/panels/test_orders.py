# SPDX-License-Identifier: MIT
"""Pending orders: shown as the broker has them, and cancelled one at a time, never by one slip."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.commands import CancelOrder, CommandResult
from arbitrex_desktop.ui.formats import DASH, DOWN_ARROW, UP_ARROW
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import order_row, pool_stats, risk_row

Make = Callable[..., Freshness]

BIG = 2**40
LOWER = order_row(BIG)
ALIKE = order_row(2)
STOP = order_row(
    3, symbol="USDJPY", kind="SELL STOP LIMIT", direction=-1, digits=3, price=150.0, stop_loss=None, take_profit=None,
    limit_price=150.2, intent_id="cccc3333", volume=0.2,
)  # fmt: skip


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, fresh: Make) -> OrdersPanel:
    """Return a shown panel with two orders that read alike, the first of which is chosen, and another."""
    panel = OrdersPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.show()
    panel.refresh(fresh(orders=(LOWER, ALIKE, STOP)))
    panel.view.choose(BIG)
    return panel


@pytest.fixture
def asked(panel: OrdersPanel) -> list[CancelOrder]:
    """Return what was asked for."""
    commands: list[CancelOrder] = []
    panel.asked.connect(commands.append)
    return commands


def test_orders_are_listed_and_counted(panel: OrdersPanel, fresh: Make) -> None:
    """Kind with an arrow, lots and prices; a price that is not set is a dash; what is old says so."""
    texts = [[panel.model.index(row, column).data() for column in range(6)] for row in (0, 2)]
    assert texts == [
        ["EURUSD", f"{UP_ARROW} BUY LIMIT", "0.30", "1.09000", "1.08500", "1.10000"],
        ["USDJPY", f"{DOWN_ARROW} SELL STOP LIMIT", "0.20", "150.000", DASH, DASH],
    ]
    tip = panel.model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "intent cccc3333" in tip
    assert "Once triggered it rests at 150.200" in tip
    assert (panel.sum.text(), panel.tab_title()) == ("3 pending orders", "Orders (3)")
    panel.refresh(fresh(age=60.0, orders=(LOWER,)))
    assert panel.sum.text() == "STALE, 60 s old: 1 pending order"
    panel.refresh(fresh(sync={}))
    assert panel.sum.text() == "Not synced yet: 0 pending orders"


def test_none_is_another_thing_than_not_known(panel: OrdersPanel, fresh: Make) -> None:
    """Before the account was read, nothing is said of how many orders there are."""
    panel.refresh(fresh())
    assert panel.view.empty_text.startswith("No pending orders. Choose Limit or Stop in the ticket")
    assert panel.sum.text() == "0 pending orders"
    assert panel.tab_title() == "Orders"
    for unknown in (fresh(account=None), NOTHING_YET):
        panel.refresh(unknown)
        assert panel.view.empty_text == panel.sum.text() == "Orders are not known yet"
        assert panel.sum.tone is Tone.MUTED


def test_cancelling_takes_two_presses_on_the_same_order(panel: OrdersPanel, asked: list[CancelOrder]) -> None:
    """The first press asks; when another order is chosen meanwhile, even one that reads alike, it asks anew."""
    button = panel.cancel_button
    assert button.text() == "Cancel BUY LIMIT 0.30 EURUSD"
    button.click()
    assert button.text() == "Really cancel BUY LIMIT 0.30 EURUSD?"
    panel.view.choose(2)
    assert button.text() == "Cancel BUY LIMIT 0.30 EURUSD"
    button.click()
    assert asked == []
    panel.view.choose(BIG)
    button.click()
    button.click()
    assert asked == [CancelOrder(BIG)]


def test_a_double_click_cancels_nothing(panel: OrdersPanel, asked: list[CancelOrder]) -> None:
    """A double click counts as one press."""
    QTest.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    assert asked == []


def test_what_changed_between_the_presses_is_asked_anew(
    panel: OrdersPanel, asked: list[CancelOrder], fresh: Make
) -> None:
    """An order that was partly filled meanwhile, or is gone, is not the one that the first press was about."""
    panel.cancel_button.click()
    panel.refresh(fresh(orders=(order_row(BIG, volume=0.1), ALIKE)))
    assert panel.cancel_button.text() == "Cancel BUY LIMIT 0.10 EURUSD"
    panel.cancel_button.click()
    panel.refresh(fresh(orders=(ALIKE,)))
    assert not panel.cancel_button.isEnabled()
    assert panel.cancel_button.text() == "Cancel order"
    assert asked == []


def test_an_order_waits_for_its_own_command(panel: OrdersPanel, asked: list[CancelOrder]) -> None:
    """Until the command has been run, nothing more is asked of that ticket; others can be cancelled."""
    panel.cancel_button.click()
    panel.cancel_button.click()
    assert not panel.cancel_button.isEnabled()
    panel.view.choose(2)
    assert panel.cancel_button.isEnabled()
    panel.view.choose(BIG)
    panel.command_done(CommandResult(CancelOrder(BIG)))
    assert panel.cancel_button.isEnabled()
    assert asked == [CancelOrder(BIG)]


def test_cancelling_needs_a_connection_and_no_active_trading(panel: OrdersPanel, fresh: Make) -> None:
    """What takes risk away works while halted; without a connection nothing can be asked of the broker."""
    panel.refresh(fresh(orders=(LOWER,), risk=risk_row(trading_state="HALTED")))
    assert panel.cancel_button.isEnabled()
    panel.refresh(fresh(orders=(LOWER,), pool=pool_stats(state=ConnectionState.LOST)))
    assert not panel.cancel_button.isEnabled()
    panel.refresh(fresh(orders=(LOWER,)))
    panel.view.choose(None)
    assert not panel.cancel_button.isEnabled()

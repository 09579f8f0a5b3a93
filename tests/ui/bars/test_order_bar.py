# SPDX-License-Identifier: MIT
"""Moving an order from its panel: what will change is said first, and one slip of the hand moves nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.commands import CommandResult, ModifyOrder, TraderCommand
from arbitrex_desktop.ui.formats import DASH
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.desk_data import order_row

Make = Callable[..., Freshness]
TO = "\N{RIGHTWARDS ARROW}"


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, fresh: Make) -> OrdersPanel:
    """Return a shown panel with two orders to buy at 1.09, the first of which is chosen and about to be moved."""
    panel = OrdersPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.show()
    panel.refresh(fresh(orders=(order_row(1), order_row(2))))
    panel.view.choose(1)
    panel.move_button.click()
    return panel


@pytest.fixture
def asked(panel: OrdersPanel) -> list[TraderCommand]:
    """Return what was asked for."""
    commands: list[TraderCommand] = []
    panel.asked.connect(commands.append)
    return commands


def test_it_begins_with_what_the_order_has(panel: OrdersPanel) -> None:
    """Nothing can be moved before something is another."""
    fields = (panel.bar.price, panel.bar.stop, panel.bar.target)
    assert [field.text() for field in fields] == ["1.09000", "1.08500", "1.10000"]
    assert not panel.bar.act.isEnabled()


def test_it_moves_on_the_second_press(panel: OrdersPanel, asked: list[TraderCommand]) -> None:
    """The words say from where to where; then the order's buttons wait until that was run."""
    panel.bar.price.setText("1.0895")
    panel.bar.target.clear()
    assert panel.bar.message.text() == f"EURUSD price 1.09000 {TO} 1.08950, target 1.10000 {TO} {DASH}"
    panel.bar.act.click()
    assert asked == []
    panel.bar.act.click()
    assert asked == [ModifyOrder(1, 1.0895, 1.085, None)]
    assert not panel.bar.isVisible()
    assert not panel.move_button.isEnabled()
    panel.command_done(CommandResult(asked[0]))
    assert panel.move_button.isEnabled()


@pytest.mark.parametrize(("price", "stop"), [("1.095", "1.085"), ("1.09", "1.08"), ("1.09", "")])
def test_more_risk_is_called_that(panel: OrdersPanel, price: str, stop: str) -> None:
    """A stop farther away, or none, is the risk manager's to allow."""
    panel.bar.price.setText(price)
    panel.bar.stop.setText(stop)
    assert "risks more" in panel.bar.message.text()
    panel.bar.act.click()
    assert panel.bar.act.text() == "Really risk more?"


@pytest.mark.parametrize(("price", "words"), [("", "Enter the price"), ("1,09", "Price must be a number")])
def test_what_cannot_be_is_refused_in_words(panel: OrdersPanel, price: str, words: str) -> None:
    """The button is off, with the reason."""
    panel.bar.price.setText(price)
    assert not panel.bar.act.isEnabled()
    assert words in panel.bar.message.text()


def test_the_bar_never_slips_to_another_order(panel: OrdersPanel, fresh: Make) -> None:
    """It closes when another one is chosen, or its own is gone."""
    panel.view.choose(2)
    assert not panel.bar.isVisible()
    panel.move_button.click()
    assert panel.bar.isVisible()
    panel.refresh(fresh(orders=(order_row(1),)))
    assert not panel.bar.isVisible()

# SPDX-License-Identifier: MIT
"""On a LIVE account that is not armed nothing can be asked for that would not be sent, and the panels say why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.snapshot import ArmingRow
from arbitrex_desktop.raw_layer.views import AccountMode
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import START
from tests.fakes.desk_data import order_row, pool_stats

Make = Callable[..., Freshness]
LIVE = pool_stats(mode=AccountMode.LIVE)
ARMED = ArmingRow(needed=True, until=START + timedelta(minutes=1))
UNARMED = ArmingRow(needed=True)


@pytest.fixture
def positions(qtbot: QtBot, theme: Theme) -> PositionsPanel:
    """Return a shown panel of positions."""
    panel = PositionsPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    return panel


def test_positions_cannot_be_closed_before_arming(positions: PositionsPanel, fresh: Make) -> None:
    """Every button is off, its tip and the line below say so, and arming turns them on."""
    positions.refresh(fresh(pool=LIVE, arming=UNARMED))
    positions.view.choose(1)
    buttons = (positions.close_button, positions.part, positions.stops, positions.break_even, positions.several)
    assert not any(button.isEnabled() for button in buttons)
    assert positions.headline()[0].startswith("NOT ARMED \N{MIDDLE DOT} 1 position")
    assert "a close included" in positions.close_button.toolTip()
    positions.refresh(fresh(pool=LIVE, arming=ARMED))
    assert all(button.isEnabled() for button in buttons)
    assert positions.headline()[0].startswith("1 position")
    assert "also works while halted" in positions.close_button.toolTip()


def test_a_question_goes_away_when_the_arming_lapses(positions: PositionsPanel, fresh: Make) -> None:
    """A bar that was opened while armed cannot be answered afterwards; the time counts on between snapshots."""
    positions.refresh(fresh(pool=LIVE, arming=ARMED))
    positions.view.choose(1)
    positions.stops.click()
    assert positions.stops_bar.isVisible()
    short = ArmingRow(needed=True, until=START + timedelta(seconds=2))
    positions.refresh(fresh(age=2.5, pool=LIVE, arming=short))
    assert not positions.stops_bar.isVisible()
    assert not positions.stops.isEnabled()


def test_orders_cannot_be_cancelled_before_arming(qtbot: QtBot, theme: Theme, fresh: Make) -> None:
    """The same for what waits at the broker."""
    panel = OrdersPanel(theme)
    qtbot.addWidget(panel)
    panel.refresh(fresh(pool=LIVE, arming=UNARMED, orders=(order_row(7),)))
    panel.view.choose(7)
    assert not panel.cancel_button.isEnabled()
    assert "NOT ARMED" in panel.cancel_button.toolTip()
    assert panel.sum.text() == "NOT ARMED \N{MIDDLE DOT} 1 pending order"
    panel.refresh(fresh(pool=LIVE, arming=ARMED, orders=(order_row(7),)))
    assert panel.cancel_button.isEnabled()
    assert panel.sum.text() == "1 pending order"

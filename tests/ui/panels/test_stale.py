# SPDX-License-Identifier: MIT
"""When the account is not the present one, everything that came with it is grey, in every panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.orders import OrdersPanel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.panels.positions import PositionsPanel
from arbitrex_desktop.ui.panels.risk import RiskPanel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.table_view import TableView
from tests.fakes.desk_data import order_row, pool_stats

Make = Callable[..., Freshness]


def coloured(view: QWidget) -> bool:
    """Return whether any pixel of a table's rows has a colour: blue or orange, not grey."""
    picture = view.grab().toImage()

    def is_vivid(colour: QColor) -> bool:
        return abs(colour.red() - colour.blue()) > 90

    return any(
        is_vivid(picture.pixelColor(x, y)) for x in range(picture.width()) for y in range(min(60, picture.height()))
    )


@pytest.mark.parametrize("kind", [PositionsPanel, OrdersPanel, RiskPanel])
@pytest.mark.parametrize("state", [ConnectionState.STALE, ConnectionState.LOST, ConnectionState.WRONG_ACCOUNT])
def test_old_rows_are_painted_grey(
    qtbot: QtBot, theme: Theme, fresh: Make, kind: type[Panel], state: ConnectionState
) -> None:
    """Sides and profits lose their colours with the connection, and get them back with it."""
    panel = kind(theme)
    qtbot.addWidget(panel)
    panel.resize(600, 400)
    panel.show()
    now = fresh(orders=(order_row(),))
    view: QWidget = panel.currencies if isinstance(panel, RiskPanel) else panel.findChildren(TableView)[0].viewport()
    panel.refresh(now)
    assert coloured(view)
    assert now.snapshot is not None
    lost = replace(now.snapshot, pool=pool_stats(state=state))
    panel.refresh(replace(now, snapshot=lost))
    assert not coloured(view)
    panel.refresh(now)
    assert coloured(view)

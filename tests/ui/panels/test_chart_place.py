# SPDX-License-Identifier: MIT
"""The place of the charts before there is a symbol to show."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.panels.chart import ChartPanel
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard


def test_words_stand_where_there_is_no_chart_yet(qtbot: QtBot, theme: Theme, clock: ManualClock) -> None:
    """A core without a terminal has no symbol: the panel says what it waits for, and shows charts from then on."""
    panel = ChartPanel(theme, clock)
    qtbot.addWidget(panel)
    panel.show()
    assert panel._waiting.isVisible()
    panel.watch(FakeBoard({"EURUSD": 5}))
    assert panel._waiting.isVisible()
    assert panel.grid is not None
    assert not panel.grid.isVisible()
    panel.show_symbol("EURUSD")
    assert panel.grid.isVisible()
    assert not panel._waiting.isVisible()
    panel.stop()

# SPDX-License-Identifier: MIT
"""The place of the charts before there is a symbol to show."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.ui.freshness import Freshness, NoCore
from arbitrex_desktop.ui.panels.chart import ChartPanel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.empty_offer import NextStep
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard, FakeCore
from tests.fakes.desk_data import pool_stats
from tests.fakes.review import BEGIN, FakeReview


def test_a_button_stands_where_only_another_account_helps(
    qtbot: QtBot, theme: Theme, clock: ManualClock, fresh: Callable[..., Freshness]
) -> None:
    """Without a core, or a terminal that was never reached, it leads to the accounts; while it connects it does not."""
    panel = ChartPanel(theme, clock)
    qtbot.addWidget(panel)
    panel.show()
    for pool, offered in (
        (pool_stats(attempts=1, connections=0), False),
        (pool_stats(attempts=2, connections=0), True),
        (pool_stats(), False),
    ):
        panel.refresh(fresh(pool=pool))
        assert panel.offer.isVisible() is offered
    panel.refresh(Freshness(None, 0.0, 0.0, no_core=NoCore("no account")))
    with qtbot.waitSignal(panel.offer_taken) as taken:
        panel.offer.click()
    assert taken.args == [NextStep.ACCOUNT]


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


def test_trades_that_are_asked_for_while_the_pool_stops_are_no_trouble(
    qtbot: QtBot, theme: Theme, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The panel is stopped before the pool: what the reader then cannot read is not in the log as a failure."""
    core, panel = FakeCore(), ChartPanel(theme, clock)
    qtbot.addWidget(panel)
    review = core.review = FakeReview([])
    review.failure = PoolUnavailable("STOPPED: stopped")
    panel.read_through(core)
    panel.stop()
    with caplog.at_level(logging.WARNING):
        panel._trades.ask(BEGIN)
        qtbot.waitUntil(lambda: review.asked != [])
        assert panel.stop_reading(5_000)
    assert "could not be read" not in caplog.text

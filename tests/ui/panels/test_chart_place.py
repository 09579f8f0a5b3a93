# SPDX-License-Identifier: MIT
"""The place of the charts before there is a core."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness, NoCore
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


def test_the_chart_is_there_before_the_core_and_says_what_it_waits_for(
    qtbot: QtBot, theme: Theme, clock: ManualClock
) -> None:
    """It is seen with the window; the ticket's symbol waits for the core, and the kept one is shown meanwhile."""
    core, panel = FakeCore(FakeBoard({"EURUSD": 5, "USDJPY": 3})), ChartPanel(theme, clock)
    qtbot.addWidget(panel)
    panel.recall({"timeframe": "H4", "symbol": "USDJPY"})
    panel.show()
    panel.refresh(NOTHING_YET)
    assert panel.chart.view.isVisible()
    assert "connected" in panel.chart.note.text
    panel.show_symbol("EURUSD")
    assert panel.chart.symbol == "USDJPY"
    with qtbot.waitSignal(panel.trade_wanted) as wanted:
        panel.follow(core)
    assert wanted.args == ["USDJPY"]
    assert panel.chart.symbol == "USDJPY"
    panel.stop()
    assert panel.stop_reading(5_000)


def test_trades_that_are_asked_for_while_the_pool_stops_are_no_trouble(
    qtbot: QtBot, theme: Theme, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The panel is stopped before the pool: what the reader then cannot read is not in the log as a failure."""
    core, panel = FakeCore(), ChartPanel(theme, clock)
    qtbot.addWidget(panel)
    review = core.review = FakeReview([])
    review.failure = PoolUnavailable("STOPPED: stopped")
    panel.follow(core)
    panel.stop()
    with caplog.at_level(logging.WARNING):
        panel._trades.ask(BEGIN)
        qtbot.waitUntil(lambda: review.asked != [])
        assert panel.stop_reading(5_000)
    assert "could not be read" not in caplog.text

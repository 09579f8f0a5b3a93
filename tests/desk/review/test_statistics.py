# SPDX-License-Identifier: MIT
"""Figures of trades whose results are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from arbitrex_desktop.desk.review.statistics import Statistics, grouped, statistics
from arbitrex_desktop.desk.review.trades import ClosedTrade

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def trade(number: int, result: float, symbol: str = "EURUSD") -> ClosedTrade:
    """Return a trade closed `number` hours after the beginning, with a commission of 1 in its result."""
    closed = BEGIN + timedelta(hours=number)
    return ClosedTrade(
        number, 0, symbol, 1, 0.1, 0.1, closed - timedelta(minutes=30), closed, 1.1, 1.2, result + 1.0, -1.0, 0.0, 0.0,
        "stop", 1, first_stop=1.05,
    )  # fmt: skip


def test_figures_of_a_known_series() -> None:
    """Each figure of 10, -4, -6, 20, 0 is what one reckons by hand."""
    figures = statistics(trade(number, result) for number, result in enumerate((10.0, -4.0, -6.0, 20.0, 0.0)))
    assert (figures.trades, figures.wins, figures.losses) == (5, 2, 2)
    assert (figures.net, figures.won, figures.lost, figures.costs) == (20.0, 30.0, -10.0, -5.0)
    assert (figures.expectancy, figures.win_rate, figures.profit_factor) == (4.0, 0.4, 3.0)
    assert (figures.best, figures.worst, figures.max_drawdown, figures.losing_run) == (20.0, -6.0, 10.0, 2)
    assert (figures.mean_win, figures.mean_loss, figures.mean_seconds) == (15.0, -5.0, 1800.0)
    assert figures.mean_r == pytest.approx(2.0)


def test_no_trade_has_no_rate() -> None:
    """Nothing is divided by nothing, and nothing is called zero that is not known."""
    figures = statistics(())
    assert figures == Statistics()
    assert (figures.win_rate, figures.expectancy, figures.profit_factor, figures.mean_r) == (None, None, None, None)


def test_no_loss_has_no_profit_factor() -> None:
    """A factor of an endless size is none."""
    assert statistics([trade(1, 5.0)]).profit_factor is None


def test_a_part_that_is_open_does_not_count() -> None:
    """Its result is not known yet."""
    assert statistics([replace(trade(1, 5.0), closed_volume=0.05)]).trades == 0


def test_groups_come_in_the_order_of_their_names() -> None:
    """Hours by number, names by letter; what has no name is in no group."""
    trades = [trade(3, 1.0, "USDJPY"), trade(2, -2.0), trade(1, 3.0)]
    by_name = grouped(trades, lambda each: each.symbol)
    assert [(group.name, group.figures.net) for group in by_name] == [("EURUSD", 1.0), ("USDJPY", 1.0)]
    by_hour = grouped(trades, lambda each: None if each.position == 1 else each.closed_at.hour)
    assert [group.name for group in by_hour] == [11, 12]

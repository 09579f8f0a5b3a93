# SPDX-License-Identifier: MIT
"""A closed trade on the chart: bars that reach back to it, and its marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.ui.chart.desk_marks import trade_marks
from arbitrex_desktop.ui.chart.timeframes import seconds_of
from arbitrex_desktop.ui.chart_grid.past_trade import bars_back, timeframe_for
from tests.fakes.review import closed_trade

TRADE = closed_trade(3)
assert TRADE.opened_at is not None
OPENED = TRADE.opened_at


def test_a_trade_of_today_leaves_the_timeframe_as_it_is() -> None:
    """Its bars are few."""
    now = OPENED + timedelta(hours=5)
    assert timeframe_for(TRADE, now, Timeframe.M5) is Timeframe.M5
    assert bars_back(TRADE, now, Timeframe.M5) == 60 + 200


@given(st.integers(0, 4_000), st.sampled_from(list(Timeframe)))
def test_the_bars_reach_back_or_are_the_longest(days: int, present: Timeframe) -> None:
    """Never shorter ones than were chosen, and no more than a chart can load at once."""
    now = OPENED + timedelta(days=days)
    chosen = timeframe_for(TRADE, now, present)
    assert seconds_of(chosen) >= seconds_of(present)
    assert bars_back(TRADE, now, chosen) * seconds_of(chosen) >= (now - OPENED).total_seconds()
    assert bars_back(TRADE, now, chosen) <= 20_000


def test_its_marks_are_entry_and_exit_on_the_servers_clock() -> None:
    """One that opens on its own side, one that closes on the other."""
    begin, end = trade_marks(TRADE, 2, ServerZone(7_200))
    assert (begin.seconds, begin.price, begin.direction) == (OPENED.timestamp() + 7_200, TRADE.entry, TRADE.direction)
    assert (end.seconds, end.price, end.closes) == (TRADE.closed_at.timestamp() + 7_200, TRADE.exit, True)
    assert end.direction == -TRADE.direction


def test_an_unknown_entry_has_no_mark() -> None:
    """Where the history begins later there is the exit alone."""
    (only,) = trade_marks(replace(TRADE, entry=None, opened_at=None), 2, ServerZone())
    assert only.closes

# SPDX-License-Identifier: MIT
"""Closed trades reach the charts: read when something was opened or closed, on a thread of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.review.views import ReportProgress, ReviewData, ReviewQuery
from arbitrex_desktop.ui.chart_grid.trade_reader import TradeReader
from arbitrex_desktop.ui.freshness import Freshness
from tests.fakes.bars import MONDAY
from tests.fakes.desk_data import position_row
from tests.fakes.review import BEGIN, TRADES, FakeReview, closed_trade
from tests.ui.chart_grid.bench import OFFSET, Bench

Make = Callable[..., Freshness]
WAIT_MS = 10_000


class WatchedReview(FakeReview):
    """A `FakeReview` that notes the threads it is read on."""

    def __init__(self) -> None:
        super().__init__([])
        self.threads: set[int] = set()

    def read(self, query: ReviewQuery, report: ReportProgress) -> ReviewData:
        """Note the thread, and read."""
        self.threads.add(threading.get_ident())
        return super().read(query, report)


@pytest.fixture
def review() -> WatchedReview:
    """Return trades."""
    return WatchedReview()


@pytest.fixture
def reader(review: WatchedReview) -> Iterator[TradeReader]:
    """Return a reader of those trades; it must end."""
    reader = TradeReader()
    reader.start(review)
    yield reader
    assert reader.stop(WAIT_MS)


def test_trades_come_from_a_thread_of_their_own(qtbot: QtBot, reader: TradeReader, review: WatchedReview) -> None:
    """Those closed since the moment asked for, without the journal's intents, which are many more."""
    since = BEGIN + timedelta(days=5)
    with qtbot.waitSignal(reader.answered, timeout=WAIT_MS) as answered:
        reader.ask(since)
    assert answered.args is not None
    (data,) = answered.args
    assert data.trades == tuple(trade for trade in reversed(TRADES) if trade.closed_at >= since)
    assert review.asked == [("review", ReviewQuery(since=since, intents=False))]
    assert threading.get_ident() not in review.threads


def test_a_failure_is_logged_and_the_next_question_answered(
    qtbot: QtBot, reader: TradeReader, review: WatchedReview, caplog: pytest.LogCaptureFixture
) -> None:
    """A terminal that is away for a moment costs no marks for good."""
    review.failure = ConnectionError("no connection")
    with caplog.at_level(logging.WARNING):
        reader.ask(BEGIN)
        qtbot.waitUntil(lambda: "could not be read" in caplog.text, timeout=WAIT_MS)
    caplog.clear()
    review.failure = None
    with qtbot.waitSignal(reader.answered, timeout=WAIT_MS):
        reader.ask(BEGIN)


def test_without_a_review_nothing_is_asked() -> None:
    """Where nothing is kept of trades there are the intents' marks only."""
    reader = TradeReader()
    reader.start(None)
    reader.ask(BEGIN)
    assert reader.stop(WAIT_MS)


def test_a_reader_that_was_stopped_does_not_start_again(review: WatchedReview) -> None:
    """A core that is ready while its window closes starts no thread, which nobody would end."""
    reader = TradeReader()
    assert reader.stop(10_000)
    reader.start(review)
    assert not reader._thread.isRunning()


def test_trades_are_asked_for_when_positions_change(qtbot: QtBot, bench: Bench, fresh: Make) -> None:
    """At first, after a close, and not at every refresh."""
    asked: list[object] = []
    bench.grid.trades_asked.connect(asked.append)
    bench.grid._trades_due.setInterval(0)
    held = fresh(positions=(position_row(7),), orders=(), intents=())
    for state, count in ((held, 1), (held, 1), (fresh(positions=(), orders=(), intents=()), 2)):
        bench.grid.refresh(state)
        qtbot.waitUntil(lambda count=count: len(asked) == count)  # type: ignore[misc]
        qtbot.waitUntil(lambda: not bench.grid._trades_due.isActive())
    assert len(asked) == 2


def test_closed_trades_are_marked_on_every_chart_of_their_symbol(qtbot: QtBot, bench: Bench, fresh: Make) -> None:
    """At the server's clock, on charts that are made later, too."""
    bench.grid.refresh(fresh(positions=(), orders=(), intents=()))
    at = BEGIN.fromtimestamp(MONDAY + 290 * 900 + 60 - OFFSET, BEGIN.tzinfo)
    trade = replace(closed_trade(), symbol="EURUSD", opened_at=at - timedelta(hours=1), closed_at=at)
    data = FakeReview([]).read(ReviewQuery(), lambda _stage, _share: None)
    bench.grid.take_trades(replace(data, trades=(trade,)))
    marks = bench.panel.view._marks
    assert [bench.panel._series.index_at(mark.seconds) for mark in marks] == [286, 290]
    assert [mark.closes for mark in marks] == [False, True]
    bench.grid.show_count(2)
    second = bench.grid.charts[1]
    assert second.view._marks == ()
    second.show_symbol("EURUSD")
    bench.give(bench.asked[-1])
    assert second.view._marks == marks

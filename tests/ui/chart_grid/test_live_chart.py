# SPDX-License-Identifier: MIT
"""A live chart: history asked for and taken, prices carried on, lines moved by asking once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.desk.presentation.bar_history import BarHistory
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.desk_lines import PLAN_ENTRY, PLAN_STOP, TradePlan, pips_text
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.chart.marks import LineOwner, LinePart, LineRef
from arbitrex_desktop.ui.chart.options import BarStyle, Indicator, TimeZone
from arbitrex_desktop.ui.chart_grid.live_chart import FIRST_BARS, MORE_BARS
from arbitrex_desktop.ui.commands import ModifyOrder, MoveStops
from arbitrex_desktop.ui.freshness import Freshness
from tests.fakes.bars import MONDAY
from tests.fakes.clock import ManualClock
from tests.fakes.desk_data import intent_row, order_row, pool_stats, position_row, quote
from tests.ui.chart_grid.bench import LAST, OFFSET, ROWS, Bench

Make = Callable[..., Freshness]

POSITION = LineRef(LineOwner.POSITION, 7)
STOP = LineRef(LineOwner.POSITION, 7, LinePart.STOP)
TARGET = LineRef(LineOwner.POSITION, 7, LinePart.TARGET)
ORDER = LineRef(LineOwner.ORDER, 31)
ORDER_STOP = LineRef(LineOwner.ORDER, 31, LinePart.STOP)


def test_bars_of_the_symbol_shown_are_asked_for(bench: Bench) -> None:
    """Once connected, the newest of them."""
    assert bench.asked == [HistoryRequest(1, "EURUSD", Timeframe.M15, FIRST_BARS)]
    assert bench.toolbar.symbol.text() == "EURUSD"
    assert bench.toolbar.note.text() == ""


def test_ticks_carry_the_last_bar_on_at_the_servers_clock(bench: Bench) -> None:
    """A tick in UTC belongs to the bar of the server's time; the next bar's begins it and mends the one before."""
    series = bench.panel._series
    bench.put(MONDAY + 299 * 900 + 30, LAST + 0.02)
    assert len(series) == 300
    assert series.rows[-1]["high"] == LAST + 0.02
    bench.put(MONDAY + 300 * 900 + 1, LAST + 0.01)
    assert len(series) == 301
    assert bench.asked[-1].count < FIRST_BARS
    assert bench.asked[-1].start == 0


def test_another_symbol_or_timeframe_begins_anew(bench: Bench) -> None:
    """Old bars are gone at once, and a late answer about them is not shown."""
    bench.panel.show_symbol("USDJPY")
    assert len(bench.panel._series) == 0
    assert bench.asked[-1].symbol == "USDJPY"
    old = HistoryRequest(1, "EURUSD", Timeframe.M15, FIRST_BARS)
    bench.panel.take_history(HistoryAnswer(old, BarHistory(ROWS), FIRST_BARS, is_last=True))
    assert len(bench.panel._series) == 0
    bench.toolbar._frames[Timeframe.H1].click()
    assert bench.asked[-1] == HistoryRequest(1, "USDJPY", Timeframe.H1, FIRST_BARS)


def test_older_bars_are_asked_for_until_there_are_no_more(bench: Bench) -> None:
    """One request at a time; once the terminal has given fewer than asked, none."""
    bench.panel._load_older()
    bench.panel._load_older()
    assert [(request.count, request.start) for request in bench.asked[1:]] == [(MORE_BARS, 300)]
    assert not bench.toolbar.cancel.isHidden()
    bench.answer(done=0)
    bench.panel._load_older()
    assert len(bench.asked) == 2


def test_progress_is_told_and_can_be_cancelled(qtbot: QtBot, bench: Bench) -> None:
    """How far it has come, with a Cancel that takes effect."""
    bench.panel._load_older()
    bench.answer(is_last=False, done=2000)
    assert bench.toolbar.cancel.text() == "Loading 20 %  \N{MULTIPLICATION X}"
    # Nothing of it is cut, in the smallest window either.
    bench.toolbar.resize(416, bench.toolbar.height())
    assert bench.toolbar.cancel.width() >= bench.toolbar.cancel.sizeHint().width()
    with qtbot.waitSignal(bench.grid.history_cancelled):
        bench.toolbar.cancel.click()
    assert bench.toolbar.note.text() == "loading was cancelled"
    assert bench.toolbar.cancel.isHidden()


def test_a_first_loading_that_was_cancelled_stays_so(bench: Bench, fresh: Make) -> None:
    """Snapshots that come do not begin it again; the same timeframe, chosen anew, does."""
    bench.panel.show_symbol("USDJPY")
    bench.panel.refresh(fresh())
    asked = len(bench.asked)
    bench.toolbar.cancel.click()
    for _ in range(3):
        bench.panel.refresh(fresh())
    assert len(bench.asked) == asked
    assert bench.panel.view._caption.note == "loading was cancelled"
    bench.panel.show_timeframe(bench.panel.timeframe)
    assert len(bench.asked) == asked + 1
    bench.answer()
    assert bench.panel.view._caption.note == ""


def test_a_failure_is_told_and_tried_again(bench: Bench, fresh: Make) -> None:
    """The reason stands on the empty chart, and history is asked for again later."""
    bench.panel.show_symbol("USDJPY")
    bench.answer(error="no connection")
    assert bench.panel.view._caption.note == "No bars: no connection"
    assert bench.panel._retry.isActive()
    bench.panel._retry.stop()
    bench.panel.refresh(fresh())
    assert [request.symbol for request in bench.asked] == ["EURUSD", "USDJPY", "USDJPY"]


def test_a_lost_connection_takes_the_price_lines_away(bench: Bench, fresh: Make) -> None:
    """A price that is not present is not drawn as if it were."""
    bench.put(MONDAY + 299 * 900 + 30, LAST)
    assert bench.panel.view._quote[0] == LAST
    bench.panel.refresh(fresh(pool=pool_stats(state=ConnectionState.LOST)))
    assert bench.panel.view._quote == (0.0, 0.0)
    bench.put(MONDAY + 299 * 900 + 31, LAST)
    assert bench.panel.view._quote == (0.0, 0.0)


def test_an_old_price_is_drawn_as_one(bench: Bench, fresh: Make, clock: ManualClock) -> None:
    """Grey on the axis after half a minute without a tick, as in the watch list; the next tick is bright again."""
    bench.put(MONDAY + 299 * 900 + 30, LAST)
    seen = [bench.panel.view._is_fresh]
    clock.advance(31.0)
    bench.panel.refresh(fresh())
    seen.append(bench.panel.view._is_fresh)
    bench.board.put(quote("EURUSD", LAST, received=clock.monotonic()))
    bench.grid.draw_frame()
    assert [*seen, bench.panel.view._is_fresh] == [True, False, True]


def test_without_bars_the_chart_says_what_it_waits_for(bench: Bench, fresh: Make) -> None:
    """An empty place tells nothing: the words stand in its middle until there are bars."""
    bench.panel.refresh(fresh(pool=pool_stats(state=ConnectionState.DISCONNECTED)))
    bench.panel.show_symbol("USDJPY")
    bench.panel.refresh(fresh(pool=pool_stats(state=ConnectionState.DISCONNECTED)))
    assert bench.panel.view._caption.note == "Bars come when the terminal is connected"
    assert bench.toolbar.note.text() == "", "once is enough"
    bench.panel.refresh(fresh())
    bench.answer()
    assert bench.panel.view._caption.note == ""


def test_the_time_until_the_last_bar_closes(bench: Bench, fresh: Make) -> None:
    """Of the chosen chart; nothing while the market makes no bar, or without the terminal."""
    newest = bench.panel._server.to_utc(float(MONDAY + 299 * 900))
    for passed, text in ((0, "15:00"), (899, "0:01"), (900, ""), (3_600, "")):
        bench.grid.refresh(fresh(pool=pool_stats(market_at=newest + timedelta(seconds=passed))))
        assert bench.toolbar.closes.text() == text
    bench.grid.refresh(fresh(pool=pool_stats(state=ConnectionState.DISCONNECTED)))
    assert bench.toolbar.closes.text() == ""


def drop(bench: Bench, key: LineRef, price: float) -> None:
    """Drag a line by hand from its price to another."""
    view = bench.panel.view
    view.grab()
    line = next(line for line in view.lines if line.key == key)
    start, end = (QPoint(200, round(view.price_scale.y(value))) for value in (line.price, price))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def with_position(fresh: Make) -> Freshness:
    """Return a snapshot with a long position near the market."""
    row = position_row(7, price_open=LAST, stop_loss=LAST - 0.001, take_profit=LAST + 0.002)
    return fresh(positions=(row,), orders=(), intents=())


def test_a_stop_let_go_farther_away_asks_and_says_how_much(qtbot: QtBot, bench: Bench, fresh: Make) -> None:
    """Nothing is sent by the drag itself; the question says what more is risked; the answer is the desk's command."""
    bench.panel.refresh(with_position(fresh))
    commands: list[object] = []
    bench.panel.asked.connect(commands.append)
    drop(bench, STOP, LAST - 0.002)
    assert commands == []
    assert bench.panel.move_bar.isVisible()
    assert "risks" in bench.panel.move_bar.message.text()
    dragged = next(line.price for line in bench.panel.view.lines if line.key == STOP)
    bench.panel.move_bar.act.click()
    assert commands == [MoveStops(7, dragged, LAST + 0.002)]
    assert dragged == pytest.approx(LAST - 0.002, abs=2e-5)
    assert bench.panel.move_bar.isHidden()


def test_a_move_that_is_not_wanted_goes_back(bench: Bench, fresh: Make) -> None:
    """Cancel puts the line where the broker has it."""
    bench.panel.refresh(with_position(fresh))
    drop(bench, TARGET, LAST + 0.001)
    assert "risks" not in bench.panel.move_bar.message.text()
    bench.panel.move_bar.cancel.click()
    line = next(line for line in bench.panel.view.lines if line.key == TARGET)
    assert line.price == LAST + 0.002


def with_order(fresh: Make, **changes: object) -> Freshness:
    """Return a snapshot with a resting buy below the market."""
    row = order_row(31, **({"price": LAST - 0.001, "stop_loss": LAST - 0.003, "take_profit": None} | changes))
    return fresh(positions=(), orders=(row,), intents=())


def test_an_order_that_is_dragged_asks_once_in_pips_and_risk(bench: Bench, fresh: Make) -> None:
    """The drag sends nothing; moved away from its stop it says that it risks more; its stop and target stay."""
    bench.panel.refresh(with_order(fresh))
    commands: list[object] = []
    bench.panel.asked.connect(commands.append)
    drop(bench, ORDER, LAST - 0.0005)
    dragged = next(line.price for line in bench.panel.view.lines if line.key == ORDER)
    assert dragged == pytest.approx(LAST - 0.0005, abs=2e-5)
    assert commands == []
    bar = bench.panel.move_bar
    assert bar.act.text() == "Move BUY LIMIT 0.30 EURUSD #31"
    said = bar.message.text()
    assert f"; {pips_text(dragged - (LAST - 0.001), 5)}; " in said
    assert said.endswith(f"{pips_text(LAST - 0.003 - dragged, 5)} at its stop")
    assert "risks more, so the risk manager is asked" in said
    bar.act.click()
    assert commands == [ModifyOrder(31, dragged, LAST - 0.003, None)]
    assert bar.isHidden()


def test_an_order_nearer_to_its_stop_risks_no_more(bench: Bench, fresh: Make) -> None:
    """No warning; Cancel puts the line back."""
    bench.panel.refresh(with_order(fresh))
    drop(bench, ORDER, LAST - 0.0015)
    assert "risks more" not in bench.panel.move_bar.message.text()
    bench.panel.move_bar.cancel.click()
    assert [line.price for line in bench.panel.view.lines if line.key == ORDER] == [LAST - 0.001]


def test_the_stop_of_an_order_is_dragged_and_its_price_stays(bench: Bench, fresh: Make) -> None:
    """While it is in the hand its line says what it would cost; the question and the command are of the order."""
    bench.panel.refresh(with_order(fresh, price_value=30_000.0))
    commands: list[object] = []
    bench.panel.asked.connect(commands.append)
    view = bench.panel.view
    view.grab()
    start = QPoint(600, round(view.price_scale.y(LAST - 0.003)))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start - QPoint(0, 20))
    held = next(line for line in view.lines if line.key == ORDER_STOP)
    assert held.price > LAST - 0.003
    assert held.text.endswith(f"{formats.money((held.price - LAST + 0.001) * 30_000.0, 'EUR', signed=True)}")
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start - QPoint(0, 20))
    assert commands == []
    bench.panel.move_bar.act.click()
    assert commands == [ModifyOrder(31, LAST - 0.001, held.price, None)]


def test_a_stop_is_pulled_from_a_position_that_has_none(bench: Bench, fresh: Make) -> None:
    """By its plate; the plan of the question is a move of the stop, and the entry's line goes back to its place."""
    row = position_row(7, price_open=LAST, price_current=LAST, stop_loss=None, take_profit=None)
    bench.panel.refresh(fresh(positions=(row,), orders=(), intents=()))
    commands: list[object] = []
    bench.panel.asked.connect(commands.append)
    view = bench.panel.view
    view.grab()
    at = QPoint(20, round(view.price_scale.y(LAST)))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(view, at + QPoint(0, 30))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 30))
    prices = {line.key: line.price for line in view.lines}
    assert prices[POSITION] == LAST
    assert prices[STOP] < LAST
    bench.panel.move_bar.act.click()
    assert commands == [MoveStops(7, prices[STOP], None)]


def test_an_entry_is_not_taken_by_a_hand_that_pans(bench: Bench, fresh: Make) -> None:
    """Away from its plate its line lets the chart be panned."""
    row = position_row(7, price_open=LAST, price_current=LAST, stop_loss=None, take_profit=None)
    bench.panel.refresh(fresh(positions=(row,), orders=(), intents=()))
    view = bench.panel.view
    view.grab()
    at = QPoint(600, round(view.price_scale.y(LAST)))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(view, at + QPoint(80, 0))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at + QPoint(80, 0))
    assert not view.time_scale.follows
    assert bench.panel.move_bar.isHidden()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stop_loss": None}, "no stop ends its loss"),
        ({"stop_loss": LAST - 0.0012}, "its stop would stand on the wrong side"),
    ],
)
def test_an_order_whose_stop_limits_nothing_says_so(
    bench: Bench, fresh: Make, changes: dict[str, object], said: str
) -> None:
    """Neither a missing stop nor one that was passed is told as so many pips."""
    bench.panel.refresh(with_order(fresh, **changes))
    drop(bench, ORDER, LAST - 0.0016)
    assert bench.panel.move_bar.message.text().endswith(said)


def test_what_changed_at_the_broker_while_asked_is_not_undone(bench: Bench, fresh: Make) -> None:
    """A stop moved meanwhile is kept by the answer; what is gone is asked about no more."""
    commands: list[object] = []
    bench.panel.asked.connect(commands.append)
    bench.panel.refresh(with_order(fresh))
    drop(bench, ORDER, LAST - 0.0005)
    price = next(line.price for line in bench.panel.view.lines if line.key == ORDER)
    bench.panel.refresh(with_order(fresh, stop_loss=LAST - 0.002))
    bench.panel.move_bar.act.click()
    assert commands == [ModifyOrder(31, price, LAST - 0.002, None)]
    drop(bench, ORDER, LAST - 0.0007)
    assert bench.panel.move_bar.isVisible()
    bench.panel.refresh(with_position(fresh))
    assert bench.panel.move_bar.isHidden()
    drop(bench, STOP, LAST - 0.002)
    assert bench.panel.move_bar.isVisible()
    bench.panel.refresh(fresh(positions=(), orders=(), intents=()))
    assert bench.panel.move_bar.isHidden()


def test_a_click_on_a_line_asks_nothing(bench: Bench, fresh: Make) -> None:
    """Only what was moved is asked about."""
    bench.panel.refresh(with_order(fresh))
    view = bench.panel.view
    view.grab()
    at = QPoint(200, round(view.price_scale.y(LAST - 0.001)))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert bench.panel.move_bar.isHidden()


def test_what_was_traded_is_marked_at_the_servers_clock(bench: Bench, fresh: Make) -> None:
    """A fill that a snapshot tells stands at its bar; another symbol's chart has no such mark."""
    at = datetime.fromtimestamp(MONDAY + 290 * 900 + 60 - OFFSET, UTC)
    row = intent_row(state=IntentState.FILLED, changed_at=at, fill_price=LAST, filled_lots=0.5, ticket=7)
    bench.panel.refresh(fresh(positions=(), orders=(), intents=(row,)))
    (mark,) = marks = bench.panel.view._marks
    assert bench.panel._series.index_at(mark.seconds) == 290
    bench.panel.show_symbol("USDJPY")
    assert not bench.panel.view._marks
    bench.panel.show_symbol("EURUSD")
    assert bench.panel.view._marks == marks


def planned(bench: Bench) -> list[LineRef]:
    """Return the keys of the lines that belong to the plan."""
    return [line.key for line in bench.panel.view.lines if line.key.owner is LineOwner.PLAN]


def test_the_plan_follows_the_market_and_is_dragged_into_the_ticket(bench: Bench) -> None:
    """Its entry is the present ask; its stop tells where it is dragged; the button hides it."""
    bench.put(MONDAY + 299 * 900 + 30, LAST)
    bench.grid.show_plan(TradePlan("EURUSD", 1, 5, stop_loss=LAST - 0.001))
    entry = next(line for line in bench.panel.view.lines if line.key == PLAN_ENTRY)
    assert entry.price == pytest.approx(LAST + 0.0001)
    moved: list[tuple[float, int]] = []
    bench.panel.stop_planned.connect(lambda price, digits: moved.append((price, digits)))
    drop(bench, PLAN_STOP, LAST - 0.0015)
    price, digits = moved[-1]
    assert price == pytest.approx(LAST - 0.0015, abs=2e-5)
    assert digits == 5
    entries: list[float] = []
    bench.grid.entry_planned.connect(lambda price, _digits: entries.append(price))
    view = bench.panel.view
    view.grab()
    at = QPoint(20, round(view.price_scale.y(entry.price)))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(view, at + QPoint(0, 30))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at + QPoint(0, 30))
    assert len(entries) == 1
    assert entries[0] < entry.price
    bench.toolbar.plan.click()
    assert not planned(bench)
    bench.toolbar.plan.click()
    assert planned(bench)
    bench.grid.show_plan(TradePlan("USDJPY", 1, 3, stop_loss=150.0))
    assert not planned(bench)


def test_the_look_is_chosen_from_menus(bench: Bench) -> None:
    """Indicators and the clock of the axis reach the view."""
    buttons = bench.toolbar.findChildren(QToolButton)
    menus = {button.text(): button.menu() for button in buttons}
    for menu, text in (("Indicators", Indicator.RSI), ("Time", TimeZone.BROKER), ("Style", BarStyle.LINE)):
        next(action for action in menus[menu].actions() if action.text() == text).trigger()
    options = bench.toolbar.options
    assert options.indicators == {Indicator.RSI}
    assert (options.zone, options.style) == (TimeZone.BROKER, BarStyle.LINE)
    assert bench.panel.view._options == options
    assert bench.panel.view._clock.server.winter == OFFSET

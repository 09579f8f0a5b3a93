# SPDX-License-Identifier: MIT
"""Charts side by side: which one is the chosen one, what they have in common, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.chart.marks import LineOwner
from arbitrex_desktop.ui.chart.options import BarStyle
from arbitrex_desktop.ui.chart.view import ChartView
from arbitrex_desktop.ui.chart_grid.live_chart import LiveChart
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.bars import MONDAY
from tests.fakes.clock import ManualClock
from tests.ui.chart_grid.bench import LAST, Bench

Make = Callable[..., Freshness]


def symbols(bench: Bench) -> list[str]:
    """Return the symbol of each chart shown."""
    return [chart.symbol for chart in bench.grid.charts]


def fill(bench: Bench) -> None:
    """Give every chart its bars."""
    newest = {request.chart: request for request in bench.asked}
    for request in newest.values():
        bench.give(request)


def edge(view: ChartView) -> float | None:
    """Return the moment at a chart's right edge, None at the live edge."""
    return view.edge_seconds


def trigger(bench: Bench, text: str) -> None:
    """Choose an entry of the toolbar's menus."""
    bench.toolbar._actions[text].trigger()


def press(chart: LiveChart) -> None:
    """Click into a chart."""
    QTest.mouseClick(chart.view, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))


@pytest.mark.parametrize("count", [1, 2, 4, 9])
def test_so_many_charts_stand_side_by_side(bench: Bench, count: int) -> None:
    """In rows and columns of one size; each asks for its own bars, and a hidden one for none."""
    bench.grid.show_count(count)
    assert [chart.isVisible() for chart in bench.grid.charts] == [True] * count
    widths = {chart.width() for chart in bench.grid.charts}
    assert max(widths) - min(widths) <= 2
    assert {request.chart for request in bench.asked} == {chart.number for chart in bench.grid.charts}
    before = len(bench.asked)
    trigger(bench, "One chart")
    assert [chart.isVisible() for chart in bench.grid._all] == [True] + [False] * (count - 1)
    assert len(bench.asked) == before


def test_a_click_chooses_the_chart_that_watch_list_and_toolbar_act_on(bench: Bench) -> None:
    """The chosen one takes the symbol and timeframe, the others keep theirs; its edge is drawn, and it is named."""
    trigger(bench, "Two charts")
    assert symbols(bench) == ["EURUSD", "USDJPY"]
    first, second = bench.grid.charts
    press(second)
    assert bench.toolbar.symbol.text() == "USDJPY"
    bench.grid.look_at("EURUSD")
    bench.toolbar._frames[Timeframe.H1].click()
    assert [(chart.symbol, chart.timeframe) for chart in (first, second)] == [
        ("EURUSD", Timeframe.M15),
        ("EURUSD", Timeframe.H1),
    ]
    captions = [chart.view._caption for chart in (first, second)]
    assert [caption.is_chosen for caption in captions] == [False, True]
    assert captions[1].title == "EURUSD \N{MIDDLE DOT} H1"
    trigger(bench, "One chart")
    assert bench.grid.chart is first
    assert first.view._caption.title == ""


def test_the_look_of_one_chart_is_its_own(bench: Bench) -> None:
    """A style is chosen for the chosen chart; the menus show that of whichever is chosen."""
    trigger(bench, "Two charts")
    trigger(bench, "Bars")
    press(bench.grid.charts[1])
    assert bench.toolbar.options.style is BarStyle.CANDLES
    assert bench.toolbar._actions["Candles"].isChecked()
    press(bench.grid.charts[0])
    assert [chart.options.style for chart in bench.grid.charts] == [BarStyle.BARS, BarStyle.CANDLES]
    assert bench.toolbar._actions["Bars"].isChecked()


def test_each_chart_takes_the_price_of_its_own_symbol(bench: Bench) -> None:
    """One reading of the board serves all of them."""
    trigger(bench, "Two charts")
    fill(bench)
    bench.put(MONDAY + 299 * 900 + 30, LAST + 0.01)
    bench.put(MONDAY + 299 * 900 + 30, 150.0, "USDJPY")
    assert [chart.view._quote[0] for chart in bench.grid.charts] == [LAST + 0.01, 150.0]


def test_linked_symbols_change_together(bench: Bench) -> None:
    """Each keeps its timeframe; new charts show the same symbol in longer bars."""
    trigger(bench, "Link symbols")
    trigger(bench, "Two charts")
    assert [(chart.symbol, chart.timeframe) for chart in bench.grid.charts] == [
        ("EURUSD", Timeframe.M15),
        ("EURUSD", Timeframe.M30),
    ]
    bench.grid.look_at("USDJPY")
    assert symbols(bench) == ["USDJPY", "USDJPY"]
    trigger(bench, "Link symbols")
    bench.grid.look_at("EURUSD")
    assert symbols(bench) == ["EURUSD", "USDJPY"]


def test_linked_time_moves_and_points_together(bench: Bench) -> None:
    """The same moment stands at the right edge of both, and under the crosshair; unlinked, each is by itself."""
    trigger(bench, "Two charts")
    fill(bench)
    first, second = (chart.view for chart in bench.grid.charts)
    for view in (first, second):
        view.grab()
    first.pan(300.0)
    assert edge(second) is None
    trigger(bench, "Link time and crosshair")
    first.pan(60.0)
    assert edge(second) == edge(first) is not None
    QTest.mouseMove(first, QPoint(100, 100))
    moment = second._linked_seconds
    assert moment is not None
    assert first._series.rows["time"][round(first.time_scale.index(100.0))] == moment
    QTest.keyClick(first, Qt.Key.Key_End)
    assert edge(second) is None
    trigger(bench, "Link time and crosshair")
    assert second._linked_seconds is None
    first.pan(300.0)
    assert edge(second) is None


def test_the_layout_is_kept(qtbot: QtBot, theme: Theme, clock: ManualClock, bench: Bench) -> None:
    """How many, which is chosen, what they have in common, and each with its symbol, timeframe and look."""
    trigger(bench, "Two charts")
    trigger(bench, "Link time and crosshair")
    press(bench.grid.charts[1])
    bench.toolbar._frames[Timeframe.H4].click()
    trigger(bench, "Line")
    again = Bench(qtbot, theme, clock)
    again.grid.recall(bench.grid.look)
    assert again.grid.look == bench.grid.look
    assert again.grid.chart is again.grid.charts[1]
    assert (again.grid.chart.symbol, again.grid.chart.timeframe) == ("USDJPY", Timeframe.H4)
    assert again.toolbar.links == bench.toolbar.links
    assert again.toolbar._actions["Line"].isChecked()
    again.grid.stop()


@pytest.mark.parametrize(
    "look", [{"count": 3, "chosen": 7, "links": 1, "charts": "x"}, {"count": "4"}, {"charts": [1, {"symbol": 5}]}]
)
def test_a_layout_that_means_nothing_is_one_chart(
    qtbot: QtBot, theme: Theme, clock: ManualClock, look: dict[str, object]
) -> None:
    """Whatever stands in the file, there is a chart."""
    bench = Bench(qtbot, theme, clock)
    bench.grid.recall(look)
    assert len(bench.grid.charts) == 1
    assert (bench.panel.symbol, bench.panel.timeframe) == ("", Timeframe.M15)
    bench.grid.stop()


def test_the_ticket_follows_a_chart_that_was_kept(qtbot: QtBot, theme: Theme, clock: ManualClock) -> None:
    """The ticket's first symbol after a start does not take the chart's place, unless the broker has no such symbol."""
    for kept, shown, wanted in (("USDJPY", "USDJPY", ["USDJPY"]), ("GONE", "EURUSD", [])):
        bench = Bench(qtbot, theme, clock)
        bench.grid.recall({"charts": [{"symbol": kept}]})
        asked: list[str] = []
        bench.grid.trade_wanted.connect(asked.append)
        bench.grid.show_symbol("EURUSD")
        assert (bench.panel.symbol, asked) == (shown, wanted)
        bench.grid.stop()


def test_looking_at_another_symbol_leaves_the_ticket_alone(qtbot: QtBot, bench: Bench) -> None:
    """A button says that the ticket trades another symbol, and changes that; the plan stands on its own symbol only."""
    bench.put(MONDAY + 299 * 900 + 30, LAST)
    bench.grid.show_plan(TradePlan("EURUSD", 1, 5, stop_loss=LAST - 0.001))
    assert bench.toolbar.trade.isHidden()
    bench.grid.look_at("USDJPY")
    assert not [line for line in bench.panel.view.lines if line.key.owner is LineOwner.PLAN]
    assert bench.toolbar.trade.text() == "Trade USDJPY"
    with qtbot.waitSignal(bench.grid.trade_wanted) as wanted:
        bench.toolbar.trade.click()
    assert wanted.args == ["USDJPY"]
    bench.grid.show_symbol("USDJPY")
    assert bench.toolbar.trade.isHidden()


def test_what_a_chart_loads_stands_on_it_and_can_be_cancelled_when_chosen(qtbot: QtBot, bench: Bench) -> None:
    """Each of several tells its own progress; Cancel is about the chosen one."""
    trigger(bench, "Two charts")
    first, second = bench.grid.charts
    assert second.view._caption.note.startswith("Loading")
    assert bench.toolbar.cancel.isHidden()
    press(second)
    assert not bench.toolbar.cancel.isHidden()
    with qtbot.waitSignal(bench.grid.history_cancelled) as cancelled:
        bench.toolbar.cancel.click()
    assert cancelled.args == [second.number]
    assert second.view._caption.note == "loading was cancelled"
    assert first.view._caption.note == ""


def test_a_refresh_reaches_every_chart_shown(bench: Bench, fresh: Make) -> None:
    """What the desk says of a symbol stands on each of its charts."""
    trigger(bench, "Two charts")
    bench.grid.look_at("EURUSD")
    press(bench.grid.charts[1])
    bench.grid.look_at("EURUSD")
    bench.grid.refresh(fresh(orders=(), intents=()))
    keys = [{line.key for line in chart.view.lines} for chart in bench.grid.charts]
    assert keys[0] == keys[1] != set()

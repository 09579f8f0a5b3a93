# SPDX-License-Identifier: MIT
"""The chart by hand: zoom, pan, the way back to the live edge, and lines that one drags."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.axes import AxisClock
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.desk_lines import PLAN_STOP
from arbitrex_desktop.ui.chart.marks import LineKind, LineOwner, LineRef, Mark, PriceLine, Zone
from arbitrex_desktop.ui.chart.options import BarStyle, ChartOptions, Indicator
from arbitrex_desktop.ui.chart.view import ChartView
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.bars import MONDAY, bar_rows

COUNT = 400


@pytest.fixture
def series() -> BarSeries:
    """Return bars."""
    result = BarSeries(Timeframe.M15)
    result.load(bar_rows(COUNT))
    return result


@pytest.fixture
def view(qtbot: QtBot, theme: Theme, series: BarSeries) -> ChartView:
    """Return a chart that was painted once."""
    result = ChartView(theme)
    qtbot.addWidget(result)
    result.resize(800, 500)
    result.show_series(series, 5)
    result.show()
    qtbot.waitExposed(result)
    result.grab()
    return result


def drag(view: ChartView, start: QPoint, end: QPoint) -> None:
    """Press, move and let go."""
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start + (end - start) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def turn_wheel(view: ChartView, notches: int) -> None:
    """Turn the wheel over the chart's middle."""
    at = QPointF(view.rect().center())
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_a_new_bar_moves_the_view_only_at_the_live_edge(view: ChartView, series: BarSeries) -> None:
    """Who looks at the past keeps looking at it; who follows, follows."""
    before = view.time_scale.right
    series.tick(MONDAY + COUNT * 900, 1.15)
    view.series_changed()
    assert view.time_scale.right == pytest.approx(before + 1)
    drag(view, QPoint(300, 200), QPoint(600, 200))
    past = view.time_scale.right
    series.tick(MONDAY + (COUNT + 1) * 900, 1.15)
    view.series_changed()
    assert view.time_scale.right == past


def test_double_click_and_end_go_back(view: ChartView) -> None:
    """Both show the newest bars again, with the prices fitted."""
    backs: tuple[Callable[[], None], ...] = (
        lambda: QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200)),
        lambda: QTest.keyClick(view, Qt.Key.Key_End),
    )
    for back in backs:
        drag(view, QPoint(300, 200), QPoint(600, 200))
        drag(view, QPoint(780, 100), QPoint(780, 180))
        assert (view.time_scale.follows, view.price_scale.is_automatic) == (False, False)
        back()
        assert (view.time_scale.follows, view.price_scale.is_automatic) == (True, True)


def test_the_wheel_zooms(view: ChartView) -> None:
    """Forward makes bars wider, backward narrower."""
    before = view.time_scale.bar
    turn_wheel(view, 2)
    assert view.time_scale.bar == pytest.approx(before * 1.44)
    turn_wheel(view, -2)
    assert view.time_scale.bar == pytest.approx(before)


def test_older_bars_are_asked_for_and_what_is_seen_stays(qtbot: QtBot, view: ChartView, series: BarSeries) -> None:
    """Near the oldest bar more are asked for; when they come, the same bars stay in sight."""
    with qtbot.waitSignal(view.older_wanted):
        for _ in range(12):
            drag(view, QPoint(100, 200), QPoint(600, 200))
    shown = series.rows["time"][int(view.time_scale.right)]
    older = bar_rows(200, start=MONDAY - 200 * 900)
    series.load(older)
    view.series_changed()
    assert series.rows["time"][int(view.time_scale.right)] == shown


def test_a_line_stays_under_the_mouse(view: ChartView) -> None:
    """The prices are not fitted anew while it is dragged to the edge; they are once it is let go."""
    low = view.price_scale.price(475)
    view.show_lines([PriceLine(PLAN_STOP, low, "Stop", LineKind.STOP, is_draggable=True)])
    view.grab()
    y = round(view.price_scale.y(low))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, y))
    for step in range(5, 45, 5):
        QTest.mouseMove(view, QPoint(300, y + step))
        view.grab()
    moved = view.lines[0].price
    assert view.price_scale.y(moved) == pytest.approx(y + 40, abs=1.0)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, y + 40))
    view.grab()
    assert view.price_scale.y(moved) < y + 40


def test_a_line_is_dragged_and_dropped(qtbot: QtBot, view: ChartView, series: BarSeries) -> None:
    """While dragged it tells its price on the symbol's grid, and once more when let go."""
    price = float(series.rows["close"][-1])
    view.show_lines([PriceLine(PLAN_STOP, price, "Stop", LineKind.STOP, 1, True)])
    view.grab()
    y = round(view.price_scale.y(price))
    moved: list[tuple[str, float]] = []
    view.line_moved.connect(lambda key, value: moved.append((key, value)))
    with qtbot.waitSignal(view.line_dropped) as dropped:
        drag(view, QPoint(300, y), QPoint(300, y + 40))
    assert dropped.args == [PLAN_STOP, moved[-1][1]]
    assert moved[-1][1] == pytest.approx(view.price_at(y + 40), abs=2e-5)
    assert moved[-1][1] < price
    assert round(moved[-1][1], 5) == moved[-1][1]


def test_a_line_in_the_hand_is_not_taken_away(view: ChartView, series: BarSeries) -> None:
    """A refresh with the old price while one drags does not let the line jump back."""
    price = float(series.rows["close"][-1])
    line = PriceLine(PLAN_STOP, price, "Stop", LineKind.STOP, 1, True)
    view.show_lines([line])
    view.grab()
    y = round(view.price_scale.y(price))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, y))
    QTest.mouseMove(view, QPoint(300, y + 30))
    view.show_lines([line])
    assert view.lines[0].price < price
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, y + 30))
    view.show_lines([line])
    assert view.lines[0].price == price


def test_a_line_that_may_not_be_moved_pans(view: ChartView, series: BarSeries) -> None:
    """Dragging at a fixed line moves the chart."""
    price = float(series.rows["close"][-1])
    view.show_lines([PriceLine(LineRef(LineOwner.POSITION), price, "BUY 0.1", LineKind.POSITION, 1)])
    view.grab()
    y = round(view.price_scale.y(price))
    drag(view, QPoint(300, y), QPoint(500, y))
    assert not view.time_scale.follows
    assert view.lines[0].price == price


@pytest.mark.parametrize("style", list(BarStyle))
def test_every_style_paints_every_part(view: ChartView, series: BarSeries, style: BarStyle) -> None:
    """With all indicators, lines, bands and marks, in wide and in narrow bars, what is painted is not one colour."""
    price = float(series.rows["close"][-1])
    view.set_options(ChartOptions(style=style, indicators=frozenset(Indicator), shows_sessions=True), AxisClock())
    view.show_quote(price, price + 1e-4)
    view.show_marks([Mark(MONDAY + 380 * 900, price, 1), Mark(MONDAY + 390 * 900, price, -1)])
    view.show_lines(
        [PriceLine(LineRef(LineOwner.LEVEL, kind), price, kind, kind, 1) for kind in LineKind],
        [Zone(price - 0.01, price, LineKind.STOP)],
    )
    for notches in (4, -12):
        turn_wheel(view, notches)
        QTest.mouseMove(view, QPoint(300, 200))
        picture = view.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(0, 700, 7) for y in range(0, 460, 5)}
        assert len(colours) > 5


def test_a_mark_stands_at_its_bar_and_says_what_it_is(view: ChartView, series: BarSeries) -> None:
    """Painted in its colour, told under the pointer only; one older than the bars loaded is not shown at the first."""
    price = float(series.rows["close"][390])
    view.show_marks([Mark(MONDAY + 390 * 900 + 60, price, 1, "bought"), Mark(MONDAY - 900, price, -1, "long ago")])
    with_mark = view.grab().toImage()
    at = QPoint(round(view.time_scale.x(390)), round(view.price_scale.y(price)))
    assert with_mark.pixelColor(at + QPoint(0, 6)) == view._theme.colours.up
    QTest.mouseMove(view, at)
    assert view.toolTip() == "bought"
    QTest.mouseMove(view, at + QPoint(30, 0))
    assert view.toolTip() == ""
    turn_wheel(view, -20)
    view.grab()
    QTest.mouseMove(view, QPoint(round(view.time_scale.x(0)), round(view.price_scale.y(price))))
    assert view.toolTip() == ""


def test_a_closing_mark_is_hollow(view: ChartView, series: BarSeries) -> None:
    """What ends a position is told at a glance from what begins one."""
    price = float(series.rows["close"][390])
    view.show_marks([Mark(MONDAY + 390 * 900, price, -1, closes=True)])
    at = QPoint(round(view.time_scale.x(390)), round(view.price_scale.y(price)))
    assert view.grab().toImage().pixelColor(at - QPoint(0, 6)) == view._theme.colours.base


def test_an_empty_chart_paints(qtbot: QtBot, theme: Theme) -> None:
    """Without bars there is a background and no exception."""
    view = ChartView(theme)
    qtbot.addWidget(view)
    view.show_series(BarSeries(Timeframe.H1), 3)
    assert not view.grab().isNull()

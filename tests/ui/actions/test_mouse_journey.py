# SPDX-License-Identifier: MIT
"""The trader's whole journey by mouse alone, but for the figures and the reason, which are typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.intents.intent import IntentState
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.desk_lines import PLAN_STOP
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.widgets.table_view import TableView
from tests.fakes.bars import bar_rows
from tests.fakes.core import FakeCore
from tests.fakes.desk_data import desk_snapshot, intent_row, position_row, quote
from tests.ui.conftest import OPEN_MS, WindowMaker

pytestmark = pytest.mark.slow


def click(widget: QWidget) -> None:
    """Click the middle of what is in sight and can be pressed."""
    assert not widget.visibleRegion().isEmpty()
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.visibleRegion().boundingRect().center())


def middle_of(view: TableView, row: int) -> QPoint:
    """Return the middle of a row's first cell."""
    return view.visualRect(view.model().index(row, 0)).center()


def asked(core: FakeCore, name: str) -> list[tuple[object, ...]]:
    """Return what the core was asked for by that name."""
    return [each for each in core.asked if each[0] == name]


def drag_stop(window: MainWindow, qtbot: QtBot, symbol: str) -> float:
    """Take the planned stop where it is drawn on the chart, pull it to the middle, let go; return the price there."""
    chart = window.content.chart.chart
    view = chart.view

    def stop_at() -> int:
        view.grab()  # Where things stand is known once it has been painted.
        prices = [line.price for line in view.lines if line.key == PLAN_STOP]
        return round(view.price_scale.y(prices[0])) if prices and chart.symbol == symbol else -1

    qtbot.waitUntil(lambda: 0 < stop_at() < view.height(), timeout=OPEN_MS)
    start, end = QPoint(view.width() // 2, stop_at()), view.rect().center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 11):
        QTest.mouseMove(view, start + (end - start) * step / 10)
    wanted = view.price_at(end.y())
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    return wanted


@pytest.fixture
def core() -> FakeCore:
    """Return a core with prices, a position and an intent that waits."""
    core = FakeCore(
        shown=desk_snapshot(
            positions=(position_row(7, symbol="EURUSD", price_open=1.1, price_current=1.102, volume=0.6),),
            intents=(intent_row("aaaa1111", state=IntentState.PENDING, can_approve=True),),
        )
    )
    rows = bar_rows(300)
    last = float(rows["close"][-1])
    for name in ("open", "high", "low", "close"):
        # Wide enough that the stop of the fake's answer is in sight in the smallest window, too.
        rows[name] = 1.1 + 4.0 * (rows[name] - last)
    for symbol in core.board.symbols:
        core.board.put(quote(symbol, 1.1))
        core.history[symbol, int(Timeframe.M15)] = rows
    return core


@pytest.mark.parametrize("size", [(1024, 640), (1600, 1000)])
def test_the_journey_by_mouse(open_window: WindowMaker, qtbot: QtBot, core: FakeCore, size: tuple[int, int]) -> None:
    """From a symbol to a submitted intent, an approval, a part, HALT, a close while halted, and on with a reason."""
    window = open_window(core)
    window.resize(*size)
    window.content.workspaces.reset()
    content = window.content
    watch = content.market_watch.view
    qtbot.waitUntil(lambda: watch.model().rowCount() > 1, timeout=OPEN_MS)
    row = next(at for at in range(watch.model().rowCount()) if content.market_watch.model.row_at(at).symbol == "USDJPY")  # type: ignore[union-attr]
    watch.scrollTo(watch.model().index(row, 0))
    QTest.mouseClick(watch.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(watch, row))
    QTest.mouseDClick(watch.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(watch, row))
    form = content.intent_form
    assert form.symbol.currentText() == "USDJPY"
    click(form.sell)
    stop = drag_stop(window, qtbot, "USDJPY")
    assert form.fields.stop_loss.field.text() == f"{stop:.3f}"
    qtbot.waitUntil(form.submit.isEnabled, timeout=OPEN_MS)
    click(form.submit)
    qtbot.waitUntil(lambda: bool(asked(core, "submit")), timeout=OPEN_MS)
    request = asked(core, "submit")[0][1]
    assert (request.symbol, request.direction, request.stop_loss) == ("USDJPY", -1, stop)  # type: ignore[attr-defined]

    approve = content.pending.deck.cards["aaaa1111"].approve
    content.pending.deck.bring_into_sight("aaaa1111")
    click(approve)
    assert asked(core, "approve") == []
    qtbot.waitUntil(lambda: not content.pending._guard.isActive(), timeout=OPEN_MS)
    click(approve)
    qtbot.waitUntil(lambda: bool(asked(core, "approve")), timeout=OPEN_MS)

    content._docks.bring_forward("positions")
    positions = content.positions
    QTest.mouseClick(positions.view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(positions.view, 0))
    click(positions.part)
    QTest.keyClicks(positions.part_bar.lots, "0.20")
    click(positions.part_bar.act)
    click(positions.part_bar.act)
    qtbot.waitUntil(lambda: ("close_position", 7, 0.2) in core.asked, timeout=OPEN_MS)

    click(content.top_bar.halt)
    assert core.halts
    qtbot.waitUntil(content.top_bar.resume.isVisible, timeout=OPEN_MS)
    assert not form.submit.isEnabled()
    qtbot.waitUntil(positions.close_button.isEnabled, timeout=OPEN_MS)
    click(positions.close_button)
    click(positions.close_button)
    qtbot.waitUntil(lambda: ("close_position", 7, None) in core.asked, timeout=OPEN_MS)

    click(content.top_bar.resume)
    QTest.keyClicks(content.resume_bar._reason, "news are over")
    click(content.resume_bar._resume)
    qtbot.waitUntil(lambda: ("resume", "news are over") in core.asked, timeout=OPEN_MS)

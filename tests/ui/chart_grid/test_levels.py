# SPDX-License-Identifier: MIT
"""Levels with notes: kept by symbol for each account, and drawn, dragged, noted and taken away on the chart."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.chart.marks import LineKind, LineOwner, LineRef, PriceLine
from arbitrex_desktop.ui.chart_grid.levels import Level, Levels
from arbitrex_desktop.ui.freshness import Freshness
from tests.ui.chart_grid.bench import LAST, Bench

Make = Callable[..., Freshness]


def opened(folder: Path, login: int = 1) -> Levels:
    """Return an account's levels."""
    levels = Levels()
    levels.keep_in(folder)
    levels.use_account("Broker-Demo", login)
    return levels


def test_levels_are_there_after_a_restart_by_symbol_and_account(tmp_path: Path) -> None:
    """With their notes and numbers; another account has its own."""
    levels = opened(tmp_path)
    first, second = levels.add("EURUSD", 1.1), levels.add("EURUSD", 1.2)
    levels.add("USDJPY", 150.0)
    levels.change("EURUSD", Level(second.number, 1.25, "weekly high"))
    levels.remove("EURUSD", first.number)
    again = opened(tmp_path)
    assert again.of("EURUSD") == (Level(2, 1.25, "weekly high"),)
    assert again.of("USDJPY") == (Level(1, 150.0),)
    again.use_account("Broker-Demo", 2)
    assert again.of("EURUSD") == ()
    again.add("EURUSD", 9.0)
    again.use_account("Broker-Demo", 1)
    assert again.of("EURUSD") == (Level(2, 1.25, "weekly high"),)


def test_without_a_folder_they_live_as_long_as_the_window() -> None:
    """Nothing is written, and another account's are not shown."""
    levels = Levels()
    levels.use_account("Broker-Demo", 1)
    levels.add("EURUSD", 1.1)
    assert levels.of("EURUSD") == (Level(1, 1.1),)
    levels.use_account("Broker-Demo", 2)
    assert levels.of("EURUSD") == ()


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"EURUSD": 1}', '{"EURUSD": [{"number": 1, "price": NaN, "note": ""}]}', '{"EURUSD": [{}]}']
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str) -> None:
    """The chart has no levels then, and the next one drawn does not write over what was there."""
    (tmp_path / "levels").mkdir()
    path = tmp_path / "levels" / "Broker-Demo_1.json"
    path.write_text(text, encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        levels = opened(tmp_path)
    assert levels.of("EURUSD") == ()
    assert "damaged" in caplog.text
    caplog.clear()
    levels.add("EURUSD", 1.1)
    assert path.with_suffix(".damaged").read_text(encoding="utf-8") == text
    assert opened(tmp_path).of("EURUSD") == (Level(1, 1.1),)


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The level is on the chart, and the log says that it is not kept."""
    (tmp_path / "levels").write_text("a file in the folder's place", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        levels = opened(tmp_path)
        levels.add("EURUSD", 1.1)
    assert levels.of("EURUSD") == (Level(1, 1.1),)
    assert "cannot be kept" in caplog.text
    caplog.clear()


def lines(bench: Bench) -> list[PriceLine]:
    """Return the levels on the first chart."""
    return [line for line in bench.panel.view.lines if line.kind is LineKind.LEVEL]


def point(bench: Bench, price: float) -> QPoint:
    """Move the mouse to a price, and return where that is."""
    bench.panel.view.grab()
    at = QPoint(200, round(bench.panel.view.price_scale.y(price)))
    QTest.mouseMove(bench.panel.view, at)
    return at


def choose(bench: Bench, price: float, key: LineRef | None, text: str) -> None:
    """Choose an entry of the context menu at a price."""
    menu = bench.panel.menu(price, key)
    next(action for action in menu.actions() if action.text().startswith(text)).trigger()
    menu.close()


def test_a_level_is_drawn_by_key_and_taken_away(bench: Bench) -> None:
    """L draws it at the pointer, Del takes it from there, and nothing where there is none."""
    view = bench.panel.view
    at = point(bench, LAST - 0.001)
    QTest.keyClick(view, Qt.Key.Key_L)
    (line,) = lines(bench)
    assert line.price == view.price_at(at.y())
    QTest.keyClick(view, Qt.Key.Key_L)
    assert lines(bench) == [line]
    point(bench, LAST + 0.001)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert lines(bench) == [line]
    point(bench, line.price)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert lines(bench) == []


def test_a_level_is_dragged(bench: Bench) -> None:
    """It stays where it is let go; Escape while it is in the hand puts it back."""
    bench.grid.levels.add("EURUSD", LAST)
    view = bench.panel.view
    start, end = point(bench, LAST), QPoint(200, 60)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, end)
    assert lines(bench)[0].price > LAST
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert lines(bench)[0].price == LAST
    start = point(bench, LAST)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, start - QPoint(0, 40))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start - QPoint(0, 40))
    (level,) = bench.grid.levels.of("EURUSD")
    assert level.price == pytest.approx(view.price_at(start.y() - 40), abs=2e-5)


def test_a_note_is_written_beside_its_line(qtbot: QtBot, bench: Bench) -> None:
    """By a double click on it: Return keeps the note, Escape does not, and no key of it reaches the chart."""
    bench.grid.levels.add("EURUSD", LAST)
    view, field = bench.panel.view, bench.panel._level_hand.field
    at = point(bench, LAST)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert field.isVisible()
    QTest.keyClicks(field, "Last low")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert [line.text for line in lines(bench)] == ["Last low"]
    assert field.isHidden()
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=at)
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert [level.note for level in bench.grid.levels.of("EURUSD")] == ["Last low"]


def test_the_menu_of_a_price(qtbot: QtBot, bench: Bench) -> None:
    """A level at the price, its note and its end where one stands; another symbol's chart has none of them."""
    choose(bench, 1.2345, None, "Level at 1.23450")
    (line,) = lines(bench)
    assert line.price == 1.2345
    choose(bench, 1.2345, line.key, "Note")
    assert bench.panel._level_hand.field.isVisible()
    bench.grid.look_at("USDJPY")
    assert lines(bench) == []
    bench.grid.look_at("EURUSD")
    choose(bench, 1.2345, line.key, "Take")
    assert lines(bench) == []
    with qtbot.waitSignal(bench.grid.trade_wanted) as wanted:
        choose(bench, 1.2345, None, "Trade EURUSD")
    assert wanted.args == ["EURUSD"]


def test_a_right_click_asks_for_the_menu_of_its_price(qtbot: QtBot, bench: Bench) -> None:
    """With the level there."""
    view = bench.panel.view
    bench.grid.levels.add("EURUSD", LAST)
    view.menu_wanted.disconnect()
    for price, key in ((LAST, LineRef(LineOwner.LEVEL, 1)), (LAST - 0.001, None)):
        at = point(bench, price)
        with qtbot.waitSignal(view.menu_wanted) as wanted:
            event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at))
            QApplication.sendEvent(view, event)
        assert wanted.args is not None
        assert wanted.args[1:] == [view.price_at(at.y()), key]


def test_levels_follow_the_account(bench: Bench, fresh: Make, tmp_path: Path) -> None:
    """They come with the account that the snapshot names."""
    snapshot = fresh().snapshot
    assert snapshot is not None
    assert snapshot.account is not None
    levels = Levels()
    levels.keep_in(tmp_path)
    levels.use_account(snapshot.account.server, snapshot.account.login)
    levels.add("EURUSD", LAST)
    bench.grid.levels.keep_in(tmp_path)
    bench.grid.refresh(fresh(positions=(), orders=(), intents=()))
    assert [line.price for line in lines(bench)] == [LAST]

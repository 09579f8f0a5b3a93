# SPDX-License-Identifier: MIT
"""Review in the window: read when it is looked at, filtered, written on, shown on the chart, exported."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.errors import CommandRefused
from arbitrex_desktop.desk.review.export import ExportKind
from arbitrex_desktop.desk.review.store import Annotation
from arbitrex_desktop.mt5.commands import ReplayStatus
from arbitrex_desktop.ui.docks import MEDIUM
from arbitrex_desktop.ui.main_window import MainWindow
from arbitrex_desktop.ui.panels.curve import NO_PAST
from arbitrex_desktop.ui.review.closed_panel import NONE_EVER, NONE_FOUND
from arbitrex_desktop.ui.review.filter_bar import ReviewPeriod, midnight
from arbitrex_desktop.ui.review.review import Review
from tests.fakes.core import FakeCore
from tests.fakes.review import INTENTS, TRADES, FakeReview, closed_trade
from tests.ui.conftest import OPEN_MS, WindowMaker

pytestmark = pytest.mark.slow


def review_of(window: MainWindow) -> Review:
    """Return the window's Review, its panel in front."""
    window.content.newcomer_help.bring_forward("closed")
    return window.content.review


def shown(qtbot: QtBot, window: MainWindow) -> Review:
    """Return the Review once it has its trades."""
    review = review_of(window)
    qtbot.waitUntil(lambda: review.data is not None, timeout=OPEN_MS)
    return review


def core_with(review: FakeReview) -> FakeCore:
    """Return a core that has this Review."""
    core = FakeCore()
    core.review = review
    review.asked = core.asked
    return core


def asked(core: FakeCore, what: str) -> list[tuple[Any, ...]]:
    """Return the calls of one kind."""
    return [each for each in core.asked if each[0] == what]


def test_trades_are_read_when_they_are_looked_at(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A window that trades asks for nothing; one that shows them has all, newest first, with their sum."""
    core = FakeCore()
    window = open_window(core)
    assert asked(core, "review") == []
    review = shown(qtbot, window)
    assert [row.trade for row in review.closed.model.rows] == list(reversed(TRADES))
    assert review.closed.sum.text() == "12 closed, +714.10 USD"
    assert window.content._docks.docks["closed"].windowTitle() in ("Closed trades", "Closed trades (12)")
    assert review.statistics.values["Win rate"].text() == "58.3 %"


def test_a_filter_asks_anew(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Only what fits is shown, and counted."""
    window = open_window()
    review = shown(qtbot, window)
    review.closed.filter.symbol.setCurrentText("EURUSD")
    qtbot.waitUntil(lambda: review.closed.model.rowCount() == 3, timeout=OPEN_MS)
    assert review.statistics.values["Trades"].text() == "3"
    review.closed.filter.search.setText("no such word")
    qtbot.waitUntil(lambda: review.closed.model.rowCount() == 0, timeout=OPEN_MS)
    assert review.closed.view.empty_text == NONE_FOUND


def test_without_a_trade_it_says_what_to_do(open_window: WindowMaker, qtbot: QtBot) -> None:
    """An empty place is no riddle."""
    review = shown(qtbot, open_window(core_with(FakeReview([], ()))))
    assert review.closed.view.empty_text == NONE_EVER


def test_a_note_is_kept_and_shown(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Return in a field keeps both, and the table has them from then on."""
    core = FakeCore()
    review = shown(qtbot, open_window(core))
    key = TRADES[3].key
    review.closed.view.choose(key)
    notes = review.closed.notes
    notes.note.setText("too early")
    notes.tags.setText("news, #fear; news")
    QTest.keyClick(notes.tags, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(row.trade.note for row in review.closed.model.rows), timeout=OPEN_MS)
    assert asked(core, "annotate") == [("annotate", key, Annotation("too early", ("news", "fear")))]
    row = next(row for row in review.closed.model.rows if row.trade.key == key)
    assert (row.trade.note, row.trade.tags) == ("too early", ("news", "fear"))
    assert review.closed.view.chosen == row


def test_the_checks_of_its_intent_are_shown(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A trade of the desk has them, one of elsewhere has none."""
    review = shown(qtbot, open_window())
    review.closed.view.choose(TRADES[1].key)
    qtbot.waitUntil(lambda: len(review.closed.checks.shown) == 1, timeout=OPEN_MS)
    review.closed.view.choose(TRADES[2].key)
    assert review.closed.checks.shown == ()
    assert "not opened by this desk" in review.closed.chosen_trade.text()


def test_a_double_click_shows_the_trade_on_the_chart(open_window: WindowMaker, qtbot: QtBot) -> None:
    """The chart has its symbol, and marks of its entry and exit."""
    window = open_window()
    review = shown(qtbot, window)
    review.closed.view.choose(TRADES[3].key)
    review.closed.chart_button.click()
    chart = window.content.chart.chart
    assert chart.symbol == TRADES[3].symbol
    marks = [(mark.price, mark.closes) for mark in chart.view._marks]
    assert (TRADES[3].entry, False) in marks
    assert (TRADES[3].exit, True) in marks


def test_a_failure_stands_in_words(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What was read before stays."""
    fake = FakeReview([])
    review = shown(qtbot, open_window(core_with(fake)))
    fake.failure = CommandRefused("the terminal is not connected")
    review.closed.again.click()
    qtbot.waitUntil(lambda: "not connected" in review.closed.sum.text(), timeout=OPEN_MS)
    assert review.closed.model.rowCount() == len(TRADES)


def test_all_that_is_shown_is_exported_and_can_be_opened(
    open_window: WindowMaker, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has the trades of the filter, and the window says where it is."""
    review = shown(qtbot, open_window())
    path = tmp_path / "mine.csv"
    review.export_to(ExportKind.CSV, path)
    qtbot.waitUntil(lambda: str(path) in review.closed.sum.text(), timeout=OPEN_MS)
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(TRADES)
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    assert review.closed.open_button.isVisible()
    review.closed.open_button.click()
    assert opened == [str(path)]
    review.export_to(ExportKind.HTML, tmp_path / "missing" / "a.html")
    qtbot.waitUntil(lambda: review.closed.sum.text().startswith("Not exported"), timeout=OPEN_MS)
    assert review.closed.open_button.isHidden()


def test_every_trade_is_listed_however_many(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Thousands are rows; one chosen far down stays chosen and in its place when they are read again."""
    trades = tuple(closed_trade(number, 5.0) for number in range(2_500))
    window = open_window(core_with(FakeReview([], trades)))
    review = review_of(window)
    qtbot.waitUntil(lambda: review.data is not None, timeout=OPEN_MS)
    view, model = review.closed.view, review.closed.model
    assert (model.rowCount(), model.rows[0].trade.key) == (2_500, trades[-1].key)
    model.sort(3, Qt.SortOrder.AscendingOrder)
    key = model.rows[1_200].trade.key
    view.choose(key)
    view.scrollTo(model.index(1_200, 0))
    before, place = review.data, view.verticalScrollBar().value()
    review.read()
    qtbot.waitUntil(lambda: review.data is not before, timeout=OPEN_MS)
    chosen = view.chosen
    assert chosen is not None
    assert (chosen.trade.key, view.verticalScrollBar().value()) == (key, place)


def test_refusals_are_told_in_words(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A rule's code is for programs."""
    review = shown(qtbot, open_window())
    review.statistics.by.setCurrentText("Refused by rule")
    rows = [(row.name, row.count) for row in review.statistics.model.rows]
    assert rows == [("Max exposure exceeded", 4), ("Min interval", 2)]


def test_a_replays_days_are_those_of_its_market(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Today is the day that is replayed; its curve has nothing of another time."""
    core = FakeCore()
    moment = datetime(2020, 3, 4, 12, 0, tzinfo=UTC)
    position = round(moment.timestamp() * 1000)
    replay = ReplayStatus(position, position, position, 1.0, position, 1.0, ())
    core.shown = replace(core.shown, pool=replace(core.shown.pool, replay=replay, market_at=moment))
    window = open_window(core)
    review = shown(qtbot, window)
    review.closed.filter.period.setCurrentText(ReviewPeriod.TODAY)
    qtbot.waitUntil(lambda: asked(core, "review")[-1][1].since is not None, timeout=OPEN_MS)
    since = asked(core, "review")[-1][1].since
    assert since == midnight(moment.astimezone().date())
    assert window.content.equity._past == NO_PAST


def test_intents_of_the_period_are_listed_with_their_checks(open_window: WindowMaker, qtbot: QtBot) -> None:
    """Refused ones, too; the filter of the trades counts for them."""
    window = open_window()
    review = shown(qtbot, window)
    assert [row.intent_id for row in review.intents.model.rows] == [each.intent_id for each in INTENTS]
    review.intents.view.choose(INTENTS[0].intent_id)
    qtbot.waitUntil(lambda: len(review.intents.checks.shown) == 1, timeout=OPEN_MS)
    review.closed.filter.search.setText("no room")
    qtbot.waitUntil(lambda: review.intents.model.rowCount() == 1, timeout=OPEN_MS)
    assert review.intents.view.chosen is not None


def test_what_is_known_of_a_trade_takes_no_room_from_the_ticket(open_window: WindowMaker, qtbot: QtBot) -> None:
    """A trade that was chosen in Review leaves Trade's panels as high as they were, where nothing of it has room."""
    window = open_window()
    window.resize(1600, 1000)
    ticket, workspaces = window.content.intent_form, window.content.workspaces
    # The layout follows the window's size a moment later; its room is divided in the turn after that.
    qtbot.waitUntil(lambda: window.content._docks.layout is MEDIUM, timeout=OPEN_MS)
    review = shown(qtbot, window)
    qtbot.wait(0)
    before = ticket.height()
    workspaces.show("Review")
    review.closed.view.choose(TRADES[1].key)
    qtbot.waitUntil(lambda: len(review.closed.checks.shown) == 1, timeout=OPEN_MS)
    assert review.closed.checks.isVisible()
    workspaces.show("Trade")
    qtbot.waitUntil(lambda: ticket.height() >= before - 4, timeout=OPEN_MS)
    assert not review.closed.notes.isVisible()


def test_a_trades_row_has_a_menu(open_window: WindowMaker, qtbot: QtBot) -> None:
    """What the buttons below the table do; nothing of it where no trade is chosen."""
    window = open_window()
    review = shown(qtbot, window)
    assert review.closed.menu() is None
    review.closed.view.choose(TRADES[1].key)
    menu = review.closed.menu()
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Show on chart", "Write a note"]
    asked: list[object] = []
    review.closed.chart_asked.connect(asked.append)
    menu.actions()[0].trigger()
    assert asked == [TRADES[1]]

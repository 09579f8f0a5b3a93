# SPDX-License-Identifier: MIT
"""The Market Watch shows the board when it changes and paints only what changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.bar_history import BarHistory
from arbitrex_desktop.desk.presentation.snapshot import SymbolDay
from arbitrex_desktop.raw_layer.views import ConnectionState
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.commands import TraderCommand, WatchSymbol
from arbitrex_desktop.ui.frame_pacer import FRAME_SECONDS
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.table import TONE_ROLE
from arbitrex_desktop.ui.panels.market_watch import MarketWatchPanel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.bars import bar_rows
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard
from tests.fakes.desk_data import pool_stats, quote

Make = Callable[..., Freshness]
SYMBOLS = [f"SYM{number:03d}" for number in range(41)]


@pytest.fixture
def board() -> FakeBoard:
    """Return a board of 41 symbols with prices."""
    board = FakeBoard(dict.fromkeys(SYMBOLS, 5))
    for place, symbol in enumerate(SYMBOLS):
        board.put(quote(symbol, 1.0 + place / 100))
    return board


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, clock: ManualClock, board: FakeBoard, fresh: Make) -> Iterator[MarketWatchPanel]:
    """Return a shown panel on the board, whose frames are drawn by hand."""
    panel = MarketWatchPanel(theme, clock)
    qtbot.addWidget(panel)
    panel.resize(520, 1000)
    panel.watch(board)
    panel._pacer.blockSignals(True)
    panel.show()
    qtbot.waitExposed(panel)
    panel.refresh(fresh())
    panel.draw_frame()
    yield panel
    panel.stop()


def test_every_symbol_is_listed_with_its_price(panel: MarketWatchPanel) -> None:
    """41 symbols, 41 prices, and a count that says so."""
    assert panel.model.rowCount() == 41
    assert panel.quoted == 41
    assert panel._count.text() == "41 of 41 with prices"


def test_symbols_that_the_broker_lacks_are_named(panel: MarketWatchPanel, fresh: Callable[..., Freshness]) -> None:
    """What settings.toml asks for and nobody offers does not just stay away."""
    missing = {"NOSUCH": "the broker has no such symbol"}
    panel.refresh(fresh(pool=pool_stats(missing_symbols=missing)))
    assert panel._count.text() == "41 of 41 with prices \N{MIDDLE DOT} not found: NOSUCH"
    panel.refresh(fresh(pool=pool_stats()))
    assert panel._count.text() == "41 of 41 with prices"


def test_a_tick_repaints_the_cells_that_differ(panel: MarketWatchPanel, board: FakeBoard, qtbot: QtBot) -> None:
    """After a tick of one symbol its prices are painted: no cell of another row, and none that stayed."""
    panel.view.repaint()
    QApplication.processEvents()
    before = panel.view.cells_painted
    board.put(quote(SYMBOLS[3], 2.0, ticks=8))
    panel.draw_frame()
    qtbot.waitUntil(lambda: panel.view.cells_painted > before)
    assert panel.view.cells_painted - before == 2


def test_rows_and_columns_out_of_sight_are_not_read(panel: MarketWatchPanel, board: FakeBoard) -> None:
    """A row that is scrolled away and a column that is left out make no text; scrolled to, the row is right."""
    panel.resize(390, 200)
    QApplication.processEvents()
    last = panel.model.rowCount() - 1
    board.put(quote(SYMBOLS[0], 2.0))
    board.put(quote(SYMBOLS[last], 2.5))
    panel.draw_frame()
    shown = {place for place, _left, _width in panel.view._columns_shown()}
    assert len(shown) < panel.model.columnCount()
    near, far = panel.model.rows[0], panel.model.rows[last]
    assert near._cells.keys() == shown
    assert far._cells == {}
    panel.view.scrollToBottom()
    panel.grab()
    assert far.cell(2) == ("2.50000", Tone.UP)


def test_a_tabbed_market_watch_compares_nothing_and_catches_up(panel: MarketWatchPanel, board: FakeBoard) -> None:
    """While it is hidden no cell is made; in sight again, it shows the price that came meanwhile."""
    panel.hide()
    board.put(quote(SYMBOLS[0], 2.0))
    panel.draw_frame()
    assert panel.model.rows[0]._cells == {}
    painted = panel.view.cells_painted
    panel.show()
    panel.grab()
    assert panel.view.cells_painted > painted
    assert panel.model.rows[0].cell(2)[0] == "2.00000"


def test_a_screen_reader_is_told_of_every_row(
    panel: MarketWatchPanel, board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one listens, Qt's own way is gone, in sight or not: it reads rows that nobody sees, too."""
    told: list[tuple[int, int, int]] = []
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(
        panel.view, "dataChanged", lambda first, last: told.append((first.row(), first.column(), last.column()))
    )
    board.put(quote(SYMBOLS[40], 2.0))
    panel.draw_frame()
    assert told == [(40, 0, panel.model.columnCount() - 1)]


def test_a_change_of_the_board_is_drawn_by_itself(
    panel: MarketWatchPanel, board: FakeBoard, qtbot: QtBot, clock: ManualClock
) -> None:
    """A tick from any thread is on the screen soon, without a timer that looks for it."""
    panel._pacer.blockSignals(False)
    clock.advance(1.0)
    threading.Thread(target=board.put, args=(quote(SYMBOLS[3], 2.5),)).start()
    qtbot.waitUntil(lambda: panel.model.index(3, 2).data() == "2.50000")


def test_a_panel_that_nobody_sees_reads_the_board_seldom(panel: MarketWatchPanel) -> None:
    """Hidden, it draws four times a second at most; shown again, it catches up at once."""
    assert panel._pacer.least_seconds == FRAME_SECONDS
    panel.hide()
    assert panel._pacer.least_seconds == 0.25
    panel.show()
    assert panel._pacer.least_seconds == FRAME_SECONDS


def test_without_ticks_a_frame_costs_nothing(panel: MarketWatchPanel) -> None:
    """A frame in which nothing changed changes nothing."""
    changes: list[object] = []
    panel.model.rows_changed.connect(changes.append)
    panel.draw_frame()
    assert changes == []


def test_a_lost_connection_greys_prices_at_once(panel: MarketWatchPanel, fresh: Make) -> None:
    """However young a quote is, without a connection it is not the present price."""
    panel.refresh(fresh(pool=pool_stats(state=ConnectionState.LOST)))
    assert {panel.model.index(row, 2).data(TONE_ROLE) for row in range(41)} == {Tone.MUTED}


def test_quotes_that_still_come_stay_fresh_while_the_core_is_busy(
    panel: MarketWatchPanel, fresh: Make, clock: ManualClock, board: FakeBoard
) -> None:
    """A worker that waits for an order does not make live prices look dead; prices that stop do."""
    clock.advance(10)
    board.put(quote(SYMBOLS[0], 2.0, received=clock.monotonic()))
    panel.draw_frame()
    panel.refresh(fresh(age=10.0))
    assert panel.model.index(0, 2).data(TONE_ROLE) == Tone.UP
    clock.advance(10)
    panel.refresh(fresh(age=20.0))
    assert panel.model.index(0, 2).data(TONE_ROLE) == Tone.MUTED


def test_the_list_follows_the_board(panel: MarketWatchPanel, board: FakeBoard) -> None:
    """Symbols that the pool selects later appear, with the prices they already have."""
    board._digits = {"EURUSD": 5, **board._digits}
    board.put(quote("EURUSD"))
    panel.draw_frame()
    row = panel.model.quote_of("EURUSD")
    assert row is not None
    assert row.quote is not None
    assert panel.quoted == 42


def test_a_symbol_listed_late_shows_the_price_that_it_had_before(panel: MarketWatchPanel, board: FakeBoard) -> None:
    """A price that came before its symbol was listed is shown with the list, though no tick follows."""
    board.put(quote("EURUSD", 1.25))
    panel.draw_frame()
    assert panel.quoted == 41
    board._digits = {"EURUSD": 5, **board._digits}
    panel.draw_frame()
    row = panel.model.quote_of("EURUSD")
    assert row is not None
    assert row.quote is not None
    assert row.quote.bid == 1.25
    assert panel.quoted == 42


def test_sorting_by_a_live_column_waits_a_second(
    panel: MarketWatchPanel, board: FakeBoard, fresh: Make, clock: ManualClock
) -> None:
    """Rows do not jump under the mouse on each tick; once a second they are put in order."""
    panel.view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert panel.model.rows[0].symbol == SYMBOLS[-1]
    board.put(quote(SYMBOLS[0], 9.0))
    panel.draw_frame()
    panel.refresh(fresh())
    assert panel.model.rows[0].symbol == SYMBOLS[-1]
    clock.advance(1.5)
    panel.refresh(fresh())
    assert panel.model.rows[0].symbol == SYMBOLS[0]
    panel.grab()


def test_the_filter_narrows_the_list(panel: MarketWatchPanel, qtbot: QtBot) -> None:
    """Typing filters, in any case."""
    QTest.keyClicks(panel._filter, "sym04")
    assert [row.symbol for row in panel.model.rows] == ["SYM040"]
    assert panel._count.text() == "1 of 41"
    panel._filter.setText("nothing like it")
    assert panel.model.rowCount() == 0
    assert panel.view.empty_text == "No watched symbol matches “nothing like it”; Escape clears the filter"
    panel.grab()
    QTest.keyClick(panel._filter, Qt.Key.Key_Escape)
    assert panel.model.rowCount() == 41


def test_groups_of_the_broker_are_offered_and_stay_chosen(panel: MarketWatchPanel, fresh: Make) -> None:
    """A group narrows the list, also when another comes to be known."""
    days = (SymbolDay(SYMBOLS[0], "Forex"), SymbolDay(SYMBOLS[1], "Metals"))
    panel.refresh(fresh(watch=days))
    panel._group.setCurrentText("Metals")
    assert [row.symbol for row in panel.model.rows] == [SYMBOLS[1]]
    panel.refresh(fresh(watch=(*days, SymbolDay(SYMBOLS[2], "Crypto"))))
    assert panel._group.currentText() == "Metals"
    assert panel.model.groups == ["Crypto", "Forex", "Metals"]


def test_curves_are_asked_for_one_after_the_other(panel: MarketWatchPanel, fresh: Make, clock: ManualClock) -> None:
    """One a refresh, each symbol once in half an hour; what comes is drawn, what fails is asked for again soon."""
    panel._bars_due.clear()
    asked: list[HistoryRequest] = []
    panel.history_asked.connect(asked.append)
    for _ in range(50):
        panel.refresh(fresh())
    assert [each.symbol for each in asked] == SYMBOLS
    assert len({each.chart for each in asked}) == len(SYMBOLS)
    panel.take_history(HistoryAnswer(asked[0], BarHistory(bar_rows(60)), 60, is_last=True))
    row = panel.model.quote_of(SYMBOLS[0])
    assert row is not None
    assert len(row.closes) == 48
    panel.take_history(HistoryAnswer(asked[1], None, 0, is_last=True, error="busy"))
    clock.advance(61.0)
    panel.refresh(fresh())
    assert [each.symbol for each in asked[41:]] == [SYMBOLS[1]]
    panel.view.grab()


def test_columns_and_order_are_chosen_and_kept(panel: MarketWatchPanel, qtbot: QtBot) -> None:
    """A column that is not wanted stays away however much room there is; both come back at the next start."""
    panel.resize(1200, 500)
    titles = [column.title for column in panel.model.columns]
    action = next(each for each in panel.view.column_menu().actions() if each.text() == "Spread")
    action.trigger()
    assert panel.view.isColumnHidden(titles.index("Spread"))
    panel.view.sortByColumn(titles.index("Bid"), Qt.SortOrder.DescendingOrder)
    kept = json.loads(json.dumps(panel.view.choices))
    action.trigger()
    panel.view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    panel.view.recall(kept)
    assert panel.view.isColumnHidden(titles.index("Spread"))
    assert panel.model.rows[0].symbol == SYMBOLS[-1]
    panel.view.recall({"hidden": "nonsense", "sorted_by": 7})
    assert not panel.view.isColumnHidden(titles.index("Spread"))


def test_narrow_tables_leave_out_what_can_be_spared(panel: MarketWatchPanel, qtbot: QtBot) -> None:
    """Group and time go first; symbol and prices stay, with spread and the day's change."""
    titles = [column.title for column in panel.model.columns]
    panel.resize(390, 500)
    qtbot.waitUntil(lambda: panel.view.isColumnHidden(titles.index("Time")))
    shown = [title for place, title in enumerate(titles) if not panel.view.isColumnHidden(place)]
    assert shown == ["Symbol", "", "Bid", "Ask", "Spread", "Day"]
    panel.resize(1200, 500)
    qtbot.waitUntil(lambda: not panel.view.isColumnHidden(titles.index("Time")))


def test_enter_on_a_row_chooses_its_symbol(panel: MarketWatchPanel) -> None:
    """The row's symbol is handed on, and nothing when there is no such row; a click is told apart."""
    chosen: list[str] = []
    clicked: list[str] = []
    panel.symbol_chosen.connect(chosen.append)
    panel.symbol_clicked.connect(clicked.append)
    panel.view.activated.emit(panel.model.index(2, 0))
    panel.view.clicked.emit(panel.model.index(1, 0))
    panel.view.clicked.emit(QModelIndex())
    assert (chosen, clicked) == (["SYM002"], ["SYM001"])


def test_a_stopped_panel_reads_no_more(panel: MarketWatchPanel, board: FakeBoard, fresh: Make) -> None:
    """After the end the board is left alone."""
    panel.stop()
    assert board.listeners == []
    board.put(replace(quote(SYMBOLS[0]), bid=5.0))
    panel.draw_frame()
    panel.refresh(fresh())
    row = panel.model.quote_of(SYMBOLS[0])
    assert row is not None
    assert row.quote is not None
    assert row.quote.bid == 1.0


def test_a_longer_price_gets_its_room(panel: MarketWatchPanel, board: FakeBoard, qtbot: QtBot) -> None:
    """A price with more digits than any before is whole as soon as it has been painted, and so is the next."""
    place = [column.title for column in panel.model.columns].index("Bid")
    before = panel.view.columnWidth(place)
    for digits, bid in ((9, 98_765.4), (11, 9_876_543.2)):
        board.put(quote(SYMBOLS[3], bid))
        panel.draw_frame()
        text = f"{bid:.5f}"
        needed = panel.view.fontMetrics().horizontalAdvance(text) + 12
        assert len(text) > digits
        qtbot.waitUntil(lambda needed=needed: panel.view.columnWidth(place) >= needed)  # type: ignore[misc] # bound now
    assert panel.view.columnWidth(place) > before


def test_what_the_broker_has_besides_is_found_and_added(panel: MarketWatchPanel, fresh: Make) -> None:
    """A filter offers what fits and is not watched; Return on an offer asks for it, and it is no offer any more."""
    listed = (*SYMBOLS, "USDNOK", "USDSEK", "EURNOK")
    panel.refresh(fresh(pool=pool_stats(listed=listed)))
    assert panel.offers.isHidden()
    panel._filter.setText("nok")
    assert [panel.offers.item(place).text() for place in range(panel.offers.count())] == ["Add USDNOK", "Add EURNOK"]
    asked: list[TraderCommand] = []
    panel.asked.connect(asked.append)
    panel.offers.itemActivated.emit(panel.offers.item(0))
    assert asked == [WatchSymbol("USDNOK", watched=True)]
    assert isinstance(panel._board, FakeBoard)
    panel._board._digits["USDNOK"] = 5
    panel.draw_frame()
    panel.refresh(fresh(pool=pool_stats(listed=listed)))
    assert [panel.offers.item(place).text() for place in range(panel.offers.count())] == ["Add EURNOK"]
    panel._filter.clear()
    assert panel.offers.isHidden()


def test_a_symbol_is_removed_by_its_menu(panel: MarketWatchPanel) -> None:
    """The menu is about the chosen row; without one there is none."""
    assert panel.menu() is None
    panel.view.setCurrentIndex(panel.model.index(2, 0))
    menu = panel.menu()
    assert menu is not None
    asked: list[TraderCommand] = []
    chosen: list[str] = []
    panel.asked.connect(asked.append)
    panel.symbol_chosen.connect(chosen.append)
    for action in menu.actions():
        action.trigger()
    assert (chosen, asked) == (["SYM002"], [WatchSymbol("SYM002", watched=False)])

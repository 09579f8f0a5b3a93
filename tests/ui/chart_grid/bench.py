# SPDX-License-Identifier: MIT
"""Charts on a fake board, for their tests."""

from __future__ import annotations

from datetime import UTC, datetime

from pytestqt.qtbot import QtBot

from arbitrex_desktop.desk.presentation.bar_history import BarHistory
from arbitrex_desktop.raw_layer.server_zone import ServerZone
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.chart_grid.grid import ChartGrid
from arbitrex_desktop.ui.theme.theme import Theme
from tests.fakes.bars import bar_rows
from tests.fakes.clock import ManualClock
from tests.fakes.core import FakeBoard
from tests.fakes.desk_data import quote

ROWS = bar_rows(300)
LAST = round(float(ROWS["close"][-1]), 5)
OFFSET = 7200


class Bench:
    """Charts, shown, on a fake board, with what they asked for; `panel` is the first of them."""

    def __init__(self, qtbot: QtBot, theme: Theme, clock: ManualClock) -> None:
        self.board = FakeBoard({"EURUSD": 5, "USDJPY": 3})
        self.grid = ChartGrid(theme, clock)
        self.panel = self.grid.chart
        self.toolbar = self.grid.toolbar
        self.asked: list[HistoryRequest] = []
        self.grid.history_asked.connect(self.asked.append)
        qtbot.addWidget(self.grid)
        self.grid.resize(900, 560)
        self.grid.watch(self.board)
        self.grid._pacer.blockSignals(True)
        self.grid.show()
        qtbot.waitExposed(self.grid)

    def answer(self, *, is_last: bool = True, done: int | None = None, error: str = "") -> None:
        """Answer the newest request with the bars there are."""
        self.give(self.asked[-1], is_last=is_last, done=done, error=error)

    def give(self, request: HistoryRequest, *, is_last: bool = True, done: int | None = None, error: str = "") -> None:
        """Answer a request with the bars there are."""
        bars = None if error else BarHistory(ROWS[: len(ROWS) - request.start or None], ServerZone(OFFSET))
        count = request.count if done is None else done
        self.grid.take_history(HistoryAnswer(request, bars, count, is_last, error))

    def put(self, seconds: float, bid: float, symbol: str = "EURUSD") -> None:
        """Let a tick come, at a moment of the server clock, and a frame be drawn."""
        at = datetime.fromtimestamp(seconds - OFFSET, UTC)
        self.board.put(quote(symbol, bid, time=at))
        self.grid.draw_frame()

# SPDX-License-Identifier: MIT
"""The chart's place in the window; the chart itself comes when the core is there, since it needs numpy."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.chart.history import HistoryLoader
from arbitrex_desktop.ui.chart_grid.trade_reader import TradeReader
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.seam import Core
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.empty_offer import NextStep

if TYPE_CHECKING:
    # At run time these load numpy, which the window's first picture must not wait for.
    from arbitrex_desktop.ui.chart_grid.grid import ChartGrid
    from arbitrex_desktop.ui.chart_grid.live_chart import LiveChart

CHART_MODULES: Final = tuple(
    f"arbitrex_desktop.ui.{name}" for name in ("chart.view", "chart_grid.live_chart", "chart_grid.grid")
)
"""What the charts are made of, in steps that a frame has room for."""


class ChartPanel(Panel):
    """Holds a `ChartGrid` once there is a core; until then it remembers what to show.

    Attributes:
        grid: the charts, None before the core is there.

    Signals:
        stop_planned(float, int): the planned trade's stop was dragged to a price with so many decimals.
        target_planned(float, int): its target.
        entry_planned(float, int): its entry, which makes it an order that rests there.
        trade_wanted(str): the ticket is to trade this symbol.
    """

    name = "chart"
    title = N_("Chart")

    stop_planned = Signal(float, int)
    target_planned = Signal(float, int)
    entry_planned = Signal(float, int)
    trade_wanted = Signal(str)

    def __init__(self, theme: Theme, clock: Clock) -> None:
        super().__init__(theme)
        self._clock = clock
        self._symbol = ""
        self._plan: TradePlan | None = None
        self._fresh = NOTHING_YET
        self._look: dict[str, object] = {}
        self._folder: Path | None = None
        self.grid: ChartGrid | None = None
        self._history, self._trades = HistoryLoader(self), TradeReader(self)
        self._waiting = QLabel(_("The chart appears when the terminal is connected"))
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._waiting.setWordWrap(True)
        self.offer = self.offer_in(self._waiting)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._waiting)

    @property
    def chart(self) -> LiveChart | None:
        """The chosen chart, None before the core is there."""
        return None if self.grid is None else self.grid.chart

    def watch(self, board: QuoteBoard) -> None:
        """Make the charts and have them read prices from this board."""
        grid: ChartGrid = importlib.import_module(CHART_MODULES[-1]).ChartGrid(self.theme, self._clock)
        self.grid = grid
        grid.history_asked.connect(self._history.ask)
        grid.history_cancelled.connect(self._history.cancel)
        self._history.answered.connect(grid.take_history)
        grid.trades_asked.connect(self._trades.ask)
        self._trades.answered.connect(grid.take_trades)
        grid.stop_planned.connect(self.stop_planned)
        grid.target_planned.connect(self.target_planned)
        grid.entry_planned.connect(self.entry_planned)
        grid.trade_wanted.connect(self.trade_wanted)
        grid.asked.connect(self.asked)
        self._layout.addWidget(grid)
        self._show_one(bool(self._symbol))
        grid.levels.keep_in(self._folder)
        grid.recall(self._look)
        grid.watch(board)
        grid.refresh(self._fresh)
        if self._symbol:
            grid.show_symbol(self._symbol)
        grid.show_plan(self._plan)

    @property
    def home(self) -> QWidget | None:
        """The chart, which has keys of its own."""
        return None if self.chart is None else self.chart.view

    def read_through(self, core: Core) -> None:
        """Read bars and closed trades through the core, on threads of their own."""
        self._history.start(core.bars)
        self._trades.start(core.review)

    def stop_reading(self, wait_ms: int) -> bool:
        """End those threads, once the pool has ended; return False where one had to be left behind."""
        return all([self._history.stop(wait_ms), self._trades.stop(wait_ms)])

    def stop(self) -> None:
        """Read no prices any more, and give up the reading of trades; the core is about to go."""
        self._trades.give_up()
        if self.grid is not None:
            self.grid.stop()

    @property
    def look(self) -> dict[str, object]:
        """What is chosen about the charts, to be kept for `recall`."""
        return self._look if self.grid is None else self.grid.look

    def recall(self, look: dict[str, object]) -> None:
        """Give the charts, once they are there, a look that was kept."""
        self._look = look
        if self.grid is not None:
            self.grid.recall(look)

    def keep_in(self, data_dir: Path | None) -> None:
        """Keep levels below this folder; called before there is a core, None keeps them for this run only."""
        self._folder = data_dir

    def show_symbol(self, symbol: str) -> None:
        """Follow the ticket to another symbol."""
        self._symbol = symbol
        if self.grid is not None:
            self._show_one(bool(symbol))
            self.grid.show_symbol(symbol)

    def _show_one(self, is_known: bool) -> None:  # noqa: FBT001 - of two
        """Show the charts, or the words in their place while there is no symbol to show."""
        self._waiting.setHidden(is_known)
        if self.grid is not None:
            self.grid.setVisible(is_known)

    def show_count(self, count: int) -> None:
        """Show so many charts side by side."""
        if self.grid is not None:
            self.grid.show_count(count)

    def look_at(self, symbol: str) -> None:
        """Show another symbol in the chosen chart; the ticket stays as it is."""
        if self.grid is not None:
            self.grid.look_at(symbol)

    def show_trade(self, trade: ClosedTrade) -> None:
        """Show a closed trade at its time, once there is a chart."""
        self._symbol = trade.symbol
        if self.chart is not None:
            self.chart.show_trade(trade)

    def show_plan(self, plan: TradePlan | None) -> None:
        """Show the trade of the ticket, on charts of its symbol."""
        self._plan = plan
        if self.grid is not None:
            self.grid.show_plan(plan)

    def refresh(self, fresh: Freshness) -> None:
        """Follow connection, positions, orders and intents."""
        self._fresh = fresh
        self.offer.show_offer(NextStep.ACCOUNT if fresh.wants_account else None)
        if self.grid is not None:
            self.grid.refresh(fresh)

# SPDX-License-Identifier: MIT
"""The chart's place in the window: the charts, seen with the window, and filled once there is a core."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.chart.history import HistoryLoader
from arbitrex_desktop.ui.chart_grid.grid import ChartGrid
from arbitrex_desktop.ui.chart_grid.live_chart import LiveChart
from arbitrex_desktop.ui.chart_grid.trade_reader import TradeReader
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.seam import Core
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.empty_offer import NextStep


class ChartPanel(Panel):
    """Holds a `ChartGrid`, or in its place the way to an account while there is none.

    Attributes:
        grid: the charts.

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
        self.grid = ChartGrid(theme, clock)
        self._history, self._trades = HistoryLoader(self), TradeReader(self)
        self._waiting = QLabel(_("The chart appears when the terminal is connected"))
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._waiting.setWordWrap(True)
        self._waiting.hide()
        self.offer = self.offer_in(self._waiting)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._waiting)
        layout.addWidget(self.grid)
        self._connect()

    def _connect(self) -> None:
        grid = self.grid
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

    @property
    def chart(self) -> LiveChart:
        """The chosen chart."""
        return self.grid.chart

    @property
    def home(self) -> QWidget:
        """The chart, which has keys of its own."""
        return self.chart.view

    def follow(self, core: Core) -> None:
        """Read prices, bars and closed trades of this core from now on, the latter two on threads of their own."""
        self._history.start(core.bars)
        self._trades.start(core.review)
        self.grid.watch(core.board)

    def stop_reading(self, wait_ms: int) -> bool:
        """End those threads, once the pool has ended; return False where one had to be left behind."""
        return all([self._history.stop(wait_ms), self._trades.stop(wait_ms)])

    def stop(self) -> None:
        """Read no prices any more, and give up the reading of trades; the core is about to go."""
        self._trades.give_up()
        self.grid.stop()

    @property
    def look(self) -> dict[str, object]:
        """What is chosen about the charts, to be kept for `recall`."""
        return self.grid.look

    def recall(self, look: dict[str, object]) -> None:
        """Give the charts a look that was kept."""
        self.grid.recall(look)

    def keep_in(self, data_dir: Path | None) -> None:
        """Keep levels below this folder; None keeps them for this run only."""
        self.grid.levels.keep_in(data_dir)

    def show_symbol(self, symbol: str) -> None:
        """Follow the ticket to another symbol, at once or when there is a core."""
        self.grid.show_symbol(symbol)

    def show_count(self, count: int) -> None:
        """Show so many charts side by side."""
        self.grid.show_count(count)

    def look_at(self, symbol: str) -> None:
        """Show another symbol in the chosen chart; the ticket stays as it is."""
        self.grid.look_at(symbol)

    def show_trade(self, trade: ClosedTrade) -> None:
        """Show a closed trade at its time."""
        self.chart.show_trade(trade)

    def show_plan(self, plan: TradePlan | None) -> None:
        """Show the trade of the ticket, on charts of its symbol."""
        self.grid.show_plan(plan)

    def refresh(self, fresh: Freshness) -> None:
        """Follow connection, positions, orders and intents."""
        self._waiting.setVisible(fresh.wants_account)
        self.grid.setHidden(fresh.wants_account)
        self.offer.show_offer(NextStep.ACCOUNT if fresh.wants_account else None)
        self.grid.refresh(fresh)

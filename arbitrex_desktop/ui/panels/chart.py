# SPDX-License-Identifier: MIT
"""The chart's place in the window; the chart itself comes when the core is there, since it needs numpy."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.theme import Theme

if TYPE_CHECKING:
    # At run time these load numpy, which the window's first picture must not wait for.
    from arbitrex_desktop.ui.chart.history import HistoryAnswer
    from arbitrex_desktop.ui.panels.live_chart import LiveChart

CHART_MODULE: Final = "arbitrex_desktop.ui.panels.live_chart"


class ChartPanel(Panel):
    """Holds a `LiveChart` once there is a core; until then it remembers what to show.

    Attributes:
        chart: the chart, None before the core is there.

    Signals:
        history_asked(HistoryRequest): bars are wanted; `take_history` gets the answer.
        history_cancelled(int): they are not wanted any more.
        stop_planned(float, int): the planned trade's stop was dragged to a price with so many decimals.
        target_planned(float, int): its target.
    """

    name = "chart"
    title = "Chart"

    history_asked = Signal(object)
    history_cancelled = Signal(int)
    stop_planned = Signal(float, int)
    target_planned = Signal(float, int)

    def __init__(self, theme: Theme, clock: Clock) -> None:
        super().__init__(theme)
        self._clock = clock
        self._symbol = ""
        self._plan: TradePlan | None = None
        self._fresh = NOTHING_YET
        self._look: dict[str, object] = {}
        self.chart: LiveChart | None = None
        self._waiting = QLabel("The chart appears when the terminal is connected")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._waiting.setWordWrap(True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._waiting)

    def watch(self, board: QuoteBoard) -> None:
        """Make the chart and have it read prices from this board."""
        chart: LiveChart = importlib.import_module(CHART_MODULE).LiveChart(self.theme, self._clock)
        self.chart = chart
        chart.history_asked.connect(self.history_asked)
        chart.history_cancelled.connect(self.history_cancelled)
        chart.stop_planned.connect(self.stop_planned)
        chart.target_planned.connect(self.target_planned)
        chart.asked.connect(self.asked)
        self._waiting.hide()
        self._layout.addWidget(chart)
        chart.recall(self._look)
        chart.watch(board)
        chart.refresh(self._fresh)
        chart.show_symbol(self._symbol)
        chart.show_plan(self._plan)

    @property
    def home(self) -> QWidget | None:
        """The chart, which has keys of its own."""
        return None if self.chart is None else self.chart.view

    def stop(self) -> None:
        """Read no prices any more; the core is about to go."""
        if self.chart is not None:
            self.chart.stop()

    @property
    def look(self) -> dict[str, object]:
        """What is chosen about the chart, to be kept for `recall`."""
        return self._look if self.chart is None else self.chart.look

    def recall(self, look: dict[str, object]) -> None:
        """Give the chart, once it is there, a look that was kept."""
        self._look = look
        if self.chart is not None:
            self.chart.recall(look)

    def show_symbol(self, symbol: str) -> None:
        """Show another symbol."""
        self._symbol = symbol
        if self.chart is not None:
            self.chart.show_symbol(symbol)

    def show_plan(self, plan: TradePlan | None) -> None:
        """Show the trade of the ticket, if it is of the symbol shown."""
        self._plan = plan
        if self.chart is not None:
            self.chart.show_plan(plan)

    def refresh(self, fresh: Freshness) -> None:
        """Follow connection, positions, orders and intents."""
        self._fresh = fresh
        if self.chart is not None:
            self.chart.refresh(fresh)

    def take_history(self, answer: HistoryAnswer) -> None:
        """Take a portion of bars."""
        if self.chart is not None:
            self.chart.take_history(answer)

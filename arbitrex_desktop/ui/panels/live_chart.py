# SPDX-License-Identifier: MIT
"""A live chart: a symbol's bars, live, with the desk's lines and the trade that is being planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.bars.move_bar import Move, MoveBar, OrderMove
from arbitrex_desktop.ui.chart.axes import AxisClock
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.desk_lines import ORDER, STOP, TradePlan, desk_lines, plan_lines
from arbitrex_desktop.ui.chart.desk_marks import desk_marks
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.chart.options import ChartOptions
from arbitrex_desktop.ui.chart.toolbar import ChartToolbar
from arbitrex_desktop.ui.chart.view import ChartView
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme

FIRST_BARS: Final = 1_000
MORE_BARS: Final = 10_000
MOST_BARS: Final = 100_000
_MEND_BARS: Final = 3
"""Bars read again when one has closed: the ticks shown are the newest of each frame, and may miss an extreme."""

_FRAME_MS: Final = 33
_RETRY_MS: Final = 3_000
"""A terminal that has to fetch history from its broker goes on doing so; asked again, it has it."""


class LiveChart(QWidget):
    """One chart.  The core's snapshots bring the desk's lines, the board brings prices, a loader brings history.

    Signals:
        history_asked(HistoryRequest): bars are wanted; `take_history` gets the answer.
        history_cancelled(int): they are not wanted any more.
        stop_planned(float, int): the planned trade's stop was dragged to a price with so many decimals.
        target_planned(float, int): its target.
        asked(TraderCommand): a position's stop or target, or an order, is to be moved; the trader said yes.
    """

    history_asked = Signal(object)
    history_cancelled = Signal(int)
    stop_planned = Signal(float, int)
    target_planned = Signal(float, int)
    asked = Signal(object)

    def __init__(self, theme: Theme, clock: Clock, number: int = 1) -> None:
        super().__init__()
        self._clock = clock
        self.number = number
        self.symbol, self.timeframe = "", Timeframe.M15
        self._board: QuoteBoard | None = None
        self._revision = 0
        self._fresh = NOTHING_YET
        self._series = BarSeries(self.timeframe)
        self._offset, self._digits = 0, 5
        self._waits = self._complete = False
        self._plan: TradePlan | None = None
        self._quote: Quote | None = None
        self.view = ChartView(theme)
        self.toolbar = ChartToolbar(theme)
        self.move_bar = MoveBar(theme)
        self._frames = QTimer(self, interval=_FRAME_MS)
        self._frames.timeout.connect(self.draw_frame)
        self._retry = QTimer(self, interval=_RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self._load_first)
        self._lay_out()
        self._connect()
        self.toolbar.show_chart("", self.timeframe)

    # What the window tells

    def watch(self, board: QuoteBoard) -> None:
        """Read prices from this board from now on."""
        self._board, self._revision = board, 0
        self._frames.start()

    def stop(self) -> None:
        """Read no prices any more; the core is about to go."""
        self._frames.stop()
        self._retry.stop()
        self._board = None

    def show_symbol(self, symbol: str) -> None:
        """Show another symbol, from its live edge."""
        if symbol and symbol != self.symbol:
            self.symbol = symbol
            self._begin()

    def show_timeframe(self, timeframe: Timeframe) -> None:
        """Show bars of another length."""
        if timeframe is not self.timeframe:
            self.timeframe = timeframe
            self._begin()

    @property
    def look(self) -> dict[str, object]:
        """What is chosen about the chart, to be kept for `recall`."""
        return self.toolbar.options.kept() | {"timeframe": self.timeframe.name}

    def recall(self, look: Mapping[str, object]) -> None:
        """Take a look that was kept; what is missing or means nothing is as in a new chart."""
        self.toolbar.restore(ChartOptions.of(look))
        self._show_options()
        self.show_timeframe(next((one for one in Timeframe if one.name == look.get("timeframe")), self.timeframe))

    def show_plan(self, plan: TradePlan | None) -> None:
        """Show the trade of the ticket, if it is of this symbol."""
        if plan != self._plan:
            self._plan = plan
            self._show_lines()

    def refresh(self, fresh: Freshness) -> None:
        """Follow connection, positions, orders and intents."""
        self._fresh = fresh
        if fresh.connected and not len(self._series) and not self._waits and not self._retry.isActive():
            self._load_first()
        if not fresh.connected:
            self.view.show_quote(0.0, 0.0)
        self._follow_move()
        self._show_lines()
        self._show_marks()

    def take_history(self, answer: HistoryAnswer) -> None:
        """Take a portion of bars."""
        request = answer.request
        if (request.symbol, request.timeframe) != (self.symbol, self.timeframe):
            return
        self._waits = not answer.is_last
        if answer.bars is None:
            self.toolbar.show_note(f"no bars: {answer.error}", tone=Tone.WARN)
            self._retry.start()
            return
        if answer.bars.server_offset != self._offset:
            self._offset = answer.bars.server_offset
            self._show_options()
            self._show_marks()
        self._series.load(answer.bars.rows)
        self._complete = (answer.is_last and answer.done < request.count) or len(self._series) >= MOST_BARS
        self.view.series_changed()
        self._show_progress(answer)

    def draw_frame(self) -> None:
        """Take the symbol's newest price, if there is another one; a hidden chart takes none."""
        if self._board is None or not self.isVisible():
            return
        self._revision, quotes = self._board.changed_since(self._revision)
        quote = next((quote for quote in quotes if quote.symbol == self.symbol), None)
        if quote is not None:
            self._take_quote(quote)

    # What happens then

    def _begin(self) -> None:
        self._series = BarSeries(self.timeframe)
        self._complete, self._waits, self._revision, self._quote = False, False, 0, None
        self._digits = self._board.digits(self.symbol) if self._board is not None and self.symbol else 5
        self.view.show_series(self._series, self._digits)
        self.toolbar.show_chart(self.symbol, self.timeframe)
        self.move_bar.hide()
        self._show_lines()
        self._show_marks()
        self._load_first()

    def _load_first(self) -> None:
        if self.symbol and self._fresh.connected:
            self._ask(FIRST_BARS, 0)

    def _load_older(self) -> None:
        if not self._waits and not self._complete and len(self._series):
            self._ask(MORE_BARS, len(self._series))

    def _ask(self, count: int, start: int) -> None:
        self._waits = True
        if start != 0 or count > _MEND_BARS:
            self.toolbar.show_note("loading bars\N{HORIZONTAL ELLIPSIS}", can_cancel=True)
        self.history_asked.emit(HistoryRequest(self.number, self.symbol, self.timeframe, count, start))

    def _cancel(self) -> None:
        self._waits = False
        self._complete = bool(len(self._series))
        self.history_cancelled.emit(self.number)
        self.toolbar.show_note("loading was cancelled", tone=Tone.MUTED)

    def _show_progress(self, answer: HistoryAnswer) -> None:
        if answer.is_last:
            empty = "the terminal has no bars yet" if not len(self._series) else ""
            self.toolbar.show_note(empty)
            if empty:
                self._retry.start()
            return
        done = f"loading bars: {formats.whole(answer.done)} of {formats.whole(answer.request.count)}"
        self.toolbar.show_note(done, can_cancel=True)

    def _take_quote(self, quote: Quote) -> None:
        self._quote = quote
        began = self._series.tick(quote.time.astimezone(UTC).timestamp() + self._offset, quote.bid)
        self.view.show_quote(quote.bid, quote.ask)
        self.view.series_changed()
        if began and not self._waits:
            self._ask(_MEND_BARS, 0)
        if self._plan is not None and self._plan.symbol == self.symbol:
            self._show_lines()

    def _show_options(self) -> None:
        options = self.toolbar.options
        self.view.set_options(options, AxisClock(options.zone, self._offset))

    def _show_lines(self) -> None:
        snapshot = self._fresh.snapshot
        lines = list(desk_lines(snapshot, self.symbol)) if snapshot is not None else []
        move = self.move_bar.move_asked
        if move is not None:
            lines = [replace(line, price=move.price) if line.key == move.key else line for line in lines]
        planned, zones = plan_lines(self._planned()) if self._shows_plan() else ((), ())
        self.view.show_lines((*lines, *planned), zones)

    def _show_marks(self) -> None:
        snapshot = self._fresh.snapshot
        self.view.show_marks(desk_marks(snapshot, self.symbol, self._offset) if snapshot is not None else ())

    def _shows_plan(self) -> bool:
        return self.toolbar.plan.isChecked() and self._plan is not None and self._plan.symbol == self.symbol

    def _planned(self) -> TradePlan:
        """Return the plan, with the present price as its entry unless its order rests."""
        assert self._plan is not None
        if self._quote is None or self._plan.order_kind:
            return self._plan
        return replace(self._plan, entry=self._quote.ask if self._plan.direction > 0 else self._quote.bid)

    def _on_moved(self, key: str, price: float) -> None:
        what, _, ticket = key.partition(":")
        if ticket == "0":
            planned = self.stop_planned if what == STOP else self.target_planned
            planned.emit(price, self._digits)

    def _on_dropped(self, key: str, price: float) -> None:
        move = self._move_of(key, price)
        if move is not None:
            self.move_bar.ask(move)
        self._show_lines()

    def _follow_move(self) -> None:
        """Keep the question about what stands at the broker by now: the answer names stop and target, too."""
        asked = self.move_bar.move_asked
        if asked is None:
            return
        now = self._move_of(asked.key, asked.price)
        if now is None:
            self.move_bar.hide()
        elif now != asked:
            self.move_bar.ask(now)

    def _move_of(self, key: str, price: float) -> Move | OrderMove | None:
        """Return what a line let go at a price asks for; None for the plan's, and for what is no more."""
        what, _, ticket = key.partition(":")
        snapshot = self._fresh.snapshot
        if ticket == "0" or snapshot is None:
            return None
        if what == ORDER:
            order = next((row for row in snapshot.orders if row.ticket == int(ticket)), None)
            return OrderMove(order, price) if order is not None and order.price is not None else None
        position = next((row for row in snapshot.positions if row.ticket == int(ticket)), None)
        return Move(position, what, price) if position is not None else None

    def _connect(self) -> None:
        self.toolbar.timeframe_chosen.connect(self.show_timeframe)
        self.toolbar.options_changed.connect(lambda _options: self._show_options())
        self.toolbar.plan_toggled.connect(lambda _on: self._show_lines())
        self.toolbar.cancel_asked.connect(self._cancel)
        self.view.older_wanted.connect(self._load_older)
        self.view.line_moved.connect(self._on_moved)
        self.view.line_dropped.connect(self._on_dropped)
        self.move_bar.asked.connect(self.asked)
        self.move_bar.closed.connect(self._show_lines)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.move_bar)

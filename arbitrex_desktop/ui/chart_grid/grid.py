# SPDX-License-Identifier: MIT
"""One, two, four or nine live charts side by side, one of them chosen, linked or not."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.desk.review.views import ReviewData
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.chart.history import HistoryAnswer
from arbitrex_desktop.ui.chart.options import ChartOptions
from arbitrex_desktop.ui.chart.timeframes import SHOWN
from arbitrex_desktop.ui.chart_grid.levels import Levels
from arbitrex_desktop.ui.chart_grid.live_chart import LiveChart
from arbitrex_desktop.ui.chart_grid.toolbar import COUNTS, ChartToolbar, Links
from arbitrex_desktop.ui.frame_pacer import FramePacer
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.theme.theme import Theme

_FRAME_S: Final = 1 / 30
_GAP: Final = 3
_DEALS_MS: Final = 1_500
_MARKED: Final = timedelta(days=31)
"""How far back trades are marked."""


class ChartGrid(QWidget):
    """Charts under one toolbar, which is about the chosen one: a click or Tab chooses.

    Charts that the layout has no room for are kept, and asked for nothing while they are hidden.

    Attributes:
        toolbar: the row above them.
        chart: the chosen one.
        levels: what the trader drew, on every chart of its symbol.

    Signals: those of `LiveChart` but `changed`, of any chart, and
        trades_asked(datetime): the trades closed since then are wanted; `take_trades` gets them.
    """

    history_asked = Signal(object)
    history_cancelled = Signal(int)
    stop_planned = Signal(float, int)
    target_planned = Signal(float, int)
    entry_planned = Signal(float, int)
    asked = Signal(object)
    trade_wanted = Signal(str)
    trades_asked = Signal(object)

    def __init__(self, theme: Theme, clock: Clock) -> None:
        super().__init__()
        self._theme, self._clock = theme, clock
        self._board: QuoteBoard | None = None
        self._revision = 0
        self._fresh = NOTHING_YET
        self._plan: TradePlan | None = None
        self._ticket_symbol = self._waiting_symbol = ""
        self._shown = 1
        self.levels = Levels(self)
        self.toolbar = ChartToolbar(theme)
        self._cells = QGridLayout()
        self._all: list[LiveChart] = []
        self._closed: Sequence[ClosedTrade] = ()
        self.chart = self._add()
        self._pacer = FramePacer(clock, self)
        self._pacer.least_seconds = _FRAME_S
        self._pacer.frame.connect(self.draw_frame)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._held: tuple[tuple[int, float], ...] | None = None
        self._trades_due = QTimer(self, interval=_DEALS_MS, singleShot=True)
        self._trades_due.timeout.connect(lambda: self.trades_asked.emit(self._clock.now() - _MARKED))
        self._lay_out()
        self._connect()
        self.show_count(1)

    @property
    def charts(self) -> list[LiveChart]:
        """The charts shown."""
        return self._all[: self._shown]

    # What the window tells

    def watch(self, board: QuoteBoard) -> None:
        """Read prices from this board from now on."""
        self._board, self._revision = board, 0
        for chart in self._all:
            chart.watch(board)
        self._unsubscribe = board.subscribe(self._pacer.request)
        if self._waiting_symbol:
            self.show_symbol(self._waiting_symbol)
        self.draw_frame()

    def stop(self) -> None:
        """Read no prices any more; the core is about to go."""
        self._unsubscribe()
        self._unsubscribe = lambda: None
        self._trades_due.stop()
        for chart in self._all:
            chart.stop()
            self.history_cancelled.emit(chart.number)
        self._board = None

    def show_symbol(self, symbol: str) -> None:
        """Follow the ticket to another symbol, once there is a board.

        The first time the ticket follows the chart, if its symbol was kept.
        """
        if self._board is None:
            self._waiting_symbol = symbol
            return
        kept, is_first = self.chart.symbol, not self._ticket_symbol
        self._ticket_symbol = symbol
        if is_first and kept not in {"", symbol} and kept in self._board.symbols:
            self.trade_wanted.emit(kept)
        else:
            self.look_at(symbol)
        self._show_chosen()

    def look_at(self, symbol: str) -> None:
        """Show another symbol in the chosen chart, in all where they are linked; the ticket stays as it is."""
        for chart in self.charts if self.toolbar.links.symbol else (self.chart,):
            self._show(chart, symbol)
        for chart in self.charts:
            # Nobody has said yet what those without a symbol are to show.
            if not chart.symbol:
                self._show(chart, symbol)

    def show_plan(self, plan: TradePlan | None) -> None:
        """Show the trade of the ticket on the charts of its symbol."""
        self._plan = plan
        for chart in self._all:
            chart.show_plan(plan if self.toolbar.plan.isChecked() else None)

    def refresh(self, fresh: Freshness) -> None:
        """Follow connection, positions, orders and intents."""
        self._fresh = fresh
        account = fresh.snapshot.account if fresh.snapshot is not None else None
        if account is not None:
            self.levels.use_account(account.server, account.login)
        for chart in self.charts:
            chart.refresh(fresh)
        self.toolbar.show_left(self.chart.seconds_left)
        held = tuple((row.ticket, row.volume) for row in fresh.snapshot.positions) if fresh.snapshot else None
        if fresh.connected and account is not None and held != self._held:
            # The first reading, or something was opened or closed, perhaps by the broker; its deals come a little late.
            self._held = held
            self._trades_due.start()
        # What came while the window was minimised.
        self.draw_frame()

    def take_trades(self, data: ReviewData) -> None:
        """Mark closed trades on the charts of their symbols."""
        self._closed = data.trades
        for chart in self._all:
            chart.show_closed(data.trades)

    def take_history(self, answer: HistoryAnswer) -> None:
        """Take a portion of bars to the chart that asked for them."""
        for chart in self._all:
            if chart.number == answer.request.chart:
                chart.take_history(answer)

    def draw_frame(self) -> None:
        """Take the newest prices to the charts of their symbols; what nobody can see takes none."""
        if self._board is None or not self.isVisible() or self.window().isMinimized():
            return
        self._revision, quotes = self._board.changed_since(self._revision)
        by_symbol = {quote.symbol: quote for quote in quotes}
        for chart in self.charts:
            quote = by_symbol.get(chart.symbol)
            if quote is not None:
                chart.take_quote(quote)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Take what came while nobody could see the charts."""
        super().showEvent(event)
        self.draw_frame()

    # What the trader chooses

    def show_count(self, count: int) -> None:
        """Show so many charts, 1, 2, 4 or 9; new ones look like the chosen one."""
        while len(self._all) < count:
            self._add().recall(self._next_look())
        self._shown = count
        columns = math.ceil(math.sqrt(count))
        for number, chart in enumerate(self._all):
            self._cells.removeWidget(chart)
            if number < count:
                self._cells.addWidget(chart, number // columns, number % columns)
            chart.setVisible(number < count)
        if self.chart not in self.charts:
            self.chart = self.charts[0]
        self.refresh(self._fresh)
        self._read_anew()
        self._show_chosen()

    def choose(self, chart: LiveChart) -> None:
        """Have toolbar and watch list act on this chart."""
        if chart is not self.chart:
            self.chart = chart
            self._show_chosen()

    @property
    def look(self) -> dict[str, object]:
        """What is chosen about the charts, to be kept for `recall`."""
        links = self.toolbar.links
        return {
            "count": self._shown,
            "chosen": self.charts.index(self.chart),
            "links": [name for name in ("symbol", "time") if getattr(links, name)],
            "charts": [chart.look for chart in self._all],
        }

    def recall(self, look: Mapping[str, object]) -> None:
        """Take a look that was kept; what is missing or means nothing is as in a new chart."""
        looks, links, count = look.get("charts"), look.get("links"), look.get("count")
        kept = [one for one in looks if isinstance(one, dict)] if isinstance(looks, list) else [dict(look)]
        count = count if isinstance(count, int) and count in COUNTS else 1
        for number, one in enumerate(kept[: max(COUNTS)]):
            (self._all[number] if number < len(self._all) else self._add()).recall(one)
        names = links if isinstance(links, list) else []
        self.show_count(count)
        chosen = look.get("chosen")
        self.chart = self.charts[chosen if isinstance(chosen, int) and 0 <= chosen < count else 0]
        self.toolbar.show_grid(count, Links(symbol="symbol" in names, time="time" in names))
        self._show_chosen()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size at which the charts tell anything."""
        return QSize(240, 120 + self.toolbar.minimumSizeHint().height())

    # What happens then

    def _add(self) -> LiveChart:
        chart = LiveChart(self._theme, self._clock, self.levels, len(self._all) + 1)
        self._all.append(chart)
        chart.history_asked.connect(self.history_asked)
        chart.history_cancelled.connect(self.history_cancelled)
        chart.stop_planned.connect(self.stop_planned)
        chart.target_planned.connect(self.target_planned)
        chart.entry_planned.connect(self.entry_planned)
        chart.asked.connect(self.asked)
        chart.trade_wanted.connect(self.trade_wanted)
        chart.changed.connect(lambda: self._show_toolbar() if chart is self.chart else None)
        chart.view.focused.connect(lambda: self.choose(chart))
        chart.view.moved.connect(lambda: self._link_time(chart))
        chart.view.pointed.connect(lambda seconds: self._link_pointer(chart, seconds))
        if self._board is not None:
            chart.watch(self._board)
        chart.show_plan(self._plan if self.toolbar.plan.isChecked() else None)
        chart.show_closed(self._closed)
        return chart

    def _next_look(self) -> dict[str, object]:
        """Return the look of one chart more: the next symbol that none shows, or the same with longer bars."""
        look = self.chart.look
        names = self._board.symbols if self._board is not None and not self.toolbar.links.symbol else ()
        shown = {chart.symbol for chart in self._all}
        others = [name for name in names if name not in shown]
        if others:
            return look | {"symbol": others[0]}
        frames = {chart.timeframe for chart in self._all}
        longer = [frame for frame in SHOWN if frame > self.chart.timeframe and frame not in frames]
        return look | {"timeframe": longer[0].name} if longer else look

    def _show(self, chart: LiveChart, symbol: str) -> None:
        chart.show_symbol(symbol)
        self._read_anew()

    def _read_anew(self) -> None:
        """Have the board tell present prices again that it has told before."""
        self._revision = 0
        self._pacer.request()

    def _show_chosen(self) -> None:
        for chart in self.charts:
            chart.mark(is_titled=self._shown > 1, is_chosen=self._shown > 1 and chart is self.chart)
        self.toolbar.show_grid(self._shown, self.toolbar.links)
        self._show_toolbar()

    def _show_toolbar(self) -> None:
        chart = self.chart
        self.toolbar.restore(chart.options)
        self.toolbar.show_chart(chart.symbol, chart.timeframe)
        self.toolbar.show_note(chart.note_beside, tone=chart.note.tone, can_cancel=chart.note.can_cancel)
        is_other = bool(self._ticket_symbol) and chart.symbol not in {"", self._ticket_symbol}
        self.toolbar.offer_trade(chart.symbol if is_other else "")

    def _show_timeframe(self, timeframe: Timeframe) -> None:
        self.chart.show_timeframe(timeframe)

    def _cancel(self) -> None:
        self.chart.cancel()

    def _show_options(self, options: ChartOptions) -> None:
        self.chart.show_options(options)

    def _link(self, links: Links) -> None:
        """Bring the charts into line with the chosen one."""
        if links.symbol:
            self.look_at(self.chart.symbol)
        if links.time:
            self._link_time(self.chart)
        else:
            self._link_pointer(self.chart, None)

    def _link_time(self, moved: LiveChart) -> None:
        if self.toolbar.links.time:
            for chart in self.charts:
                if chart is not moved:
                    chart.view.follow(moved.view)

    def _link_pointer(self, pointed: LiveChart, seconds: float | None) -> None:
        for chart in self.charts:
            if chart is not pointed:
                chart.view.show_linked(seconds if self.toolbar.links.time else None)

    def _connect(self) -> None:
        bar = self.toolbar
        bar.timeframe_chosen.connect(self._show_timeframe)
        bar.options_changed.connect(self._show_options)
        bar.plan_toggled.connect(lambda _on: self.show_plan(self._plan))
        bar.cancel_asked.connect(self._cancel)
        bar.trade_asked.connect(lambda: self.trade_wanted.emit(self.chart.symbol))
        bar.count_chosen.connect(self.show_count)
        bar.links_changed.connect(self._link)

    def _lay_out(self) -> None:
        self._cells.setContentsMargins(0, 0, 0, 0)
        self._cells.setSpacing(_GAP)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.toolbar)
        layout.addLayout(self._cells, 1)

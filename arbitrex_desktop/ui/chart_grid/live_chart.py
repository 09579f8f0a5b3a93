# SPDX-License-Identifier: MIT
"""A live chart: a symbol's bars, live, with the desk's lines and the trade that is being planned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.desk.review.trades import ClosedTrade
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.raw_layer.server_zone import UNKNOWN_ZONE
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.alerts.alert_columns import price_alert
from arbitrex_desktop.ui.bars.move_bar import MoveBar, move_of
from arbitrex_desktop.ui.chart.alert_lines import alert_lines
from arbitrex_desktop.ui.chart.axes import AxisClock
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.desk_lines import TradePlan, desk_lines, plan_lines
from arbitrex_desktop.ui.chart.desk_marks import desk_marks
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.chart.marks import LineOwner, LinePart, LineRef
from arbitrex_desktop.ui.chart.options import ChartOptions
from arbitrex_desktop.ui.chart.paint.frame_values import Caption
from arbitrex_desktop.ui.chart.view import ChartView
from arbitrex_desktop.ui.chart_grid.level_hand import LevelHand
from arbitrex_desktop.ui.chart_grid.levels import Levels
from arbitrex_desktop.ui.chart_grid.past_trade import bars_back, timeframe_for
from arbitrex_desktop.ui.commands import PutAlert, RemoveAlert
from arbitrex_desktop.ui.freshness import NOTHING_YET, QUOTE_STALE_S, Freshness
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme

FIRST_BARS: Final = 1_000
MORE_BARS: Final = 10_000
MOST_BARS: Final = 100_000
_RELOADED_BARS: Final = 3
"""Bars read again when one has closed: the ticks shown are the newest of each frame, and may miss an extreme."""

_RETRY_MS: Final = 3_000
"""A terminal that has to fetch history from its broker goes on doing so; asked again, it has it."""


@dataclass(frozen=True, slots=True)
class ChartNote:
    """What a chart says about its bars: `text` in a `tone`, and whether what it tells of can be cancelled."""

    text: str = ""
    tone: Tone = Tone.MUTED
    can_cancel: bool = False


class LiveChart(QWidget):
    """One chart.  The core's snapshots bring the desk's lines, the grid brings prices, a loader brings history.

    Signals:
        history_asked(HistoryRequest): bars are wanted; `take_history` gets the answer.
        history_cancelled(int): they are not wanted any more.
        stop_planned(float, int): the planned trade's stop was dragged to a price with so many decimals.
        target_planned(float, int): its target.
        entry_planned(float, int): its entry, which makes it an order that rests there.
        asked(TraderCommand): a position's stop or target, or an order, is to be moved; the trader said yes.
        trade_wanted(str): the ticket is to trade this symbol.
        changed(): symbol, timeframe, look or note are others.

    Attributes:
        number: names the chart to who reads its history.
        symbol, timeframe, options: what is shown, and how.
        note: what is being loaded, or why there is nothing.
        view: the picture.
    """

    history_asked = Signal(object)
    history_cancelled = Signal(int)
    stop_planned = Signal(float, int)
    target_planned = Signal(float, int)
    entry_planned = Signal(float, int)
    asked = Signal(object)
    trade_wanted = Signal(str)
    changed = Signal()

    def __init__(self, theme: Theme, clock: Clock, levels: Levels, number: int = 1) -> None:
        super().__init__()
        self._clock = clock
        self.number = number
        self.symbol, self.timeframe = "", Timeframe.M15
        self.options, self.note = ChartOptions(), ChartNote()
        self._board: QuoteBoard | None = None
        self._is_titled = self._is_chosen = self._goes_to_trade = False
        self._fresh = NOTHING_YET
        self._series = BarSeries(self.timeframe)
        self._server, self._digits = UNKNOWN_ZONE, 5
        self._waits = self._complete = self._cancelled = False
        self._plan: TradePlan | None = None
        self._closed: Sequence[ClosedTrade] = ()
        self._held: tuple[LineRef, float] | None = None
        self._quote: Quote | None = None
        self._trade: ClosedTrade | None = None
        self.view = ChartView(theme)
        self.move_bar = MoveBar(theme)
        self._level_hand = LevelHand(self.view, levels)
        levels.changed.connect(self._show_lines)
        self._retry = QTimer(self, interval=_RETRY_MS, singleShot=True)
        self._retry.timeout.connect(self._load_first)
        self._lay_out()
        self._connect()

    # What the window tells

    def watch(self, board: QuoteBoard) -> None:
        """Take the decimals of prices from this board from now on."""
        self._board = board
        self._learn_digits()

    def stop(self) -> None:
        """Ask for nothing any more; the core is about to go."""
        self._retry.stop()
        self._board = None

    def show_symbol(self, symbol: str) -> None:
        """Show another symbol, from its live edge."""
        if symbol and (symbol != self.symbol or self._cancelled):
            self.symbol = symbol
            self._begin()

    def show_timeframe(self, timeframe: Timeframe) -> None:
        """Show bars of another length."""
        if timeframe is not self.timeframe or self._cancelled:
            self.timeframe = timeframe
            self._begin()

    def show_trade(self, trade: ClosedTrade) -> None:
        """Show a closed trade at its time, on bars that are loaded back to it, with its entry and exit marked."""
        self._trade, self._goes_to_trade = trade, True
        self.symbol = trade.symbol
        self.timeframe = timeframe_for(trade, self._market_now(), self.timeframe)
        self._begin()

    def show_options(self, options: ChartOptions) -> None:
        """Draw in another style."""
        self.options = options
        self._show_options()
        self.changed.emit()

    def mark(self, *, is_titled: bool, is_chosen: bool) -> None:
        """Say on the chart which one it is, as one of several, and whether it is the chosen one."""
        self._is_titled, self._is_chosen = is_titled, is_chosen
        self._show_caption()

    @property
    def look(self) -> dict[str, object]:
        """What is chosen about the chart, to be kept for `recall`."""
        return self.options.kept() | {"timeframe": self.timeframe.name, "symbol": self.symbol}

    def recall(self, look: Mapping[str, object]) -> None:
        """Take a look that was kept; what is missing or means nothing is as in a new chart."""
        self.options = ChartOptions.of(look)
        self._show_options()
        self.timeframe = next((one for one in Timeframe if one.name == look.get("timeframe")), self.timeframe)
        symbol = look.get("symbol")
        self.symbol = symbol if isinstance(symbol, str) else ""
        self._begin()

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last bar closes; None where none is being made."""
        return self._series.seconds_left(self._server.to_server(self._market_now())) if self._fresh.connected else None

    @property
    def note_beside(self) -> str:
        """The note where it does not stand on the chart itself."""
        return self.note.text if len(self._series) and not self._is_titled else ""

    def show_plan(self, plan: TradePlan | None) -> None:
        """Show the trade of the ticket, if it is of this symbol."""
        if plan != self._plan:
            self._plan = plan
            self._show_lines()

    def refresh(self, fresh: Freshness) -> None:
        """Follow connection, positions, orders and intents."""
        self._fresh = fresh
        waits = self._waits or self._cancelled or self._retry.isActive()
        if fresh.connected and not len(self._series) and not waits:
            self._load_first()
        if not fresh.connected:
            self.view.show_quote(0.0, 0.0)
            if not len(self._series):
                self._say(_("Bars come when the terminal is connected"))
        elif self._quote is not None:
            self._show_quote(self._quote)
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
            self._say(_("No bars: {error}").format(error=answer.error), tone=Tone.WARN)
            self._retry.start()
            return
        if answer.bars.zone != self._server:
            self._server = answer.bars.zone
            self._show_options()
            self._show_marks()
        self._learn_digits()
        self._series.load(answer.bars.rows)
        self._complete = (answer.is_last and answer.done < request.count) or len(self._series) >= MOST_BARS
        self.view.series_changed()
        if answer.is_last:
            self._go_to_trade()
        self._show_progress(answer)

    def show_closed(self, trades: Sequence[ClosedTrade]) -> None:
        """Mark these closed trades, as far as they are of this symbol."""
        self._closed = trades
        self._show_marks()

    def take_quote(self, quote: Quote) -> None:
        """Take the symbol's newest price."""
        self._quote = quote
        began = self._series.tick(self._server.to_server(quote.time), quote.bid)
        if self._fresh.connected:
            self._show_quote(quote)
        self.view.series_changed()
        if began and not self._waits:
            self._ask(_RELOADED_BARS, 0)
        if self._shows_plan():
            self._show_lines()

    def _show_quote(self, quote: Quote) -> None:
        self.view.show_quote(quote.bid, quote.ask, is_fresh=quote.age(self._clock.monotonic()) <= QUOTE_STALE_S)

    def cancel(self) -> None:
        """Give up what is being loaded."""
        self._waits, self._cancelled, self._complete = False, not len(self._series), bool(len(self._series))
        self.history_cancelled.emit(self.number)
        self._say(_("loading was cancelled"))

    # What happens then

    def _begin(self) -> None:
        self._series = BarSeries(self.timeframe)
        self._level_hand.symbol = self.symbol
        self._complete, self._waits, self._cancelled, self._quote = False, False, False, None
        self._learn_digits()
        self.view.show_series(self._series, self._digits)
        self.note = ChartNote()
        self._held = None
        self.move_bar.hide()
        self._show_lines()
        self._show_marks()
        self._show_caption()
        self.changed.emit()
        self._load_first()

    def _learn_digits(self) -> None:
        """Take the symbol's decimals; the board knows them once the terminal has the symbol."""
        known = self._board is not None and self.symbol in self._board.symbols
        self._digits = self._board.digits(self.symbol) if self._board is not None and known else 5
        self.view.show_digits(self._digits)

    def _load_first(self) -> None:
        if self.symbol and self._fresh.connected:
            trade = self._trade if self._goes_to_trade else None
            needed = 0 if trade is None else bars_back(trade, self._market_now(), self.timeframe)
            self._ask(max(FIRST_BARS, needed), 0)

    def _load_older(self) -> None:
        if not self._waits and not self._complete and len(self._series):
            self._ask(MORE_BARS, len(self._series))

    def _ask(self, count: int, start: int) -> None:
        self._waits = True
        if start != 0 or count > _RELOADED_BARS:
            self._say(_("Loading\N{HORIZONTAL ELLIPSIS}"), can_cancel=True)
        self.history_asked.emit(HistoryRequest(self.number, self.symbol, self.timeframe, count, start))

    def _show_progress(self, answer: HistoryAnswer) -> None:
        if answer.is_last:
            empty = _("the terminal has no bars yet") if not len(self._series) else ""
            self._say(empty)
            if empty:
                self._retry.start()
            return
        share = formats.percent(answer.done / answer.request.count, 0)
        self._say(_("Loading {share}").format(share=share), can_cancel=True)

    def _show_options(self) -> None:
        self.view.set_options(self.options, AxisClock(self.options.zone, self._server))

    def _say(self, text: str, *, tone: Tone = Tone.MUTED, can_cancel: bool = False) -> None:
        """Tell what is being loaded, or why there is nothing."""
        note = ChartNote(text, tone, can_cancel)
        if note != self.note:
            self.note = note
            self._show_caption()
            self.changed.emit()

    def _show_caption(self) -> None:
        if not self._is_titled:
            self.view.show_caption(Caption(note="" if len(self._series) else self.note.text, tone=self.note.tone))
            return
        title = f"{self.symbol} \N{MIDDLE DOT} {self.timeframe.name}" if self.symbol else _("no symbol")
        self.view.show_caption(Caption(title, self.note.text, self.note.tone, is_chosen=self._is_chosen))

    def _show_lines(self) -> None:
        snapshot, asked = self._fresh.snapshot, self.move_bar.move_asked
        moved = {} if asked is None else {asked.key: asked.price}
        if self._held is not None:
            moved |= dict((self._held,))
        lines = desk_lines(snapshot, self.symbol, moved) if snapshot is not None else ()
        calls = alert_lines(snapshot, self.symbol) if snapshot is not None else ()
        planned, zones = plan_lines(self._planned()) if self._shows_plan() else ((), ())
        self.view.show_lines((*self._level_hand.lines(), *calls, *lines, *planned), zones)

    def _show_marks(self) -> None:
        snapshot = self._fresh.snapshot
        if snapshot is not None:
            closed = [trade for trade in self._closed if self._trade is None or trade.key != self._trade.key]
            if self._trade is not None:
                closed.append(self._trade)
            self.view.show_marks(desk_marks(snapshot, self.symbol, self._server, closed, self._digits))

    def _market_now(self) -> datetime:
        return self._fresh.market_now or self._clock.now()

    def _go_to_trade(self) -> None:
        """Bring the trade that was asked for into sight, once its bars are there."""
        trade, self._goes_to_trade = self._trade if self._goes_to_trade else None, False
        if trade is not None and trade.symbol == self.symbol and len(self._series):
            self._show_marks()
            self.view.go_to(self._server.to_server(trade.opened_at or trade.closed_at))

    def _shows_plan(self) -> bool:
        return self._plan is not None and self._plan.symbol == self.symbol

    def _planned(self) -> TradePlan:
        """Return the plan, with the present price as its entry unless its order rests."""
        assert self._plan is not None
        if self._quote is None or self._plan.order_kind:
            return self._plan
        return replace(self._plan, entry=self._quote.ask if self._plan.direction > 0 else self._quote.bid)

    def menu(self, price: float, key: LineRef | None) -> QMenu:
        """Return what can be done at a price, where this line stands or none."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = formats.price(price, self._digits)
        _entry(menu, _("Level at {price}").format(price=text), "L", partial(self._level_hand.add, price))
        _entry(menu, _("Call me at {price}").format(price=text), "", partial(self._add_alert, price))
        if key is not None and key.owner is LineOwner.ALERT:
            _entry(menu, _("Take the alert away"), "", partial(self.asked.emit, RemoveAlert(str(key.number))))
        if key is not None and key.owner is LineOwner.LEVEL:
            _entry(menu, _("Note of the level\N{HORIZONTAL ELLIPSIS}"), "", partial(self._level_hand.edit, key))
            _entry(menu, _("Take the level away"), "Del", partial(self._level_hand.remove, key))
        menu.addSeparator()
        if self._shows_plan():
            for message, signal in (
                (_("Entry of the ticket at {price}"), self.entry_planned),
                (_("Stop of the ticket at {price}"), self.stop_planned),
                (_("Target of the ticket at {price}"), self.target_planned),
            ):
                _entry(menu, message.format(price=text), "", partial(signal.emit, price, self._digits))
        else:
            message = _("Trade {symbol} in the ticket").format(symbol=self.symbol)
            _entry(menu, message, "", partial(self.trade_wanted.emit, self.symbol))
        menu.addSeparator()
        _entry(menu, _("Back to the live edge"), "End", self.view.go_back)
        return menu

    def _add_alert(self, price: float) -> None:
        """Ask to be called once when the price gets there."""
        present = self._quote.bid if self._quote is not None else None
        moment = self._fresh.now or self._clock.now()
        self.asked.emit(PutAlert(price_alert(self.symbol, price, present, self._digits, moment)))

    def _pop_up(self, place: QPoint, price: float, key: LineRef | None) -> None:
        self.menu(price, key).popup(place)

    def _on_moved(self, key: LineRef, price: float) -> None:
        """Follow a line in the hand: the plan goes into the ticket, others say what they would bring there."""
        if key.owner is LineOwner.PLAN:
            parts = {LinePart.STOP: self.stop_planned, LinePart.TARGET: self.target_planned}
            parts.get(key.part, self.entry_planned).emit(price, self._digits)
        else:
            self._held = (key, price)
            self._show_lines()

    def _on_left(self, _key: LineRef) -> None:
        self._held = None
        self._show_lines()

    def _on_dropped(self, key: LineRef, price: float) -> None:
        self._held = None
        move = move_of(key, price, self._fresh.snapshot)
        if move is not None:
            self.move_bar.ask(move)
        self._show_lines()

    def _follow_move(self) -> None:
        """Keep the question about what stands at the broker by now: the answer names stop and target, too."""
        asked = self.move_bar.move_asked
        if asked is None:
            return
        if (now := move_of(asked.key, asked.price, self._fresh.snapshot)) is None:
            self.move_bar.hide()
        elif now != asked:
            self.move_bar.ask(now)

    def _connect(self) -> None:
        self.view.older_wanted.connect(self._load_older)
        self.view.line_moved.connect(self._on_moved)
        self.view.line_dropped.connect(self._on_dropped)
        self.view.line_left.connect(self._on_left)
        self.view.menu_wanted.connect(self._pop_up)
        self.move_bar.asked.connect(self.asked)
        self.move_bar.closed.connect(self._show_lines)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.move_bar)


def _entry(menu: QMenu, text: str, key: str, act: Callable[[], object]) -> None:
    """Add an entry; its key is shown only, since the chart's view listens to it."""
    menu.addAction(f"{text}\t{key}" if key else text).triggered.connect(lambda _checked=False: act())

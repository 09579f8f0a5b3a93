# SPDX-License-Identifier: MIT
"""Market Watch: every symbol's present price, drawn when the board changes, at the display's rhythm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QListWidget, QMenu, QVBoxLayout

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.raw_layer.quote_board import QuoteBoard
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.chart.history import HistoryAnswer, HistoryRequest
from arbitrex_desktop.ui.commands import WatchSymbol
from arbitrex_desktop.ui.frame_pacer import FRAME_SECONDS, FramePacer
from arbitrex_desktop.ui.freshness import CORE_SILENT_S, Freshness
from arbitrex_desktop.ui.models.quotes import QuoteModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.empty_offer import NextStep
from arbitrex_desktop.ui.widgets.fields import offer_to_clear
from arbitrex_desktop.ui.widgets.metric import ElidedLabel
from arbitrex_desktop.ui.widgets.quote_view import QuoteView
from arbitrex_desktop.ui.widgets.row_menu import row_menu

_SORT_S: Final = 1.0
_BARS: Final = 48
_BARS_EVERY_S: Final = 1_800.0
_ADD: Final = N_("Add ")
_MOST_OFFERS: Final = 50
_OFFERS_IN_SIGHT: Final = 5
_AGAIN_S: Final = 60.0
_ALL: Final = N_("All groups")
_AGES_S: Final = 0.95
"""Ages are counted up once a second: all cells of all rows are compared then."""
_UNSEEN_S: Final = 0.25
"""Time between two readings of the board while no row can be seen; other panels show its prices, too."""


class MarketWatchPanel(Panel):
    """Reads the board when it changes; the core's snapshots only show whether prices are live.

    Signals: `symbol_chosen(str)`, when a row was double-clicked or Return pressed on it; `symbol_clicked(str)`, when
    it was clicked;
    `history_asked(HistoryRequest)`, when the bars of a symbol's curve are due.
    """

    name = "market_watch"
    title = N_("Market Watch")

    symbol_clicked = Signal(str)
    history_asked = Signal(object)

    def __init__(self, theme: Theme, clock: Clock) -> None:
        super().__init__(theme)
        self._clock = clock
        self._board: QuoteBoard | None = None
        self._unsubscribe: Callable[[], None] = lambda: None
        self._symbols: tuple[str, ...] | None = None
        self._revision = 0
        self._sorted_at = self._aged_at = 0.0
        self._live = False
        self._seen = True
        self.model = QuoteModel(self)
        self.view = QuoteView(self.model, theme)
        self.offer = self.offer_in(self.view.viewport())
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(_("Filter: usd jp"))
        self._filter.setAccessibleName(_("Filter of symbols"))
        offer_to_clear(self._filter)
        self._group = QComboBox()
        self._group.setAccessibleName(_("Group of symbols"))
        self._group.addItem(_(_ALL))
        self.offers = QListWidget()
        self._offered: list[str] = []
        self.offers.setAccessibleName(_("Symbols of the broker that are not watched"))
        self.offers.setToolTip(_("A double click, or Return, adds it to the list"))
        self.offers.hide()
        self._listed: tuple[str, ...] = ()
        self._known = 0
        self._count = ElidedLabel(theme, Tone.MUTED)
        self._missing: Mapping[str, str] = {}
        self._bars_due: dict[str, float] = {}
        self._lay_out()
        self._pacer = FramePacer(clock, self)
        self._pacer.least_seconds = _UNSEEN_S
        self._pacer.frame.connect(self.draw_frame)
        self._connect_parts()

    @property
    def quoted(self) -> int:
        """How many symbols have a quote."""
        return self.model.quoted

    @property
    def offered(self) -> tuple[str, ...]:
        """Every symbol of the broker, as far as it is known."""
        return self._listed

    def focus_filter(self) -> None:
        """Take the keyboard to the filter, what stands in it chosen."""
        self._filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._filter.selectAll()

    def watch(self, board: QuoteBoard) -> None:
        """Read this board from now on."""
        self._board, self._symbols, self._revision = board, None, 0
        self._unsubscribe = board.subscribe(self._pacer.request)
        self.draw_frame()

    def stop(self) -> None:
        """Read the board no longer; the core is about to go."""
        self._unsubscribe()
        self._unsubscribe = lambda: None
        self._board = None

    def set_seen(self, *, seen: bool) -> None:
        """Read nothing while the window cannot be seen; back in sight, catch up."""
        self._seen = seen
        if seen:
            self.draw_frame()

    def draw_frame(self) -> None:
        """Take what changed since the last frame."""
        if self._board is None or not self._seen:
            return
        self._check_symbols(self._board)
        revision, quotes = self._board.changed_since(self._revision)
        if revision != self._revision:
            self._revision = revision
            self.model.merge(quotes, self._clock.monotonic(), live=self._live)

    def refresh(self, fresh: Freshness) -> None:
        """Count ages up, grey everything while there is no connection, sort again."""
        now = self._clock.monotonic()
        was_live = self._live
        self._live = fresh.connected or (fresh.was_connected and self.model.newest_age(now) < CORE_SILENT_S)
        market_open = fresh.snapshot is None or fresh.snapshot.pool.market_open
        if self._live != was_live or now - self._aged_at >= _AGES_S:
            self._aged_at = now
            self.model.age_all(now, live=self._live, market_open=market_open)
        if now - self._sorted_at >= _SORT_S:
            self._sorted_at = now
            self.model.refresh_order()
        self.model.set_days(fresh.snapshot.watch if fresh.snapshot else ())
        self._offer_groups()
        listed = fresh.snapshot.pool.listed if fresh.snapshot else ()
        if listed is not self._listed or len(self.model.listed) != self._known:
            self._listed, self._known = listed, len(self.model.listed)
            self._offer_symbols()
        self._missing = fresh.snapshot.pool.missing_symbols if fresh.snapshot else {}
        self._show_count()
        self.offer.show_offer(self._offer(fresh))
        if fresh.connected:
            self._ask_for_bars(now)

    def _offer(self, fresh: Freshness) -> NextStep | None:
        """Return what there is to do while no symbol is listed."""
        if self.model.listed:
            return None
        return NextStep.ACCOUNT if fresh.wants_account else NextStep.SYMBOLS if fresh.connected else None

    def take_history(self, answer: HistoryAnswer) -> None:
        """Show the bars that came for a symbol's curve; without any it is asked for again later."""
        if answer.bars is not None:
            self.model.set_closes(answer.request.symbol, tuple(answer.bars.rows["close"][-_BARS:].tolist()))
        else:
            self._bars_due[answer.request.symbol] = self._clock.monotonic() + _AGAIN_S

    def _ask_for_bars(self, now: float) -> None:
        """Ask for the curve that is due longest: one at a time, so that no chart waits for forty."""
        names = [name for name, _digits in self.model.listed]
        due = [place for place, name in enumerate(names) if self._bars_due.get(name, 0.0) <= now]
        for place in due[:1]:
            self._bars_due[names[place]] = now + _BARS_EVERY_S
            self.history_asked.emit(HistoryRequest(place, names[place], Timeframe.M30, _BARS))

    def _narrow(self) -> None:
        """Show what group and filter let through, and say where nothing does."""
        text = self._filter.text().strip()
        self.model.set_group("" if self._group.currentIndex() <= 0 else self._group.currentText())
        self.model.set_filter(text)
        self.view.set_empty_text(
            _(
                "No watched symbol matches "
                "\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}; Escape clears the filter"
            ).format(text=text)
            if text
            else _("No symbols yet")
        )
        self._offer_symbols()
        self._show_count()

    def _offer_symbols(self) -> None:
        """Offer what the broker has besides, as far as the filter fits; a few, since a few letters find thousands."""
        parts = self._filter.text().casefold().split()
        watched = {name for name, _digits in self.model.listed}
        fitting = [name for name in self._listed if all(part in name.casefold() for part in parts)] if parts else []
        offered = [name for name in fitting if name not in watched][:_MOST_OFFERS]
        if offered != self._offered:
            self._offered = offered
            self.offers.clear()
            self.offers.addItems([f"{_(_ADD)}{name}" for name in offered])
        self.offers.setVisible(bool(offered))
        rows = min(len(offered), _OFFERS_IN_SIGHT)
        self.offers.setFixedHeight(rows * (self.offers.fontMetrics().height() + 6) + 4)

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen symbol, None when none is chosen."""
        index = self.view.currentIndex()
        row = self.model.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        menu = row_menu(self)
        for text, act in (
            (_("Chart and ticket of {symbol}").format(symbol=row.symbol), partial(self.symbol_chosen.emit, row.symbol)),
            (
                _("Remove {symbol} from the list").format(symbol=row.symbol),
                partial(self._watch, row.symbol, watched=False),
            ),
        ):
            menu.addAction(text).triggered.connect(lambda _checked=False, act=act: act())
        return menu

    def _watch(self, symbol: str, *, watched: bool) -> None:
        self.asked.emit(WatchSymbol(symbol, watched))

    def _offer_groups(self) -> None:
        """Offer the broker's groups; the chosen one stays chosen."""
        groups = [_(_ALL), *self.model.groups]
        if groups != [self._group.itemText(place) for place in range(self._group.count())]:
            chosen = self._group.currentText()
            self._group.blockSignals(True)
            self._group.clear()
            self._group.addItems(groups)
            self._group.setCurrentIndex(max(0, self._group.findText(chosen)))
            self._group.blockSignals(False)

    def _show_count(self) -> None:
        total, shown = len(self.model.listed), self.model.rowCount()
        text = (
            _("{shown} of {total}").format(shown=shown, total=total)
            if shown < total
            else _("{quoted} of {total} with prices").format(quoted=self.quoted, total=total)
        )
        if self._missing:
            text += " \N{MIDDLE DOT} " + _("not found: {symbols}").format(symbols=", ".join(self._missing))
        self._count.show_text(text, Tone.WARN if self._missing else Tone.MUTED)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw at the display's rhythm from now on."""
        super().showEvent(event)
        self._pacer.least_seconds = FRAME_SECONDS
        self.draw_frame()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Read the board seldom while nobody can see it."""
        super().hideEvent(event)
        self._pacer.least_seconds = _UNSEEN_S

    def _check_symbols(self, board: QuoteBoard) -> None:
        """Follow the board's list: it is complete only after the pool has connected."""
        symbols = board.symbols
        if symbols is self._symbols:
            return
        self._symbols = symbols
        wanted = [(symbol, board.digits(symbol)) for symbol in symbols]
        if wanted != self.model.listed:
            self.model.set_symbols(wanted)
            self._revision = 0

    def _emit(self, signal: SignalInstance, row: int) -> None:
        chosen = self.model.row_at(row)
        if chosen is not None:
            signal.emit(chosen.symbol)

    def _connect_parts(self) -> None:
        """Let filter, list and offers act on what the trader does with them."""
        self._filter.textChanged.connect(self._narrow)
        self._group.currentTextChanged.connect(self._narrow)
        clear = QShortcut(QKeySequence(Qt.Key.Key_Escape), self._filter, self._filter.clear)
        clear.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.offers.itemActivated.connect(lambda item: self._watch(self._offered[self.offers.row(item)], watched=True))
        self.view.own_menu = self.menu
        add = self.offers.addAction(_("Add it to the watch list"))
        add.triggered.connect(lambda: self.offers.itemActivated.emit(self.offers.currentItem()))
        self.offers.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.view.activated.connect(lambda index: self._emit(self.symbol_chosen, index.row()))
        self.view.clicked.connect(lambda index: self._emit(self.symbol_clicked, index.row()))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._filter, 2)
        top.addWidget(self._group, 1)
        self._group.setMinimumContentsLength(4)
        self._group.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.offers)
        layout.addWidget(self._count)

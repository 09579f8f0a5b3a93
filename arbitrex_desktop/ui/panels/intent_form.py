# SPDX-License-Identifier: MIT
"""The ticket: a trade by hand, the RPM's answer while typing, and Submit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout

from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.presentation.snapshot import IntentRow, Preview
from arbitrex_desktop.risk_portfolio_manager.decision.intent import OrderKind
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.commands import CommandResult, PreviewIntent, SubmitIntent
from arbitrex_desktop.ui.freshness import NOTHING_YET, STARTING, Freshness
from arbitrex_desktop.ui.models.preview_text import REJECTED
from arbitrex_desktop.ui.models.quotes import QuoteRow
from arbitrex_desktop.ui.models.ticket import LevelUnit, Market, NotYetKnownError
from arbitrex_desktop.ui.panels.chart import ChartPanel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.seam import WatchListAccess
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.ticket.entry_fields import EntryFields
from arbitrex_desktop.ui.ticket.preview_card import PreviewCard
from arbitrex_desktop.ui.ticket.sight_watch import SightWatch
from arbitrex_desktop.ui.ticket.submit_text import refusal, submit_text
from arbitrex_desktop.ui.ticket.ticket_fields import TicketFields
from arbitrex_desktop.ui.ticket.ticket_head import TicketHead
from arbitrex_desktop.ui.widgets.badges import FilledButton
from arbitrex_desktop.ui.widgets.vertical_scroll import VerticalScrollArea

DEBOUNCE_MS: Final = 250
_RENEW_S, _CLOSED_S = 2.0, 15.0
"""Seconds after which a preview is asked for again: prices move, in a closed market the account alone."""
SUBMITTED: Final = N_("Submitted: see Pending intents, or Alerts. Change a field, or press Buy or Sell, for another.")
_ONE_FIELD: Final = 28
"""Pixels of height that the fields keep where there is least room: the answer goes before them."""


class IntentFormPanel(Panel):
    """Builds an `IntentRequest`; at most one preview is on its way at a time, and only its newest answer is shown.

    Signals:
        symbol_changed(str): another symbol of the terminal was chosen.
        plan_changed(TradePlan | None): the trade in the form, or what the RPM says of it, is another one.
    """

    symbol_changed = Signal(str)
    plan_changed = Signal(object)

    name = "intent_form"
    title = N_("Ticket")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._number = 0
        self._awaited: int | None = None
        self._asked_at = self._sized_at = 0.0
        self._answer: IntentRow | None = None
        self._lagging: IntentRow | None = None
        self._answer_number = -1
        self._asked_request: IntentRequest | None = None
        self._auto_risk: float | None = None
        self._atr_measured: float | None = None
        self._quote_row: QuoteRow | None = None
        self._is_submitted = self._probes = False
        self._symbol = self._trading_state = ""
        self._no_symbol, self._now = _("Choose a symbol"), Market()
        self._make_fields(theme)
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._ask)
        self._lay_out()
        self._connect()

    @property
    def chosen(self) -> str:
        """The terminal's symbol that is chosen, "" for none."""
        return self._symbol

    def set_symbols(self, symbols: Iterable[str], watch_list: WatchListAccess | None = None) -> None:
        """Offer these symbols, keeping the one chosen; `watch_list` knows what plain names mean."""
        if self.head.offer(symbols, watch_list):
            self._symbol_changed()

    def choose_symbol(self, symbol: str) -> None:
        """Put a symbol into the form."""
        self._trade_also(symbol)
        self.symbol.setFocus(Qt.FocusReason.OtherFocusReason)

    def start_anew(self) -> None:
        """Plan what was submitted once more: by hand only, since its lines would lie on those of the new position."""
        if self._is_submitted:
            self._changed()

    def show_quote(self, row: QuoteRow | None) -> None:
        """Show the present price of the chosen symbol; grey when it is stale."""
        if row is not self._quote_row:
            self._quote_row = row
            self._measure()
        self.quote.show_quote(row)

    def refresh(self, fresh: Freshness) -> None:
        """Ask for a new preview when the last is old, and tell whether Submit can work."""
        self._fresh = fresh
        self.entry.offer_pairs(fresh.snapshot.intents if fresh.snapshot else (), self._symbol)
        risk = fresh.snapshot.risk if fresh.snapshot else None
        state = risk.trading_state if risk is not None else ""
        is_closed = self._quote_row is not None and self._quote_row.closed
        due = fresh.monotonic - self._asked_at >= (_CLOSED_S if is_closed else _RENEW_S)
        if state != self._trading_state:
            # What was answered under another state is no answer, and Submit must not wait for the next one to say so.
            self._trading_state, due = state, True
            self.card.outdate()
        if not fresh.connected:
            # An answer to prices and an account of the past is none.
            self.card.outdate()
        elif due and not (self._is_submitted or fresh.blocking_reason) and self._awaited is None and self.isVisible():
            self._ask()
        self._show_submit()

    def go_with(self, chart: ChartPanel) -> None:
        """Have a chart show the trade, and what is dragged on it be typed here."""
        self.symbol_changed.connect(chart.show_symbol)
        self.plan_changed.connect(chart.show_plan)
        self.installEventFilter(SightWatch(self, lambda: self.plan_changed.emit(self.plan())))
        chart.stop_planned.connect(self.set_stop)
        chart.target_planned.connect(self.set_target)
        chart.entry_planned.connect(self.set_entry)
        chart.trade_wanted.connect(self._trade_also)

    def set_stop(self, price: float, digits: int) -> None:
        """Put a stop into the form, as when it is dragged on the chart."""
        with self._by_hand():
            self.fields.stop_loss.put(formats.price(price, digits), LevelUnit.PRICE)

    def set_target(self, price: float, digits: int) -> None:
        """Put a target into the form."""
        with self._by_hand():
            self.fields.take_profit.put(formats.price(price, digits), LevelUnit.PRICE)

    def set_entry(self, price: float, digits: int) -> None:
        """Have the order rest at a price: a limit where that is better than the market, a stop where it is worse."""
        market = self._market_price()
        if market is None:
            return
        is_better = (price - market) * self.head.direction < 0.0
        with self._by_hand():
            self.entry.rest_at(OrderKind.LIMIT if is_better else OrderKind.STOP, formats.price(price, digits))

    @contextmanager
    def _by_hand(self) -> Iterator[None]:
        """Ask the RPM at once about what is changed here, again and again while a line is in the hand.

        Until the hand rests, the newest answer is of a moment ago: the plan has it, the form waits for its own.
        """
        newest = self._current_answer or self._lagging
        yield
        self._debounce.stop()
        self._lagging = newest
        self._ask()
        self.plan_changed.emit(self.plan())

    def plan(self) -> TradePlan | None:
        """Return the trade in the form, in sight with the RPM's newest answer; None where it is none or submitted."""
        try:
            request = None if self._is_submitted else self._trade()
        except ValueError:
            return None
        answer = (self._current_answer or self._lagging) if self.isVisible() else None
        return None if request is None else TradePlan.of(request, answer, self._fresh.currency)

    @property
    def _current_answer(self) -> IntentRow | None:
        """The answer to what stands in the form now."""
        return self._answer if self._answer_number == self._number else None

    def _trade_also(self, symbol: str) -> None:
        self.symbol.setCurrentText(symbol)
        self.start_anew()

    def command_done(self, result: CommandResult) -> None:
        """Show the answer to a preview that was asked for, or why there is none; a failed submit can be tried again."""
        if isinstance(result.command, SubmitIntent) and result.error:
            self._changed()
        if not isinstance(result.command, PreviewIntent):
            return
        if isinstance(result.answer, Preview):
            self.show_preview(result.answer)
        else:
            self.preview_failed(result.error)

    def show_preview(self, preview: Preview) -> None:
        """Show an answer, unless the form has changed since it was asked for."""
        if preview.number != self._awaited:
            return
        self._awaited = None
        if self._is_submitted:
            return
        if preview.number != self._number:
            if self._lagging is not None:
                self._lagging = preview.intent
                self.plan_changed.emit(self.plan())
            self._ask()
            return
        learnt = self._learn(preview.intent)
        if not self._probes or preview.intent.decision == REJECTED:
            self._answer, self._answer_number, self._lagging = preview.intent, self._number, None
            self.card.show_preview(preview.intent, self._fresh.currency)
            self._show_submit()
            self.plan_changed.emit(self.plan())
        elif learnt:
            self._ask()
        else:
            self.card.show_message(self._submit_blocker(), Tone.WARN)

    def _learn(self, row: IntentRow) -> bool:
        """Keep what the RPM's answer says of size, stop and ATR; tell whether the form means another trade by it."""
        request, before = self._asked_request, self._meant()
        if request is not None and (request.stop_loss is not None or not self.fields.has_own_stop):
            if request.requested_volume is None:
                self.fields.sized, self._sized_at = row, self._fresh.monotonic
            if request.stop_loss is None and row.price and row.stop_loss:
                self._auto_risk = abs(row.price - row.stop_loss)
        self._atr_measured = row.atr
        self._measure()
        is_other = self._meant() != before
        if is_other and self._probes:
            self._number += 1
            self.card.outdate()
            self._show_submit()
        with suppress(ValueError):
            is_other = bool(self.request())
        return is_other

    def _meant(self) -> tuple[float | None, float | None, float | None]:
        """Return lots, stop and target as far as they are known."""
        with suppress(ValueError):
            return (self._lots_or_none(), *self.fields.known_levels())
        return None, None, None

    def _lots_or_none(self) -> float | None:
        with suppress(ValueError):
            return self.fields.lots()
        return None

    def preview_failed(self, message: str) -> None:
        """Show why the RPM gave no answer."""
        self._awaited = None
        self.card.show_message(message, Tone.WARN)

    def request(self) -> IntentRequest:
        """Return what stands in the form; raise ValueError in words for what cannot be read."""
        return replace(self._trade(), requested_volume=self.fields.lots())

    def _trade(self, *, probe: bool = False) -> IntentRequest:
        """Return what stands in the form but for its size, which is left to the RPM.

        A `probe` leaves out the levels whose measure is still to come from its answer.
        """
        if self._no_symbol:
            raise ValueError(self._no_symbol)
        fields = self.fields
        stop, target = fields.known_levels() if probe else (fields.stop_price(), fields.target_price())
        good_for, good_until = self.entry.lifetime()
        return IntentRequest(
            symbol=self._symbol,
            direction=self.head.direction,
            **fields.signal_values(),
            atr=fields.atr.number(),
            stop_loss=stop,
            take_profit=target,
            time_to_live=float(fields.lifetime.value()),
            order_kind=self.entry.order_kind,
            order_price=self.entry.order_price(self._now),
            good_for=good_for,
            good_until=good_until,
            oco_with=self.entry.oco_with,
        )

    def _symbol_changed(self) -> None:
        """Clear what was about another symbol."""
        meant = self.head.meant()
        if meant == (self._symbol, self._no_symbol):
            return
        self._symbol, self._no_symbol = meant
        self._answer = self._quote_row = self._atr_measured = None
        self.fields.clear()
        self.entry.clear()
        self._changed()
        if self._symbol:
            self.symbol_changed.emit(self._symbol)

    def _changed(self) -> None:
        """Another trade: what was said of the one before, its size too, is no answer to it."""
        self.fields.sized = self._auto_risk = None
        self._size_changed()

    def _measure(self) -> None:
        """Tell the fields what distances count from now, and by which ATR and stop of the RPM."""
        row, market = self._quote_row, Market(self.head.direction, atr=self._atr(), risk=self._auto_risk)
        if row is not None and row.symbol == self._symbol:
            market = replace(market, digits=row.digits, entry=self._market_price())
        self._now = market
        self.entry.show_note(market)
        self.fields.market = replace(market, entry=self._entry_price(market))
        self.fields.show_notes()

    def _market_price(self) -> float | None:
        """Return the fresh price at which the market would fill the side chosen; None where there is none."""
        row = self._quote_row
        quote = row.quote if row is not None and row.symbol == self._symbol and row.is_fresh else None
        return None if quote is None else quote.ask if self.head.direction > 0 else quote.bid

    def _entry_price(self, market: Market) -> float | None:
        """Return the price from which stop and target count: that of an order that rests, else the market's."""
        try:
            return market.entry if self.entry.order_kind is OrderKind.MARKET else self.entry.order_price(market)
        except ValueError:
            return None

    def _atr(self) -> float | None:
        """Return the ATR that was typed, else the one that the RPM's newest answer for the symbol was measured by."""
        try:
            typed = self.fields.atr.number()
        except ValueError:
            return None
        return self._atr_measured if typed is None else typed

    def _size_changed(self) -> None:
        self._number += 1
        self._is_submitted, self._lagging = False, None
        self.card.outdate()
        self._measure()
        self._show_submit()
        self._debounce.start()
        self.plan_changed.emit(self.plan())

    def _ask(self) -> None:
        """Ask for a preview, unless one is on its way: its arrival asks again if the form changed meanwhile.

        What is given as a risk, a share, ATR or R needs the RPM's own size and stop first, and anew as prices move.
        """
        try:
            request, probes = self._next_request()
        except ValueError as error:
            self.card.show_message(str(error), Tone.WARN)
            return
        if self._awaited is None and self._fresh.snapshot is not None:
            self._awaited, self._asked_request, self._probes = self._number, request, probes
            self._asked_at = self._fresh.monotonic
            self.asked.emit(PreviewIntent(request, self._number))

    def _next_request(self) -> tuple[IntentRequest, bool]:
        """Return what to ask the RPM, and whether that is a probe; raise ValueError for what cannot be read."""
        fields = self.fields
        if fields.is_sized_by_risk and self._fresh.monotonic - self._sized_at >= _RENEW_S:
            return self._trade(probe=True), True
        try:
            return self.request(), False
        except NotYetKnownError:
            return self._trade(probe=True), True

    def _show_submit(self) -> None:
        """Say on the button what it will do; it is off while it cannot."""
        blocker = self._submit_blocker()
        self.submit.setEnabled(not blocker)
        self.submit.setToolTip(blocker or _("Have the RPM judge it; nothing is sent yet"))
        self.submit.setText(self._submit_text())

    def _submit_blocker(self) -> str:
        """Return why nothing can be submitted now, empty when it can."""
        waits = self._fresh.blocking_reason or ("" if self._fresh.snapshot else _(STARTING))
        try:
            self.request()
        except ValueError as error:
            return waits or str(error)
        if waits:
            return waits
        if not self._fresh.connected:
            return _("The terminal is not connected: nothing can be judged")
        if self._is_submitted:
            return _(SUBMITTED)
        return refusal(self._shown_answer, self._fresh.snapshot)

    def _submit_text(self) -> str:
        try:
            symbol = self._trade().symbol
        except ValueError:
            return _("Submit")
        kind = "" if self.entry.order_kind is OrderKind.MARKET else f" {self.entry.order_kind}"
        trade = f"{formats.side(self.head.direction)}{kind} {symbol}"
        if self._is_submitted:
            return _("Submitted {trade}").format(trade=trade)
        return submit_text(trade, self._shown_answer)

    @property
    def _shown_answer(self) -> IntentRow | None:
        """The RPM's answer to what stands in the form now, None while there is none."""
        return self.card.row if self.card.is_current else None

    def _submit(self) -> None:
        try:
            request = self.request()
        except ValueError as error:
            self.card.show_message(str(error), Tone.WARN)
            return
        self._is_submitted = True
        self.asked.emit(SubmitIntent(request))
        self.card.show_message(_(SUBMITTED))
        self.plan_changed.emit(self.plan())
        self._show_submit()

    def _make_fields(self, theme: Theme) -> None:
        self.head = head = TicketHead(theme)
        self.symbol, self.quote, self.buy, self.sell = head.symbol, head.quote, head.buy, head.sell
        self.entry = EntryFields(theme)
        self.fields = TicketFields(theme, (self.quote, self.entry))
        self.card = PreviewCard(theme)
        self.submit = FilledButton(
            _("Submit"), theme, lambda colours: colours.buy if self.buy.isChecked() else colours.sell
        )

    def _connect(self) -> None:
        self.symbol.currentTextChanged.connect(self._symbol_changed)
        self.head.sides.buttonToggled.connect(self._changed)
        self.head.sides.buttonClicked.connect(self.start_anew)
        self.fields.changed.connect(self._changed)
        self.entry.changed.connect(self._changed)
        self.fields.size_changed.connect(self._size_changed)
        # Return submits nothing by itself; Space on Submit does.
        self.fields.returned.connect(lambda: self.submit.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.submit.clicked.connect(self._submit)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.setSpacing(4)
        layout.addWidget(self.head)
        # What scrolls where there is little room; symbol, side, the RPM's answer and Submit stay in sight.
        layout.addWidget(VerticalScrollArea(self.fields, least_height=_ONE_FIELD), 1)
        layout.addWidget(self.card)
        layout.addWidget(self.submit)

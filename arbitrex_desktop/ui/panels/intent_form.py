# SPDX-License-Identifier: MIT
"""The manual trade intent: its fields, the RPM's answer while typing, and Submit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QGridLayout, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from arbitrex_desktop.desk.intents.intent import IntentRequest
from arbitrex_desktop.desk.presentation.snapshot import IntentRow, Preview
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.chart.desk_lines import TradePlan
from arbitrex_desktop.ui.commands import CommandResult, PreviewIntent, SubmitIntent
from arbitrex_desktop.ui.freshness import NOTHING_YET, STARTING, Freshness
from arbitrex_desktop.ui.models.quotes import QuoteRow
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.panels.pending_text import trade_text
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.badges import FilledButton
from arbitrex_desktop.ui.widgets.fields import OptionalNumber, Share
from arbitrex_desktop.ui.widgets.metric import TonedLabel
from arbitrex_desktop.ui.widgets.preview_card import PreviewCard
from arbitrex_desktop.ui.widgets.vertical_scroll import VerticalScrollArea

REGIMES: Final = ("TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS")
DEBOUNCE_MS: Final = 250
_RENEW_S: Final = 2.0
"""Seconds after which a preview is asked for again, since prices move."""
SUBMITTED: Final = "Submitted: it waits in Pending intents, or Alerts says why not. Change a field for another one."
REJECTED: Final = "REJECTED"
HALTED: Final = "HALTED"
_AGAIN_S: Final = 12.0
"""Seconds for which what was just submitted is not previewed again: the answer would be that it was just asked for."""


class IntentFormPanel(Panel):
    """Builds an `IntentRequest`; at most one preview is on its way at a time, and only its newest answer is shown.

    Signals:
        symbol_changed(str): another symbol of the terminal was chosen.
        plan_changed(TradePlan | None): the trade in the form, or what the RPM says of it, is another one.
    """

    symbol_changed = Signal(str)
    plan_changed = Signal(object)

    name = "intent_form"
    title = "Trade intent"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self._number = 0
        self._awaited: int | None = None
        self._asked_at = 0.0
        self._answer: IntentRow | None = None
        self._answer_number = -1
        self._submitted_at: float | None = None
        self._symbol = ""
        self._make_fields(theme)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._debounce.timeout.connect(self._ask)
        self._lay_out()
        self._connect()

    def set_symbols(self, symbols: Iterable[str]) -> None:
        """Offer these symbols, keeping the one chosen."""
        names = list(symbols)
        if names == [self.symbol.itemText(place) for place in range(self.symbol.count())]:
            return
        chosen = self.symbol.currentText()
        with QSignalBlocker(self.symbol):
            self.symbol.clear()
            self.symbol.addItems(names)
            if chosen in names:
                self.symbol.setCurrentText(chosen)
            elif "EURUSD" in names:
                self.symbol.setCurrentText("EURUSD")
        self._symbol_changed()

    def choose_symbol(self, symbol: str) -> None:
        """Put a symbol into the form."""
        self.symbol.setCurrentText(symbol)
        self.symbol.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_quote(self, row: QuoteRow | None) -> None:
        """Show the present price of the chosen symbol; grey when it is stale."""
        if row is None or row.quote is None:
            self.quote.show_text("no price", Tone.MUTED)
            return
        text = f"{formats.price(row.quote.bid, row.digits)} / {formats.price(row.quote.ask, row.digits)}"
        if row.is_fresh:
            self.quote.show_text(text)
        else:
            closed = "closed, " if row.closed else ""
            self.quote.show_text(f"{text}, {closed}{formats.age(row.age)} old", Tone.MUTED)

    def refresh(self, fresh: Freshness) -> None:
        """Ask for a new preview when the last is old, and tell whether Submit can work."""
        self._fresh = fresh
        due = fresh.monotonic - self._asked_at >= _RENEW_S
        if not fresh.connected:
            # An answer to prices and an account of the past is none.
            self.card.outdate()
        elif self._submitted_at is not None:
            if fresh.monotonic - self._submitted_at >= _AGAIN_S:
                self._changed()
        elif due and not fresh.blocking_reason and self._awaited is None and self.isVisible():
            self._ask()
        self._show_submit()

    def set_stop(self, price: float, digits: int) -> None:
        """Put a stop into the form, as when it was dragged on the chart."""
        self.stop_loss.setText(formats.price(price, digits))

    def set_target(self, price: float, digits: int) -> None:
        """Put a target into the form."""
        self.take_profit.setText(formats.price(price, digits))

    def plan(self) -> TradePlan | None:
        """Return the trade in the form with the RPM's newest answer to it; None while it cannot be read."""
        try:
            request = self.request()
        except ValueError:
            return None
        answer = self._answer if self._answer is not None and self._answer_number == self._number else None
        account = self._fresh.snapshot.account if self._fresh.snapshot else None
        plan = TradePlan(
            request.symbol,
            request.direction,
            stop_loss=request.stop_loss,
            take_profit=request.take_profit,
            currency=account.currency if account else "",
        )
        if answer is None:
            return plan
        return replace(
            plan,
            digits=answer.digits,
            stop_loss=answer.stop_loss or request.stop_loss,
            take_profit=answer.take_profit or request.take_profit,
            lots=answer.lots,
            risk_amount=answer.risk_amount,
            answer=answer.decision,
            reason=answer.details,
        )

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
        if self._submitted_at is not None:
            return
        if preview.number == self._number:
            self._answer, self._answer_number = preview.intent, preview.number
            self.card.show_preview(preview.intent)
            self._show_submit()
            self.plan_changed.emit(self.plan())
        else:
            self._ask()

    def preview_failed(self, message: str) -> None:
        """Show why the RPM gave no answer."""
        self._awaited = None
        self.card.show_message(message, Tone.WARN)

    def request(self) -> IntentRequest:
        """Return what stands in the form; raise ValueError in words for what cannot be read."""
        symbol = self.symbol.currentText().strip()
        if self.symbol.findText(symbol, Qt.MatchFlag.MatchExactly) < 0:
            raise ValueError(f"{symbol} is no symbol of this terminal" if symbol else "Choose a symbol")
        return IntentRequest(
            symbol=symbol,
            direction=1 if self.buy.isChecked() else -1,
            confidence_score=round(self.confidence.value(), 2),
            regime=self.regime.currentText(),
            vol_percentile=round(self.volatility.value(), 2),
            atr=self.atr.number(),
            stop_loss=self.stop_loss.number(),
            take_profit=self.take_profit.number(),
            requested_volume=self.volume.number(),
            time_to_live=float(self.lifetime.value()),
        )

    def _symbol_changed(self) -> None:
        """Clear what was about another symbol: its prices and its size mean nothing here."""
        symbol = self.symbol.currentText().strip()
        if symbol == self._symbol:
            return
        self._symbol = symbol
        for field in (self.atr, self.stop_loss, self.take_profit, self.volume):
            field.clear()
        self._changed()
        self._tell_symbol(symbol)

    def _changed(self) -> None:
        self._number += 1
        self._submitted_at = None
        self.card.outdate()
        self._show_submit()
        self._debounce.start()
        self.plan_changed.emit(self.plan())

    def _tell_symbol(self, text: str) -> None:
        """Tell of a symbol of the terminal; half of one that is being typed is none."""
        if self.symbol.findText(text, Qt.MatchFlag.MatchExactly) >= 0:
            self.symbol_changed.emit(text)

    def _ask(self) -> None:
        """Ask for a preview, unless one is on its way: its arrival asks again if the form changed meanwhile."""
        try:
            request = self.request()
        except ValueError as error:
            self.card.show_message(str(error), Tone.WARN)
            return
        if self._awaited is None and self._fresh.snapshot is not None:
            self._awaited = self._number
            self._asked_at = self._fresh.monotonic
            self.asked.emit(PreviewIntent(request, self._number))

    def _show_submit(self) -> None:
        """Say on the button what it will do; it is off while it cannot."""
        blocker = self._submit_blocker()
        self.submit.setEnabled(not blocker)
        self.submit.setToolTip(blocker or "Have the RPM judge it; nothing is sent yet")
        self.submit.setText(self._submit_text())

    def _submit_blocker(self) -> str:
        """Return why nothing can be submitted now, empty when it can."""
        waits = self._fresh.blocking_reason or ("" if self._fresh.snapshot else STARTING)
        try:
            self.request()
        except ValueError as error:
            return waits or str(error)
        if waits:
            return waits
        if self._submitted_at is not None:
            return SUBMITTED
        answer = self._shown_answer
        if answer is not None and answer.decision == REJECTED:
            return f"The risk manager refuses it: {answer.details or answer.reason}"
        risk = self._fresh.snapshot.risk if self._fresh.snapshot else None
        if answer is None and risk is not None and risk.trading_state == HALTED:
            return "Trading is HALTED; only what reduces risk is let through"
        return ""

    def _submit_text(self) -> str:
        try:
            symbol = self.request().symbol
        except ValueError:
            return "Submit"
        trade, answer = f"{formats.side(1 if self.buy.isChecked() else -1)} {symbol}", self._shown_answer
        if self._submitted_at is not None:
            return f"Submitted {trade}"
        if answer is None:
            return f"Submit {trade}"
        if answer.decision == REJECTED:
            return f"Refused: {trade}"
        return f"Submit: {trade_text(answer)}" if answer.closes is not None else f"Submit {trade_text(answer)}"

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
        self._submitted_at = self._fresh.monotonic
        self.asked.emit(SubmitIntent(request))
        self.card.show_message(SUBMITTED)
        self._show_submit()

    def _make_fields(self, theme: Theme) -> None:
        self.symbol = QComboBox()
        self.symbol.setEditable(True)
        self.symbol.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.symbol.setAccessibleName("Symbol")
        self.symbol.setMinimumContentsLength(7)
        self.quote = TonedLabel(theme, Tone.MUTED)
        self.quote.setFont(tabular(self.font()))
        self.quote.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.buy = FilledButton(f"{formats.UP_ARROW} Buy", theme, lambda colours: colours.buy)
        self.sell = FilledButton(f"{formats.DOWN_ARROW} Sell", theme, lambda colours: colours.sell)
        self._sides = QButtonGroup(self)
        for button in (self.buy, self.sell):
            button.setCheckable(True)
            self._sides.addButton(button)
        self.buy.setChecked(True)
        self.confidence = Share("Confidence", 0.7)
        self.volatility = Share("Volatility percentile", 0.5)
        self.regime = QComboBox()
        self.regime.addItems(REGIMES)
        self.regime.setAccessibleName("Regime")
        self.confidence.setToolTip("How sure you are, 0 to 1")
        self.volatility.setToolTip("Volatility percentile, 0 to 1: today's volatility among past days'")
        self.atr = OptionalNumber("ATR", "auto")
        self.stop_loss = OptionalNumber("Stop", "auto")
        self.take_profit = OptionalNumber("Target", "none")
        self.volume = OptionalNumber("Lots", "auto")
        self.lifetime = QSpinBox()
        self.lifetime.setRange(1, 3600)
        self.lifetime.setCorrectionMode(QSpinBox.CorrectionMode.CorrectToNearestValue)
        self.lifetime.setValue(120)
        self.lifetime.setSuffix(" s")
        self.lifetime.setAccessibleName("Valid for")
        self.atr.setToolTip("Average true range in price units; empty: measured from the last bars")
        self.stop_loss.setToolTip("Price of the stop; empty: set by the Risk & Portfolio Manager from the ATR")
        self.take_profit.setToolTip("Price of the target; empty: none")
        self.volume.setToolTip("Volume in lots; empty: sized by the Risk & Portfolio Manager")
        self.lifetime.setToolTip("How long the intent waits for your decision")
        self.card = PreviewCard(theme)
        self.submit = FilledButton(
            "Submit", theme, lambda colours: colours.buy if self.buy.isChecked() else colours.sell
        )

    def _connect(self) -> None:
        self.symbol.currentTextChanged.connect(self._symbol_changed)
        self.regime.currentTextChanged.connect(self._changed)
        self._sides.buttonToggled.connect(self._changed)
        for share in (self.confidence, self.volatility):
            share.valueChanged.connect(self._changed)
        for field in (self.atr, self.stop_loss, self.take_profit, self.volume):
            field.textChanged.connect(self._changed)
        self.submit.clicked.connect(self._submit)

    def _lay_out(self) -> None:
        top, sides = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.symbol)
        top.addWidget(self.quote, 1)
        for button in (self.buy, self.sell):
            sides.addWidget(button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 6)
        layout.setSpacing(6)
        for part in (top, sides):
            layout.addLayout(part)
        layout.addWidget(self._scrolled(), 1)
        layout.addWidget(self.submit)

    def _scrolled(self) -> VerticalScrollArea:
        """Return what scrolls where there is little room, so that symbol, side and Submit stay in sight."""
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._grid())
        column.addWidget(self.card)
        column.addStretch(1)
        return VerticalScrollArea(middle)

    def _grid(self) -> QGridLayout:
        rows: tuple[tuple[tuple[str, QWidget], ...], ...] = (
            (("Confidence", self.confidence), ("Volatility", self.volatility)),
            (("Regime", self.regime), ("Valid for", self.lifetime)),
            (("ATR", self.atr), ("Lots", self.volume)),
            (("Stop", self.stop_loss), ("Target", self.take_profit)),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        for place, pairs in enumerate(rows):
            for half, (caption, field) in enumerate(pairs):
                field.setMinimumWidth(60)
                grid.addWidget(_caption(caption, field), place, half * 2)
                grid.addWidget(field, place, half * 2 + 1)
        for column in (1, 3):
            grid.setColumnStretch(column, 1)
        return grid


def _caption(text: str, field: QWidget) -> QLabel:
    label = QLabel(text)
    label.setBuddy(field)
    return label

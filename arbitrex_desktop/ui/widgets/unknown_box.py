# SPDX-License-Identifier: MIT
"""An order of unknown fate: what is known of it, and the trader's answer, which nothing else can give."""

from __future__ import annotations

from collections.abc import Container, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.metric import TonedLabel


class UnknownBox(QWidget):
    """Shows one UNKNOWN intent at a time, and stays on it while the trader answers; hidden when there is none.

    An answer needs a reason and two presses.  A ticket is optional, and never taken for something else.

    Signals: `resolve_asked(str, bool, str, int)` with id, whether it was executed, reason, and ticket or 0.
    """

    resolve_asked = Signal(str, bool, str, object)  # a ticket may exceed the 32 bits of Qt's int

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._row: IntentRow | None = None
        self._busy = False
        self.what, self.evidence = TonedLabel(theme, Tone.BAD), TonedLabel(theme)
        self.what.setFont(tabular(self.font(), bold=True))
        self.reason, self.ticket = QLineEdit(), QLineEdit()
        self.reason.setPlaceholderText(_("What the terminal's positions and history show"))
        self.reason.setMaxLength(200)
        self.reason.setAccessibleName(_("Reason of the answer"))
        self.ticket.setPlaceholderText(_("Ticket"))
        self.ticket.setToolTip(_("The executed order's or position's ticket in the terminal, if you know it"))
        self.ticket.setMaxLength(19)
        self.ticket.setAccessibleName(_("Ticket of the executed order"))
        self.executed, self.not_executed = ConfirmButton("", theme), ConfirmButton("", theme)
        self._lay_out()
        self._connect()
        self.hide()

    def set_narrow(self, *, narrow: bool) -> None:
        """Put the buttons below the fields, or beside them."""
        direction = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._answers.setDirection(direction)

    @property
    def shown(self) -> IntentRow | None:
        """The intent that is asked about."""
        return self._row

    def show_rows(self, rows: Sequence[IntentRow], chosen: IntentRow | None, busy: Container[str]) -> None:
        """Show the one that the trader chose, else the one shown before, else the first."""
        wanted = (chosen.intent_id if chosen in rows and chosen else None, self._row.intent_id if self._row else None)
        by_id = {row.intent_id: row for row in rows}
        row = next((by_id[each] for each in wanted if each in by_id), rows[0] if rows else None)
        if (row.intent_id if row else None) != wanted[1]:
            self._begin_anew()
        self._row = row
        self._busy = row is not None and row.intent_id in busy
        if row is not None:
            self._show_answer(row, len(rows) - 1)
        self._check()
        self.setVisible(row is not None)

    def _show_answer(self, row: IntentRow, more: int) -> None:
        trade = f"{formats.side(row.direction)} {formats.lots(row.lots)} {row.symbol}"
        others = _("  (and {more} more)").format(more=more) if more else ""
        self.what.show_text(
            _("? UNKNOWN: {trade}, perhaps executed.{others}").format(trade=trade, others=others), Tone.BAD
        )
        self.what.setToolTip(_("Intent {intent_id}").format(intent_id=formats.short_id(row.intent_id)))
        known = row.details or _("nothing is known yet")
        self.evidence.show_text(
            _("What is known: {known}. {symbol} is blocked until this is answered.").format(
                known=known, symbol=row.symbol
            )
        )

    def _begin_anew(self) -> None:
        """Forget what was typed for another intent."""
        self.reason.clear()
        self.ticket.clear()
        self._changed()

    def _changed(self) -> None:
        for button in (self.executed, self.not_executed):
            button.disarm()
        self._check()

    def _check(self) -> None:
        reason, ticket = self.reason.text().strip(), self.ticket.text().strip()
        readable = not ticket or (ticket.isascii() and ticket.isdecimal())
        able = bool(reason) and not self._busy and self._row is not None
        self.executed.setEnabled(able and readable)
        self.not_executed.setEnabled(able and not ticket)
        tip = (
            _("Answered, waiting for the trading core") if self._busy else "" if reason else _("Say what you saw first")
        )
        self.executed.setToolTip(tip or ("" if readable else _("A ticket has digits only")))
        self.not_executed.setToolTip(tip or (_("What was not executed has no ticket") if ticket else ""))

    def _answer(self, *, executed: bool) -> None:
        row = self._row
        if row is not None:
            ticket = int(self.ticket.text().strip() or 0)
            self.resolve_asked.emit(row.intent_id, executed, self.reason.text().strip(), ticket)

    def _connect(self) -> None:
        self.executed.set_subject(_("It was executed"), _("Really executed?"))
        self.not_executed.set_subject(_("It was not executed"), _("Really not executed?"))
        for field in (self.reason, self.ticket):
            field.textChanged.connect(self._changed)
        self.executed.confirmed.connect(lambda: self._answer(executed=True))
        self.not_executed.confirmed.connect(lambda: self._answer(executed=False))

    def _lay_out(self) -> None:
        fields, buttons, self._answers = QHBoxLayout(), QHBoxLayout(), QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for place, widget, stretch in (
            (fields, self.reason, 3), (fields, self.ticket, 1), (buttons, self.executed, 0),
            (buttons, self.not_executed, 0),
        ):  # fmt: skip
            place.addWidget(widget, stretch)
        self._answers.addLayout(fields, 1)
        self._answers.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 0, 2, 2)
        layout.setSpacing(2)
        for label in (self.what, self.evidence):
            label.setWordWrap(True)
            layout.addWidget(label)
        # A dock does not allow for lines that wrap.
        self.evidence.setMinimumHeight(2 * self.evidence.fontMetrics().lineSpacing())
        layout.addLayout(self._answers)
        layout.addStretch(1)

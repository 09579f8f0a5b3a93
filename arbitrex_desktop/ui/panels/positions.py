# SPDX-License-Identifier: MIT
"""Open positions, whoever opened them, and the closing of one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from arbitrex_desktop.desk.snapshot import PositionRow
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import POSITION_COLUMNS, money_tone
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.confirm_button import ConfirmButton
from arbitrex_desktop.ui.widgets.figure import ElidedLabel
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable


class PositionsPanel(Panel):
    """A table of positions, their sum, and a button that closes the chosen one on its second press.

    Signals: `close_asked(int)` with the ticket.
    """

    name = "positions"
    title = "Positions"

    close_asked = Signal(object)  # a ticket may exceed the 32 bits of Qt's int

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self.model: RowTableModel[PositionRow] = RowTableModel(POSITION_COLUMNS, lambda row: row.ticket, self)
        self.view = KeyedTable(self.model, theme, "No open positions", lambda row: row.ticket)
        self.sum = ElidedLabel(theme)
        self.close_button = ConfirmButton("Close position", theme)
        bottom = QHBoxLayout()
        bottom.addWidget(self.sum, 1)
        bottom.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.view, 1)
        layout.addLayout(bottom)
        self.view.choice_changed.connect(self._show_choice)
        self.close_button.confirmed.connect(self._close)
        self._show_choice()

    def refresh(self, fresh: Freshness) -> None:
        """Show the positions of the last sync."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        known = snapshot is not None and snapshot.account is not None
        self.view.say_when_empty("No open positions" if known else "Positions are not known yet")
        self.view.set_rows(snapshot.positions if snapshot else ())
        self.view.set_dimmed(not fresh.account_fresh)
        self._show_sum()
        self._show_choice()

    def tab_title(self) -> str:
        """Return the title with the number of positions."""
        count = self.model.rowCount()
        return f"{self.title} ({count})" if count else self.title

    def _show_sum(self) -> None:
        snapshot, rows = self._fresh.snapshot, self.model.rows
        if snapshot is None or snapshot.account is None:
            self.sum.show_text("Positions are not known yet", Tone.MUTED)
            return
        total = sum(row.profit + row.swap for row in rows)
        words = "1 position" if len(rows) == 1 else f"{len(rows)} positions"
        text = f"{words}, profit and swap {formats.money(total, snapshot.account.currency, signed=True)}"
        if self._fresh.account_fresh:
            self.sum.show_text(text, money_tone(round(total, 2)))
        elif self._fresh.synced_at is None:
            self.sum.show_text(f"Not synced yet: {text}", Tone.MUTED)
        else:
            self.sum.show_text(f"STALE, {formats.age(self._fresh.sync_age)} old: {text}", Tone.MUTED)

    def _show_choice(self) -> None:
        row = self.view.chosen
        self.close_button.setEnabled(row is not None and self._fresh.connected)
        if row is None:
            self.close_button.set_subject("Close position", "Close position")
            self.close_button.setToolTip("Choose a position first")
        else:
            what = f"{formats.lots(row.volume)} {row.symbol}"
            self.close_button.set_subject(f"Close {what}", f"Really close {what} at the market?")
            self.close_button.setToolTip(f"Close ticket {row.ticket} at the market; also works while halted")

    def _close(self) -> None:
        row = self.view.chosen
        if row is not None:
            self.close_asked.emit(row.ticket)

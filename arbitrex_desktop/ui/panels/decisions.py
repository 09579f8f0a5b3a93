# SPDX-License-Identifier: MIT
"""Decision history: intents that have ended, and why."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import history_columns
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.panels.pending import is_open
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.checks_table import ChecksTable, lay_out
from arbitrex_desktop.ui.widgets.empty_offer import NextStep
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.row_menu import row_menu

_NONE = N_("No decisions yet. Submit an intent in the ticket: its outcome is listed here.")


class DecisionsPanel(Panel):
    """Ended intents, the newest decision first, with the checks of the chosen one below."""

    name = "history"
    title = N_("Decisions")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        columns = history_columns(lambda moment: formats.short_time(moment, self._fresh.now))
        self.model: RowTableModel[IntentRow] = RowTableModel(columns, lambda row: row.intent_id, self)
        self.view = KeyedTable(self.model, theme, _(_NONE), lambda row: row.intent_id)
        self.view.own_menu = self.menu
        self.offer = self.offer_in(self.view.viewport())
        self.checks = ChecksTable(theme)
        lay_out(self, self.view, self.checks)
        self.view.choice_changed.connect(self._show_choice)

    def refresh(self, fresh: Freshness) -> None:
        """Show the intents that have ended."""
        self._fresh = fresh
        known = fresh.snapshot is not None and fresh.snapshot.account is not None
        self.view.set_empty_text(_(_NONE) if known else _("Decisions are not known yet"))
        intents = fresh.snapshot.intents if fresh.snapshot else ()
        ended = (row for row in intents if not is_open(row))
        self.view.set_rows(sorted(ended, key=lambda row: row.changed_at, reverse=True))
        self.offer.show_offer(NextStep.INTENT if known and not self.model.rows else None)

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen intent, None when none is chosen."""
        row = self.view.chosen
        if row is None:
            return None
        menu = row_menu(self)
        menu.addAction(
            _("Chart and ticket of {symbol}").format(symbol=row.symbol), lambda: self.symbol_chosen.emit(row.symbol)
        )
        menu.addAction(_("Copy why"), lambda: QGuiApplication.clipboard().setText(row.reason or row.details))
        return menu

    def _show_choice(self) -> None:
        row = self.view.chosen
        self.checks.setVisible(row is not None)
        self.checks.show_checks(row.checks if row else ())

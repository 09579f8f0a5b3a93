# SPDX-License-Identifier: MIT
"""Intents of any time, from the journal, with the checks of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Signal

from arbitrex_desktop.desk.review.views import PastIntent, ReviewData
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.closed import intent_columns
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.checks_table import ChecksTable, lay_out
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable

_NOT_READ = N_("Intents are read once an account is connected")
_NOTHING = N_("No intent was received in this time, or none fits: choose another period in Closed trades")


class IntentsPanel(Panel):
    """The intents of the period that Closed trades shows, the newest first.

    Signals: `intent_chosen(str)`, the id of the chosen one, empty for none.
    """

    name = "intents"
    title = N_("Intents")

    intent_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        columns = intent_columns(lambda moment: formats.short_time(moment, self._fresh.now))
        self.model: RowTableModel[PastIntent] = RowTableModel(columns, lambda row: row.intent_id, self)
        self.view = KeyedTable(self.model, theme, _(_NOT_READ), lambda row: row.intent_id)
        self.view.setAccessibleName(_("Intents of the journal"))
        self.checks = ChecksTable(theme)
        lay_out(self, self.view, self.checks)
        self.view.choice_changed.connect(self._choose)

    def refresh(self, fresh: Freshness) -> None:
        """Know what day it is; intents come by `show_data`."""
        self._fresh = fresh

    def show_data(self, data: ReviewData) -> None:
        """Show the intents of a time."""
        self.view.set_empty_text(_(_NOTHING))
        self.view.set_rows(data.intents)

    def show_checks(self, checks: tuple[Verdict, ...]) -> None:
        """Show the checks of the chosen intent."""
        self.checks.setVisible(bool(checks))
        self.checks.show_checks(checks)

    def _choose(self) -> None:
        self.show_checks(())
        row = self.view.chosen
        self.intent_chosen.emit("" if row is None else row.intent_id)

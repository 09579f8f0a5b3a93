# SPDX-License-Identifier: MIT
"""The trader's alerts: a table, and what can be done with them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from arbitrex_desktop.desk.presentation.alert_rows import AlertRow, AlertRule
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.alerts.alert_columns import alert_columns
from arbitrex_desktop.ui.alerts.alert_editor import AlertEditor
from arbitrex_desktop.ui.alerts.notification_settings import NotificationSettings
from arbitrex_desktop.ui.commands import PutAlert, RemoveAlert, SnoozeAlert
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.row_menu import row_menu

SNOOZE_MINUTES: Final = 15
_MORE: Final = "\N{HORIZONTAL ELLIPSIS}"


_MARGIN: Final = 9


class AlertList(QWidget):
    """Shows the alerts of the newest snapshot.

    Attributes:
        editor, ways: their windows

    Signal: `asked(TraderCommand)`.
    """

    asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._fresh = NOTHING_YET
        self._preferred = ""
        columns = alert_columns(
            lambda moment: formats.short_time(moment, self._fresh.now), lambda: self._fresh.currency
        )
        self.model: RowTableModel[AlertRow] = RowTableModel(columns, lambda row: row.rule.rule_id, self)
        self.view = KeyedTable(self.model, theme, _("Alerts are not known yet"), lambda row: row.rule.rule_id)
        self.view.setAccessibleName(_("Alerts that call"))
        self.view.own_menu = self.menu
        self.new, self.edit = (
            QPushButton(_("New\N{HORIZONTAL ELLIPSIS}")),
            QPushButton(_("Edit\N{HORIZONTAL ELLIPSIS}")),
        )
        self.snooze, self.remove = (
            QPushButton(_("Snooze {snooze_minutes} min").format(snooze_minutes=SNOOZE_MINUTES)),
            QPushButton(_("Remove")),
        )
        self.how = QPushButton(_("Notifications\N{HORIZONTAL ELLIPSIS}"))
        self.editor, self.ways = AlertEditor(theme, self), NotificationSettings(theme, self)
        self._lay_out()
        self._connect()
        self._show_choice()

    def refresh(self, fresh: Freshness) -> None:
        """Show the alerts as they stand."""
        self._fresh = fresh
        view = fresh.snapshot.alerts if fresh.snapshot else None
        self.view.set_rows(view.rows if view is not None else ())
        if view is not None and self.ways.isVisible():
            self.ways.follow(view)
        self._show_choice()

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen alert, None when none is chosen."""
        row = self._own()
        if row is None:
            return None
        menu = row_menu(self)
        menu.addAction(_("Edit\N{HORIZONTAL ELLIPSIS}"), self._edit)
        menu.addAction(_("Switch off") if row.rule.is_on else _("Switch on"), self._switch)
        for minutes in (5, 15, 60, 240):
            menu.addAction(_("Snooze {minutes} min").format(minutes=minutes), partial(self._sleep, minutes))
        menu.addAction(_("Remove"), self._remove)
        return menu

    def open_new(self) -> None:
        """Ask for a new alert."""
        self._open(None)

    def prefer_symbol(self, symbol: str) -> None:
        """Offer a symbol first, the one that the trader looks at."""
        self._preferred = symbol

    def open_ways(self) -> None:
        """Ask how to be called."""
        if self._fresh.snapshot is not None:
            self.ways.open_ways(self._fresh.snapshot.alerts)

    def _own(self) -> AlertRow | None:
        row = self.view.chosen
        return row if row is not None and not row.rule.is_permanent else None

    def _show_choice(self) -> None:
        own = self._own() is not None
        self.new.setEnabled(self._fresh.snapshot is not None)
        self.how.setEnabled(self._fresh.snapshot is not None)
        for button in (self.edit, self.snooze, self.remove):
            button.setEnabled(own)
            button.setToolTip("" if own else _("Choose one of your own alerts; the others are always on"))

    def _open(self, rule: AlertRule | None) -> None:
        snapshot = self._fresh.snapshot
        if snapshot is not None:
            self.editor.open_rule(rule, snapshot.pool.symbols, snapshot.taken_at, self._preferred)

    def _edit(self) -> None:
        row = self._own()
        if row is not None:
            self._open(row.rule)

    def _switch(self) -> None:
        row = self._own()
        if row is not None:
            self.asked.emit(PutAlert(replace(row.rule, is_on=not row.rule.is_on)))

    def _sleep(self, minutes: float) -> None:
        row = self._own()
        if row is not None:
            self.asked.emit(SnoozeAlert(row.rule.rule_id, minutes))

    def _remove(self) -> None:
        row = self._own()
        if row is not None:
            self.asked.emit(RemoveAlert(row.rule.rule_id))

    def _connect(self) -> None:
        self.view.choice_changed.connect(self._show_choice)
        self.view.activated.connect(lambda _index: self._edit())
        self.new.clicked.connect(self.open_new)
        self.edit.clicked.connect(self._edit)
        self.snooze.clicked.connect(lambda: self._sleep(SNOOZE_MINUTES))
        self.remove.clicked.connect(self._remove)
        self.how.clicked.connect(self.open_ways)
        self.editor.ready.connect(lambda rule: self.asked.emit(PutAlert(rule)))
        self.ways.asked.connect(self.asked)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.new, self.edit, self.snooze, self.remove, self.how):
            # As wide as its words: the messages beside need the room more than a row of even buttons does.
            button.setFixedWidth(button.fontMetrics().horizontalAdvance(button.text()) + 2 * _MARGIN)
            buttons.addWidget(button)
        buttons.insertStretch(buttons.count() - 1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view, 1)
        layout.addLayout(buttons)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

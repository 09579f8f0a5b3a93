# SPDX-License-Identifier: MIT
"""Alerts: what calls the trader, and what the core told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout

from arbitrex_desktop.desk.presentation.alert_rows import AlertCall
from arbitrex_desktop.desk.presentation.notice_topics import NoticeSubject
from arbitrex_desktop.desk.presentation.snapshot import Notice
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.alerts.alert_list import AlertList
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.desk import notice_columns, notice_text
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.row_menu import row_menu
from arbitrex_desktop.ui.widgets.table_view import TableView

_AT_ONCE: Final = timedelta(seconds=10)
"""Between what the core tells and the call for it there is at most a look of the alerts."""


class NoticesPanel(Panel):
    """The latest notices and calls, newest first, and beside them the alerts that the trader set.

    Attributes:
        alerts: the list of alerts
    """

    name = "notices"
    title = N_("Alerts")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        columns = notice_columns(lambda moment: formats.short_time(moment, self._fresh.now))
        self.model: RowTableModel[Notice] = RowTableModel(columns, lambda row: (row.at, row.topic, row.text), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        self.view = TableView(self.model, theme, _("No messages"))
        self.view.setAccessibleName(_("Messages"))
        self.view.own_menu = self.menu
        self.alerts = AlertList(theme)
        self.alerts.asked.connect(self.asked)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for place, widget in enumerate((self.view, self.alerts)):
            splitter.addWidget(widget)
            # Messages are long: they have all the room that the alerts do not need.
            splitter.setStretchFactor(place, 1 - place)
        layout.addWidget(splitter)

    def refresh(self, fresh: Freshness) -> None:
        """Show the notices, those told twice at one moment once."""
        self._fresh = fresh
        snapshot = fresh.snapshot
        calls = snapshot.alerts.calls if snapshot else ()
        notices = snapshot.notices if snapshot else ()
        rows = [*notices, *(_as_notice(call) for call in calls if not _is_posted(call, notices))]
        if calls:
            rows.sort(key=lambda row: row.at, reverse=True)
        self.model.set_rows({(row.at, row.topic, row.text): row for row in rows}.values())
        self.alerts.refresh(fresh)

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen message, None when none is chosen."""
        row = self.model.row_at(self.view.currentIndex().row())
        if row is None:
            return None
        menu = row_menu(self)
        menu.addAction(_("Copy the message"), lambda: QGuiApplication.clipboard().setText(notice_text(row)))
        return menu

    def tab_title(self) -> str:
        """Return the title with the number of warnings and errors."""
        count = sum(row.level != "info" for row in self.model.rows)
        return f"{_(self.title)} ({count})" if count else _(self.title)


def _is_posted(call: AlertCall, notices: Iterable[Notice]) -> bool:
    """Return whether the core told the same thing at that moment, as it does of a HALT: for the same reason."""
    return bool(call.reason) and any(row.reason == call.reason and abs(row.at - call.at) < _AT_ONCE for row in notices)


def _as_notice(call: AlertCall) -> Notice:
    """Return a call as a line of the messages."""
    return Notice(call.at, "info" if call.is_quiet else "warning", NoticeSubject.ALERT.of(), call.text)

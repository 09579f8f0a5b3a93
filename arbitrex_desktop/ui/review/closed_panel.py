# SPDX-License-Identifier: MIT
"""Closed trades: found, looked at, written on, shown on the chart, and exported."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QPushButton, QSplitter, QVBoxLayout, QWidget

from arbitrex_desktop.desk.review.export import ExportKind
from arbitrex_desktop.desk.review.views import ReviewData
from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import NOTHING_YET, Freshness
from arbitrex_desktop.ui.models.closed import ClosedRow, closed_columns, trade_text
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.review.filter_bar import FilterBar
from arbitrex_desktop.ui.review.note_bar import NoteBar
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.checks_table import ChecksTable
from arbitrex_desktop.ui.widgets.keyed_table import KeyedTable
from arbitrex_desktop.ui.widgets.metric import ElidedLabel
from arbitrex_desktop.ui.widgets.row_menu import row_menu

NOT_READ: Final = N_("Closed trades are read once an account is connected")
NONE_FOUND: Final = N_("No trade was closed in this time, or none fits: choose another period or clear the filter")
NONE_EVER: Final = N_(
    "No trade was closed yet. Submit an intent in the ticket: once its position is closed it stands here"
)
_MARGIN: Final = 4
EXPORTS: Final = {
    ExportKind.HTML: N_("Report with plots (HTML)\N{HORIZONTAL ELLIPSIS}"),
    ExportKind.CSV: N_("Trades (CSV)\N{HORIZONTAL ELLIPSIS}"),
    ExportKind.JSON: N_("Everything (JSON)\N{HORIZONTAL ELLIPSIS}"),
}


class ClosedPanel(Panel):
    """A filter, a table, and below it what is known of the chosen trade.

    Signals:
        wanted(): other trades are wanted, or the same anew.
        given_up(): they are not waited for any more.
        trade_chosen(object): a `ClosedTrade`, None for none.
        chart_asked(object): a `ClosedTrade` is to be shown on the chart.
        annotated(str, str, object): a trade's key, the note and the tags.
        export_asked(ExportKind): a file of all that is shown is wanted.
    """

    name = "closed"
    title = N_("Closed trades")

    wanted = Signal()
    given_up = Signal()
    trade_chosen = Signal(object)
    chart_asked = Signal(object)
    annotated = Signal(str, str, object)
    export_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._fresh = NOTHING_YET
        self.filter = FilterBar()
        columns = closed_columns(lambda moment: formats.short_time(moment, self._fresh.now))
        self.model: RowTableModel[ClosedRow] = RowTableModel(columns, lambda row: row.trade.key, self)
        self.view = KeyedTable(self.model, theme, _(NOT_READ), lambda row: row.trade.key)
        self.view.setAccessibleName(_("Closed trades"))
        self.view.own_menu = self.menu
        self.sum, self.chosen_trade = ElidedLabel(theme), ElidedLabel(theme, Tone.MUTED)
        self.progress, self.stop_button = QProgressBar(), QPushButton(_("Cancel"))
        self.open_button = QPushButton(_("Open the file"))
        self._exported: Path | None = None
        self.again, self.export_button = QPushButton(_("Read again")), QPushButton(_("Export"))
        self.chart_button, self.notes, self.checks = QPushButton(_("Show on chart")), NoteBar(), ChecksTable(theme)
        self.checks.setAccessibleName(_("Checks of the intent that opened the chosen trade"))
        self._detail, self._splitter = QWidget(), QSplitter(Qt.Orientation.Vertical)
        self._rows, self._top, self._bottom = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        self._set_up()
        self._lay_out()
        self._connect()
        self._show_choice()

    def refresh(self, fresh: Freshness) -> None:
        """Know what day it is; trades come by `show_data`."""
        self._fresh = fresh

    def tab_title(self) -> str:
        """Return the title with the number of trades."""
        count = self.model.rowCount()
        return f"{_(self.title)} ({count})" if count else _(self.title)

    def show_data(self, data: ReviewData, rows: tuple[ClosedRow, ...]) -> None:
        """Show trades, `rows` being all of them, and offer what can be filtered by."""
        self.filter.offer(data.symbols, data.strategies)
        asked = data.query
        filtered = asked.symbol or asked.strategy or asked.text or asked.since is not None
        self.view.set_empty_text(_(NONE_FOUND if filtered else NONE_EVER))
        self.view.set_rows(rows)
        self._show_sum(data)
        self.export_button.setEnabled(True)
        self._show_choice()

    def show_progress(self, message: str, share: float) -> None:
        """Show what is being done, with its share from 0 to 1."""
        self.progress.setFormat(f"{message}\N{HORIZONTAL ELLIPSIS}")
        self.progress.setValue(round(share * 100))
        self._show_busy(busy=True)

    def show_idle(self) -> None:
        """Show that nothing is being done any more."""
        self._show_busy(busy=False)

    def show_text(self, message: str, tone: Tone) -> None:
        """Say what came of it, in the place of the sums."""
        self._show_busy(busy=False)
        self.sum.show_text(message, tone)

    def show_exported(self, path: Path) -> None:
        """Say where the file is, and offer to open it."""
        self._exported = path
        self.show_text(_("Exported to {result}").format(result=path), Tone.GOOD)
        self.open_button.show()

    def show_checks(self, checks: tuple[Verdict, ...]) -> None:
        """Show the checks of the chosen trade's intent."""
        self.checks.setVisible(bool(checks))
        self.checks.show_checks(checks)

    def export_menu(self) -> QMenu:
        """Return the menu of the kinds of files."""
        menu = QMenu(self)
        for kind, message in EXPORTS.items():
            menu.addAction(_(message)).triggered.connect(lambda _checked=False, kind=kind: self.export_asked.emit(kind))
        return menu

    def menu(self) -> QMenu | None:
        """Return what can be done with the chosen trade, None when none is chosen."""
        if self.view.chosen is None:
            return None
        menu = row_menu(self)
        menu.addAction(_("Show on chart"), self._ask_for_chart)
        menu.addAction(_("Write a note"), self.notes.note.setFocus).setEnabled(not self._detail.isHidden())
        return menu

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for filter and table: what is known of one trade takes none from other panels."""
        # Not what the layout says: it goes on asking for the room of what was hidden until its next turn.
        rows = (self._top.minimumSize(), self.view.minimumSizeHint(), self._bottom.minimumSize())
        around = 2 * (_MARGIN + self._rows.spacing())
        return QSize(super().minimumSizeHint().width(), sum(row.height() for row in rows) + around)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show what is known of the chosen trade where there is room below the table."""
        super().resizeEvent(event)
        self._show_detail()

    def _show_detail(self) -> None:
        room = self.height() >= self.minimumSizeHint().height() + self._room_of_detail
        self._detail.setVisible(room and self.view.chosen is not None)

    @property
    def _room_of_detail(self) -> int:
        return self._detail.minimumSizeHint().height() + self._splitter.handleWidth()

    def _show_sum(self, data: ReviewData) -> None:
        figures = data.figures
        net = formats.money(figures.net, data.currency, signed=True, digits=data.money_digits)
        message = _("{trades:,} closed, {net}").format(trades=figures.trades, net=net)
        open_parts = sum(not trade.whole for trade in data.trades)
        message += _("; {open_parts} partly open, not counted").format(open_parts=open_parts) if open_parts else ""
        self.sum.show_text(message, Tone.TEXT)

    def _show_choice(self) -> None:
        row = self.view.chosen
        self._show_detail()
        self.notes.show_trade(row.trade if row else None)
        if row is not None:
            intent = (
                _("intent {intent_id}").format(intent_id=row.trade.intent_id)
                if row.trade.intent_id
                else _("not opened by this desk")
            )
            self.chosen_trade.show_text(f"{trade_text(row)}, {intent}", Tone.MUTED)

    def _choose(self) -> None:
        self._show_choice()
        self.show_checks(())
        row = self.view.chosen
        self.trade_chosen.emit(row.trade if row else None)

    def _ask_for_chart(self) -> None:
        row = self.view.chosen
        if row is not None:
            self.chart_asked.emit(row.trade)

    def _open_exported(self) -> None:
        if self._exported is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._exported)))

    def _show_busy(self, *, busy: bool) -> None:
        self.open_button.hide()
        self.sum.setVisible(not busy)
        for part in (self.progress, self.stop_button):
            part.setVisible(busy)

    def _set_up(self) -> None:
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName(_("How far the reading of trades is"))
        self.stop_button.setToolTip(_("Give the reading up; what is shown stays"))
        self.again.setToolTip(_("Read the broker's history and the journal once more"))
        self.chart_button.setToolTip(_("Show the symbol's chart at the time of this trade, with its entry and exit"))
        self.export_button.setMenu(self.export_menu())
        self.export_button.setEnabled(False)
        self.checks.hide()
        # Their room counts before they come, so that they find it.
        room = self.checks.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.checks.setSizePolicy(room)
        self._show_busy(busy=False)

    def _lay_out(self) -> None:
        top, bottom, layout = self._top, self._bottom, self._rows
        top.addWidget(self.filter, 1)
        top.addWidget(self.again)
        top.addWidget(self.export_button)
        detail = QVBoxLayout(self._detail)
        detail.setContentsMargins(0, 0, 0, 0)
        line = QHBoxLayout()
        line.addWidget(self.chosen_trade, 1)
        line.addWidget(self.chart_button)
        detail.addLayout(line)
        detail.addWidget(self.notes)
        detail.addWidget(self.checks, 1)
        splitter = self._splitter
        splitter.addWidget(self.view)
        splitter.addWidget(self._detail)
        for place in range(2):
            splitter.setStretchFactor(place, 1)
        splitter.setChildrenCollapsible(False)
        bottom.addWidget(self.sum, 1)
        bottom.addWidget(self.open_button)
        bottom.addWidget(self.progress, 1)
        bottom.addWidget(self.stop_button)
        layout.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        layout.addLayout(top)
        layout.addWidget(splitter, 1)
        layout.addLayout(bottom)

    def _connect(self) -> None:
        self.filter.changed.connect(self.wanted)
        self.open_button.clicked.connect(lambda _checked=False: self._open_exported())
        self.again.clicked.connect(lambda _checked=False: self.wanted.emit())
        self.stop_button.clicked.connect(lambda _checked=False: self.given_up.emit())
        self.view.choice_changed.connect(self._choose)
        self.view.activated.connect(lambda _index: self._ask_for_chart())
        self.chart_button.clicked.connect(lambda _checked=False: self._ask_for_chart())
        self.notes.kept.connect(self.annotated)

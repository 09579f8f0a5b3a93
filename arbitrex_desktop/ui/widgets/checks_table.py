# SPDX-License-Identifier: MIT
"""Every check the RPM made of one intent, those that speak against it first."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Verdict
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.models.desk import CHECK_COLUMNS, NumberedCheck, gravest_first
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.table_view import TableView, row_height


class ChecksTable(TableView):
    """A table of verdicts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._checks: RowTableModel[NumberedCheck] = RowTableModel(CHECK_COLUMNS, lambda row: row.place)
        super().__init__(self._checks, theme, _("No checks to show"), parent)
        self.setAccessibleName(_("Checks of the chosen intent"))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the header and one row, the gravest check: an order of unknown fate needs the room above."""
        return super().minimumSizeHint() - QSize(0, row_height(self.fontMetrics()))

    @property
    def shown(self) -> tuple[Verdict, ...]:
        """The checks in the order shown."""
        return tuple(row.verdict for row in self._checks.rows)

    def show_checks(self, checks: Iterable[Verdict]) -> None:
        """Show these checks, the gravest first."""
        self._checks.set_rows(NumberedCheck(place, each) for place, each in enumerate(gravest_first(checks)))


def lay_out(panel: QWidget, view: QWidget, checks: ChecksTable) -> None:
    """Fill a panel with its table and, below it and hidden until there are some, the checks of the chosen row."""
    checks.hide()
    splitter = QSplitter(Qt.Orientation.Vertical)
    for part, stretch in ((view, 3), (checks, 2)):
        splitter.addWidget(part)
        splitter.setStretchFactor(splitter.count() - 1, stretch)
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(4, 4, 4, 4)
    layout.addWidget(splitter)

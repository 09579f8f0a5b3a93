# SPDX-License-Identifier: MIT
"""What the trades that are shown come to, as a whole and by group."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout

from arbitrex_desktop.desk.review.report import GROUP_TITLES, figure_text, group_name, in_a_phrase, rule_name, span_text
from arbitrex_desktop.desk.review.views import ReviewData
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.freshness import Freshness
from arbitrex_desktop.ui.models.closed import GroupRow, group_columns
from arbitrex_desktop.ui.models.table import RowTableModel
from arbitrex_desktop.ui.panels.panel import Panel
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.metric import ElidedLabel, TonedLabel
from arbitrex_desktop.ui.widgets.table_view import TableView

_RULES: Final = N_("Refused by rule")
_NOT_READ: Final = N_("Statistics are calculated once an account is connected")
_NOTHING: Final = N_("No trade that is wholly closed: choose another period in Closed trades")
_COLUMNS: Final = 2


class StatisticsPanel(Panel):
    """Figures in a grid, and a table by symbol, strategy, hour, weekday, reason or refusing rule."""

    name = "statistics"
    title = N_("Statistics")

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._data: ReviewData | None = None
        self.span = ElidedLabel(theme, Tone.MUTED)
        self.values: dict[str, TonedLabel] = {}
        self._grid = QGridLayout()
        self.by = QComboBox()
        self.by.addItems([_("By {title}").format(title=in_a_phrase(title)) for title in GROUP_TITLES.values()])
        self.by.addItem(_(_RULES))
        self.by.setAccessibleName(_("What the statistics are grouped by"))
        self.model: RowTableModel[GroupRow] = RowTableModel(group_columns(), lambda row: row.place, self)
        self.view = TableView(self.model, theme, _(_NOT_READ))
        self.view.setAccessibleName(_("Statistics by group"))
        self.by.currentIndexChanged.connect(lambda _index: self._show_groups())
        self._lay_out()

    def refresh(self, fresh: Freshness) -> None:
        """Do nothing: figures come by `show_data`."""

    def show_data(self, data: ReviewData) -> None:
        """Show the figures of these trades."""
        self._data = data
        self.span.show_text(span_text(data), Tone.MUTED)
        for place, (name, value) in enumerate(figure_text(data)):
            label = self.values.get(name) or self._add_figure(place, name)
            label.show_text(value.replace("-", formats.MINUS))
        self._show_groups()

    def _add_figure(self, place: int, name: str) -> TonedLabel:
        row, column = divmod(place, _COLUMNS)
        caption, value = TonedLabel(self.theme, Tone.MUTED), TonedLabel(self.theme)
        caption.setText(_(name))
        value.setFont(tabular(value.font()))
        value.setAccessibleName(_(name))
        self._grid.addWidget(caption, row, column * 3)
        self._grid.addWidget(value, row, column * 3 + 1)
        self._grid.setColumnStretch(column * 3 + 2, 1)
        self.values[name] = value
        return value

    def _show_groups(self) -> None:
        data = self._data
        if data is None:
            return
        self.view.set_empty_text(
            _("No rule refused an intent") if self.by.currentIndex() == len(GROUP_TITLES) else _(_NOTHING)
        )
        self.model.set_rows(self._rows(data))

    def _rows(self, data: ReviewData) -> list[GroupRow]:
        digits = data.money_digits
        if self.by.currentIndex() == len(GROUP_TITLES):
            refused = data.decisions.refused
            return [
                GroupRow(place, _(rule_name(code)), None, digits, count) for place, (code, count) in enumerate(refused)
            ]
        kind = list(GROUP_TITLES)[self.by.currentIndex()]
        groups = data.groups.get(kind, ())
        return [
            GroupRow(place, group_name(kind, group.name), group.figures, digits) for place, group in enumerate(groups)
        ]

    def _lay_out(self) -> None:
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(1)
        top = QHBoxLayout()
        top.addWidget(self.span, 1)
        top.addWidget(self.by)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(top)
        layout.addLayout(self._grid)
        layout.addWidget(self.view, 1)

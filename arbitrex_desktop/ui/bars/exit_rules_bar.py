# SPDX-License-Identifier: MIT
"""The bar that gives a position exit rules: break-even, a trailing stop, a partial target."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QWidget

from arbitrex_desktop.desk.intents.exit_rules import Distance, DistanceUnit, ExitRulesRequest
from arbitrex_desktop.desk.presentation.snapshot import PositionRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.bars.prompt_bar import PromptBar
from arbitrex_desktop.ui.commands import SetExitRules
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.fields import OptionalNumber, offer_choices

_PERCENT: Final = 100.0
_EMPTY: Final = N_("Empty fields do nothing. The desk acts by itself: a stop only comes nearer, also while halted.")


class DistanceField(QWidget):
    """A distance and its unit, None while it is empty."""

    def __init__(self, name: str, units: tuple[DistanceUnit, ...]) -> None:
        super().__init__()
        self.number = OptionalNumber(name, _("off"))
        self.unit = QComboBox()
        offer_choices(self.unit, units)
        self.unit.setAccessibleName(_("Unit of {name}").format(name=name))
        self.number.setMinimumWidth(48)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(3)
        grid.addWidget(self.number, 0, 0)
        grid.addWidget(self.unit, 0, 1)

    def distance(self) -> Distance | None:
        """Return what stands here; raise ValueError in words for what cannot be read."""
        value = self.number.number()
        return None if value is None else Distance(value, DistanceUnit(self.unit.currentData()))


class ExitRulesBar(PromptBar):
    """Asks for the instructions of one position; what is set takes the place of what it had."""

    def __init__(self, theme: Theme) -> None:
        self._row: PositionRow | None = None
        ahead = (DistanceUnit.R, DistanceUnit.PIPS, DistanceUnit.ATR)
        self.break_even = DistanceField(_("Break-even"), ahead)
        self.trailing = DistanceField(_("Trailing"), (DistanceUnit.PIPS, DistanceUnit.ATR, DistanceUnit.R))
        self.partial = DistanceField(_("Partial target"), ahead)
        self.share = OptionalNumber(_("Part in percent"), "50")
        self.share.setMaximumWidth(48)
        self.act = QPushButton(_("Set"))
        self.take_back = QPushButton(_("Remove"))
        self.take_back.setToolTip(_("The desk does nothing by itself with this position any more"))
        fields = QWidget()
        self._lay_out_fields(fields)
        super().__init__(theme, fields, self.act, self.take_back, wide=fields)
        self.act.clicked.connect(self._ask)
        self.take_back.clicked.connect(lambda: self._send(ExitRulesRequest()))
        for each in (self.break_even.number, self.trailing.number, self.partial.number, self.share):
            each.textChanged.connect(self._show)
            each.returnPressed.connect(self.act.click)

    def open(self, row: PositionRow) -> None:
        """Ask about a position, beginning with nothing."""
        for each in (self.break_even.number, self.trailing.number, self.partial.number, self.share):
            each.clear()
        self.break_even.number.setFocus(Qt.FocusReason.OtherFocusReason)
        self.follow(row)

    def follow(self, row: PositionRow) -> None:
        """Take over what the position is by now; what was typed stays."""
        self._row = row
        self._show()

    def wanted(self) -> ExitRulesRequest:
        """Return what stands in the fields; raise ValueError in words for what cannot be."""
        share = self.share.number()
        wanted = ExitRulesRequest(
            self.break_even.distance(),
            self.trailing.distance(),
            self.partial.distance(),
            0.5 if share is None else share / _PERCENT,
        )
        if wanted.break_even is None and wanted.trailing is None and wanted.partial is None:
            raise ValueError(_("Enter a distance for what the desk is to do"))
        if not 0.0 < wanted.partial_share < 1.0:
            raise ValueError(_("The part to close is more than 0 and less than 100 percent"))
        return wanted

    def _show(self) -> None:
        row = self._row
        if row is None:
            return
        has = _("{symbol} has: {rules}. ").format(symbol=row.symbol, rules=row.exit_rules) if row.exit_rules else ""
        self.take_back.setEnabled(bool(row.exit_rules))
        try:
            self.wanted()
            self.act.setEnabled(True)
            self.message.show_text(f"{has}{_(_EMPTY)}", Tone.MUTED)
        except ValueError as error:
            self.act.setEnabled(False)
            self.message.show_text(f"{has}{error}", Tone.WARN if self._is_typed() else Tone.MUTED)

    def _is_typed(self) -> bool:
        fields = (self.break_even.number, self.trailing.number, self.partial.number, self.share)
        return any(field.text() for field in fields)

    def _ask(self) -> None:
        self._send(self.wanted())

    def _send(self, wanted: ExitRulesRequest) -> None:
        if self._row is not None:
            self.closed.emit()
            self.asked.emit(SetExitRules(self._row.ticket, wanted))

    def _lay_out_fields(self, fields: QWidget) -> None:
        grid = QGridLayout(fields)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        parts = ((_("Stop to break-even at +"), self.break_even), (_("Stop trails by"), self.trailing))
        for row, (caption, field) in enumerate(parts):
            grid.addWidget(QLabel(caption), row, 0)
            grid.addWidget(field, row, 1, 1, 2)
        grid.addWidget(QLabel(_("Close % at +")), 2, 0)
        grid.addWidget(self.share, 2, 1)
        grid.addWidget(self.partial, 2, 2)
        grid.setColumnStretch(2, 1)

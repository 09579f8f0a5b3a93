# SPDX-License-Identifier: MIT
"""The form in which an alert is made and changed; what is wrong stands beside its field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from arbitrex_desktop.desk.presentation.alert_rows import ALWAYS, OF_SYMBOL, AlertKind, AlertRule
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui.alerts.alert_columns import new_rule_id
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.badges import FilledButton
from arbitrex_desktop.ui.widgets.metric import TonedLabel

KINDS: Final = tuple(kind for kind in AlertKind if kind not in ALWAYS)
_UNITS: Final = {
    AlertKind.PRICE: N_("bid"),
    AlertKind.SPREAD: N_("points"),
    AlertKind.MARGIN: "%",
    AlertKind.DRAWDOWN: "%",
    AlertKind.EQUITY: N_("account currency"),
    AlertKind.POSITION: N_("account currency"),
}
_MAY_BE_NEGATIVE: Final = frozenset({AlertKind.POSITION, AlertKind.EQUITY})
_DIGITS: Final = {AlertKind.SPREAD: 1, AlertKind.MARGIN: 1}
_MOST_DIGITS: Final = 8


def read_number(text: str, name: str, *, may_be_negative: bool) -> tuple[float, int]:
    """Return a number and its decimals; raises ValueError in words for what is none."""
    plain = text.strip().removeprefix("-") if may_be_negative else text.strip()
    if not (plain.isascii() and plain.replace(".", "", 1).isdecimal()):
        raise ValueError(
            _("{name}: write a number like 1.2345").format(name=name)
            + ("" if may_be_negative else _(", not below zero"))
        )
    decimals = len(plain.partition(".")[2])
    if decimals > _MOST_DIGITS:
        raise ValueError(_("{name}: at most {most_digits} decimals").format(name=name, most_digits=_MOST_DIGITS))
    return float(text), decimals


class AlertEditor(QDialog):
    """Makes a rule, or changes one; modeless.

    Signal: `ready(AlertRule)`, the trader wants this one.
    """

    ready = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Alert"))
        self.setModal(False)
        self._rule = AlertRule("", AlertKind.PRICE)
        self.kind, self.symbol, self.way = QComboBox(), QComboBox(), QComboBox()
        self.kind.addItems([_(kind.value) for kind in KINDS])
        self.symbol.setEditable(True)
        self.symbol.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.way.addItems([_("rises to"), _("falls to")])
        self.level, self.back, self.strategy, self.note = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.note.setMaxLength(200)
        self.strategy.setMaxLength(64)
        for field in (self.level, self.back):
            field.setMaxLength(20)
            field.setFont(tabular(field.font()))
        self.back.setPlaceholderText(_("0: the level itself"))
        self.note.setPlaceholderText(_("Sent with the alert"))
        self.unit = TonedLabel(theme, Tone.MUTED)
        self.once = QCheckBox(_("Only once, then off"))
        self.wakes = QCheckBox(_("In quiet hours, too"))
        self.is_on = QCheckBox(_("On"))
        self.errors = {name: TonedLabel(theme, Tone.BAD) for name in ("symbol", "level", "back", "strategy")}
        self.save = FilledButton(_("Keep"), theme, lambda colours: colours.buy)
        self.cancel = QPushButton(_("Cancel"))
        self._lay_out()
        self._connect()

    def open_rule(self, rule: AlertRule | None, symbols: Iterable[str], now: datetime, preferred: str = "") -> None:
        """Show a rule, or a new one, of the symbol that is preferred."""
        self._rule = rule or AlertRule(new_rule_id(), AlertKind.PRICE, created_at=now)
        shown = self._rule
        self.symbol.clear()
        self.symbol.addItems(list(symbols))
        self.kind.setCurrentIndex(KINDS.index(shown.kind))
        self.symbol.setCurrentText(shown.symbol or ((preferred or self.symbol.itemText(0)) if rule is None else ""))
        self.way.setCurrentIndex(0 if shown.above else 1)
        digits = shown.digits
        self.level.setText(f"{shown.level:.{digits}f}" if rule is not None else "")
        self.back.setText(f"{shown.back:.{digits}f}" if shown.back else "")
        self.strategy.setText(shown.strategy)
        self.note.setText(shown.note)
        for box, on in ((self.once, shown.once), (self.wakes, shown.wakes), (self.is_on, shown.is_on)):
            box.setChecked(on)
        self._show_kind()
        self.show()
        self.raise_()
        self.activateWindow()
        self.level.setFocus(Qt.FocusReason.OtherFocusReason)

    def rule(self) -> AlertRule | None:
        """Return what is in the form, None where something is wrong, which then stands beside its field."""
        kind, wrong = self._kind, dict.fromkeys(self.errors, "")
        level = back = 0.0
        digits = 2
        if kind is AlertKind.INTENT:
            wrong["strategy"] = "" if self.strategy.text().strip() else _("Whose intents? Write the strategy's name")
        else:
            level, digits = self._read(self.level, "level", wrong)
            back, more = self._read(self.back, "back", wrong) if self.back.text().strip() else (0.0, digits)
            digits = max(digits, more, 2) if kind not in _DIGITS else max(digits, more)
        symbol = self.symbol.currentText().strip()
        if kind in OF_SYMBOL and not symbol:
            wrong["symbol"] = _("Which symbol?")
        for name, message in wrong.items():
            self.errors[name].setText(message)
            self.errors[name].setVisible(bool(message))
        if any(wrong.values()):
            return None
        return replace(
            self._rule,
            kind=kind,
            symbol=symbol if kind in OF_SYMBOL or kind is AlertKind.POSITION else "",
            above=self.way.currentIndex() == 0,
            level=level,
            back=back,
            strategy=self.strategy.text().strip() if kind is AlertKind.INTENT else "",
            note=self.note.text().strip(),
            once=self.once.isChecked(),
            wakes=self.wakes.isChecked(),
            is_on=self.is_on.isChecked(),
            digits=digits,
        )

    @property
    def _kind(self) -> AlertKind:
        return KINDS[self.kind.currentIndex()]

    def _read(self, field: QLineEdit, name: str, wrong: dict[str, str]) -> tuple[float, int]:
        message = _("Level") if name == "level" else _("Way back")
        may_be_negative = name == "level" and self._kind in _MAY_BE_NEGATIVE
        try:
            return read_number(field.text(), message, may_be_negative=may_be_negative)
        except ValueError as error:
            wrong[name] = str(error)
            return 0.0, 2

    def _show_kind(self) -> None:
        """Show the fields that the kind has."""
        kind = self._kind
        shown = {
            self.symbol: kind in OF_SYMBOL or kind is AlertKind.POSITION,
            self._levels: kind is not AlertKind.INTENT,
            self.back: kind is not AlertKind.INTENT,
            self.strategy: kind is AlertKind.INTENT,
        }
        for field, on in shown.items():
            self._form.setRowVisible(field, on)
        self.unit.show_text(_(_UNITS.get(kind, "")), Tone.MUTED)
        for label in self.errors.values():
            label.hide()
        self.adjustSize()

    def _keep(self) -> None:
        rule = self.rule()
        if rule is not None:
            self.hide()
            self.ready.emit(rule)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.save.clicked.connect(self._keep)
        self.save.setDefault(True)
        self.cancel.clicked.connect(self.hide)

    def _lay_out(self) -> None:
        self._levels = QWidget()
        row = QHBoxLayout(self._levels)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.way, self.level, self.unit):
            row.addWidget(widget, 1 if widget is self.level else 0)
        form = self._form = QFormLayout(self)
        for name, field, error in (
            (_("Watch"), self.kind, ""),
            (_("Symbol"), self.symbol, "symbol"),
            (_("Alert when it"), self._levels, "level"),
            (_("Again after going back by"), self.back, "back"),
            (_("Strategy"), self.strategy, "strategy"),
            (_("Note"), self.note, ""),
        ):
            form.addRow(name, field)
            if error:
                form.addRow("", self.errors[error])
        for field, name in (
            (self.kind, _("Watch")),
            (self.symbol, _("Symbol")),
            (self.way, _("Direction")),
            (self.level, _("Level")),
            (self.back, _("Again after going back by")),
            (self.strategy, _("Strategy")),
            (self.note, _("Note")),
        ):
            field.setAccessibleName(name)
        for box in (self.once, self.wakes, self.is_on):
            form.addRow("", box)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        form.addRow(buttons)
        self.setMinimumWidth(440)

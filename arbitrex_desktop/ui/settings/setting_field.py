# SPDX-License-Identifier: MIT
"""One setting in a form: what it means, its value, what is expected, and the way back to the default."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QPushButton, QWidget

from arbitrex_desktop.risk_portfolio_manager.decision.verdict import Outcome
from arbitrex_desktop.texts import N_, _, ngettext
from arbitrex_desktop.ui.bars.gauges import limit_gauge
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, tabular
from arbitrex_desktop.ui.widgets.metric import TonedLabel

if TYPE_CHECKING:
    from arbitrex_desktop.desk.settings_desk import LimitEffect, SettingRow

_FIELD_WIDTH: Final = 190
_YES_OR_NO: Final = {"true": N_("yes"), "false": N_("no")}


def effect_text(effect: LimitEffect) -> tuple[str, Tone]:
    """Return what is in use of a new limit, and what saving it would do to that; bad where it is reached."""
    verdict = effect.verdict
    gauge = limit_gauge(verdict, "")
    message = _("in use now {value} {limit}").format(value=gauge.value, limit=gauge.limit)
    if verdict.outcome is not Outcome.FAIL and (gauge.share or 0.0) < 1.0:
        return message, Tone.MUTED if gauge.tone is Tone.TEXT else gauge.tone
    return (
        f"{message}: {_('would halt trading') if effect.halts else _('would refuse every trade that adds to it')}",
        Tone.BAD,
    )


def in_percent(share: str) -> str:
    """Return a share as a number of percent, exactly: 0.005 is 0.5; what is no number as it is."""
    try:
        return f"{(Decimal(share) * 100).normalize():f}"
    except InvalidOperation:
        return share


def of_percent(text: str) -> str:
    """Return what was typed in percent as a share, exactly: 0.5 or 0.5 % is 0.005; what is no number as it is."""
    try:
        return f"{Decimal(text.removesuffix('%').strip()) / 100:f}"
    except InvalidOperation:
        return text


class SettingField(QWidget):
    """Shows a setting, a share in percent; what is typed counts once the window saves it.

    Attributes:
        row: the setting as it is in force.

    Signals:
        edited(): another value stands in it.
    """

    edited = Signal()

    def __init__(self, row: SettingRow, theme: Theme) -> None:
        super().__init__()
        self.row = row
        self.editor: QComboBox | QLineEdit = self._make_editor()
        self.editor.setFixedWidth(_FIELD_WIDTH)
        self.editor.setFont(tabular(self.font()))
        self.editor.setAccessibleName(row.meaning)
        self.editor.setToolTip(f"{row.name}: {row.expected}")
        self.note = TonedLabel(theme, Tone.MUTED)
        self.note.setWordWrap(True)
        self.default = QPushButton(_("Default"))
        self.default.setToolTip(_("Go back to {default}").format(default=self.said(row.default)))
        self.default.clicked.connect(lambda: self._put_value(self.row.default))
        self.effect = TonedLabel(theme, Tone.WARN)
        self.effect.setWordWrap(True)
        self.effect.hide()
        meaning = TonedLabel(theme)
        meaning.setText(row.meaning[:1].upper() + row.meaning[1:])
        meaning.setWordWrap(True)
        meaning.setBuddy(self.editor)
        unit = TonedLabel(theme, Tone.MUTED)
        unit.setText(row.unit)
        unit.setWordWrap(True)
        unit.setFixedWidth(90)
        grid = QGridLayout(self)
        grid.setContentsMargins(4, 4, 4, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        for column, part in enumerate((meaning, self.editor, unit, self.default)):
            grid.addWidget(part, 0, column, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.note, 1, 0, 1, 4)
        grid.addWidget(self.effect, 2, 0, 1, 4)
        grid.setColumnStretch(0, 1)
        self._show_state()

    @property
    def text(self) -> str:
        """What stands in the field, as it is typed there."""
        return str(self.editor.currentData()) if isinstance(self.editor, QComboBox) else self.editor.text().strip()

    @property
    def change(self) -> str | None:
        """What to save: the text, or None to go back to the default."""
        if self.text == self._typed(self.row.default):
            return None
        return of_percent(self.text) if self.row.is_share else self.text

    @property
    def is_changed(self) -> bool:
        """Whether something else stands in it than what is in force."""
        return self.text != self._typed(self.row.text)

    def said(self, value: str) -> str:
        """Return a value of the file in words."""
        if self.row.is_share:
            return f"{in_percent(value)} %"
        return (_(_YES_OR_NO.get(value, value)) if self.row.choices else value) or _("nothing")

    def _typed(self, value: str) -> str:
        """Return a value of the file as it is typed here."""
        return in_percent(value) if self.row.is_share else value

    def matches(self, words: list[str]) -> bool:
        """Whether every one of some lower-case words is found in name, meaning or unit."""
        where = f"{self.row.name} {self.row.meaning} {self.row.unit}".lower()
        return all(word in where for word in words)

    def show_error(self, message: str) -> None:
        """Say what is wrong with it; an empty message takes that back."""
        if message:
            self.note.show_text(message, Tone.BAD)
        else:
            self._show_state()

    def show_effect(self, also: tuple[str, str] | None, effect: LimitEffect | None) -> None:
        """Say what saving would do: `also`, old and new value where another setting changes this one, and its effect.

        Nothing is said where neither is known.
        """
        parts = (
            []
            if also is None
            else [
                _("changes with the set of limits: {old} \N{RIGHTWARDS ARROW} {new}").format(
                    old=self.said(also[0]), new=self.said(also[1])
                )
            ]
        )
        message, tone = effect_text(effect) if effect is not None else ("", Tone.WARN)
        text = "; ".join([*parts, *([message] if message else [])])
        self.effect.show_text(text, tone)
        self.effect.setVisible(bool(text))

    @property
    def label(self) -> str:
        """What the window calls the setting, without the explanation behind it."""
        label = self.row.meaning.partition(":")[0]
        return label[:1].upper() + label[1:]

    def show_set(self, also: Mapping[str, tuple[str, str]]) -> None:
        """Say what a set of limits changes, old and new value by what the window calls the setting."""
        changes = [f"{label} {old} \N{RIGHTWARDS ARROW} {new}" for label, (old, new) in also.items()]
        message = ngettext("changes {count} other setting", "changes {count} other settings", len(changes))
        count = message.format(count=len(changes))
        self.effect.show_text(f"{count}: {'; '.join(changes)}" if changes else _("changes no other setting"), Tone.WARN)
        self.effect.show()

    def discard(self) -> None:
        """Put back what is in force."""
        self._put_value(self.row.text)

    def _put_value(self, value: str) -> None:
        if isinstance(self.editor, QComboBox):
            self.editor.setCurrentIndex(self.editor.findData(value))
        else:
            self.editor.setText(self._typed(value))

    def _make_editor(self) -> QComboBox | QLineEdit:
        if self.row.choices:
            box = QComboBox()
            for choice in self.row.choices:
                box.addItem(_(_YES_OR_NO.get(choice, choice)), choice)
            box.setCurrentIndex(box.findData(self.row.text))
            box.currentTextChanged.connect(self._on_edit)
            return box
        line = QLineEdit(self._typed(self.row.text))
        line.textChanged.connect(self._on_edit)
        return line

    def _on_edit(self) -> None:
        self._show_state()
        self.edited.emit()

    def _show_state(self) -> None:
        self.default.setEnabled(self.text != self._typed(self.row.default))
        if self.is_changed:
            self.note.show_text(
                _("{name}: in force is {text}; {expected}").format(
                    name=self.row.name, text=self.said(self.row.text), expected=self.row.expected
                ),
                Tone.WARN,
            )
        else:
            self.note.show_text(
                _("{name}: {expected}; from {source}").format(
                    name=self.row.name, expected=self.row.expected, source=self.row.source
                ),
                Tone.MUTED,
            )

# SPDX-License-Identifier: MIT
"""A number with a choice of units beside it, and what it means, or what is wrong with it, in words below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular
from arbitrex_desktop.ui.widgets.fields import OptionalNumber, offer_choices
from arbitrex_desktop.ui.widgets.metric import ElidedLabel


class UnitField(QWidget):
    """A caption, a number, its unit and a note.

    Signals:
        changed(): another number or unit was given.
        unit_chosen(str): another unit was chosen by hand, before `changed`; the number stands in this old one.
    """

    changed = Signal()
    unit_chosen = Signal(str)

    def __init__(self, theme: Theme, name: str, empty_means: str, units: Sequence[str]) -> None:
        super().__init__()
        self._theme = theme
        self.field = OptionalNumber(name, empty_means)
        self.unit = QComboBox()
        offer_choices(self.unit, units)
        self.unit.setAccessibleName(_("Unit of {name}").format(name=name))
        self.note = ElidedLabel(theme, Tone.MUTED)
        self.note.setFont(tabular(self.font(), SMALL))
        self._old_unit = str(self.unit.currentData())
        self._lay_out(name)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self.changed)
        self.unit.currentTextChanged.connect(self._on_unit)

    def number(self) -> float | None:
        """Return the number as typed, None when empty; raise ValueError in words when it is not readable."""
        return self.field.number()

    def put(self, text: str, unit: str) -> None:
        """Put a number and its unit into the field, as one change."""
        with QSignalBlocker(self.field), QSignalBlocker(self.unit):
            self.unit.setCurrentIndex(self.unit.findData(unit))
            self.field.setText(text)
        self._old_unit = unit
        self.changed.emit()

    def clear(self) -> None:
        """Empty the field."""
        self.field.clear()

    def say(self, note: str, *, problem: bool = False) -> None:
        """Show a note below; a problem marks the field, too."""
        self.note.show_text(note, Tone.WARN if problem else Tone.MUTED)
        self.field.mark(self._theme.colours.tone(Tone.WARN) if problem else None)
        self.field.setAccessibleDescription(note)

    def _on_unit(self, unit: str) -> None:
        old, self._old_unit = self._old_unit, unit
        self.unit_chosen.emit(old)
        self.changed.emit()

    def _lay_out(self, name: str) -> None:
        caption = QLabel(name)
        caption.setBuddy(self.field)
        self.field.setMinimumWidth(60)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(1)
        grid.addWidget(caption, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.unit, 0, 2)
        grid.addWidget(self.note, 1, 1, 1, 2)
        grid.setColumnMinimumWidth(0, self.fontMetrics().horizontalAdvance(_("Target ")))
        grid.setColumnStretch(1, 1)

# SPDX-License-Identifier: MIT
"""Fields of the ticket."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QLocale, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QToolButton, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.theme.theme import tabular


def offer_to_clear(line: QLineEdit) -> None:
    """Put a button into a field that empties it, with a name that can be spoken."""
    line.setClearButtonEnabled(True)
    for button in line.findChildren(QToolButton):
        button.setAccessibleName(_("Clear"))


class OptionalNumber(QLineEdit):
    """A number above zero, or nothing: an empty field is None, anything unreadable is an error and never a guess."""

    def __init__(self, name: str, empty_means: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._mark: QColor | None = None
        self.setPlaceholderText(empty_means)
        self.setFont(tabular(self.font()))
        self.setMaxLength(20)
        self.setAccessibleName(name)

    def mark(self, colour: QColor | None) -> None:
        """Draw a frame in a colour around what is wrong, none around what is right."""
        if colour != self._mark:
            self._mark = colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the field, and its mark over it."""
        super().paintEvent(event)
        if self._mark is not None:
            painter = QPainter(self)
            painter.setPen(QPen(self._mark, 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
            painter.end()

    def number(self) -> float | None:
        """Return the number, None when the field is empty; raise ValueError in words when it is not readable.

        A comma is refused: it may mean a decimal or thousands, and a price must not be read ten thousand times
        too large.
        """
        text = self.text().strip()
        if not text:
            return None
        try:
            value = float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value <= 0:
            raise ValueError(_("{name} must be a number above zero, written like 1.2345").format(name=self._name))
        return value


_MOST_TYPED: Final = 999.0


class Share(QDoubleSpinBox):
    """A number from 0 to 1, changed by typing or arrow keys.

    More than 1 can be typed, and is refused in words: a field that swallows digits makes 1.0 of 1.5, unsaid.
    """

    def __init__(self, name: str, value: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())
        self.setRange(0.0, _MOST_TYPED)
        self.setSingleStep(0.05)
        self.setDecimals(2)
        self.setValue(value)
        self._usual = self.text()
        self.setFont(tabular(self.font()))
        self.setAccessibleName(name)

    def fixup(self, text: str) -> str:
        """Return what an emptied field holds once it is left: the usual share, not what stood there before."""
        return text.strip() or self._usual

    def share(self) -> float:
        """Return the number; raise ValueError in words when it is more than 1."""
        value = round(self.value(), 2)
        if value > 1.0:
            raise ValueError(_("{name} must be from 0 to 1").format(name=self.accessibleName()))
        return value

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's name
        """Go no further than 1 by arrow keys."""
        super().stepBy(steps)
        self.setValue(min(self.value(), 1.0))


def offer_choices(box: QComboBox, choices: Iterable[str]) -> None:
    """Offer choices in the trader's language; the data of each is the text that the code knows it by."""
    for choice in choices:
        box.addItem(_(choice), str(choice))

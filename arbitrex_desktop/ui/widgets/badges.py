# SPDX-License-Identifier: MIT
"""Badges and buttons with a filled colour, painted by hand so that no style sheet is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from arbitrex_desktop.ui.theme.colours import Colours, FillColours, mix
from arbitrex_desktop.ui.theme.theme import Theme, tabular

_RADIUS: Final = 4.0

FillOf = Callable[[Colours], FillColours]
"""Picks a fill from whatever theme is in use."""


def quiet(colours: Colours) -> FillColours:
    """Return the fill of something that needs no attention."""
    return FillColours(colours.raised, colours.text)


class Badge(QLabel):
    """A word on a colour, such as the account's mode."""

    def __init__(self, theme: Theme, scale: float = 1.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._fill: FillOf = quiet
        self.setFont(tabular(self.font(), scale, bold=True))
        self.setContentsMargins(9, 2, 9, 2)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # A role of its own: else a bar that the badge is put into later gives it another one, and the colour is lost.
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        theme.changed.connect(self._recolour)
        self._recolour()

    def show_word(self, word: str, fill: FillOf) -> None:
        """Show a word on a fill; what is shown already is not painted again."""
        colours = self._theme.colours
        is_other = fill(colours) != self._fill(colours)
        self._fill = fill
        if word != self.text():
            self.setText(word)
        if is_other:
            self._recolour()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the fill and then the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill(self._theme.colours).back)
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.end()
        super().paintEvent(event)

    def _recolour(self) -> None:
        # Also where the colour is that already: one that is only inherited goes with the next theme.
        palette = self.palette()
        palette.setColor(self.foregroundRole(), self._fill(self._theme.colours).text)
        self.setPalette(palette)
        self.update()


class FilledButton(QPushButton):
    """A button in a colour that says what it does; grey while it cannot be used."""

    def __init__(
        self, text: str, theme: Theme, fill: FillOf, scale: float = 1.0, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._fill = fill
        self.setFont(tabular(self.font(), scale, bold=True))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self.update)

    def show_word(self, word: str, fill: FillOf) -> None:
        """Say something else, in its colour."""
        if word != self.text():
            self._fill = fill
            self.setText(word)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the text and a margin of one letter."""
        metrics = self.fontMetrics()
        text = metrics.size(0, self.text().replace("&", ""))
        return QSize(text.width() + 2 * metrics.averageCharWidth() + 12, text.height() + 12)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the wish: a button's text is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint fill, text, and a ring while the keyboard is on it."""
        colours = self._theme.colours
        fill = self._fill(colours) if self.isEnabled() else FillColours(colours.raised, colours.muted)
        unchosen = self.isCheckable() and not self.isChecked() and self.isEnabled()
        if unchosen:
            fill = quiet(colours)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.text, 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(mix(fill.back, colours.text, self._shade()))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS, _RADIUS)
        painter.setPen(fill.text)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextHideMnemonic
        painter.drawText(self.rect(), int(flags), self.text())
        painter.end()

    def _shade(self) -> float:
        if not self.isEnabled():
            return 0.0
        if self.isDown():
            return 0.2
        return 0.1 if self.underMouse() else 0.0

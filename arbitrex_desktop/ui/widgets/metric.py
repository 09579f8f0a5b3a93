# SPDX-License-Identifier: MIT
"""One key figure: a small caption over a large number."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import LARGE, SMALL, Theme, fitted, tabular


class TonedLabel(QLabel):
    """A label that takes its colour from a tone, in whatever theme."""

    def __init__(self, theme: Theme, tone: Tone = Tone.TEXT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        # In a tool bar labels would take the colour of its buttons, and lose their tone.
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        theme.changed.connect(self._recolour)
        self._recolour()

    @property
    def tone(self) -> Tone:
        """What the text means."""
        return self._tone

    def show_text(self, text: str, tone: Tone = Tone.TEXT) -> None:
        """Show a text in a tone; does nothing when both are shown already."""
        if text != self.text():
            self.setText(text)
        if tone is not self._tone:
            self._tone = tone
            self._recolour()

    def _recolour(self) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.colours.tone(self._tone))
        self.setPalette(palette)


class ElidedLabel(TonedLabel):
    """A toned label of one line that takes what room there is, and shows the whole in its tool tip when cut."""

    def __init__(self, theme: Theme, tone: Tone = Tone.TEXT, parent: QWidget | None = None) -> None:
        super().__init__(theme, tone, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return one line of any length."""
        return QSize(20, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint the text, shortened where it does not fit."""
        rect = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, rect.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(rect, int(self.alignment()), text)
        painter.end()


_LEAST_SCALE: Final = 0.6
"""How much smaller a number may get before it is hidden."""

HIDDEN: Final = "#"
"""Stands, repeated, for a number that has no room: a part of a number would be another number."""


class NumberLabel(TonedLabel):
    """A number that is never cut: it gets smaller where there is little room, and is hidden where there is none."""

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint the number as large as fits."""
        rect = self.contentsRect()
        font = fitted(self.font(), self.text(), rect.width(), _LEAST_SCALE)
        painter = QPainter(self)
        painter.setFont(font)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(rect, int(self.alignment()), whole_or_hidden(painter.fontMetrics(), self.text(), rect.width()))
        painter.end()


def whole_or_hidden(metrics: QFontMetrics, text: str, width: int) -> str:
    """Return a number's text where it fits, else as many marks in its place as do."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    return HIDDEN * max(1, width // max(1, metrics.horizontalAdvance(HIDDEN)))


class Metric(QWidget):
    """A caption and a number, right below one another; wide enough for the largest usual number."""

    def __init__(
        self, caption: str, theme: Theme, sample: str, scale: float = LARGE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._caption = TonedLabel(theme, Tone.MUTED)
        self._caption.setText(caption)
        self._caption.setFont(tabular(self.font(), SMALL))
        self._value = NumberLabel(theme)
        self._value.setFont(tabular(self.font(), scale, bold=True))
        for label in (self._caption, self._value):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._caption)
        layout.addWidget(self._value)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._value.setMinimumWidth(QFontMetrics(self._value.font()).horizontalAdvance(sample))
        self.setAccessibleName(caption)

    @property
    def text(self) -> str:
        """The number shown."""
        return self._value.text()

    @property
    def tone(self) -> Tone:
        """What the number means."""
        return self._value.tone

    def show_value(self, text: str, tone: Tone = Tone.TEXT, tip: str = "") -> None:
        """Show a number."""
        self._value.show_text(text, tone)
        if tip != self.toolTip():
            self.setToolTip(tip)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the layout's wish, never narrower than the sample."""
        return super().sizeHint().expandedTo(self._value.minimumSize())

# SPDX-License-Identifier: MIT
"""A label of a few wrapped lines that takes no more room, however long its text is."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QSizePolicy, QWidget

from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme
from arbitrex_desktop.ui.widgets.metric import ElidedLabel

LINES: Final = 2


class ClampedLabel(ElidedLabel):
    """Two lines tall, or one where there is no room; what does not fit ends in an ellipsis.

    Whoever owns it puts the whole into the tool tip.
    """

    def __init__(self, theme: Theme, tone: Tone = Tone.TEXT, parent: QWidget | None = None) -> None:
        super().__init__(theme, tone, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for the lines."""
        return QSize(20, LINES * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for one line."""
        return QSize(20, self.fontMetrics().lineSpacing())

    def shown_lines(self, width: int, most: int = LINES) -> list[str]:
        """Return the lines, at `most` so many, as they are painted in a width in pixels."""
        return wrapped(self.text(), self.font(), width, most)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint the lines."""
        painter, metrics = QPainter(self), self.fontMetrics()
        painter.setPen(self.palette().color(self.foregroundRole()))
        most = max(1, min(LINES, self.height() // metrics.lineSpacing()))
        lines = self.shown_lines(self.width(), most)
        free = self.height() - len(lines) * metrics.lineSpacing()
        top = free // 2 if self.alignment() & Qt.AlignmentFlag.AlignVCenter else 0
        for number, line in enumerate(lines):
            painter.drawText(QPointF(0.0, top + metrics.ascent() + number * metrics.lineSpacing()), line)
        painter.end()


def wrapped(text: str, font: QFont, width: int, most: int) -> list[str]:
    """Return a text in at most so many lines of a width in pixels; what does not fit ends in an ellipsis."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) <= most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:], len(text)]
    lines = [text[start:end].strip() for start, end in zip(starts, ends, strict=True)][:most]
    if len(starts) > most:
        lines[-1] = QFontMetrics(font).elidedText(text[starts[most - 1] :], Qt.TextElideMode.ElideRight, width)
    return lines

# SPDX-License-Identifier: MIT
"""How much of a limit is used, as a bar with both numbers."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme, fitted, tabular
from arbitrex_desktop.ui.widgets.metric import whole_or_hidden

_AMBER_FROM: Final = 0.8
"""Share of a limit from which on the bar warns."""

_BAR_HEIGHT: Final = 6
_GAP: Final = 8
_LEAST_SCALE: Final = 0.75


class LimitBar(QWidget):
    """Caption on the left, numbers on the right, the used share below, its end marked when the limit is reached."""

    def __init__(self, caption: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._caption = caption
        self._text = ""
        self._used: float | None = None
        self._worst: float | None = None
        self._stale = True
        self._may_be_full = False
        self.setFont(tabular(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(caption)
        theme.changed.connect(self.update)

    @property
    def text(self) -> str:
        """The numbers shown."""
        return self._text

    @property
    def tone(self) -> Tone:
        """What the used share means: usual, near the limit, at or past it, or not known to be present."""
        if self._stale or self._used is None:
            return Tone.MUTED
        if self._used > 1.0 or (self._used == 1.0 and not self._may_be_full):
            return Tone.BAD
        return Tone.WARN if self._used >= _AMBER_FROM else Tone.TEXT

    def show_used(
        self,
        used: float | None,
        text: str,
        *,
        stale: bool = False,
        worst: float | None = None,
        may_be_full: bool = False,
    ) -> None:
        """Show a share of the limit (1 is all of it; None or no number is not known) and the numbers in words.

        `worst`, the greatest share of today, has a mark on the bar; `may_be_full`, whether all of it is no breach.
        """
        self._may_be_full = may_be_full
        known = used if used is not None and math.isfinite(used) else None
        if (known, text, stale, worst) != (self._used, self._text, self._stale, self._worst):
            self._used, self._text, self._stale, self._worst = known, text, stale, worst
            self.setAccessibleDescription(text)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for both texts and the bar."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(f"{self._caption}   {self._text}") + 8
        return QSize(max(width, 160), metrics.height() + _BAR_HEIGHT + 7)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint texts and bar."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_texts(painter)
        track = QRectF(0.5, self.height() - _BAR_HEIGHT - 2.5, self.width() - 1, _BAR_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.line)
        painter.drawRoundedRect(track, 3, 3)
        share = min(max(self._used or 0.0, 0.0), 1.0)
        if share > 0:
            painter.setBrush(colours.good if self.tone is Tone.TEXT else colours.tone(self.tone))
            used = QRectF(track)
            used.setWidth(max(track.width() * share, _BAR_HEIGHT))
            painter.drawRoundedRect(used, 3, 3)
        if self._worst is not None and self._worst > share:
            place = track.left() + min(self._worst, 1.0) * (track.width() - 2.0)
            painter.fillRect(QRectF(place, track.top() - 1.0, 2.0, _BAR_HEIGHT + 2.0), colours.text)
        painter.end()

    def _paint_texts(self, painter: QPainter) -> None:
        """Paint the numbers whole, smaller where they must be, and as much of the caption as there is room for."""
        line = self.rect().adjusted(0, 0, 0, -_BAR_HEIGHT - 4)
        caption = self.fontMetrics().horizontalAdvance(self._caption)
        font = fitted(self.font(), self._text, line.width() - caption - _GAP, _LEAST_SCALE)
        numbers = QFontMetrics(font).horizontalAdvance(self._text)
        left = self.fontMetrics().elidedText(
            self._caption, Qt.TextElideMode.ElideRight, max(0, line.width() - numbers - _GAP)
        )
        painter.setPen(self._theme.colours.muted)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), left)
        painter.setFont(font)
        painter.setPen(self._theme.colours.tone(self.tone))
        text = whole_or_hidden(painter.fontMetrics(), self._text, line.width())
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)

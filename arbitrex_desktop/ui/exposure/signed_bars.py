# SPDX-License-Identifier: MIT
"""Amounts as bars from a middle line: what is long to the right, what is short to the left."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular

_GAP: Final = 6
_THICK: Final = 8.0
_MOST: Final = 8
"""More lines would push what stands below them out of sight."""
_NAME, _AMOUNT = "XAUUSDm 8", "+88,888,888"


@dataclass(frozen=True, slots=True)
class Bar:
    """One line.

    Attributes:
        name: what it is of.
        amount: long above zero, short below; None where it is not known, which has no bar.
        text: the amount as it is read.
        tone: of bar and text.
    """

    name: str
    amount: float | None
    text: str
    tone: Tone


class SignedBars(QWidget):
    """A caption and a line for each bar, all to one scale; with `signed` off there is no left side.

    Attributes:
        bars: those shown.
    """

    def __init__(self, caption: str, theme: Theme, *, empty: str, signed: bool = True) -> None:
        super().__init__()
        self._theme = theme
        self._caption, self._empty, self._signed, self._unit = caption, empty, signed, ""
        self._stale = False
        self.bars: tuple[Bar, ...] = ()
        self.setFont(tabular(self.font(), SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(caption)
        theme.changed.connect(self.update)

    def show_bars(self, bars: Iterable[Bar], *, stale: bool, unit: str = "", empty: str = "") -> None:
        """Show the first of these, in a unit, grey when they are not the present; `empty` says why there is none."""
        every = tuple(bars)
        shown, more = every[:_MOST], len(every) - _MOST
        if more > 0:
            shown = (*shown, Bar(_("and {count} more").format(count=more), None, "", Tone.MUTED))
        present = (shown, stale, empty or self._empty, unit)
        if present != (self.bars, self._stale, self._empty, self._unit):
            grown = len(shown) != len(self.bars)
            self.bars, self._stale, self._empty, self._unit = present
            self.setAccessibleDescription("; ".join(f"{bar.name} {bar.text}" for bar in shown) or self._empty)
            if grown:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a line for the caption and one for each bar."""
        line = self.fontMetrics().height() + 4
        return QSize(220, line * (1 + max(1, len(self.bars))))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the room of names and amounts."""
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(_NAME) + metrics.horizontalAdvance(_AMOUNT) + 60
        return QSize(width, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name and argument
        """Paint caption and bars."""
        painter, line = QPainter(self), float(self.fontMetrics().height() + 4)
        painter.setPen(self._theme.colours.muted)
        area = QRectF(0.0, 0.0, self.width(), line)
        caption = f"{self._caption}, {self._unit}" if self._unit and self.bars else self._caption
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), caption)
        if not self.bars:
            painter.drawText(area.translated(0.0, line), int(Qt.AlignmentFlag.AlignVCenter), self._empty)
        most = max((abs(bar.amount) for bar in self.bars if bar.amount is not None), default=0.0)
        for place, bar in enumerate(self.bars):
            self._paint(painter, bar, area.translated(0.0, line * (place + 1)), most)
        painter.end()

    def _paint(self, painter: QPainter, bar: Bar, area: QRectF, most: float) -> None:
        colours, metrics = self._theme.colours, painter.fontMetrics()
        tone = colours.muted if self._stale else colours.tone(bar.tone)
        middle = int(Qt.AlignmentFlag.AlignVCenter)
        name, amount = metrics.horizontalAdvance(_NAME), metrics.horizontalAdvance(_AMOUNT)
        painter.setPen(colours.muted if self._stale else colours.text)
        if not bar.text:
            painter.drawText(area, middle, bar.name)
            return
        painter.drawText(area, middle, metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, name - _GAP))
        painter.setPen(tone)
        painter.drawText(area, middle | int(Qt.AlignmentFlag.AlignRight), bar.text)
        track = area.adjusted(name, (area.height() - _THICK) / 2, -amount - _GAP, -(area.height() - _THICK) / 2)
        zero = track.center().x() if self._signed else track.left()
        painter.fillRect(QRectF(zero - 0.5, area.top(), 1.0, area.height()), colours.line)
        if bar.amount is None or not math.isfinite(bar.amount) or not most:
            return
        length = (track.width() / 2 if self._signed else track.width()) * abs(bar.amount) / most
        painter.fillRect(QRectF(zero if bar.amount > 0 else zero - length, track.top(), length, _THICK), tone)

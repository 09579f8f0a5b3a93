# SPDX-License-Identifier: MIT
"""Prices in their big-figure form: the pips set off, the tenth of a pip small and raised."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from arbitrex_desktop.ui import formats
from arbitrex_desktop.ui.theme.theme import SMALL, tabular

_PIP_DIGITS: Final = 2
_DIGITS: Final = "0123456789"


def price_parts(text: str, digits: int) -> tuple[str, str, str]:
    """Return a price's beginning, its pips, and the tenth of a pip behind them, where it has one."""
    end = len(text) - (1 if digits in {3, 5} else 0)
    if digits < _PIP_DIGITS or text == formats.DASH:
        return text, "", ""
    return text[: end - _PIP_DIGITS], text[end - _PIP_DIGITS : end], text[end:]


class PriceType:
    """Paints prices in a font; its digits are of one width, so that none is measured while it is painted."""

    def __init__(self, font: QFont) -> None:
        self._fonts = tabular(font), tabular(font, bold=True), tabular(font, SMALL)
        metrics = [QFontMetricsF(each) for each in self._fonts]
        self._digit_widths = tuple(each.horizontalAdvance(_DIGITS) / len(_DIGITS) for each in metrics)
        self._point_width = metrics[0].horizontalAdvance(".")
        self.ascent, self._height = metrics[0].ascent(), metrics[0].height()
        self._lift = metrics[0].ascent() - metrics[2].ascent()

    def width(self, text: str, digits: int) -> float:
        """Return how wide a price is painted, in pixels."""
        return sum(self._width(part, place) for place, part in enumerate(price_parts(text, digits)))

    def paint(self, painter: QPainter, right: float, baseline: float, text: str, digits: int) -> None:
        """Paint a price up to a pixel; the painter has another font afterwards."""
        head, pips, tenth = price_parts(text, digits)
        for part, place, lift in ((tenth, 2, self._lift), (pips, 1, 0.0), (head, 0, 0.0)):
            if part:
                right -= self._width(part, place)
                painter.setFont(self._fonts[place])
                painter.drawText(QPointF(right, baseline - lift), part)

    def paint_in(self, painter: QPainter, area: QRect, text: str, digits: int) -> None:
        """Paint a price at the right edge of a cell; the painter has another font afterwards."""
        baseline = area.top() + (area.height() - self._height) / 2 + self.ascent
        self.paint(painter, area.right() + 1.0, baseline, text, digits)

    def _width(self, part: str, place: int) -> float:
        points = part.count(".")
        return (len(part) - points) * self._digit_widths[place] + points * self._point_width

# SPDX-License-Identifier: MIT
"""Which of a chart's lines is in the hand, and where it is pulled to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetrics

from arbitrex_desktop.ui.chart.marks import LineKind, PriceLine
from arbitrex_desktop.ui.chart.paint.plates import plates_of
from arbitrex_desktop.ui.chart.scales import PriceScale

_REACH: Final = 5.0
"""Pixels from a line within which it can be taken."""

_BY_PLATE: Final = (LineKind.ENTRY, LineKind.POSITION)


class LineGrip:
    """The lines of a chart, one of which may be in the hand.

    Attributes:
        lines: all of them; the one in the hand stands where it was pulled to.
        held: the one in the hand, None for none.
        origin: the same as it was when it was taken.
    """

    def __init__(self) -> None:
        self.lines: tuple[PriceLine, ...] = ()
        self.held: PriceLine | None = None
        self.origin: PriceLine | None = None
        self._offset = 0.0

    def show(self, lines: Sequence[PriceLine]) -> bool:
        """Take other lines; what is in the hand keeps its price.  Return whether anything is different."""
        held = self.held
        new = tuple(
            replace(line, price=held.price) if held is not None and line.key == held.key else line for line in lines
        )
        is_other = new != self.lines
        self.lines = new
        return is_other

    def find(self, at: QPointF, prices: PriceScale, plot: QRectF, metrics: QFontMetrics) -> PriceLine | None:
        """Return the line that may be dragged whose plate is at a place, or which is within reach of it.

        Those that lie where one pans, a position's and the plan's entry, are taken by their plates only.
        """
        plates = plates_of(self.lines, prices, plot, metrics)
        named = [line for line, box in reversed(plates) if line.is_draggable and box.contains(at)]
        if named:
            return named[0]
        free = (line for line in self.lines if line.is_draggable and line.kind not in _BY_PLATE)
        reached = [(gap, line) for line in free if (gap := abs(prices.y(line.price) - at.y())) <= _REACH]
        return min(reached, key=lambda found: found[0])[1] if reached else None

    def take(self, line: PriceLine | None, y: float, prices: PriceScale) -> None:
        """Take a line at a pixel: a plate that made room for another stands beside its line."""
        self.held = self.origin = line
        self._offset = prices.y(line.price) - y if line is not None else 0.0

    def pull(self, y: float, prices: PriceScale, digits: int) -> PriceLine | None:
        """Move the line in the hand to a pixel, on the symbol's grid, and return it."""
        if self.held is not None:
            self._put(replace(self.held, price=round(prices.price(y + self._offset), digits)))
        return self.held

    def put_back(self) -> PriceLine | None:
        """Let go of the line where it was taken, and return it."""
        origin = self.origin
        if origin is not None:
            self._put(origin)
        self.held = None
        return origin

    def _put(self, moved: PriceLine) -> None:
        self.lines = tuple(moved if line.key == moved.key else line for line in self.lines)
        self.held = moved

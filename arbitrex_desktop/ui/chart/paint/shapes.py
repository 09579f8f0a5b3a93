# SPDX-License-Identifier: MIT
"""Paints a chart's parts from arrays; every function draws what it is given and keeps nothing.

Straight lines are filled as rectangles a pixel wide, in opaque colours: Qt strokes a line with a pen some twenty times
as slowly, and blends at a tenth of the speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from arbitrex_desktop.ui.chart.columns import Columns
from arbitrex_desktop.ui.chart.marks import LineKind, PriceLine, Zone
from arbitrex_desktop.ui.chart.options import BarStyle
from arbitrex_desktop.ui.chart.scales import Floats, PriceScale
from arbitrex_desktop.ui.theme.colours import Colours, mix

_VOLUME_SHARE: Final = 0.14
_BODY_SHARE: Final = 0.68
_NARROW: Final = 2.5
"""Below so many pixels a bar there is no room for a body beside the next one."""

INDICATOR_COLOURS: Final = ("#c9a227", "#8f7ee6", "#4db6ac", "#d17ab0", "#9aa7b8", "#8f7ee6", "#c9a227")


@dataclass(frozen=True, slots=True)
class Pen:
    """A cosmetic pen's look."""

    colour: QColor
    width: float = 1.0
    style: Qt.PenStyle = Qt.PenStyle.SolidLine

    def make(self) -> QPen:
        """Return the pen for Qt."""
        pen = QPen(self.colour, self.width, self.style)
        pen.setCosmetic(True)
        return pen


def fill(painter: QPainter, rects: list[QRectF], colour: QColor) -> None:
    """Fill rectangles."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRects(rects)


def columns_of(x: Floats, top: Floats, bottom: Floats) -> list[QRectF]:
    """Return upright lines a pixel wide, each at least a pixel long."""
    heights = np.maximum(bottom - top, 1.0)
    lines = zip(np.floor(x).tolist(), top.tolist(), heights.tolist(), strict=True)
    return [QRectF(a, b, 1.0, c) for a, b, c in lines]


def level(area: QRectF, y: float) -> QRectF:
    """Return a level line a pixel high across an area."""
    return QRectF(area.left(), float(np.floor(y)), area.width(), 1.0)


def dashes(line: QRectF, length: float, gap: float) -> list[QRectF]:
    """Return a level line's dashes."""
    starts = np.arange(line.left(), line.right(), length + gap).tolist()
    return [QRectF(x, line.top(), min(length, line.right() - x), line.height()) for x in starts]


def draw_bars(
    painter: QPainter, columns: Columns, scale: PriceScale, bar: float, *, style: BarStyle, colours: Colours
) -> None:
    """Draw the bars in sight, rising ones blue and falling ones orange; `bar` is the pixels from one to the next."""
    if not len(columns.x):
        return
    if style is BarStyle.LINE:
        draw_curve(painter, columns.x, scale.ys(columns.close), Pen(colours.up, 1.4))
        return
    rising = columns.close >= columns.open
    for chosen, colour in ((rising, colours.up), (~rising, colours.down)):
        part = Columns(*(getattr(columns, name)[chosen] for name in ("x", "open", "high", "low", "close", "volume")))
        if style is BarStyle.BARS:
            _draw_sticks(painter, part, scale, bar, colour)
        else:
            _draw_candles(painter, part, scale, bar, colour)


def _draw_candles(painter: QPainter, part: Columns, scale: PriceScale, bar: float, colour: QColor) -> None:
    """Draw wicks and bodies; where bars are narrow, wicks alone tell the range."""
    rects = columns_of(part.x, scale.ys(part.high), scale.ys(part.low))
    if bar >= _NARROW:
        width = max(1.0, np.floor(bar * _BODY_SHARE / 2.0) * 2.0 + 1.0)
        opened, closed = scale.ys(part.open), scale.ys(part.close)
        upper, lower = np.floor(np.minimum(opened, closed)), np.ceil(np.maximum(opened, closed))
        left, height = np.floor(part.x) - (width - 1.0) / 2.0, np.maximum(lower - upper, 1.0)
        bodies = zip(left.tolist(), upper.tolist(), height.tolist(), strict=True)
        rects += [QRectF(a, b, width, c) for a, b, c in bodies]
    fill(painter, rects, colour)


def _draw_sticks(painter: QPainter, part: Columns, scale: PriceScale, bar: float, colour: QColor) -> None:
    """Draw ranges with a tick to the left for the open and one to the right for the close."""
    rects = columns_of(part.x, scale.ys(part.high), scale.ys(part.low))
    if bar >= _NARROW:
        x, arm = np.floor(part.x), max(1.0, np.floor(bar * 0.36))
        opened, closed = np.floor(scale.ys(part.open)), np.floor(scale.ys(part.close))
        rects += [QRectF(a - arm, b, arm, 1.0) for a, b in zip(x.tolist(), opened.tolist(), strict=True)]
        rects += [QRectF(a, b, arm + 1.0, 1.0) for a, b in zip(x.tolist(), closed.tolist(), strict=True)]
    fill(painter, rects, colour)


def draw_volume(painter: QPainter, columns: Columns, area: QRectF, bar: float, colours: Colours) -> None:
    """Draw tick volume along the lower edge of the plot."""
    most = float(columns.volume.max()) if len(columns.volume) else 0.0
    if most <= 0.0:
        return
    heights = columns.volume / most * area.height() * _VOLUME_SHARE
    width = max(1.0, np.floor(bar * _BODY_SHARE))
    left, bottom = np.floor(columns.x - (width - 1.0) / 2.0), area.bottom()
    places = zip(left.tolist(), heights.tolist(), strict=True)
    fill(painter, [QRectF(a, bottom - b, width, b) for a, b in places], mix(colours.base, colours.muted, 0.22))


def draw_curve(painter: QPainter, x: Floats, y: Floats, pen: Pen) -> None:
    """Draw a line through the points that are known, interrupted where one is not."""
    painter.setPen(pen.make())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    unknown = np.flatnonzero(~np.isfinite(y))
    for part_x, part_y in zip(np.split(x, unknown), np.split(y, unknown), strict=True):
        known = np.isfinite(part_y)
        points = [QPointF(a, b) for a, b in zip(part_x[known].tolist(), part_y[known].tolist(), strict=True)]
        if len(points) > 1:
            painter.drawPolyline(QPolygonF(points))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def draw_zone(painter: QPainter, zone: Zone, area: QRectF, scale: PriceScale, colours: Colours) -> None:
    """Shade a band between two prices; drawn on the bare ground, below all else."""
    colour = colours.down if zone.kind is LineKind.STOP else colours.up
    top, bottom = scale.y(zone.high), scale.y(zone.low)
    painter.fillRect(QRectF(area.left(), top, area.width(), bottom - top) & area, mix(colours.base, colour, 0.1))


def line_look(line: PriceLine, colours: Colours) -> tuple[QColor, float]:
    """Return a line's colour and the length of its dashes: 0 for a solid line, where an order stands."""
    side = colours.up if line.direction > 0 else colours.down
    looks = {
        LineKind.ENTRY: (colours.text, 8.0),
        LineKind.STOP: (colours.warn, 0.0),
        LineKind.TARGET: (colours.good, 0.0),
        LineKind.POSITION: (side, 0.0),
        LineKind.ORDER: (side, 8.0),
        LineKind.GHOST: (side, 2.0),
        LineKind.LEVEL: (colours.muted, 0.0),
        LineKind.ALERT: (colours.warn, 2.0),
    }
    return looks[line.kind]

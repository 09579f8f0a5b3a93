# SPDX-License-Identifier: MIT
"""Paints a chart's parts from arrays; every function draws what it is given and keeps nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPolygonF

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


def faded(colour: QColor, alpha: int) -> QColor:
    """Return the colour with an alpha of 0 to 255."""
    result = QColor(colour)
    result.setAlpha(alpha)
    return result


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
    x = np.floor(part.x) + 0.5
    top, bottom = scale.ys(part.high), scale.ys(part.low)
    bottom = np.maximum(bottom, top + 1.0)
    painter.setPen(Pen(colour).make())
    painter.drawLines([QLineF(a, b, a, c) for a, b, c in zip(x.tolist(), top.tolist(), bottom.tolist(), strict=True)])
    if bar < _NARROW:
        return
    width = max(1.0, np.floor(bar * _BODY_SHARE / 2.0) * 2.0 + 1.0)
    opened, closed = scale.ys(part.open), scale.ys(part.close)
    upper, lower = np.floor(np.minimum(opened, closed)), np.ceil(np.maximum(opened, closed))
    left, height = x - width / 2.0, np.maximum(lower - upper, 1.0)
    rects = zip(left.tolist(), upper.tolist(), height.tolist(), strict=True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRects([QRectF(a, b, width, c) for a, b, c in rects])


def _draw_sticks(painter: QPainter, part: Columns, scale: PriceScale, bar: float, colour: QColor) -> None:
    """Draw ranges with a tick to the left for the open and one to the right for the close."""
    x = np.floor(part.x) + 0.5
    arm = max(0.0, np.floor(bar * 0.36))
    high, low = scale.ys(part.high), scale.ys(part.low)
    opened, closed = scale.ys(part.open), scale.ys(part.close)
    lines = [QLineF(a, b, a, c) for a, b, c in zip(x.tolist(), high.tolist(), low.tolist(), strict=True)]
    if bar >= _NARROW:
        lines += [QLineF(a - arm, b, a, b) for a, b in zip(x.tolist(), opened.tolist(), strict=True)]
        lines += [QLineF(a, b, a + arm, b) for a, b in zip(x.tolist(), closed.tolist(), strict=True)]
    painter.setPen(Pen(colour).make())
    painter.drawLines(lines)


def draw_volume(painter: QPainter, columns: Columns, area: QRectF, bar: float, colours: Colours) -> None:
    """Draw tick volume along the lower edge of the plot, in an opaque colour: blending costs ten times as much."""
    most = float(columns.volume.max()) if len(columns.volume) else 0.0
    if most <= 0.0:
        return
    heights = columns.volume / most * area.height() * _VOLUME_SHARE
    colour, bottom = mix(colours.base, colours.muted, 0.22), area.bottom()
    if bar < _NARROW:
        x, tops = np.floor(columns.x) + 0.5, bottom - heights
        painter.setPen(Pen(colour).make())
        painter.drawLines([QLineF(a, b, a, bottom) for a, b in zip(x.tolist(), tops.tolist(), strict=True)])
        return
    width = max(1.0, np.floor(bar * _BODY_SHARE))
    left = np.floor(columns.x - width / 2.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRects([QRectF(a, bottom - b, width, b) for a, b in zip(left.tolist(), heights.tolist(), strict=True)])


def draw_curve(painter: QPainter, x: Floats, y: Floats, pen: Pen) -> None:
    """Draw a line through the points that are known."""
    known = np.isfinite(y)
    if int(known.sum()) < 2:  # noqa: PLR2004 - a line has two ends
        return
    points = [QPointF(a, b) for a, b in zip(x[known].tolist(), y[known].tolist(), strict=True)]
    painter.setPen(pen.make())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=True)
    painter.drawPolyline(QPolygonF(points))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def draw_zone(painter: QPainter, zone: Zone, area: QRectF, scale: PriceScale, colours: Colours) -> None:
    """Shade a band between two prices."""
    colour = colours.down if zone.kind is LineKind.STOP else colours.up
    top, bottom = scale.y(zone.high), scale.y(zone.low)
    painter.fillRect(QRectF(area.left(), top, area.width(), bottom - top) & area, faded(colour, 26))


def line_pen(line: PriceLine, colours: Colours) -> Pen:
    """Return how a line is drawn: solid where an order stands, dashed where one would."""
    side = colours.up if line.direction > 0 else colours.down
    looks = {
        LineKind.ENTRY: Pen(colours.text, 1.4, Qt.PenStyle.DashLine),
        LineKind.STOP: Pen(colours.warn, 1.4),
        LineKind.TARGET: Pen(colours.good, 1.4),
        LineKind.POSITION: Pen(side, 1.4),
        LineKind.ORDER: Pen(side, 1.2, Qt.PenStyle.DashLine),
        LineKind.GHOST: Pen(side, 1.2, Qt.PenStyle.DotLine),
        LineKind.LEVEL: Pen(colours.muted, 1.0),
        LineKind.ALERT: Pen(colours.warn, 1.0, Qt.PenStyle.DotLine),
    }
    return looks[line.kind]


def draw_price_line(painter: QPainter, line: PriceLine, y: float, area: QRectF, colours: Colours) -> None:
    """Draw a line with its text on a plate at the left end."""
    pen = line_pen(line, colours)
    painter.setPen(pen.make())
    level = np.floor(y) + 0.5
    painter.drawLine(QLineF(area.left(), level, area.right(), level))
    if line.text:
        grip = "\N{UP DOWN ARROW} " if line.is_draggable else ""
        draw_plate(painter, grip + line.text, QPointF(area.left() + 6.0, level), pen.colour, colours)


def draw_plate(painter: QPainter, text: str, at: QPointF, edge: QColor, colours: Colours) -> None:
    """Draw a text on a small plate, its left end's middle at `at`."""
    metrics = QFontMetrics(painter.font())
    box = QRectF(
        at.x(), at.y() - metrics.height() / 2.0 - 1.0, metrics.horizontalAdvance(text) + 10.0, metrics.height() + 2.0
    )
    painter.fillRect(box, colours.raised)
    painter.fillRect(QRectF(box.left(), box.top(), 2.0, box.height()), edge)
    painter.setPen(colours.text)
    painter.drawText(box.adjusted(6.0, 0.0, 0.0, 0.0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def draw_axis_price(painter: QPainter, text: str, y: float, area: QRectF, *, back: QColor, colour: QColor) -> None:
    """Draw a price on a filled plate of the price axis."""
    height = QFontMetrics(painter.font()).height() + 2.0
    top = min(max(y - height / 2.0, area.top()), area.bottom() - height)
    box = QRectF(area.left(), top, area.width(), height)
    painter.fillRect(box, back)
    painter.setPen(colour)
    painter.drawText(box.adjusted(5.0, 0.0, 0.0, 0.0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

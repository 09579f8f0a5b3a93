# SPDX-License-Identifier: MIT
"""One frame of a chart, drawn from back to front out of frozen values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.ui.chart import indicators
from arbitrex_desktop.ui.chart.axes import day_starts
from arbitrex_desktop.ui.chart.columns import column_starts, pixels_of, visible_columns
from arbitrex_desktop.ui.chart.marks import Mark
from arbitrex_desktop.ui.chart.options import PANES, Indicator
from arbitrex_desktop.ui.chart.paint import ground, plates, shapes
from arbitrex_desktop.ui.chart.paint.frame_values import Frame
from arbitrex_desktop.ui.chart.paint.shapes import Pen
from arbitrex_desktop.ui.chart.scales import Floats, PriceScale
from arbitrex_desktop.ui.theme.colours import Colours, mix

_WARM_UP: Final = 600
"""Bars before the first in sight from which smoothed averages are begun; what came earlier weighs less than 0.3%."""

_LEAST_FOR_LABELS: Final = 3.0
"""Pixels a bar below which results are told under the pointer only."""

_LEAST_FOR_VOLUME: Final = 120.0
"""Pixels of height below which prices need the room of the volume."""

_NAME_SHARE: Final = 0.35
"""How much of the text's colour a name has: the colours of thin lines are too pale for words."""

_LEAST_FOR_NAMES: Final = 8
"""Lines of text that a plot must be high for the indicators' names to have room."""

_RSI_LEVELS: Final = (30.0, 70.0)

_VALUES: Final[dict[Indicator, Callable[[Rows], Floats]]] = {
    Indicator.SMA20: lambda rows: indicators.sma(rows["close"].astype(np.float64), 20),
    Indicator.SMA50: lambda rows: indicators.sma(rows["close"].astype(np.float64), 50),
    Indicator.SMA200: lambda rows: indicators.sma(rows["close"].astype(np.float64), 200),
    Indicator.EMA20: lambda rows: indicators.ema(rows["close"].astype(np.float64), 20),
    Indicator.VWAP: indicators.vwap,
    Indicator.RSI: lambda rows: indicators.rsi(rows["close"].astype(np.float64), 14),
    Indicator.ATR: lambda rows: indicators.atr(rows, 14),
}


def draw_frame(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw everything."""
    painter.fillRect(painter.viewport(), colours.base)
    # Without bars, prices would be numbers of nothing.
    if len(frame.series):
        ground.draw_ground(painter, frame, colours)
        _draw_plot(painter, frame, colours)
        for indicator, area in frame.areas.panes:
            _draw_pane(painter, frame, indicator, area, colours)
        plates.draw_axis_plates(painter, frame, colours)
        plates.draw_crosshair(painter, frame, colours)
    elif frame.caption.note and not frame.caption.title:
        plates.draw_note(painter, frame, colours)
        return
    plates.draw_legend(painter, frame, colours)
    if frame.caption.is_chosen:
        painter.fillRect(QRectF(0.0, 0.0, painter.viewport().width(), 2.0), colours.up)


def _draw_plot(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw bars and what stands among them."""
    painter.save()
    painter.setClipRect(frame.areas.plot)
    columns = visible_columns(frame.series, frame.time)
    if frame.options.shows_volume and frame.areas.plot.height() >= _LEAST_FOR_VOLUME:
        shapes.draw_volume(painter, columns, frame.areas.plot, frame.time.bar, colours)
    shapes.draw_bars(painter, columns, frame.prices, frame.time.bar, style=frame.options.style, colours=colours)
    _draw_averages(painter, frame, colours)
    _draw_marks(painter, frame, colours)
    plates.draw_quote_lines(painter, frame, colours)
    plates.draw_lines(painter, frame, colours)
    painter.restore()


def _values_in_sight(frame: Frame, indicator: Indicator) -> tuple[Floats, Floats, float]:
    """Return pixels and values of an indicator in sight, thinned to one a pixel, and its value at the bar pointed at.

    Without a pointer that is the newest bar in sight; NaN where the indicator is not known.
    """
    first, last = frame.time.visible(len(frame.series))
    begin = max(0, first - _WARM_UP)
    values = _VALUES[indicator](frame.series.rows[begin:last])[first - begin :]
    starts = column_starts(frame.time, first, last)
    pointed = frame.pointed
    place = last - 1 if pointed is None else min(max(pointed, first), last - 1)
    at = float(values[place - first]) if last > first else float("nan")
    if indicator is Indicator.VWAP:
        # It begins anew with each day: a stroke from one day's to the next would be a price that never was.
        values[day_starts(frame.series.rows["time"][first:last])] = np.nan
    return pixels_of(frame.time, first + starts), values[starts], at


def _draw_averages(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw the indicators among the bars, and their names and values in their colours below the legend."""
    height = painter.fontMetrics().height()
    x, y = plates.LEFT, plates.legend_height(painter.fontMetrics()) + painter.fontMetrics().ascent()
    for number, indicator in enumerate(Indicator):
        if indicator in frame.options.indicators and indicator not in PANES:
            xs, values, at = _values_in_sight(frame, indicator)
            colour = QColor(shapes.INDICATOR_COLOURS[number])
            shapes.draw_curve(painter, xs, frame.prices.ys(values), Pen(colour, 1.3))
            text = f"{indicator} {at:.{frame.digits}f}" if math.isfinite(at) else str(indicator)
            if frame.areas.plot.height() >= _LEAST_FOR_NAMES * height:
                x = plates.write(painter, text, x, y, mix(colour, colours.text, _NAME_SHARE))


def _draw_pane(painter: QPainter, frame: Frame, indicator: Indicator, area: QRectF, colours: Colours) -> None:
    """Draw an indicator with a scale of its own."""
    x, values, at = _values_in_sight(frame, indicator)
    known = values[np.isfinite(values)]
    shapes.fill(painter, [shapes.level(area, area.top())], colours.line)
    if not len(known):
        return
    scale = PriceScale(top=area.top() + 4.0, height=area.height() - 8.0)
    is_rsi = indicator is Indicator.RSI
    scale = scale.fitted(0.0, 100.0) if is_rsi else scale.fitted(float(known.min()), float(known.max()))
    if is_rsi:
        for level in _RSI_LEVELS:
            rects = shapes.dashes(shapes.level(area, scale.y(level)), 2.0, 3.0)
            shapes.fill(painter, rects, mix(colours.base, colours.muted, 0.5))
    shapes.draw_curve(painter, x, scale.ys(values), Pen(colours.text, 1.3))
    painter.setPen(colours.muted)
    text = f"{at:.{1 if is_rsi else frame.digits}f}" if math.isfinite(at) else ""
    painter.drawText(QPointF(area.left() + plates.LEFT, area.top() + 14.0), f"{indicator}  {text}")


def _draw_marks(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw a triangle at each fill, up for a buy and down for a sell; hollow where it closes, with the result."""
    first, last = frame.time.visible(len(frame.series))
    for mark in frame.marks:
        index = frame.series.index_at(mark.seconds)
        if not first <= index < last:
            continue
        x, y, up = frame.time.x(index), frame.prices.y(mark.price), mark.direction > 0
        tip = 10.0 if up else -10.0
        colour = colours.up if up else colours.down
        # Candles have the same colours: the edge sets the mark off from the one that it stands on.
        painter.setPen(Pen(colours.text, 1.4).make())
        painter.setBrush(colours.base if mark.closes else colour)
        painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x - 6.0, y + tip), QPointF(x + 6.0, y + tip)]))
        if mark.label and frame.time.bar >= _LEAST_FOR_LABELS:
            _draw_label(painter, mark, QPointF(x, y + tip), colours)


def _draw_label(painter: QPainter, mark: Mark, at: QPointF, colours: Colours) -> None:
    """Write a result on a small plate beyond its mark."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(mark.label) + 6.0, metrics.height()
    top = at.y() + 2.0 if mark.direction > 0 else at.y() - height - 2.0
    box = QRectF(at.x() - width / 2.0, top, width, height)
    painter.fillRect(box, colours.base)
    painter.setPen(colours.down if mark.is_loss else colours.up)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark.label)

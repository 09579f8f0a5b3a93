# SPDX-License-Identifier: MIT
"""One frame of a chart, drawn from front to back out of frozen values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPolygonF

from arbitrex_desktop.mt5.arrays import Rows
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart import axes, indicators
from arbitrex_desktop.ui.chart import painter as paint
from arbitrex_desktop.ui.chart.axes import AxisClock
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.columns import column_starts, visible_columns
from arbitrex_desktop.ui.chart.layout import Areas
from arbitrex_desktop.ui.chart.marks import Mark, PriceLine, Zone
from arbitrex_desktop.ui.chart.options import PANES, ChartOptions, Indicator
from arbitrex_desktop.ui.chart.painter import Pen, faded
from arbitrex_desktop.ui.chart.scales import Floats, PriceScale, TimeScale
from arbitrex_desktop.ui.chart.timeframes import seconds_of
from arbitrex_desktop.ui.theme.colours import Colours

Seconds = NDArray[np.int64]

_GRID_PIXELS: Final = 44.0
_LABEL_PIXELS: Final = 84.0
_DAY_PIXELS: Final = 6.0
_WARM_UP: Final = 600
"""Bars before the first in sight from which smoothed averages are begun; what came earlier weighs less than 0.3%."""

_RSI_LEVELS: Final = (30.0, 70.0)
_SESSIONS_UTC: Final = ((7, 16), (12, 21))
"""Hours of London and New York; where they overlap the shade is twice as deep."""

_LONGEST_SHADED: Final = 4 * 3600

_AVERAGES: Final[dict[Indicator, Callable[[Rows], Floats]]] = {
    Indicator.SMA20: lambda rows: indicators.sma(rows["close"].astype(np.float64), 20),
    Indicator.SMA50: lambda rows: indicators.sma(rows["close"].astype(np.float64), 50),
    Indicator.SMA200: lambda rows: indicators.sma(rows["close"].astype(np.float64), 200),
    Indicator.EMA20: lambda rows: indicators.ema(rows["close"].astype(np.float64), 20),
    Indicator.VWAP: indicators.vwap,
    Indicator.RSI: lambda rows: indicators.rsi(rows["close"].astype(np.float64), 14),
    Indicator.ATR: lambda rows: indicators.atr(rows, 14),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """All that one frame shows.

    Attributes:
        series: the bars.
        time, prices: the scales.
        areas: where the parts lie.
        options, clock: how it looks.
        digits: decimals of prices.
        quote: bid and ask, zero for none.
        lines, zones, marks: what stands on it.
        pointer: the mouse, None when it is elsewhere.
    """

    series: BarSeries
    time: TimeScale
    prices: PriceScale
    areas: Areas
    options: ChartOptions
    clock: AxisClock
    digits: int
    quote: tuple[float, float]
    lines: tuple[PriceLine, ...]
    zones: tuple[Zone, ...]
    marks: tuple[Mark, ...]
    pointer: QPointF | None

    @property
    def timeframe(self) -> Timeframe:
        """Length of a bar."""
        return self.series.timeframe


def draw_frame(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw everything."""
    painter.fillRect(painter.viewport(), colours.base)
    if not len(frame.series):
        # Prices without bars would be numbers of nothing.
        return
    _draw_times(painter, frame, colours)
    _draw_prices(painter, frame, colours)
    painter.save()
    painter.setClipRect(frame.areas.plot)
    for zone in frame.zones:
        paint.draw_zone(painter, zone, frame.areas.plot, frame.prices, colours)
    columns = visible_columns(frame.series.rows, frame.time)
    if frame.options.shows_volume:
        paint.draw_volume(painter, columns, frame.areas.plot, frame.time.bar, colours)
    paint.draw_bars(painter, columns, frame.prices, frame.time.bar, style=frame.options.style, colours=colours)
    _draw_averages(painter, frame)
    _draw_marks(painter, frame, colours)
    _draw_quote_lines(painter, frame, colours)
    for line in frame.lines:
        paint.draw_price_line(painter, line, frame.prices.y(line.price), frame.areas.plot, colours)
    painter.restore()
    for indicator, area in frame.areas.panes:
        _draw_pane(painter, frame, indicator, area, colours)
    _draw_axis_plates(painter, frame, colours)
    _draw_crosshair(painter, frame, colours)
    _draw_legend(painter, frame, colours)


def _draw_prices(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw the price grid with its numbers."""
    plot, axis = frame.areas.plot, frame.areas.price_axis
    ticks = frame.prices.ticks(_GRID_PIXELS)
    levels = [np.floor(frame.prices.y(tick)) + 0.5 for tick in ticks]
    painter.setPen(Pen(faded(colours.line, 110)).make())
    painter.drawLines([QLineF(plot.left(), y, plot.right(), y) for y in levels])
    painter.drawLine(QLineF(axis.left(), axis.top(), axis.left(), axis.bottom()))
    painter.setPen(colours.muted)
    height = painter.fontMetrics().height()
    for tick, y in zip(ticks, levels, strict=True):
        if height / 2 <= y <= plot.bottom() - height / 2:
            box = QRectF(axis.left() + 5.0, y - height / 2, axis.width(), height)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{tick:.{frame.digits}f}")


def _draw_times(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw sessions, day separators, the time grid and its labels."""
    first, last = frame.time.visible(len(frame.series))
    if last <= first:
        return
    times: Seconds = frame.series.rows["time"][first:last].astype(np.int64)
    bottom = frame.areas.time_axis.top()
    if frame.options.shows_sessions and seconds_of(frame.timeframe) <= _LONGEST_SHADED:
        _draw_sessions(painter, frame, times, first, colours)
    if seconds_of(frame.timeframe) <= _LONGEST_SHADED:
        starts = axes.day_starts(times)
        if len(starts) * _DAY_PIXELS < frame.time.width:
            edges = [_edge(frame, first + int(place)) for place in starts]
            painter.setPen(Pen(faded(colours.muted, 90), 1.0, Qt.PenStyle.DotLine).make())
            painter.drawLines([QLineF(x, 0.0, x, bottom) for x in edges])
    _draw_time_labels(painter, frame, times, first, colours)


def _edge(frame: Frame, index: int) -> float:
    """Return the pixel of a bar's left edge."""
    return float(np.floor(frame.time.x(index - 0.5)) + 0.5)


def _draw_sessions(painter: QPainter, frame: Frame, times: Seconds, first: int, colours: Colours) -> None:
    hours = ((times - frame.clock.offset) // 3600) % 24
    height = frame.areas.time_axis.top()
    for begin, end in _SESSIONS_UTC:
        inside = np.concatenate(([False], (hours >= begin) & (hours < end), [False]))
        for start, stop in np.flatnonzero(np.diff(inside.astype(np.int8))).reshape(-1, 2):
            left, right = _edge(frame, first + int(start)), _edge(frame, first + int(stop))
            painter.fillRect(QRectF(left, 0.0, right - left, height), faded(colours.muted, 14))


def _draw_time_labels(painter: QPainter, frame: Frame, times: Seconds, first: int, colours: Colours) -> None:
    axis = frame.areas.time_axis
    shift = frame.clock.shift(float(times[-1]))
    places = axes.label_places(times, shift, frame.time.bar, _LABEL_PIXELS)
    painter.setPen(Pen(faded(colours.line, 110)).make())
    painter.drawLine(QLineF(axis.left(), axis.top() + 0.5, axis.right(), axis.top() + 0.5))
    xs = [float(np.floor(frame.time.x(first + int(place))) + 0.5) for place in places]
    painter.drawLines([QLineF(x, 0.0, x, axis.top()) for x in xs])
    painter.setPen(colours.muted)
    before: datetime | None = None
    free_from = 0.0
    for place, x in zip(places, xs, strict=True):
        moment = frame.clock.moment(float(times[place]))
        text = axes.label_text(moment, before, frame.timeframe)
        before = moment
        width = painter.fontMetrics().horizontalAdvance(text)
        if x - width / 2 >= free_from and x + width / 2 <= frame.time.width:
            painter.drawText(
                QRectF(x - width, axis.top(), 2 * width, axis.height()), Qt.AlignmentFlag.AlignCenter, text
            )
            free_from = x + width / 2 + 8.0


def _values_in_sight(frame: Frame, indicator: Indicator) -> tuple[Floats, Floats]:
    """Return pixels and values of an indicator in sight, thinned to one a pixel."""
    first, last = frame.time.visible(len(frame.series))
    begin = max(0, first - _WARM_UP)
    values = _AVERAGES[indicator](frame.series.rows[begin:last])[first - begin :]
    x = frame.time.width - (frame.time.right - np.arange(first, last, dtype=np.float64)) * frame.time.bar
    starts = column_starts(x, frame.time.bar)
    return x[starts], values[starts]


def _draw_averages(painter: QPainter, frame: Frame) -> None:
    for number, indicator in enumerate(Indicator):
        if indicator in frame.options.indicators and indicator not in PANES:
            x, values = _values_in_sight(frame, indicator)
            colour = QColor(paint.INDICATOR_COLOURS[number])
            paint.draw_curve(painter, x, frame.prices.ys(values), Pen(colour, 1.3))


def _draw_pane(painter: QPainter, frame: Frame, indicator: Indicator, area: QRectF, colours: Colours) -> None:
    """Draw an indicator with a scale of its own."""
    x, values = _values_in_sight(frame, indicator)
    known = values[np.isfinite(values)]
    painter.setPen(Pen(colours.line).make())
    painter.drawLine(QLineF(area.left(), area.top() + 0.5, area.right(), area.top() + 0.5))
    if not len(known):
        return
    scale = PriceScale(top=area.top() + 4.0, height=area.height() - 8.0)
    is_rsi = indicator is Indicator.RSI
    scale = scale.fitted(0.0, 100.0) if is_rsi else scale.fitted(float(known.min()), float(known.max()))
    if is_rsi:
        painter.setPen(Pen(faded(colours.muted, 110), 1.0, Qt.PenStyle.DotLine).make())
        painter.drawLines([QLineF(area.left(), scale.y(level), area.right(), scale.y(level)) for level in _RSI_LEVELS])
    paint.draw_curve(painter, x, scale.ys(values), Pen(colours.text, 1.3))
    painter.setPen(colours.muted)
    decimals = 1 if is_rsi else frame.digits
    painter.drawText(QPointF(area.left() + 6.0, area.top() + 14.0), f"{indicator}  {known[-1]:.{decimals}f}")


def _draw_marks(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw a triangle at each fill: up for a buy, down for a sell; hollow where it closes."""
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


def _draw_quote_lines(painter: QPainter, frame: Frame, colours: Colours) -> None:
    bid, ask = frame.quote
    for price, colour in ((ask, faded(colours.down, 150)), (bid, faded(colours.up, 200))):
        if price > 0.0:
            y = np.floor(frame.prices.y(price)) + 0.5
            painter.setPen(Pen(colour).make())
            painter.drawLine(QLineF(frame.areas.plot.left(), y, frame.areas.plot.right(), y))


def _draw_axis_plates(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw prices of lines and of the quote on the axis, the bid last so that it is never hidden."""
    axis = frame.areas.price_axis
    plot = frame.areas.plot
    for line in frame.lines:
        y = frame.prices.y(line.price)
        if plot.top() <= y <= plot.bottom():
            edge = paint.line_pen(line, colours).colour
            paint.draw_axis_price(
                painter, f"{line.price:.{frame.digits}f}", y, plot_axis(axis, plot), back=colours.raised, colour=edge
            )
    bid, ask = frame.quote
    if ask > 0.0:
        text = f"{ask:.{frame.digits}f}"
        paint.draw_axis_price(
            painter, text, frame.prices.y(ask), plot_axis(axis, plot), back=colours.alternate, colour=colours.down
        )
    if bid > 0.0:
        fill = colours.buy
        paint.draw_axis_price(
            painter,
            f"{bid:.{frame.digits}f}",
            frame.prices.y(bid),
            plot_axis(axis, plot),
            back=fill.back,
            colour=fill.text,
        )


def plot_axis(axis: QRectF, plot: QRectF) -> QRectF:
    """Return the part of the price axis beside the plot."""
    return QRectF(axis.left() + 1.0, plot.top(), axis.width() - 1.0, plot.height())


def _draw_crosshair(painter: QPainter, frame: Frame, colours: Colours) -> None:
    at, areas = frame.pointer, frame.areas
    if at is None or not len(frame.series) or at.x() > areas.plot.right() or at.y() > areas.time_axis.top():
        return
    index = min(max(int(np.rint(frame.time.index(at.x()))), 0), len(frame.series) - 1)
    x, y = np.floor(frame.time.x(index)) + 0.5, np.floor(at.y()) + 0.5
    painter.setPen(Pen(faded(colours.text, 120), 1.0, Qt.PenStyle.DashLine).make())
    painter.drawLines([QLineF(x, 0.0, x, areas.time_axis.top()), QLineF(0.0, y, areas.plot.right(), y)])
    if areas.plot.contains(at):
        text = f"{frame.prices.price(at.y()):.{frame.digits}f}"
        paint.draw_axis_price(
            painter, text, y, plot_axis(areas.price_axis, areas.plot), back=colours.text, colour=colours.base
        )
    moment = frame.clock.moment(float(frame.series.rows["time"][index]))
    _draw_time_plate(painter, axes.full_text(moment, frame.timeframe), x, areas, colours)


def _draw_time_plate(painter: QPainter, text: str, x: float, areas: Areas, colours: Colours) -> None:
    width = painter.fontMetrics().horizontalAdvance(text) + 10.0
    left = min(max(x - width / 2, 0.0), areas.plot.right() - width)
    box = QRectF(left, areas.time_axis.top() + 1.0, width, areas.time_axis.height() - 2.0)
    painter.fillRect(box, colours.text)
    painter.setPen(colours.base)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _draw_legend(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Write open, high, low, close and change of the bar under the pointer, or of the newest."""
    if not len(frame.series):
        return
    index = len(frame.series) - 1
    if frame.pointer is not None and frame.pointer.x() <= frame.areas.plot.right():
        index = min(max(int(np.rint(frame.time.index(frame.pointer.x()))), 0), index)
    row = frame.series.rows[index]
    change = float(row["close"] - row["open"])
    texts = [
        f"{name} {row[field]:.{frame.digits}f}"
        for name, field in zip("OHLC", ("open", "high", "low", "close"), strict=True)
    ]
    texts.append(f"{change:+.{frame.digits}f}")
    texts.append(f"V {int(row['tick_volume']):,}")
    bid, ask = frame.quote
    if bid > 0.0 and ask > 0.0:
        texts.append(f"spread {round((ask - bid) * 10**frame.digits):d} pt")
    painter.setPen(colours.up if change >= 0 else colours.down)
    painter.drawText(QPointF(8.0, painter.fontMetrics().ascent() + 4.0), "   ".join(texts))

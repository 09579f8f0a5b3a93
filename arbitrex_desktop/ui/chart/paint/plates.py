# SPDX-License-Identifier: MIT
"""Words over the bars: lines with their plates, prices on the axis, the crosshair and the legend."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QFontMetricsF, QPainter

from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.chart import axes
from arbitrex_desktop.ui.chart.marks import PriceLine
from arbitrex_desktop.ui.chart.paint import shapes
from arbitrex_desktop.ui.chart.paint.frame_values import Frame
from arbitrex_desktop.ui.chart.paint.spread import spread_apart
from arbitrex_desktop.ui.chart.scales import PriceScale
from arbitrex_desktop.ui.models.ticket import pip_size
from arbitrex_desktop.ui.theme.colours import Colours, mix

LEFT: Final = 8.0
_GAP: Final = 10.0
_CROSS: Final = 4.0
_LEAST_FOR_PLATES: Final = 180.0
"""Pixels of width below which plates would hide the bars: lines and their prices on the axis stay."""

_LEAST_FOR_ROWS: Final = 420.0
"""Pixels of width below which a plate keeps to its first row."""
_MOST: Final = 0.7
"""Part of the width that plates take: what is right of them, the newest bars, stays free."""


def legend_height(metrics: QFontMetrics) -> float:
    """Return how much of the plot's top the legend takes."""
    return metrics.height() + 4.0


def lines_in(lines: Iterable[PriceLine], prices: PriceScale, plot: QRectF) -> list[PriceLine]:
    """Return the lines whose price is in sight."""
    return [line for line in lines if plot.top() <= prices.y(line.price) <= plot.bottom()]


def plates_of(
    lines: Iterable[PriceLine], prices: PriceScale, plot: QRectF, metrics: QFontMetrics
) -> list[tuple[PriceLine, QRectF]]:
    """Return the lines in sight that have a text, each with the place of its plate; they make room for each other."""
    if plot.width() < _LEAST_FOR_PLATES:
        return []
    named = [line for line in lines_in(lines, prices, plot) if line.text]
    row, rows = metrics.height() + 2.0, [_rows(line, plot) for line in named]
    heights = [row * len(each) + 1.0 for each in rows]
    # The legend stands above them.
    middles = spread_apart([prices.y(line.price) for line in named], heights, row + 4.0, plot.bottom())
    placed = []
    for line, texts, middle, height in zip(named, rows, middles, heights, strict=True):
        width = min(max(map(metrics.horizontalAdvance, texts)) + 10.0, _MOST * plot.width())
        box = QRectF(plot.left() + 6.0, math.floor(middle - height / 2.0), width, height - 1.0)
        placed.append((line, box))
    return placed


def _rows(line: PriceLine, plot: QRectF) -> list[str]:
    grip = "\N{UP DOWN ARROW} " if line.is_draggable else ""
    rows = f"{grip}{line.text}".split("\n")
    return rows if plot.width() >= _LEAST_FOR_ROWS else rows[:1]


def draw_lines(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw the price lines, then their plates."""
    plot = frame.areas.plot
    for line in lines_in(frame.lines, frame.prices, plot):
        colour, dash = shapes.line_look(line, colours)
        stroke = shapes.level(plot, frame.prices.y(line.price))
        rects = shapes.dashes(stroke, dash, max(3.0, dash / 2.0)) if dash else [stroke]
        shapes.fill(painter, rects, colour)
    for line, box in plates_of(frame.lines, frame.prices, plot, painter.fontMetrics()):
        _draw_plate(painter, line, _rows(line, plot), box, colours)


def _draw_plate(painter: QPainter, line: PriceLine, rows: list[str], box: QRectF, colours: Colours) -> None:
    """Draw a line's text on a small plate; cut where that is too narrow."""
    painter.fillRect(box, colours.raised)
    painter.fillRect(QRectF(box.left(), box.top(), 2.0, box.height()), shapes.line_look(line, colours)[0])
    inner = box.adjusted(6.0, 0.0, 0.0, 0.0)
    each = inner.height() / len(rows)
    for number, row in enumerate(rows):
        painter.setPen(colours.text if number == 0 else colours.muted)
        place = QRectF(inner.left(), inner.top() + number * each, inner.width(), each)
        text = painter.fontMetrics().elidedText(row, Qt.TextElideMode.ElideRight, math.ceil(inner.width()))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def draw_quote_lines(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw bid and ask across the plot."""
    bid, ask = frame.quote
    for price, colour in ((ask, colours.down), (bid, colours.up)):
        if price > 0.0:
            line = shapes.level(frame.areas.plot, frame.prices.y(price))
            painter.fillRect(line, mix(colours.base, colour if frame.is_fresh else colours.muted, 0.65))


def draw_axis_plates(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw prices of lines and of the quote on the axis; they make room for each other."""
    plot = frame.areas.plot
    plates = [
        (line.price, colours.raised, shapes.line_look(line, colours)[0])
        for line in lines_in(frame.lines, frame.prices, plot)
    ]
    bid, ask = frame.quote
    if ask > 0.0:
        plates.append((ask, colours.alternate, colours.down if frame.is_fresh else colours.muted))
    if bid > 0.0:
        back, text = (colours.buy.back, colours.buy.text) if frame.is_fresh else (colours.line, colours.muted)
        plates.append((bid, back, text))
    heights = [painter.fontMetrics().height() + 2.0] * len(plates)
    middles = spread_apart([frame.prices.y(price) for price, _, _ in plates], heights, plot.top(), plot.bottom())
    for (price, back, colour), middle in zip(plates, middles, strict=True):
        draw_axis_price(painter, frame, price, middle, back=back, colour=colour)


def draw_axis_price(painter: QPainter, frame: Frame, price: float, y: float, *, back: QColor, colour: QColor) -> None:
    """Draw a price on a filled plate of the price axis, its pips set off."""
    plot, axis = frame.areas.plot, frame.areas.price_axis
    height = painter.fontMetrics().height() + 2.0
    top = min(max(np.floor(y - height / 2.0), plot.top()), plot.bottom() - height)
    box = QRectF(axis.left() + 1.0, top, axis.width() - 1.0, height)
    painter.fillRect(box, back)
    painter.setPen(colour)
    text, font, kind = f"{price:.{frame.digits}f}", painter.font(), frame.price_type
    right, baseline = box.left() + 4.0 + kind.width(text, frame.digits), box.top() + 1.0 + kind.ascent
    kind.paint(painter, right, baseline, text, frame.digits)
    painter.setFont(font)


def draw_crosshair(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw the lines through the pointer with price and moment; the upright one also on linked charts."""
    index, at, areas = frame.pointed, frame.pointer, frame.areas
    if index is None or (at is not None and at.y() > areas.time_axis.top()):
        return
    x = float(np.floor(frame.time.x(index)))
    if not 0.0 <= x <= areas.plot.right():
        return
    colour = mix(colours.base, colours.text, 0.5)
    ys = np.arange(0.0, areas.time_axis.top(), 2 * _CROSS).tolist()
    shapes.fill(painter, [QRectF(x, y, 1.0, _CROSS) for y in ys], colour)
    if at is not None and at.x() <= areas.plot.right():
        whole = QRectF(0.0, 0.0, areas.plot.right(), areas.time_axis.top())
        shapes.fill(painter, shapes.dashes(shapes.level(whole, at.y()), _CROSS, _CROSS), colour)
        if areas.plot.contains(at):
            price = frame.prices.price(at.y())
            draw_axis_price(painter, frame, price, at.y(), back=colours.text, colour=colours.base)
    moment = frame.clock.moment(float(frame.series.rows["time"][index]))
    _draw_time_plate(painter, frame, axes.full_text(moment, frame.timeframe), x, colours)


def _draw_time_plate(painter: QPainter, frame: Frame, text: str, x: float, colours: Colours) -> None:
    areas = frame.areas
    width = painter.fontMetrics().horizontalAdvance(text) + 10.0
    left = min(max(x - width / 2, 0.0), areas.plot.right() - width)
    box = QRectF(left, areas.time_axis.top() + 1.0, width, areas.time_axis.height() - 2.0)
    painter.fillRect(box, colours.text)
    painter.setPen(colours.base)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def draw_note(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Write in the middle of an empty chart why there is nothing."""
    painter.setPen(colours.tone(frame.caption.tone))
    how = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(QRectF(painter.viewport()).adjusted(LEFT, 0.0, -LEFT, 0.0), how, frame.caption.note)


def draw_legend(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Write which chart it is, and as far as there is room the values of the bar pointed at, or of the newest."""
    x, y = LEFT, painter.fontMetrics().ascent() + 4.0
    room = frame.areas.plot.width() - LEFT
    plain = painter.font()
    if frame.caption.title:
        bold = QFont(plain)
        bold.setBold(True)
        painter.setFont(bold)
        title = painter.fontMetrics().elidedText(frame.caption.title, Qt.TextElideMode.ElideRight, int(room - x + LEFT))
        x = write(painter, title, x, y, colours.text)
        painter.setFont(plain)
    if frame.caption.note:
        text = painter.fontMetrics().elidedText(frame.caption.note, Qt.TextElideMode.ElideRight, int(room - x))
        write(painter, text, x, y, colours.tone(frame.caption.tone))
        return
    if len(frame.series):
        values, colour = _values(frame, colours)
        metrics = QFontMetricsF(plain)
        while values and x + sum(metrics.horizontalAdvance(text) + _GAP for text in values) > room:
            # The least telling goes first; close and change stay longest.
            values.pop(-1 if len(values) > 5 else 0)  # noqa: PLR2004 - open, high, low, close and change
        for text in values:
            x = write(painter, text, x, y, colour)


def _values(frame: Frame, colours: Colours) -> tuple[list[str], QColor]:
    """Return a bar's values in words, and their colour."""
    pointed = frame.pointed
    row = frame.series.rows[len(frame.series) - 1 if pointed is None else pointed]
    change = float(row["close"] - row["open"])
    fields = zip("OHLC", ("open", "high", "low", "close"), strict=True)
    texts = [f"{name} {row[field]:.{frame.digits}f}" for name, field in fields]
    texts += [f"{change:+.{frame.digits}f}", f"V {int(row['tick_volume']):,}"]
    bid, ask = frame.quote
    if bid > 0.0 and ask > 0.0:
        texts.append(_("spread {ask:.1f} pips").format(ask=(ask - bid) / pip_size(frame.digits)))
    return texts, colours.up if change >= 0 else colours.down


def write(painter: QPainter, text: str, x: float, y: float, colour: QColor) -> float:
    """Write a text and return where the next one begins."""
    painter.setPen(colour)
    painter.drawText(QPointF(x, y), text)
    return x + painter.fontMetrics().horizontalAdvance(text) + _GAP

# SPDX-License-Identifier: MIT
"""What lies below the bars: sessions, bands between prices, the grids and their labels."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from arbitrex_desktop.ui.chart import axes
from arbitrex_desktop.ui.chart.paint import shapes
from arbitrex_desktop.ui.chart.paint.frame_values import Frame
from arbitrex_desktop.ui.chart.timeframes import seconds_of
from arbitrex_desktop.ui.theme.colours import Colours, mix

Seconds = NDArray[np.int64]

_GRID_PIXELS: Final = 44.0
_LABEL_PIXELS: Final = 84.0
_DAY_PIXELS: Final = 6.0
_SESSIONS_UTC: Final = ((7, 16), (12, 21))
"""Hours of London and New York; where they overlap the shade is twice as deep."""

_LONGEST_SHADED: Final = 4 * 3600
_GRID_SHARE: Final = 0.43
_DAY_SHARE: Final = 0.4
_SESSION_SHARE: Final = 0.055


def draw_ground(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw all of it; no bar is drawn yet."""
    first, last = frame.time.visible(len(frame.series))
    times: Seconds = frame.series.rows["time"][first:last].astype(np.int64)
    is_short = seconds_of(frame.timeframe) <= _LONGEST_SHADED
    if frame.options.shows_sessions and is_short:
        _draw_sessions(painter, frame, times, first, colours)
    for zone in frame.zones:
        shapes.draw_zone(painter, zone, frame.areas.plot, frame.prices, colours)
    _draw_prices(painter, frame, colours)
    if len(times):
        _draw_times(painter, frame, times, first, colours)
        if is_short:
            _draw_days(painter, frame, times, first, colours)


def _draw_prices(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw the price grid with its numbers."""
    plot, axis = frame.areas.plot, frame.areas.price_axis
    ticks = frame.prices.ticks(_GRID_PIXELS)
    levels = [shapes.level(plot, frame.prices.y(tick)) for tick in ticks]
    edge = QRectF(axis.left(), axis.top(), 1.0, axis.height())
    shapes.fill(painter, [*levels, edge], mix(colours.base, colours.line, _GRID_SHARE))
    painter.setPen(colours.muted)
    height = painter.fontMetrics().height()
    for tick, line in zip(ticks, levels, strict=True):
        if height / 2 <= line.top() <= plot.bottom() - height / 2:
            box = QRectF(axis.left() + 5.0, line.top() - height / 2, axis.width(), height)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"{tick:.{frame.digits}f}")


def _draw_days(painter: QPainter, frame: Frame, times: Seconds, first: int, colours: Colours) -> None:
    """Draw a line before each server day's first bar, unless they would stand too close."""
    starts = axes.day_starts(times)
    if len(starts) * _DAY_PIXELS < frame.time.width:
        bottom = frame.areas.time_axis.top()
        lines = [QRectF(_edge(frame, first + place), 0.0, 1.0, bottom) for place in starts.tolist()]
        shapes.fill(painter, lines, mix(colours.base, colours.muted, _DAY_SHARE))


def _edge(frame: Frame, index: int) -> float:
    """Return the pixel of a bar's left edge."""
    return float(np.floor(frame.time.x(index - 0.5)))


def _draw_sessions(painter: QPainter, frame: Frame, times: Seconds, first: int, colours: Colours) -> None:
    hours = ((times - frame.clock.offset) // 3600) % 24
    open_now = np.zeros(len(hours), dtype=np.int8)
    for begin, end in _SESSIONS_UTC:
        open_now += (hours >= begin) & (hours < end)
    height = frame.areas.time_axis.top()
    changes = np.flatnonzero(np.diff(open_now)) + 1
    edges = np.concatenate(([0], changes, [len(times)]))
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if open_now[start]:
            left, right = _edge(frame, first + start), _edge(frame, first + stop)
            shade = mix(colours.base, colours.muted, _SESSION_SHARE * int(open_now[start]))
            painter.fillRect(QRectF(left, 0.0, right - left, height), shade)


def _draw_times(painter: QPainter, frame: Frame, times: Seconds, first: int, colours: Colours) -> None:
    """Draw the time grid and its labels."""
    axis = frame.areas.time_axis
    shift = frame.clock.shift(float(times[-1]))
    places = axes.label_places(times, shift, frame.time.bar, _LABEL_PIXELS)
    xs = [float(np.floor(frame.time.x(first + int(place)))) for place in places]
    lines = [QRectF(x, 0.0, 1.0, axis.top()) for x in xs]
    shapes.fill(painter, [*lines, shapes.level(axis, axis.top())], mix(colours.base, colours.line, _GRID_SHARE))
    painter.setPen(colours.muted)
    before: datetime | None = None
    free_from = 0.0
    for place, x in zip(places, xs, strict=True):
        moment = frame.clock.moment(float(times[place]))
        text = axes.label_text(moment, before, frame.timeframe)
        before = moment
        width = painter.fontMetrics().horizontalAdvance(text)
        if x - width / 2 >= free_from and x + width / 2 <= frame.time.width:
            box = QRectF(x - width, axis.top(), 2 * width, axis.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            free_from = x + width / 2 + 8.0

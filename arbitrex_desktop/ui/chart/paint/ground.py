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
from arbitrex_desktop.ui.chart.columns import column_starts, pixels_of
from arbitrex_desktop.ui.chart.paint import shapes
from arbitrex_desktop.ui.chart.paint.frame_values import Frame
from arbitrex_desktop.ui.chart.timeframes import seconds_of
from arbitrex_desktop.ui.theme.colours import Colours, mix

Seconds = NDArray[np.int64]
Places = NDArray[np.intp]
"""Bars that are told apart: all, or where they are narrow the first in each pixel."""

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
    places = first + column_starts(frame.time, first, last)
    times: Seconds = frame.series.rows["time"][places].astype(np.int64)
    is_short = seconds_of(frame.timeframe) <= _LONGEST_SHADED
    if frame.options.shows_sessions and is_short:
        _draw_sessions(painter, frame, times, places, colours)
    for zone in frame.zones:
        shapes.draw_zone(painter, zone, frame.areas.plot, frame.prices, colours)
    _draw_prices(painter, frame, colours)
    if len(times):
        _draw_times(painter, frame, times, places, colours)
        if is_short:
            _draw_days(painter, frame, times, places, colours)


def _draw_prices(painter: QPainter, frame: Frame, colours: Colours) -> None:
    """Draw the price grid with its numbers."""
    plot, axis = frame.areas.plot, frame.areas.price_axis
    ticks = frame.prices.ticks(_GRID_PIXELS)
    levels = [shapes.level(plot, frame.prices.y(tick)) for tick in ticks]
    edge = QRectF(axis.left(), axis.top(), 1.0, axis.height())
    shapes.fill(painter, [*levels, edge], mix(colours.base, colours.line, _GRID_SHARE))
    painter.setPen(colours.muted)
    height, font, kind = painter.fontMetrics().height(), painter.font(), frame.price_type
    for tick, line in zip(ticks, levels, strict=True):
        if height / 2 <= line.top() <= plot.bottom() - height / 2:
            text = f"{tick:.{frame.digits}f}"
            right = axis.left() + 5.0 + kind.width(text, frame.digits)
            kind.paint(painter, right, line.top() - height / 2 + kind.ascent, text, frame.digits)
    painter.setFont(font)


def _draw_days(painter: QPainter, frame: Frame, times: Seconds, places: Places, colours: Colours) -> None:
    """Draw a line before each server day's first bar, unless they would stand too close."""
    starts = axes.day_starts(times)
    if len(starts) * _DAY_PIXELS < frame.time.width:
        bottom = frame.areas.time_axis.top()
        lines = [QRectF(_edge(frame, index), 0.0, 1.0, bottom) for index in places[starts].tolist()]
        shapes.fill(painter, lines, mix(colours.base, colours.muted, _DAY_SHARE))


def _edge(frame: Frame, index: int) -> float:
    """Return the pixel of a bar's left edge."""
    return float(np.floor(frame.time.x(index - 0.5)))


def _draw_sessions(painter: QPainter, frame: Frame, times: Seconds, places: Places, colours: Colours) -> None:
    # One distance for all in sight: in view of both seasons, those of the older one are an hour off.
    zone = frame.clock.server
    hours = ((times - zone.offset_at(zone.to_utc(float(times[-1])))) // 3600) % 24
    open_now = np.zeros(len(hours), dtype=np.int8)
    for begin, end in _SESSIONS_UTC:
        open_now += (hours >= begin) & (hours < end)
    height = frame.areas.time_axis.top()
    changes = np.flatnonzero(np.diff(open_now)) + 1
    edges = np.concatenate(([0], changes, [len(times)]))
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if open_now[start]:
            left = _edge(frame, int(places[start]))
            right = _edge(frame, int(places[stop - 1]) + 1)
            shade = mix(colours.base, colours.muted, _SESSION_SHARE * int(open_now[start]))
            painter.fillRect(QRectF(left, 0.0, right - left, height), shade)


def _draw_times(painter: QPainter, frame: Frame, times: Seconds, places: Places, colours: Colours) -> None:
    """Draw the time grid and its labels."""
    axis = frame.areas.time_axis
    shift = frame.clock.shift(float(times[-1]))
    labelled = axes.label_places(times, shift, max(1.0, frame.time.bar), _LABEL_PIXELS)
    xs = np.floor(pixels_of(frame.time, places[labelled])).tolist()
    lines = [QRectF(x, 0.0, 1.0, axis.top()) for x in xs]
    shapes.fill(painter, [*lines, shapes.level(axis, axis.top())], mix(colours.base, colours.line, _GRID_SHARE))
    painter.setPen(colours.muted)
    before: datetime | None = None
    free_from = 0.0
    for seconds, x in zip(times[labelled].tolist(), xs, strict=True):
        moment = frame.clock.moment(seconds)
        text = axes.label_text(moment, before, frame.timeframe)
        before = moment
        width = painter.fontMetrics().horizontalAdvance(text)
        if x - width / 2 >= free_from and x + width / 2 <= frame.time.width:
            box = QRectF(x - width, axis.top(), 2 * width, axis.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            free_from = x + width / 2 + 8.0

# SPDX-License-Identifier: MIT
"""The areas of a chart: plot, panes of indicators, axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics

from arbitrex_desktop.ui.chart.options import PANES, ChartOptions, Indicator

_AXIS_HEIGHT: Final = 20.0
_LEAST_FOR_TIMES: Final = 110.0
"""Height of a chart below which bars need the room of the time axis."""
_PANE_SHARE: Final = 0.18
_LEAST_FOR_PANES: Final = 220.0


@dataclass(frozen=True, slots=True)
class Areas:
    """Rectangles of a chart, in pixels.

    Attributes:
        plot: bars.
        panes: of indicators with a scale of their own, from top to bottom.
        price_axis: right of the plot, over the whole height of plot and panes.
        time_axis: below them.
    """

    plot: QRectF
    panes: tuple[tuple[Indicator, QRectF], ...]
    price_axis: QRectF
    time_axis: QRectF


def areas_of(whole: QRectF, options: ChartOptions, price: str, metrics: QFontMetrics) -> Areas:
    """Divide a widget's rectangle; the price axis is as wide as this price needs."""
    axis_width = metrics.horizontalAdvance(price) + 14.0
    axis_height = _AXIS_HEIGHT if whole.height() >= _LEAST_FOR_TIMES else 0.0
    width, height = max(1.0, whole.width() - axis_width), max(1.0, whole.height() - axis_height)
    wanted = [one for one in PANES if one in options.indicators] if height >= _LEAST_FOR_PANES else []
    each = height * _PANE_SHARE
    plot_height = height - each * len(wanted)
    panes = tuple((one, QRectF(0.0, plot_height + number * each, width, each)) for number, one in enumerate(wanted))
    return Areas(
        QRectF(0.0, 0.0, width, plot_height),
        panes,
        QRectF(width, 0.0, whole.width() - width, height),
        QRectF(0.0, height, whole.width(), whole.height() - height),
    )

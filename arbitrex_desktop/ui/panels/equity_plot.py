# SPDX-License-Identifier: MIT
"""The equity curve drawn with pyqtgraph; imported only after the window's first paint, since it loads slowly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.desk.presentation.snapshot import EquityPoint
from arbitrex_desktop.ui.panels.decimate import Line, thin
from arbitrex_desktop.ui.theme.theme import Theme

_LEAST_SECONDS: Final = 60.0
"""A shorter time would be told in milliseconds."""

_LEAST_MONEY: Final = 1.0
"""A narrower range would make a cent look like a crash."""


_PIXELS_A_TICK: Final = 18
"""A number's line and the air to the next one."""

_MOST_TICKS: Final = 8.0
_HAIR: Final = 1.0 - 1e-9


class _MoneyAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no type hints
    """Amounts with thousands separators, never in powers of ten, and never on top of one another."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N802, N803 - theirs
        """Return the one round distance of ticks at which every number has its own line."""
        least = (maxVal - minVal) / min(max(1.0, size // _PIXELS_A_TICK), _MOST_TICKS)
        power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
        return [(next(power * step for step in (1, 2, 5, 10) if power * step >= least * _HAIR), 0.0)]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: N802 - theirs
        """Return the texts of the ticks, with decimals only where the ticks are closer than one."""
        decimals = 0 if spacing >= 1 else 2
        return [f"{value * scale:,.{decimals}f}" for value in values]


class EquityPlot:
    """Two lines over local time; what is drawn is thinned to the plot's width first."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._points: Sequence[EquityPoint] = ()
        money = _MoneyAxis(orientation="left")
        money.enableAutoSIPrefix(False)
        self._plot = pg.PlotWidget(axisItems={"bottom": pg.DateAxisItem(orientation="bottom"), "left": money})
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=True, y=False)
        self._plot.setLimits(minXRange=_LEAST_SECONDS, minYRange=_LEAST_MONEY)
        self._plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self._balance = self._plot.plot()
        self._equity = self._plot.plot()
        self._recolour()
        theme.changed.connect(self._recolour)
        self._plot.getViewBox().sigResized.connect(lambda *_arguments: self._draw())

    def widget(self) -> QWidget:
        """Return the plot's widget."""
        widget: QWidget = self._plot
        return widget

    def show_points(self, points: Sequence[EquityPoint]) -> None:
        """Draw these points, oldest first."""
        self._points = points
        self._draw()

    def _draw(self) -> None:
        count = len(self._points)
        at = np.fromiter((point.at.timestamp() for point in self._points), np.float64, count)
        equity = np.fromiter((point.equity for point in self._points), np.float64, count)
        balance = np.fromiter((point.balance for point in self._points), np.float64, count)
        self._set(self._balance, at, balance)
        self._set(self._equity, at, equity)

    def _set(self, item: Any, x: Line, y: Line) -> None:
        item.setData(*thin(x, y, max(1, round(self._plot.getViewBox().width()))))

    def _recolour(self) -> None:
        colours = self._theme.colours
        self._plot.setBackground(colours.base)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(colours.line)
            axis.setTextPen(colours.muted)
        self._plot.showGrid(x=True, y=True, alpha=0.15)
        equity = QPen(colours.equity, 1.6)
        equity.setCosmetic(True)
        self._equity.setPen(equity)
        balance = QPen(colours.balance, 1.2, Qt.PenStyle.DashLine)
        balance.setCosmetic(True)
        self._balance.setPen(balance)

# SPDX-License-Identifier: MIT
"""The equity curve drawn with pyqtgraph; imported only after the window's first paint, since it loads slowly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from arbitrex_desktop.desk.presentation.snapshot import EquityPoint
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.panels.curve import NO_PAST, CurvePast, LimitLevel
from arbitrex_desktop.ui.panels.decimate import Line, thin
from arbitrex_desktop.ui.theme.focus_ring import ring_when_focused
from arbitrex_desktop.ui.theme.theme import Theme

_LEAST_SECONDS: Final = 60.0
"""A shorter time would be told in milliseconds."""

_LEAST_MONEY: Final = 1.0
"""A narrower range would make a cent look like a crash."""

_PIXELS_A_TICK: Final = 18
"""A number's line and the air to the next one."""

_MOST_TICKS: Final = 8.0
_STEP_ROUNDING: Final = 1.0 - 1e-9
_AIR: Final = 0.04
"""Part of the width that stays free right of the newest point."""

_NEAR_EDGE: Final = 0.02
_Z_LINES: Final = 10
_BESIDE: Final = 0.3
"""Part of the width that a limit's words take."""
_BELOW: Final = 0.12
"""Part of the height that a payment's words take."""


class _MoneyAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no type hints
    """Amounts with thousands separators, never in powers of ten, and never on top of one another."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N802, N803 - theirs
        """Return the one round distance of ticks at which every number has its own line."""
        least = (maxVal - minVal) / min(max(1.0, size // _PIXELS_A_TICK), _MOST_TICKS)
        power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
        return [(next(power * step for step in (1, 2, 5, 10) if power * step >= least * _STEP_ROUNDING), 0.0)]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: N802 - theirs
        """Return the texts of the ticks, with decimals only where the ticks are closer than one."""
        decimals = 0 if spacing >= 1 else 2
        return [f"{value * scale:,.{decimals}f}" for value in values]


class EquityPlot(QObject):
    """Equity and balance over local time, thinned to the plot's width, with day anchors, flows and limits.

    All is in sight until the wheel or a drag chooses a stretch; one that reaches the newest point goes along with it.

    Attributes:
        pointed: hears the moment under the mouse, seconds UTC, and None when the mouse is gone
        moved: hears when a stretch was chosen, or all is in sight again
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._points: Sequence[EquityPoint] = ()
        self._past: CurvePast = NO_PAST
        self._levels: tuple[LimitLevel, ...] = ()
        self._marks: list[Any] = []
        self._width: float | None = None
        self._follows = True
        self._last = 0.0
        self.pointed: Callable[[float | None], None] = lambda _at: None
        self.moved: Callable[[], None] = lambda: None
        money = _MoneyAxis(orientation="left")
        money.enableAutoSIPrefix(False)
        self._plot = pg.PlotWidget(axisItems={"bottom": pg.DateAxisItem(orientation="bottom"), "left": money})
        self._plot.setAccessibleName(_("Equity and balance"))
        self._plot.viewport().setAccessibleName(_("Equity and balance"))
        # Gone with its widget, it hears of the theme no more.
        self.setParent(self._plot)
        self._set_up()
        self._anchors, self._balance, self._equity = self._plot.plot(), self._plot.plot(), self._plot.plot()
        self._cursor = pg.InfiniteLine(angle=90)
        self._cursor.hide()
        self._plot.addItem(self._cursor, ignoreBounds=True)
        self._recolour()
        theme.changed.connect(self._recolour)
        view = self._plot.getViewBox()
        view.sigResized.connect(lambda *_arguments: self._draw_curves())
        view.sigRangeChangedManually.connect(lambda *_arguments: self._take_range())
        self._plot.scene().sigMouseMoved.connect(self._move_cursor)

    @property
    def is_whole(self) -> bool:
        """Whether all of the curve is in sight."""
        return self._width is None

    def widget(self) -> QWidget:
        """Return the plot's widget."""
        widget: QWidget = self._plot
        return widget

    def show_points(self, points: Sequence[EquityPoint]) -> None:
        """Draw these points of this run, oldest first, behind what was before."""
        self._points = points
        self._draw_curves()

    def show_past(self, past: CurvePast) -> None:
        """Draw what was before this run, with what was paid in and out."""
        self._past = past
        self._draw_curves()
        self._draw_marks()

    def show_levels(self, levels: tuple[LimitLevel, ...]) -> None:
        """Draw limits as lines."""
        if levels != self._levels:
            self._levels = levels
            self._draw_marks()

    def show_whole(self) -> None:
        """Bring all of the curve into sight, and keep it there."""
        self._width, self._follows = None, True
        self._fit()
        self.moved()

    def _set_up(self) -> None:
        plot = self._plot
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.setLimits(minXRange=_LEAST_SECONDS, minYRange=_LEAST_MONEY)
        plot.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        plot.getViewBox().setAutoVisible(y=True)
        plot.setAccessibleName(_("Equity curve"))
        ring_when_focused(plot)

    def _draw_curves(self) -> None:
        past = self._past
        live = [(point.at.timestamp(), point) for point in self._points]
        live = [(at, point) for at, point in live if past.since <= at < past.until]
        first = live[0][0] if live else math.inf
        balance = [point for point in past.balance if point[0] < first]
        steps = _steps([*balance, (first, balance[-1][1])] if balance and live else balance)
        steps += [(at, point.balance) for at, point in live]
        equity = [point for point in past.equity if point[0] < first] + [(at, point.equity) for at, point in live]
        self._last = max((line[-1][0] for line in (steps, equity) if line), default=0.0)
        anchors = [*past.anchors, (max(self._last, past.anchors[-1][0]), past.anchors[-1][1])] if past.anchors else []
        for item, line in ((self._balance, steps), (self._equity, equity), (self._anchors, _steps(anchors))):
            self._set(item, line)
        self._fit()

    def _set(self, item: Any, line: Sequence[tuple[float, float]]) -> None:
        points: Line = np.array(line, dtype=np.float64).reshape(-1, 2)
        item.setData(*thin(points[:, 0], points[:, 1], max(1, round(self._plot.getViewBox().width()))))

    def _fit(self) -> None:
        """Keep what is to be in sight there."""
        if self._width is None:
            self._plot.enableAutoRange(x=True, y=True)
        elif self._follows:
            right = self._last + self._width * _AIR
            self._plot.setXRange(right - self._width, right, padding=0)

    def _take_range(self) -> None:
        """Note which stretch the trader chose, and whether it goes along with the newest point."""
        (left, right), _levels = self._plot.viewRange()
        self._width = right - left
        self._follows = right >= self._last - self._width * _NEAR_EDGE
        self._plot.enableAutoRange(y=True)
        self.moved()

    def _move_cursor(self, place: Any) -> None:
        view = self._plot.getViewBox()
        inside = view.sceneBoundingRect().contains(place) and self._last > 0.0
        self._cursor.setVisible(inside)
        at = view.mapSceneToView(place).x() if inside else None
        if at is not None:
            self._cursor.setPos(at)
        self.pointed(at)

    def _draw_marks(self) -> None:
        for item in self._marks:
            self._plot.removeItem(item)
        colours = self._theme.colours
        # One below the other, by turns: two payments may come soon after one another.
        lines = [
            (at, 90, message, colours.muted, 0.92 - _BELOW * (number % 4))
            for number, (at, message) in enumerate(self._past.flows)
        ]
        # One beside the other: two limits may lie so close that their words would cover each other.
        lines += [
            (level.amount, 0, level.message, colours.tone(level.tone), 0.01 + _BESIDE * number)
            for number, level in enumerate(self._levels)
        ]
        self._marks = [self._line(*each) for each in lines]

    def _line(self, place: float, angle: int, message: str, colour: QColor, along: float) -> Any:
        pen = QPen(colour, 1.0, Qt.PenStyle.DotLine)
        pen.setCosmetic(True)
        options = {"color": colour, "position": along, "movable": False, "rotateAxis": None}
        # The curve goes on behind the words.
        options["fill"] = self._theme.colours.base
        if not angle:
            # From the left edge on, above the line or below it, so that the axis cuts no letter.
            options["anchors"] = [(0.0, 0.0), (0.0, 1.0)]
        line = pg.InfiniteLine(place, angle=angle, pen=pen, label=message, labelOpts=options)
        line.setZValue(_Z_LINES)
        self._plot.addItem(line, ignoreBounds=True)
        return line

    @Slot()
    def _recolour(self) -> None:
        colours = self._theme.colours
        self._plot.setBackground(colours.base)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(colours.line)
            axis.setTextPen(colours.muted)
        self._plot.showGrid(x=True, y=True, alpha=0.15)
        for item, colour, width, style in (
            (self._equity, colours.equity, 1.6, Qt.PenStyle.SolidLine),
            (self._balance, colours.balance, 1.2, Qt.PenStyle.DashLine),
            (self._anchors, colours.warn, 1.0, Qt.PenStyle.DotLine),
        ):
            pen = QPen(colour, width, style)
            pen.setCosmetic(True)
            item.setPen(pen)
        self._cursor.setPen(QPen(colours.muted, 0))
        self._draw_marks()


def _steps(levels: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return a line that stays at each level until the next one begins."""
    line: list[tuple[float, float]] = []
    for at, level in levels:
        line += [(at, line[-1][1])] if line else []
        line.append((at, level))
    return line

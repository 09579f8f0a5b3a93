# SPDX-License-Identifier: MIT
"""The chart's widget: paints the bars in sight, follows the live edge, lets lines be dragged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.texts import _
from arbitrex_desktop.ui.chart.axes import AxisClock
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.line_grip import LineGrip
from arbitrex_desktop.ui.chart.mark_text import marks_text
from arbitrex_desktop.ui.chart.marks import LineKind, Mark, PriceLine, Zone
from arbitrex_desktop.ui.chart.options import ChartOptions
from arbitrex_desktop.ui.chart.paint.frame import draw_frame
from arbitrex_desktop.ui.chart.paint.frame_values import Caption, Frame
from arbitrex_desktop.ui.chart.paint.layout import Areas, areas_of
from arbitrex_desktop.ui.chart.paint.plates import legend_height
from arbitrex_desktop.ui.chart.scales import PriceScale, TimeScale
from arbitrex_desktop.ui.theme.focus_ring import ring_when_focused
from arbitrex_desktop.ui.theme.price_type import PriceType
from arbitrex_desktop.ui.theme.theme import SMALL, Theme, tabular

_LEAST_DRAG: Final = 3.0
"""Pixels that the mouse must go before it drags: a hand that only clicks moves nothing."""

_WHEEL: Final = 1.2
_OLDER_WITHIN: Final = 50
"""Bars left of the first in sight at which older ones are asked for."""

_KEY_PAN: Final = 60.0
_OF_WINDOW: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
"""With these a key is a shortcut of the window's."""


class ChartView(QWidget):
    """A chart of one symbol; GUI thread only.

    Wheel: zoom at the pointer.  Drag: pan; on the price axis, stretch it.  Double click, or End: back to the live
    edge with the prices fitted.  Plus, minus, left and right do the same by key.

    Signals:
        line_moved(LineRef, float): a line is being dragged, which one and its present price.
        line_dropped(LineRef, float): it was let go.
        line_left(LineRef): it was put back to where it was taken.
        older_wanted(): the oldest bar is nearly in sight.
        level_wanted(float): a level is to be drawn at this price.
        edit_wanted(LineRef): a line was double-clicked.
        removal_wanted(LineRef): the line under the pointer is to go.
        menu_wanted(QPoint, float, LineRef | None): the context menu, its place on the screen, the price there, and
            the line there.
        focused(): the keyboard is here now, by a click or a key.
        moved(): the hand has brought another stretch of time in sight.
        pointed(float | None): the mouse stands at a bar, its seconds on the server clock; None once it has left.
    """

    line_moved = Signal(object, float)
    line_dropped = Signal(object, float)
    line_left = Signal(object)
    older_wanted = Signal()
    level_wanted = Signal(float)
    edit_wanted = Signal(object)
    removal_wanted = Signal(object)
    menu_wanted = Signal(object, float, object)
    focused = Signal()
    moved = Signal()
    pointed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._series = BarSeries(Timeframe.M15)
        self._prepended = 0
        self._digits, self._quote, self._is_fresh = 5, (0.0, 0.0), True
        self._options, self._clock = ChartOptions(), AxisClock()
        self._zones: tuple[Zone, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._time, self._prices = TimeScale(), PriceScale()
        self._pointer: QPointF | None = None
        self._linked_seconds: float | None = None
        self._caption = Caption()
        self._grip, self._drags = LineGrip(), False
        self._areas = Areas(QRectF(), (), QRectF(), QRectF())
        self._pressed: tuple[QPointF, bool] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Price chart"))
        self.setFont(tabular(self.font(), SMALL))
        self._price_type = PriceType(self.font())
        ring_when_focused(self)
        theme.changed.connect(self.update)

    # What is shown

    @property
    def time_scale(self) -> TimeScale:
        """Where bars stand now."""
        return self._time

    @property
    def price_scale(self) -> PriceScale:
        """Where prices stand now."""
        return self._prices

    @property
    def lines(self) -> tuple[PriceLine, ...]:
        """The lines shown; one that is being dragged stands where the pointer is."""
        return self._grip.lines

    def show_series(self, series: BarSeries, digits: int) -> None:
        """Show other bars, from their live edge; prices have so many decimals."""
        self._series, self._digits, self._prepended = series, digits, series.prepended
        self._quote, self._marks = (0.0, 0.0), ()
        self._prices = replace(self._prices, is_automatic=True)
        self.go_to_live_edge()

    def show_digits(self, digits: int) -> None:
        """Write prices with so many decimals."""
        if digits != self._digits:
            self._digits = digits
            self.update()

    def series_changed(self) -> None:
        """Draw the same series anew after bars were loaded or a tick came."""
        added = self._series.prepended - self._prepended
        self._prepended = self._series.prepended
        if self._time.follows:
            self._time = self._time.at_live_edge(len(self._series))
        elif added:
            self._time = replace(self._time, right=self._time.right + added)
        self.update()

    def show_quote(self, bid: float, ask: float, *, is_fresh: bool = True) -> None:
        """Draw bid and ask, grey when they are not the present ones; zero for none."""
        if (bid, ask, is_fresh) != (*self._quote, self._is_fresh):
            self._quote, self._is_fresh = (bid, ask), is_fresh
            self.update()

    def show_lines(self, lines: Sequence[PriceLine], zones: Sequence[Zone] = ()) -> None:
        """Draw these lines and bands; the line that is being dragged keeps its place."""
        is_other = self._grip.show(lines)
        if is_other or tuple(zones) != self._zones:
            self._zones = tuple(zones)
            self.update()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Draw these fills and closes."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.update()

    def set_options(self, options: ChartOptions, clock: AxisClock) -> None:
        """Draw in another style, or by another clock."""
        self._options, self._clock = options, clock
        self.update()

    def show_caption(self, caption: Caption) -> None:
        """Draw these words."""
        if caption != self._caption:
            self._caption = caption
            self.update()

    def go_to_live_edge(self) -> None:
        """Show the newest bars, prices fitted, and follow them."""
        self._time = self._time.at_live_edge(len(self._series))
        self._prices = replace(self._prices, is_automatic=True)
        self.update()

    def go_to(self, seconds: float) -> None:
        """Bring a moment of the server clock to the middle, prices fitted; there must be bars."""
        right = self._series.place_of(seconds) + self._time.width / self._time.bar / 2
        self._time = replace(self._time, right=right, follows=False)
        self._prices = replace(self._prices, is_automatic=True)
        self.update()

    @property
    def edge_seconds(self) -> float | None:
        """The moment at the right edge on the server clock; None at the live edge, and without bars."""
        if self._time.follows or not len(self._series):
            return None
        return self._series.seconds_at(self._time.right)

    def follow(self, other: ChartView) -> None:
        """Show the moment that another chart has at its right edge, and bars of its width where they are as long."""
        if other._series.timeframe is self._series.timeframe:
            self._time = replace(self._time, bar=other.time_scale.bar)
        seconds = other.edge_seconds
        if seconds is None:
            self._time = self._time.at_live_edge(len(self._series))
        elif len(self._series):
            self._time = replace(self._time, right=self._series.place_of(seconds), follows=False)
            self._ask_for_older()
        self.update()

    def show_linked(self, seconds: float | None) -> None:
        """Draw the crosshair's upright line at a moment under the mouse on another chart; None for nowhere."""
        if seconds != self._linked_seconds:
            self._linked_seconds = seconds
            self.update()

    def go_back(self) -> None:
        """Go to the live edge as the hand does, so that linked charts come along."""
        self.go_to_live_edge()
        self.moved.emit()

    def price_at(self, y: float) -> float:
        """Return the price at a pixel of the widget, on the symbol's grid."""
        return round(self._prices.price(y), self._digits)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a comfortable size."""
        return QSize(720, 420)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size at which one of nine charts tells anything."""
        return QSize(80, 60)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint what is in sight."""
        del event
        areas = areas_of(QRectF(self.rect()), self._options, self._longest_price(), self.fontMetrics())
        self._time = self._time.resized(areas.plot.width(), len(self._series))
        legend = legend_height(self.fontMetrics())  # No bar runs behind it.
        height = max(1.0, areas.plot.height() - legend)
        self._prices = self._fit(replace(self._prices, top=areas.plot.top() + legend, height=height))
        self._areas = areas
        frame = Frame(
            series=self._series,
            time=self._time,
            prices=self._prices,
            areas=areas,
            options=self._options,
            clock=self._clock,
            digits=self._digits,
            price_type=self._price_type,
            quote=self._quote,
            is_fresh=self._is_fresh,
            lines=self._grip.lines,
            zones=self._zones,
            marks=self._marks,
            pointer=None if self._pulls else self._pointer,  # through the words that one pulls by goes no cross
            linked_seconds=self._linked_seconds,
            caption=self._caption,
        )
        painter = QPainter(self)
        draw_frame(painter, frame, self._theme.colours)
        painter.end()

    @property
    def _pulls(self) -> bool:
        return self._drags and self._grip.held is not None

    def _longest_price(self) -> str:
        """Return a text as long as the longest price on the axis."""
        top = float(self._series.rows["high"][-1]) if len(self._series) else 1.0
        return f"{max(top, self._prices.high):.{self._digits}f}"

    def _fit(self, scale: PriceScale) -> PriceScale:
        """Fit prices to the bars in sight, the quote at the live edge, and lines not far; not under a dragged line."""
        first, last = self._time.visible(len(self._series))
        if last <= first or self._pulls:
            return scale
        low, high = float(self._series.lows[first:last].min()), float(self._series.highs[first:last].max())
        span = max(high - low, 1e-12)
        near = [line.price for line in self._grip.lines if low - 0.5 * span <= line.price <= high + 0.5 * span]
        if self._time.follows:
            near += [price for price in self._quote if price > 0.0]
        return scale.fitted(min([low, *near]), max([high, *near]))

    # The hand

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom; sideways, pan."""
        across, along = event.angleDelta().x(), event.angleDelta().y()
        if across and abs(across) > abs(along):
            self.pan(across / 2.0)
        elif along:
            self._zoom(_WHEEL ** (along / 120.0), event.position().x())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take a line, the plot or the axis."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self._grip.take(self._line_at(at), at.y(), self._prices)
        self._pressed, self._drags = (at, self._on_axis(at)), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Move what was taken, or the crosshair."""
        at = event.position()
        self._point(at)
        self._drags = self._drags or (
            self._pressed is not None and (at - self._pressed[0]).manhattanLength() >= _LEAST_DRAG
        )
        if self._drags and self._grip.held is not None:
            self._drag_line(at.y())
        elif self._drags:
            self._drag_plot(at)
        self._show_cursor(at)
        self.setToolTip(marks_text(self._marks, at, self._time, self._prices, self._series))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Let go."""
        held, drags = self._grip.held, self._drags
        self._grip.held, self._pressed, self._drags = None, None, False
        if held is not None and drags and event.button() is Qt.MouseButton.LeftButton:
            self.line_dropped.emit(held.key, held.price)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Write a level's note; elsewhere, go back to the live edge."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._grip.held, self._pressed, self._drags = None, None, False
            line = self._line_at(event.position())
            if line is not None and line.kind is LineKind.LEVEL:
                self.edit_wanted.emit(line.key)
            else:
                self.go_back()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the menu of a price; by key, of the pointer's."""
        at = QPointF(event.pos())
        if event.reason() is QContextMenuEvent.Reason.Keyboard and self._pointer is not None:
            at = self._pointer
        if len(self._series) and not self._on_axis(at):
            line = self._line_at(at)
            key = line.key if line is not None else None
            self.menu_wanted.emit(self.mapToGlobal(at.toPoint()), self.price_at(at.y()), key)

    def leaveEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """Take the crosshair away."""
        del event
        self._point(None)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that this chart is the chosen one."""
        super().focusInEvent(event)
        self.focused.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Pan, zoom and return by key; leave other keys to the window."""
        middle = self._time.width / 2.0
        acts = {
            Qt.Key.Key_Left: lambda: self.pan(_KEY_PAN),
            Qt.Key.Key_Right: lambda: self.pan(-_KEY_PAN),
            Qt.Key.Key_Plus: lambda: self._zoom(_WHEEL, middle),
            Qt.Key.Key_Minus: lambda: self._zoom(1.0 / _WHEEL, middle),
            Qt.Key.Key_End: self.go_back,
            Qt.Key.Key_L: self._want_level,
            Qt.Key.Key_Delete: self._want_removal,
            Qt.Key.Key_Escape: self._let_go,
        }
        act = acts.get(Qt.Key(event.key())) if not event.modifiers() & _OF_WINDOW else None
        if act is None or (event.key() == Qt.Key.Key_Escape and self._grip.held is None):
            super().keyPressEvent(event)
        else:
            act()

    def pan(self, pixels: float) -> None:
        """Pull the bars to the right by so many pixels, as the hand does."""
        self._time = self._time.panned(pixels, len(self._series))
        self._has_moved()

    def _zoom(self, factor: float, x: float) -> None:
        self._time = self._time.zoomed(factor, x, len(self._series))
        self._has_moved()

    def _has_moved(self) -> None:
        self._ask_for_older()
        self.update()
        self.moved.emit()

    def _point(self, at: QPointF | None) -> None:
        self._pointer = at
        self.update()
        if at is None or at.x() > self._time.width or not len(self._series):
            self.pointed.emit(None)
            return
        index = min(max(round(self._time.index(at.x())), 0), len(self._series) - 1)
        self.pointed.emit(float(self._series.rows["time"][index]))

    def _want_level(self) -> None:
        at = self._pointer
        if at is not None and not self._on_axis(at):
            self.level_wanted.emit(self.price_at(at.y()))
        elif len(self._series):
            self.level_wanted.emit(float(self._series.rows["close"][-1]))

    def _want_removal(self) -> None:
        line = self._line_at(self._pointer) if self._pointer is not None else None
        if line is not None and line.kind is LineKind.LEVEL:
            self.removal_wanted.emit(line.key)

    def _let_go(self) -> None:
        """Put the line in the hand back to where it was."""
        origin = self._grip.put_back()
        self._pressed, self._drags = None, False
        if origin is not None:
            self.line_moved.emit(origin.key, origin.price)
            self.line_left.emit(origin.key)
            self.update()

    def _ask_for_older(self) -> None:
        if len(self._series) and self._time.index(0.0) < _OLDER_WITHIN:
            self.older_wanted.emit()

    def _drag_plot(self, at: QPointF) -> None:
        assert self._pressed is not None
        before, on_axis = self._pressed
        self._pressed = (at, on_axis)
        if on_axis:
            self._prices = self._prices.stretched(1.01 ** (at.y() - before.y()))
            return
        self._prices = self._prices.shifted(at.y() - before.y())
        if at.x() != before.x():
            self.pan(at.x() - before.x())

    def _drag_line(self, y: float) -> None:
        if (held := self._grip.pull(y, self._prices, self._digits)) is not None:
            self.line_moved.emit(held.key, held.price)

    def _line_at(self, at: QPointF) -> PriceLine | None:
        """Return the line that can be taken at a place."""
        return None if self._on_axis(at) else self._grip.find(at, self._prices, self._areas.plot, self.fontMetrics())

    def _on_axis(self, at: QPointF) -> bool:
        return at.x() >= self._time.width or at.y() > self._areas.time_axis.top()

    def _show_cursor(self, at: QPointF) -> None:
        shape = Qt.CursorShape.SplitVCursor if self._on_axis(at) else Qt.CursorShape.CrossCursor
        self.setCursor(Qt.CursorShape.SizeVerCursor if self._grip.held or self._line_at(at) else shape)

# SPDX-License-Identifier: MIT
"""What one frame of a chart is drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF

from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.ui.chart.axes import AxisClock
from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.marks import Mark, PriceLine, Zone
from arbitrex_desktop.ui.chart.options import ChartOptions
from arbitrex_desktop.ui.chart.paint.layout import Areas
from arbitrex_desktop.ui.chart.scales import PriceScale, TimeScale
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.price_type import PriceType


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands on a chart in words.

    Attributes:
        title: which chart it is; empty where that stands elsewhere.
        note: what is being loaded, or why there is nothing; empty for nothing.
        tone: of the note.
        is_chosen: whether it is the one of several that follows the watch list; its edge is drawn.
    """

    title: str = ""
    note: str = ""
    tone: Tone = Tone.MUTED
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """All that one frame shows.

    Attributes:
        series: the bars.
        time, prices: the scales.
        areas: where the parts lie.
        options, clock: how it looks.
        digits, price_type: decimals of prices, and how they are painted on the axis.
        quote: bid and ask, zero for none.
        is_fresh: whether they are the present ones.
        lines, zones, marks: what stands on it.
        pointer: the mouse, None when it is elsewhere.
        linked_seconds: moment under the mouse on a chart that this one is linked with, on the server clock.
        caption: the words on it.
    """

    series: BarSeries
    time: TimeScale
    prices: PriceScale
    areas: Areas
    options: ChartOptions
    clock: AxisClock
    digits: int
    price_type: PriceType
    quote: tuple[float, float]
    is_fresh: bool
    lines: tuple[PriceLine, ...]
    zones: tuple[Zone, ...]
    marks: tuple[Mark, ...]
    pointer: QPointF | None
    linked_seconds: float | None
    caption: Caption

    @property
    def timeframe(self) -> Timeframe:
        """Length of a bar."""
        return self.series.timeframe

    @property
    def pointed(self) -> int | None:
        """The bar under the mouse, or at the linked moment; None for neither."""
        count = len(self.series)
        if not count:
            return None
        if self.pointer is not None and self.pointer.x() <= self.areas.plot.right():
            return min(max(round(self.time.index(self.pointer.x())), 0), count - 1)
        if self.linked_seconds is not None:
            index = self.series.index_at(self.linked_seconds)
            return index if index >= 0 else None
        return None

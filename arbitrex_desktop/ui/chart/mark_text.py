# SPDX-License-Identifier: MIT
"""What the fills and closes under the mouse say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QPointF

from arbitrex_desktop.ui.chart.bar_series import BarSeries
from arbitrex_desktop.ui.chart.marks import Mark
from arbitrex_desktop.ui.chart.scales import PriceScale, TimeScale

_REACH: Final = 8.0
"""Pixels from a mark's tip within which it tells what it is."""


def marks_text(marks: Iterable[Mark], at: QPointF, time: TimeScale, prices: PriceScale, series: BarSeries) -> str:
    """Return what the marks at a place of the chart say, a line each."""
    near = (mark for mark in marks if abs(prices.y(mark.price) - at.y()) <= _REACH)
    here = ((mark.text, place) for mark in near if (place := series.index_at(mark.seconds)) >= 0)
    return "\n".join(text for text, place in here if abs(time.x(place) - at.x()) <= _REACH)

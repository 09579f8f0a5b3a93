# SPDX-License-Identifier: MIT
"""The words on lines leave the bars to be seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.ui.chart.desk_lines import PLAN_ENTRY
from arbitrex_desktop.ui.chart.marks import LineKind, PriceLine
from arbitrex_desktop.ui.chart.paint.plates import plates_of
from arbitrex_desktop.ui.chart.scales import PriceScale

PLAN = "BUY 3.25 at market  would be refused: the position count in the symbol reached its limit\nmargin level 2,449 %"
PRICES = PriceScale(top=20.0, height=300.0, low=1.0, high=2.0)


@pytest.mark.parametrize(("width", "rows"), [(300.0, 1), (800.0, 2)])
def test_plates_leave_the_newest_bars_free(qapp: QApplication, width: float, rows: int) -> None:
    """They end well left of the live edge, and in a narrow chart the second row, told in the ticket, is left out."""
    metrics, plot = QFontMetrics(qapp.font()), QRectF(0.0, 20.0, width, 300.0)
    ((_line, box),) = plates_of([PriceLine(PLAN_ENTRY, 1.5, PLAN, LineKind.ENTRY)], PRICES, plot, metrics)
    assert box.right() <= 0.75 * width
    assert round(box.height() / metrics.height()) == rows

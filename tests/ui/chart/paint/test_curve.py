# SPDX-License-Identifier: MIT
"""A curve is drawn through what is known and nowhere else."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.chart.paint.shapes import Pen, draw_curve


def test_a_curve_is_interrupted_where_a_value_is_not_known(qtbot: QtBot) -> None:
    """No stroke joins the two ends of a gap; a point that stands alone is no line."""
    image = QImage(100, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    y = np.full(10, 10.5, dtype=np.float64)
    y[[3, 5]] = np.nan
    draw_curve(painter, np.linspace(0.0, 90.0, 10), y, Pen(QColor("white")))
    painter.end()
    lit = {x for x in range(100) if image.pixelColor(x, 10).lightness() > 100}
    assert {5, 15, 65, 85} <= lit
    assert not lit & set(range(22, 58))

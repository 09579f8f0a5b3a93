# SPDX-License-Identifier: MIT
"""Prices in their big-figure form: the same on the watch list, in the ticket and on the chart's axis."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.ui.formats import DASH
from arbitrex_desktop.ui.theme.price_type import PriceType, price_parts
from arbitrex_desktop.ui.theme.theme import tabular

RIGHT, BASELINE = 180, 40


@pytest.mark.parametrize(
    ("text", "digits", "parts"),
    [
        ("1.16401", 5, ("1.16", "40", "1")), ("151.254", 3, ("151.", "25", "4")), ("2345.67", 2, ("2345.", "67", "")),
        ("1.0876", 4, ("1.08", "76", "")), ("9309.2", 1, ("9309.2", "", "")), (DASH, 5, (DASH, "", "")),
    ],
)  # fmt: skip
def test_pips_are_set_off(text: str, digits: int, parts: tuple[str, str, str]) -> None:
    """Two digits of pips, a tenth of one behind them where prices have it, and nothing where there are too few."""
    assert price_parts(text, digits) == parts
    assert "".join(parts) == text


def test_a_price_stands_on_the_line_of_the_other_texts(qapp: QApplication) -> None:
    """In a cell its digits have the baseline of a text beside it, at every height of a row."""
    kind, font = PriceType(qapp.font()), tabular(qapp.font())
    for height in (15, 18, 21, 22, 30):
        pictures = []
        for is_price in (True, False):
            image = QImage(120, height, QImage.Format.Format_Grayscale8)
            image.fill(0)
            painter = QPainter(image)
            painter.setPen("white")
            painter.setFont(font)
            if is_price:
                kind.paint_in(painter, image.rect(), "9309.2", 1)
            else:
                painter.drawText(image.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "9309.2")
            painter.end()
            pictures.append([y for y in range(height) for x in range(120) if image.pixelColor(x, y).lightness() > 99])
        assert pictures[0] == pictures[1], height


@pytest.mark.parametrize(("text", "digits"), [("1.16401", 5), ("151.254", 3), ("2345.67", 2), ("9309.2", 1), (DASH, 5)])
def test_a_price_takes_the_width_that_was_told_and_ends_where_it_was_asked_to(
    qapp: QApplication, text: str, digits: int
) -> None:
    """Ink begins within a glyph's bearing of the told width, and nothing stands right of the end."""
    kind, image = PriceType(qapp.font()), QImage(200, 60, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen("white")
    kind.paint(painter, RIGHT, BASELINE, text, digits)
    painter.end()
    inked = [x for x in range(200) if any(image.pixelColor(x, y).lightness() for y in range(60))]
    assert abs(inked[0] - (RIGHT - kind.width(text, digits))) <= 3
    assert RIGHT - 3 <= inked[-1] <= RIGHT

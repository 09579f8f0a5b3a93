# SPDX-License-Identifier: MIT
"""Exposure is drawn to both sides of one line, and correlations say in words what their colours mean."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from arbitrex_desktop.ui.exposure.heat_map import HeatMap
from arbitrex_desktop.ui.exposure.signed_bars import Bar, SignedBars
from arbitrex_desktop.ui.theme.colours import Tone
from arbitrex_desktop.ui.theme.theme import Theme

LONG = Bar("EUR", 100.0, "+100", Tone.UP)
SHORT = Bar("USD", -50.0, "-50", Tone.DOWN)


def coloured(image: QImage, name: str) -> list[int]:
    """Return the columns of pixels that have a colour of this name."""
    return [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).name() == name]


@pytest.fixture
def bars(qtbot: QtBot, theme: Theme) -> SignedBars:
    """Return shown bars."""
    bars = SignedBars("Exposure", theme, empty="none")
    qtbot.addWidget(bars)
    bars.resize(400, 80)
    bars.show()
    return bars


def test_long_and_short_stand_on_their_own_sides_to_one_scale(bars: SignedBars, theme: Theme) -> None:
    """The short of half the size is half as long, on the left of where the long begins."""
    bars.show_bars([LONG, SHORT], stale=False)
    image = bars.grab().toImage()
    row = bars.fontMetrics().height() + 4
    room = bars.fontMetrics().horizontalAdvance("+88,888,888") + 3
    long = coloured(image.copy(0, row, image.width() - room, row), theme.colours.up.name())
    short = coloured(image.copy(0, 2 * row, image.width() - room, row), theme.colours.down.name())
    assert max(short) <= min(long) + 1
    assert max(short) - min(short) == pytest.approx((max(long) - min(long)) / 2, abs=2)


def test_what_is_old_is_grey_and_what_is_unknown_has_no_bar(bars: SignedBars, theme: Theme) -> None:
    """Nothing in the colours of direction is left; no number is no length."""
    bars.show_bars([LONG, Bar("X", None, "no stop", Tone.WARN), Bar("Y", math.nan, "?", Tone.UP)], stale=True)
    image = bars.grab().toImage()
    assert not coloured(image, theme.colours.up.name())


def test_amounts_say_what_they_are_in_and_how_many_more_there_are(bars: SignedBars) -> None:
    """The caption has the unit; the line for those that have no room is not cut."""
    many = [Bar(f"S{place}", 1.0, "+1", Tone.UP) for place in range(24)]
    line, pictures = bars.fontMetrics().height() + 4, []
    for unit in ("", "USD"):
        bars.show_bars(many, stale=False, unit=unit)
        bars.resize(400, bars.sizeHint().height())
        pictures.append(bars.grab().toImage())
    captions = [picture.copy(0, 0, picture.width(), line) for picture in pictures]
    assert captions[0] != captions[1]
    assert bars.bars[-1].name == "and 16 more"
    last = pictures[1].copy(0, pictures[1].height() - line, 400, line)
    inked = [x for x in range(400) for y in range(line) if last.pixelColor(x, y) != last.pixelColor(399, 0)]
    assert max(inked) > bars.fontMetrics().horizontalAdvance("and 16 mor")


def test_no_bars_are_said_in_words(bars: SignedBars) -> None:
    """To the eye and to a screen reader."""
    bars.show_bars([], stale=False, empty="not known yet")
    assert bars.accessibleDescription() == "not known yet"
    bars.show_bars([LONG], stale=False)
    assert bars.accessibleDescription() == "EUR +100"
    bars.grab()


def test_a_pair_is_said_in_words(qtbot: QtBot, theme: Theme, qapp: QApplication) -> None:
    """Colour and number have a sentence in the tip and for screen readers; a name with itself has none."""
    chart = HeatMap(theme)
    qtbot.addWidget(chart)
    chart.resize(300, 120)
    chart.show()
    chart.show_values(["EURUSD", "USDJPY"], [[1.0, -0.504], [-0.504, 1.0]], stale=False)
    words = "USDJPY and EURUSD offset one another: \N{MINUS SIGN}0.50"
    assert chart.accessibleDescription() == words
    line, left, cell = chart._measures()
    spot = QPoint(int(left + cell / 2), int(3.5 * line))
    qapp.sendEvent(chart, QHelpEvent(QHelpEvent.Type.ToolTip, spot, chart.mapToGlobal(spot)))
    assert QToolTip.text() == words


def test_adding_and_hedging_look_different_and_old_ones_alike(qtbot: QtBot, theme: Theme) -> None:
    """One colour for what moves together, another for what offsets; grey where it is not the present."""
    chart = HeatMap(theme)
    qtbot.addWidget(chart)
    chart.show_values(["A", "B"], [[1.0, 0.9], [-0.9, 1.0]], stale=False)
    together, against = chart._cell_colour(0.9), chart._cell_colour(-0.9)
    assert together != against
    chart.show_values(["A", "B"], [[1.0, 0.9], [-0.9, 1.0]], stale=True)
    assert chart._cell_colour(0.9) == chart._cell_colour(-0.9)
    chart.grab()
    chart.show_values(["A"], [[1.0]], stale=False)
    chart.grab()

# SPDX-License-Identifier: MIT
"""Every text can be read on every background it is painted on, in both themes."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QMenu, QTableView

from arbitrex_desktop.ui.theme.colours import (
    DARK,
    LEAST_CONTRAST,
    LIGHT,
    Colours,
    DirectionPair,
    FillColours,
    Tone,
    contrast,
    in_pair,
    mix,
)
from arbitrex_desktop.ui.theme.theme import Theme, ThemeChoice, palette_of, tabular

BOTH = pytest.mark.parametrize("colours", [DARK, LIGHT], ids=["dark", "light"])
EVERY = pytest.mark.parametrize(
    "colours",
    [in_pair(each, pair) for each in (DARK, LIGHT) for pair in DirectionPair],
    ids=lambda each: each.up.name(),
)


def test_a_menu_stands_out_from_the_table_below_it(theme: Theme) -> None:
    """Its ground is not that of tables: on a dark one its border cannot be seen."""
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        theme.choose(choice)
        shown = (QMenu(), QTableView())
        for widget in shown:
            widget.ensurePolished()
        grounds = [widget.palette().color(QPalette.ColorRole.Base) for widget in shown]
        assert grounds == [theme.colours.raised, theme.colours.base]


@EVERY
@pytest.mark.parametrize("tone", list(Tone))
def test_every_tone_is_readable_everywhere(colours: Colours, tone: Tone) -> None:
    """WCAG's 4.5 to 1 on the window, tables, alternate rows and the selection."""
    backs = [colours.window, colours.base, colours.alternate, colours.accent.back]
    assert min(contrast(colours.tone(tone), back) for back in backs) >= LEAST_CONTRAST


@EVERY
def test_every_fill_is_readable(colours: Colours) -> None:
    """Badges, buttons and notices have readable words, disabled ones included."""
    fills = [getattr(colours, field.name) for field in fields(colours)]
    fills = [fill for fill in fills if isinstance(fill, FillColours)]
    assert len(fills) > 8
    assert min(contrast(fill.back, fill.text) for fill in fills) >= LEAST_CONTRAST
    assert contrast(colours.raised, colours.muted) >= LEAST_CONTRAST
    assert contrast(colours.raised, colours.text) >= LEAST_CONTRAST


@BOTH
def test_up_and_down_differ_in_hue_that_the_colour_blind_see(colours: Colours) -> None:
    """Up is bluish and down is reddish-yellow: they differ along blue and yellow, which nearly all can tell."""
    assert colours.up.blue() > colours.up.red()
    assert colours.down.red() > colours.down.blue()


def test_contrast_agrees_with_the_standard() -> None:
    """Black on white is 21, a colour on itself 1, and the order does not matter."""
    black, white = QColor("#000000"), QColor("#ffffff")
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, black) == pytest.approx(21)
    assert contrast(white, white) == 1
    assert contrast(QColor("#767676"), white) == pytest.approx(4.54, abs=0.01)
    assert mix(black, white, 0.5) == QColor(128, 128, 128)


def test_choosing_a_theme_repaints(qapp: QApplication) -> None:
    """The palette is the chosen one's, and whoever paints by hand is told; the system's choice is followed."""
    theme = Theme(qapp, ThemeChoice.DARK)
    told: list[Colours] = []
    theme.changed.connect(told.append)
    theme.choose(ThemeChoice.LIGHT)
    assert theme.colours is LIGHT
    assert told[-1] is LIGHT
    assert qapp.palette().color(QPalette.ColorRole.Base) == LIGHT.base
    theme.choose(ThemeChoice.SYSTEM)
    assert theme.choice is ThemeChoice.SYSTEM
    assert theme.colours in (DARK, LIGHT)
    theme.choose(ThemeChoice.DARK)


def test_the_colours_of_direction_are_chosen(qapp: QApplication) -> None:
    """Green and red in place of blue and orange, in both themes, until they are chosen back; verdicts stay."""
    theme = Theme(qapp, ThemeChoice.DARK)
    theme.choose_pair(DirectionPair.GREEN_RED)
    theme.choose(ThemeChoice.LIGHT)
    assert theme.colours.up.green() > theme.colours.up.blue()
    assert theme.colours.down.red() > theme.colours.down.green()
    assert (theme.colours.good, theme.colours.bad) == (LIGHT.good, LIGHT.bad)
    theme.choose_pair(DirectionPair.BLUE_ORANGE)
    assert theme.colours is LIGHT


def test_the_system_is_taken_as_it_was_until_it_is_asked(qapp: QApplication) -> None:
    """The first picture has the colours of the last time; then the system is asked."""
    theme = Theme(qapp)
    assert theme.colours is DARK
    theme.expect_system(light=True)
    assert theme.colours is LIGHT
    theme.follow_system()
    # The screenless platform does not say what it has, which is dark.
    assert theme.colours is DARK


def test_disabled_texts_stay_readable() -> None:
    """A disabled text is muted, not invisible."""
    disabled = palette_of(DARK).color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    assert disabled == DARK.muted


def test_fonts_scale_whatever_their_unit(qapp: QApplication) -> None:
    """A font given in pixels scales as one given in points does."""
    del qapp
    points, pixels = QFont(), QFont()
    points.setPointSizeF(10)
    pixels.setPixelSize(10)
    assert tabular(points, 1.5).pointSizeF() == 15
    assert tabular(pixels, 1.5).pixelSize() == 15
    assert tabular(points, bold=True).bold()

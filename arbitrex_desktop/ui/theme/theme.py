# SPDX-License-Identifier: MIT
"""The theme in use: dark, light, or whatever the system has."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

# Qt's own name space is made when it is first asked for, a tenth of the time to the first picture, so only when used.
from PySide6 import QtCore
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from arbitrex_desktop.ui.theme.colours import DARK, LIGHT, Colours, DirectionPair, in_pair

SMALL: Final = 0.88
LARGE: Final = 1.25
"""The three sizes of type, beside the usual one: what is said in passing, and what is read from a distance."""

_FINER: Final = 0.02


class ThemeChoice(StrEnum):
    """What the user chose; SYSTEM follows the desktop, and is dark where the desktop does not say."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class Theme(QObject):
    """Holds the colours and puts them on the application.

    Until `follow_system`, SYSTEM is taken to be dark, or light when it was so the last time.

    Signals: `changed(Colours)`, after the palette was replaced; whoever paints by hand repaints then.
    """

    changed = Signal(object)

    def __init__(self, app: QApplication, choice: ThemeChoice = ThemeChoice.SYSTEM, *, light: bool = False) -> None:
        super().__init__()
        self._app = app
        self._system_is_light = light
        self._follows_system = False
        self._desktop_is_light: bool | None = None
        self._choice, self._pair = choice, DirectionPair.BLUE_ORANGE
        self._colours = DARK
        self.choose(choice)

    @property
    def colours(self) -> Colours:
        """The colours now in use."""
        return self._colours

    @property
    def choice(self) -> ThemeChoice:
        """What the user chose."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Use a theme from now on."""
        self._choice = choice
        if self._follows_system:
            self._ask_title_bar(choice)
            self._look_at_system()
        self._apply()

    @property
    def pair(self) -> DirectionPair:
        """The colours of direction that the user chose."""
        return self._pair

    def choose_pair(self, pair: DirectionPair) -> None:
        """Use these colours of direction from now on."""
        self._pair = pair
        self._apply()

    def expect_system(self, *, light: bool) -> None:
        """Take the system for light or dark until it is asked."""
        self._system_is_light = light
        self._apply()

    def follow_system(self) -> None:
        """Ask the system what it has, and follow its changes from now on; once, after the first picture."""
        from arbitrex_desktop.ui.theme.desktop_scheme import DesktopScheme  # noqa: PLC0415 - not for the first picture

        self._follows_system = True
        self._app.styleHints().colorSchemeChanged.connect(self._on_system_change)
        desktop = DesktopScheme(self)
        desktop.found.connect(self._on_desktop)
        desktop.listen()
        self.choose(self._choice)

    def _ask_title_bar(self, choice: ThemeChoice) -> None:
        """Ask the system for a title bar to match; SYSTEM gives the say back to the desktop."""
        scheme = QtCore.Qt.ColorScheme
        schemes = {ThemeChoice.DARK: scheme.Dark, ThemeChoice.LIGHT: scheme.Light}
        self._app.styleHints().setColorScheme(schemes.get(choice, scheme.Unknown))

    def _on_system_change(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._look_at_system()
            self._apply()

    def _look_at_system(self) -> None:
        if self._choice is ThemeChoice.SYSTEM:
            self._system_is_light = self._app.styleHints().colorScheme() is QtCore.Qt.ColorScheme.Light
            if self._desktop_is_light is not None:
                self._system_is_light = self._desktop_is_light

    def _on_desktop(self, light: bool) -> None:  # noqa: FBT001 - an answer
        self._desktop_is_light = light
        if light != self._system_is_light:
            self._on_system_change()

    def _apply(self) -> None:
        light = self._choice is ThemeChoice.LIGHT or (self._choice is ThemeChoice.SYSTEM and self._system_is_light)
        self._colours = in_pair(LIGHT if light else DARK, self._pair)
        palette = palette_of(self._colours)
        self._app.setPalette(palette)
        # A menu opens over tables of the same ground, and the style's own border does not show on a dark one.
        palette.setColor(QPalette.ColorRole.Base, self._colours.raised)
        self._app.setPalette(palette, "QMenu")  # type: ignore[arg-type] # the stubs want bytes, which it refuses
        self.changed.emit(self._colours)


def palette_of(colours: Colours) -> QPalette:
    """Return the Qt palette of a theme; disabled texts are muted, not invisible."""
    palette = QPalette(colours.raised, colours.window)
    role = QPalette.ColorRole
    pairs = {
        role.WindowText: colours.text,
        role.Base: colours.base,
        role.AlternateBase: colours.alternate,
        role.Text: colours.text,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.text,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent.back,
        role.HighlightedText: colours.accent.text,
        role.Link: colours.up,
        role.LinkVisited: colours.up,
        role.Accent: colours.up,
    }
    for name, colour in pairs.items():
        palette.setColor(name, colour)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, colours.muted)
    return palette


def fitted(font: QFont, text: str, width: int, least: float) -> QFont:
    """Return a font in which a text fits a width in pixels, smaller where it must be, but not below `least` of it."""
    needed = QFontMetrics(font).horizontalAdvance(text)
    if needed <= width:
        return font
    scale = max(least, width / needed)
    result = _scaled(font, scale)
    # Glyphs are as wide as whole pixels, so they do not shrink evenly.
    while scale > least and QFontMetrics(result).horizontalAdvance(text) > width:
        scale = max(least, scale - _FINER)
        result = _scaled(font, scale)
    return result


def tabular(font: QFont, scale: float = 1.0, *, bold: bool = False) -> QFont:
    """Return a font whose digits are all of one width, so that numbers in a column line up; `scale` its size."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    result.setBold(bold)
    return _scaled(result, scale)


def _scaled(font: QFont, scale: float) -> QFont:
    result = QFont(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(font.pointSizeF() * scale)
    else:
        result.setPixelSize(max(1, round(font.pixelSize() * scale)))
    return result

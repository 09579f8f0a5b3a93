# SPDX-License-Identifier: MIT
"""The colours of the dark and of the light theme, and the measure of their contrast.

Up and down are blue and orange, which people with any common colour blindness tell apart, or green and red where the
trader wants what he knows from elsewhere; verdicts are another family.  None is ever the only sign: an arrow, a sign or
a word stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from PySide6.QtGui import QColor

LEAST_CONTRAST: Final = 4.5
"""WCAG 2.2, criterion 1.4.3: contrast of text with its background."""

_LINEAR_UP_TO: Final = 0.04045
"""Where the sRGB curve changes from a line to a power."""


class Tone(StrEnum):
    """What a text means, apart from its words; each is an attribute of `Colours`."""

    TEXT = "text"
    MUTED = "muted"
    UP = "up"
    DOWN = "down"
    WARN = "warn"
    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class FillColours:
    """A filled area and the text on it."""

    back: QColor
    text: QColor


@dataclass(frozen=True, slots=True)
class Colours:
    """One theme.

    Attributes:
        window: what is behind panels
        base: ground of tables and fields
        alternate: every other row
        raised: buttons and title bars
        line: lines between them
        text: text on any of these
        muted: captions and stale numbers
        up, down: direction, as text on any of these
        good, warn, bad: verdicts, as text on any of these
        equity, balance: the two curves
        accent: the selection
        simulated, demo, live: badges of the account's mode
        halt, buy, sell: buttons
        notice, warning, error: bars of notices
    """

    is_dark: bool
    window: QColor
    base: QColor
    alternate: QColor
    raised: QColor
    line: QColor
    text: QColor
    muted: QColor
    up: QColor
    down: QColor
    warn: QColor
    bad: QColor
    good: QColor
    equity: QColor
    balance: QColor
    accent: FillColours
    simulated: FillColours
    demo: FillColours
    live: FillColours
    halt: FillColours
    buy: FillColours
    sell: FillColours
    notice: FillColours
    warning: FillColours
    error: FillColours

    def tone(self, tone: Tone) -> QColor:
        """Return the colour of a text with that meaning."""
        colour: QColor = getattr(self, tone.value)
        return colour


def _fill(back: str, text: str = "#ffffff") -> FillColours:
    return FillColours(QColor(back), QColor(text))


DARK: Final = Colours(
    is_dark=True,
    window=QColor("#171c24"),
    base=QColor("#10141a"),
    alternate=QColor("#141920"),
    raised=QColor("#232a35"),
    line=QColor("#323b49"),
    text=QColor("#e8ecf2"),
    muted=QColor("#98a2b3"),
    up=QColor("#63b3ff"),
    down=QColor("#ffa04d"),
    warn=QColor("#f5c451"),
    bad=QColor("#ff8a80"),
    good=QColor("#6fd39a"),
    equity=QColor("#63b3ff"),
    balance=QColor("#98a2b3"),
    accent=_fill("#16324f"),
    simulated=_fill("#4b5a70"),
    demo=_fill("#1763b0"),
    live=_fill("#a3124f"),
    halt=_fill("#c02a1d"),
    buy=_fill("#1763b0"),
    sell=_fill("#9a4b00"),
    notice=_fill("#1d3650"),
    warning=_fill("#6b4e00", "#fff0cc"),
    error=_fill("#a3231a"),
)

LIGHT: Final = Colours(
    is_dark=False,
    window=QColor("#eef1f5"),
    base=QColor("#ffffff"),
    alternate=QColor("#f6f8fa"),
    raised=QColor("#e1e6ed"),
    line=QColor("#c3cbd6"),
    text=QColor("#161b22"),
    muted=QColor("#556070"),
    up=QColor("#0b57a4"),
    down=QColor("#9a4300"),
    warn=QColor("#7a5200"),
    bad=QColor("#b3261e"),
    good=QColor("#14703c"),
    equity=QColor("#0b57a4"),
    balance=QColor("#667182"),
    accent=_fill("#cfe3f8", "#0d2036"),
    simulated=_fill("#4b5a70"),
    demo=_fill("#0b57a4"),
    live=_fill("#a3124f"),
    halt=_fill("#c02a1d"),
    buy=_fill("#0b57a4"),
    sell=_fill("#9a4300"),
    notice=_fill("#d5e6f7", "#0d2036"),
    warning=_fill("#ffdf8a", "#2b2100"),
    error=_fill("#b3261e"),
)


class DirectionPair(StrEnum):
    """The two colours of direction."""

    BLUE_ORANGE = "blue and orange"
    GREEN_RED = "green and red"


def in_pair(colours: Colours, pair: DirectionPair) -> Colours:
    """Return a theme with these colours of direction; blue and orange are its own."""
    if pair is DirectionPair.BLUE_ORANGE:
        return colours
    up, down = ("#4ad6a8", "#ff8f96") if colours.is_dark else ("#0b6b47", "#b0203a")
    return replace(
        colours, up=QColor(up), down=QColor(down), equity=QColor(up), buy=_fill("#0f7a4d"), sell=_fill("#b3263a")
    )


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: QColor, other: QColor, share: float) -> QColor:
    """Return `one` with `share` (0 to 1) of `other` in it."""

    def between(start: int, end: int) -> int:
        return round(start + (end - start) * share)

    return QColor(
        between(one.red(), other.red()), between(one.green(), other.green()), between(one.blue(), other.blue())
    )


def _luminance(colour: QColor) -> float:
    """Return the relative luminance (WCAG 2.2, "relative luminance")."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= _LINEAR_UP_TO else float(((part + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())

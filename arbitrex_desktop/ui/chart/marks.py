# SPDX-License-Identifier: MIT
"""What stands on a chart besides bars: lines at prices, some of which one drags, and marks at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    """What a line means; decides its colour and stroke."""

    ENTRY = "ENTRY"
    STOP = "STOP"
    TARGET = "TARGET"
    POSITION = "POSITION"
    ORDER = "ORDER"
    GHOST = "GHOST"
    LEVEL = "LEVEL"
    ALERT = "ALERT"


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A horizontal line.

    Attributes:
        key: names the line to whoever hears of its being dragged.
        price: where it stands.
        text: short, shown at its left end.
        kind: what it means.
        direction: 1 for a buy's, -1 for a sell's, 0 for neither.
        is_draggable: whether the trader may move it.
    """

    key: str
    price: float
    text: str
    kind: LineKind
    direction: int = 0
    is_draggable: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A fill or a close.

    Attributes:
        seconds: moment on the server clock.
        price: of the execution.
        direction: 1 for a buy, -1 for a sell.
        text: shown as a tool tip.
        closes: whether it ends a position or takes from one; drawn hollow.
        label: written beside it where there is room; empty for nothing.
    """

    seconds: float
    price: float
    direction: int
    text: str = ""
    closes: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """A band between two prices, such as from entry to stop.

    Attributes:
        low, high: its edges.
        kind: STOP for what is at risk, TARGET for what may be won.
    """

    low: float
    high: float
    kind: LineKind

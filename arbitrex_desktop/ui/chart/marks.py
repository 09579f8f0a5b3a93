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


class LineOwner(StrEnum):
    """What a line is of."""

    PLAN = "PLAN"
    POSITION = "POSITION"
    ORDER = "ORDER"
    INTENT = "INTENT"
    LEVEL = "LEVEL"
    ALERT = "ALERT"


class LinePart(StrEnum):
    """Which of its owner's prices a line marks."""

    ENTRY = "ENTRY"
    STOP = "STOP"
    TARGET = "TARGET"


@dataclass(frozen=True, slots=True)
class LineRef:
    """Which line it is, to whoever hears of its being dragged.

    Attributes:
        owner: what it is of.
        number: ticket, intent, level or alert; 0 for the plan, of which there is one.
        part: which of the owner's prices; one that has a single price has an entry.
    """

    owner: LineOwner
    number: int | str = 0
    part: LinePart = LinePart.ENTRY


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A horizontal line.

    Attributes:
        key: which one it is.
        price: where it stands.
        text: short, shown at its left end.
        kind: what it means.
        direction: 1 for a buy's, -1 for a sell's, 0 for neither.
        is_draggable: whether the trader may move it.
    """

    key: LineRef
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
        is_loss: whether what the label tells was lost.
    """

    seconds: float
    price: float
    direction: int
    text: str = ""
    closes: bool = False
    label: str = ""
    is_loss: bool = False


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

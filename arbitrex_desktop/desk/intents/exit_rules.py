# SPDX-License-Identifier: MIT
"""Exit rules on a position: what the desk does by itself when the price gets somewhere.

A stop goes to the opening price, or follows the price at a distance; a part is closed at a target.  Each says how a
position should be, not what to do next: what is so already is not done again, whatever happened in between.  None of
them ever adds risk: a stop only moves nearer, and a volume only gets smaller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.amounts import PRICE_TOLERANCE

_STEP_SHARE: Final = 0.1
"""A trailing stop moves by no less than this share of its distance, so that the broker is not asked at every tick."""


class DistanceUnit(StrEnum):
    """By what a distance is measured; R is the distance from the opening price to the stop when it is given."""

    PIPS = "pips"
    ATR = "ATR"
    R = "R"


@dataclass(frozen=True, slots=True)
class Distance:
    """A distance as it was given."""

    value: float
    unit: DistanceUnit

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class ExitRulesRequest:
    """What the trader wants of a position; all None takes it back.

    Attributes:
        break_even: how far the price must be ahead of the opening price for the stop to go there
        trailing: how far behind the price the stop follows
        partial: how far ahead a part is closed
        partial_share: which part of the position, in (0, 1)
    """

    break_even: Distance | None = None
    trailing: Distance | None = None
    partial: Distance | None = None
    partial_share: float = 0.5


@dataclass(frozen=True, slots=True)
class ExitRules:
    """A position's instructions in the symbol's own measures; those that are done are None.

    Attributes:
        ticket: the position's
        direction: 1 for a long position, -1 for a short one
        opened: its opening price
        break_even, trailing, partial: distances in price units
        left: lots that stay open once the part is closed
        words: how each was given, by its name
    """

    ticket: int
    symbol: str
    direction: int
    opened: float
    break_even: float | None = None
    trailing: float | None = None
    partial: float | None = None
    left: float = 0.0
    words: dict[str, str] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to do."""
        return self.break_even is None and self.trailing is None and self.partial is None

    def text(self, digits: int) -> str:
        """Return the instructions in words, with the prices at which they act."""
        said, words = [], self.words or {}
        if self.break_even is not None:
            price = self.opened + self.direction * self.break_even
            said.append(f"break-even at {price:.{digits}f} (+{words.get('break_even', '')})")
        if self.trailing is not None:
            said.append(f"stop trails by {words.get('trailing', '')}")
        if self.partial is not None:
            price = self.opened + self.direction * self.partial
            said.append(f"down to {amounts.lots(self.left)} lots at {price:.{digits}f} (+{words.get('partial', '')})")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class PriceRules:
    """What the broker asks of a stop, in price units: its grid, its least distance from the price, the frozen zone."""

    tick: float
    least: float = 0.0
    freeze: float = 0.0


def is_better(direction: int, stop: float, current: float) -> bool:
    """Return whether a stop risks less than the present one, 0 for none."""
    return current <= 0.0 or (stop - current) * direction > PRICE_TOLERANCE


def next_stop(exit_rules: ExitRules, current: float, price: float, rules: PriceRules) -> float | None:
    """Return where the stop is to go, None for nowhere.

    `current`, the present stop, 0 for none; `price`, at which the position would be closed.  What is returned is on
    the grid, nearer than the present stop, and far enough from the price.
    """
    side, wanted = exit_rules.direction, list[tuple[float, float]]()
    if (
        exit_rules.break_even is not None
        and (price - exit_rules.opened) * side >= exit_rules.break_even - PRICE_TOLERANCE
    ):
        wanted.append((exit_rules.opened, rules.tick))
    if exit_rules.trailing is not None:
        behind = max(exit_rules.trailing, rules.least)
        wanted.append((price - side * behind, max(rules.tick, _STEP_SHARE * exit_rules.trailing)))
    best: float | None = None
    for level, step in wanted:
        stop = _on_grid(level, side, rules.tick)
        worth = current <= 0.0 or (stop - current) * side >= step - PRICE_TOLERANCE
        if stop > 0.0 and worth and (price - stop) * side >= max(rules.least, rules.tick) - PRICE_TOLERANCE:
            best = stop if best is None or (stop - best) * side > 0.0 else best
    return best if best is not None and is_better(side, best, current) else None


def lots_to_close(exit_rules: ExitRules, volume: float, price: float) -> float:
    """Return how many lots the partial target closes at a price, 0 for none."""
    if (
        exit_rules.partial is None
        or (price - exit_rules.opened) * exit_rules.direction < exit_rules.partial - PRICE_TOLERANCE
    ):
        return 0.0
    return max(0.0, round(volume - exit_rules.left, 8))


def is_frozen(price: float, rules: PriceRules, *levels: float) -> bool:
    """Return whether the price is so near to a level that the broker lets nothing be changed."""
    return rules.freeze > 0.0 and any(level > 0.0 and abs(level - price) <= rules.freeze for level in levels)


def _on_grid(level: float, side: int, tick: float) -> float:
    """Round a stop to the grid, away from the price."""
    if tick <= 0.0:
        return level
    steps = round(level / tick, 3)
    return round((math.floor(steps) if side > 0 else math.ceil(steps)) * tick, 10)

# SPDX-License-Identifier: MIT
"""What is typed into the ticket, in other units: prices from pips, ATR or R, and lots from a risk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from arbitrex_desktop.desk.presentation.core_text import reason_text
from arbitrex_desktop.desk.presentation.snapshot import IntentRow
from arbitrex_desktop.texts import N_, _
from arbitrex_desktop.ui import formats

LEAST_LOTS: Final = 0.01
_PERCENT: Final = 100.0
_ALMOST: Final = 1e-6
"""Hundredths of a lot that a division may lose without the size being cut by a whole one."""


def pip_size(digits: int) -> float:
    """Return a pip in price units: ten points where prices have a fractional pip (3 and 5 decimals), else a point."""
    return float(10.0 ** -(digits - 1 if digits in {3, 5} else digits))


def reward_ratio(
    direction: int, entry: float | None, stop_loss: float | None, take_profit: float | None
) -> float | None:
    """Return how many times the risk the target would bring; None without stop or target, or where they lie amiss."""
    if entry is None or stop_loss is None or take_profit is None:
        return None
    risk = (entry - stop_loss) * direction
    return (take_profit - entry) * direction / risk if risk > 0.0 else None


class NotYetKnownError(ValueError):
    """What was typed can be read, but what it is measured by is still to come, as from the risk manager."""


class LevelUnit(StrEnum):
    """How a stop or a target is given; a distance counts from the present price, away from it on its own side."""

    PRICE = N_("price")
    PIPS = N_("pips")
    ATR = "ATR"
    R = "R"


class SizeUnit(StrEnum):
    """How the size is given; all but lots need the risk manager's own size of the same trade."""

    LOTS = N_("lots")
    SHARE = N_("% of max")
    PERCENT = N_("% risk")
    MONEY = N_("risk")


@dataclass(frozen=True, slots=True)
class Market:
    """What distances are measured by.

    Attributes:
        direction: of the trade, 1 or -1
        entry: price at which it would be made now, None while there is no fresh one
        digits: decimals of the symbol's prices
        atr: average true range in price units, None while it is not known
        risk: distance from entry to stop in price units, None while it is not known
    """

    direction: int = 1
    entry: float | None = None
    digits: int = 5
    atr: float | None = None
    risk: float | None = None

    def length(self, unit: LevelUnit) -> float:
        """Return one of a unit in price units; raise `NotYetKnownError` in words when it is not known."""
        lengths = {LevelUnit.PIPS: pip_size(self.digits), LevelUnit.ATR: self.atr, LevelUnit.R: self.risk}
        length = lengths[unit]
        if not length:
            raise NotYetKnownError(_(_UNKNOWN[unit]))
        return length

    def price(self, value: float, unit: LevelUnit, side: int) -> float:
        """Return the price meant; `side` is 1 for a target, -1 for a stop.  Raise ValueError when it is not known."""
        if unit is LevelUnit.PRICE:
            return value
        if self.entry is None:
            raise NotYetKnownError(_("no fresh price to count {unit} from").format(unit=unit))
        price = round(self.entry + value * self.length(unit) * side * self.direction, self.digits)
        if price <= 0.0:
            raise ValueError(_("{value:g} {unit} would be below zero").format(value=value, unit=unit))
        return price

    def distance(self, price: float, unit: LevelUnit, side: int) -> float:
        """Return how far a price is from the entry, below zero on the wrong side; raise ValueError if not known."""
        if self.entry is None:
            raise NotYetKnownError(_("no fresh price to count {unit} from").format(unit=unit))
        return (price - self.entry) * side * self.direction / self.length(unit)


_UNKNOWN: Final = {
    LevelUnit.PIPS: N_("a pip of it is not known"),
    LevelUnit.ATR: N_("the ATR is not known yet"),
    LevelUnit.R: N_("R counts the distance to the stop, which is not known yet"),
}


def in_unit(price: float, unit: LevelUnit, side: int, market: Market) -> str:
    """Return a level in a unit as it would be typed, empty when it cannot be said."""
    if unit is LevelUnit.PRICE:
        return formats.price(price, market.digits)
    try:
        distance = market.distance(price, unit, side)
    except ValueError:
        return ""
    text = f"{distance:.{1 if unit is LevelUnit.PIPS else 2}f}"
    return text if distance > 0.0 and float(text) > 0.0 else ""


def other_forms(price: float, shown: LevelUnit, side: int, market: Market) -> str:
    """Return a level in every unit that is known but the one it is typed in, and a stop not in R, of which it is 1."""
    units = [unit for unit in LevelUnit if unit is not shown and (side > 0 or unit is not LevelUnit.R)]
    texts = ((in_unit(price, unit, side, market), unit) for unit in units)
    return " · ".join(text if unit is LevelUnit.PRICE else f"{text} {_(unit)}" for text, unit in texts if text)


def is_amiss(price: float, side: int, market: Market) -> bool:
    """Return whether a level lies on the wrong side of the present price; False while there is none."""
    return market.entry is not None and (price - market.entry) * side * market.direction <= 0.0


def lots_of(value: float, unit: SizeUnit, sized: IntentRow | None) -> float:
    """Return the lots meant, rounded down to hundredths so that no more is risked than was typed.

    `sized` is the risk manager's answer to the same trade without a size. Raise ValueError in words where that does
    not tell.
    """
    if unit is SizeUnit.LOTS:
        return value
    if sized is None:
        raise NotYetKnownError(_("the risk manager is asked how many lots that is"))
    if sized.lots <= 0.0:
        raise ValueError(_("the risk manager allows none: {details}").format(details=reason_text(sized)))
    if unit is SizeUnit.SHARE and value > _PERCENT:
        raise ValueError(_("at most 100 % of what is allowed, {lots} lots").format(lots=formats.lots(sized.lots)))
    whole = {SizeUnit.SHARE: _PERCENT, SizeUnit.PERCENT: (sized.risk_pct or 0.0) * _PERCENT}
    of = whole.get(unit, sized.risk_amount or 0.0)
    if of <= 0.0:
        raise ValueError(_("this trade risks nothing that it could be sized by; give lots"))
    lots = math.floor(sized.lots * value / of / LEAST_LOTS + _ALMOST) * LEAST_LOTS
    if lots < LEAST_LOTS / 2:
        raise ValueError(_("that is less than {least_lots} lots").format(least_lots=LEAST_LOTS))
    return round(lots, 2)

# SPDX-License-Identifier: MIT
"""Numbers as the trader reads them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import msgspec

from arbitrex_desktop.raw_layer import amounts
from arbitrex_desktop.raw_layer.phrase import in_english
from arbitrex_desktop.texts import N_

_FORMATS: Final = {
    "share": "{:.1%}",
    "count": "{:,.0f}",
    "%": "{:,.1f}%",
    "bps": "{:.1f} bps",
}
_UNIT_NAMES: Final = {"lots": N_("lots"), "units": N_("units"), "pips": N_("pips"), "pip": N_("pip")}
_LARGE: Final = 1e6
_TOLERANCE: Final = 1e-6
"""Forgiven when rounding down, in the unit shown, since a tenth has no exact binary form."""


class Decimals(msgspec.Struct, frozen=True, omit_defaults=True):
    """How sentences tell money and lots.

    Attributes:
        money: decimals of the account's currency, None where they are not known
        lots: decimals of the symbol's volume step, None where it is not known
        currency: the account's, empty where it is not known
    """

    money: int | None = None
    lots: int | None = None
    currency: str = ""


NOT_KNOWN: Final = Decimals()
_UNKNOWN: Final = N_("unknown")


def format_value(
    value: float | None, unit: str, decimals: Decimals = NOT_KNOWN, say: Callable[[str], str] = in_english
) -> str:
    """Return a number as the trader reads it: a `share` as a percentage, `money` with its currency, `lots` in full.

    The unit is named in the language that `say` gives a text in.

    Money has the decimals of the account's currency; where they are not known, cents, or all that it has.
    """
    if value is None:
        return say(_UNKNOWN)
    if unit in _FORMATS:
        return _FORMATS[unit].format(value)
    if unit == "money":
        known = decimals.money
        text = amounts.money_of_any_account(value) if known is None else amounts.money(value, digits=known)
        return f"{text} {decimals.currency}".rstrip()
    if unit == "s":
        return _format_seconds(value)
    if unit == "lots":
        number = amounts.lots(value, decimals.lots)
    else:
        number = f"{value:{',.0f' if unit == 'units' or abs(value) >= _LARGE else 'g'}}"
    name = "pip" if (value, unit) == (1.0, "pips") else unit
    return f"{number} {say(_UNIT_NAMES.get(name, name))}".rstrip()


def by_step(lots: float, decimals: Decimals, *, up: bool = False) -> float:
    """Return lots as many steps of the symbol's volume as they hold, or with `up` as many as hold them.

    What is reckoned has more decimals than anybody can trade: 2.25152063 lots are 2.25.
    """
    if decimals.lots is None or not math.isfinite(lots):
        return lots
    scale = 10.0**decimals.lots
    steps = lots * scale
    return (math.ceil(steps - _TOLERANCE) if up else math.floor(steps + _TOLERANCE)) / scale


def _format_seconds(seconds: float) -> str:
    """Return seconds with one decimal where there is one, below a second milliseconds.

    What is left over is dropped: 4.98 seconds must not read as the 5 that they are short of.
    """
    if 0.0 < seconds < 1.0:
        return f"{math.floor(seconds * 1e3 + _TOLERANCE):d} ms"
    tenths = math.floor(seconds * 10.0 + _TOLERANCE) / 10.0 if math.isfinite(seconds) else seconds
    return f"{tenths:,.1f}".removesuffix(".0") + " s"

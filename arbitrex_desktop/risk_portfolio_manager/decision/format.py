# SPDX-License-Identifier: MIT
"""Numbers as the trader reads them."""

from __future__ import annotations

import math
from typing import Final

import msgspec

from arbitrex_desktop.raw_layer import amounts

_FORMATS: Final = {
    "share": "{:.1%}",
    "count": "{:,.0f}",
    "units": "{:,.0f} units",
    "%": "{:,.1f}%",
    "bps": "{:.1f} bps",
}
_LARGE: Final = 1e6
_TOLERANCE: Final = 1e-6
"""Forgiven when rounding down, in the unit shown, since a tenth has no exact binary form."""


class Decimals(msgspec.Struct, frozen=True):
    """The decimals of the account's currency, None where they are not known, and of the symbol's volume step."""

    money: int | None = None
    lots: int = 2


NOT_KNOWN: Final = Decimals()


def format_value(value: float | None, unit: str, decimals: Decimals = NOT_KNOWN) -> str:
    """Return a number as the trader reads it: a `share` as a percentage, `money` and `lots` with their decimals.

    Where those of the account's currency are not known, with cents or in full.
    """
    if value is None:
        return "unknown"
    if unit in _FORMATS:
        return _FORMATS[unit].format(value)
    if unit == "money":
        known = decimals.money
        return amounts.money_of_any_account(value) if known is None else amounts.money(value, digits=known)
    if unit == "lots":
        return f"{amounts.lots(value, decimals.lots)} lots"
    if unit == "s":
        return _format_seconds(value)
    unit = "pip" if (value, unit) == (1.0, "pips") else unit
    return f"{value:{',.0f' if abs(value) >= _LARGE else 'g'}} {unit}".rstrip()


def _format_seconds(seconds: float) -> str:
    """Return seconds with one decimal where there is one, below a second milliseconds.

    What is left over is dropped: 4.98 seconds must not read as the 5 that they are short of.
    """
    if 0.0 < seconds < 1.0:
        return f"{math.floor(seconds * 1e3 + _TOLERANCE):d} ms"
    tenths = math.floor(seconds * 10.0 + _TOLERANCE) / 10.0 if math.isfinite(seconds) else seconds
    return f"{tenths:,.1f}".removesuffix(".0") + " s"

# SPDX-License-Identifier: MIT
"""Lots and money in words, in full: the one formatting of both, for window, notices, refusals and command line."""

from __future__ import annotations

import math
from typing import Final

_LEAST_DECIMALS: Final = 2
_MOST_DECIMALS: Final = 8
"""The trade server counts volumes in hundred-millionths of a lot, and bitcoin has as many parts."""
VOLUME_TOLERANCE: Final = 1e-9
"""Lots: volumes that differ by no more are the same.  A tenth of the server's unit, above what rounding leaves."""
PRICE_TOLERANCE: Final = 1e-9
"""Price units: prices that differ by no more are the same.  Far below every tick, above what rounding leaves."""
_HIDDEN: Final = 0.01
"""By such a part of itself an amount may differ from what is shown."""

# fmt: off
_DECIMALS: Final = (
    dict.fromkeys(("CLP", "IDR", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"), 0)
    | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "OMR", "TND"), 3)
    | dict.fromkeys(("BTC", "XBT", "ETH", "LTC", "BCH"), 8)
)
# fmt: on


def lots(volume: float, decimals: int | None = None) -> str:
    """Return a volume with the `decimals` of its symbol's volume step, two for None, and as many more as it has."""
    if not math.isfinite(volume):
        return str(volume)
    return _in_full(volume, _LEAST_DECIMALS if decimals is None else decimals)


def step_decimals(step: float) -> int:
    """Return the decimals of a volume step, which may be as small as 0.00000001 lots."""
    return len(_in_full(step, 0).partition(".")[2])


def currency_digits(currency: str) -> int:
    """Return the decimals of a currency where the account's own are not at hand; two for one that is not known."""
    return _DECIMALS.get(currency.upper(), 2)


def money(amount: float, currency: str = "", digits: int | None = None) -> str:
    """Return an amount with `digits` decimals (the account's `currency_digits`), those of its currency if None."""
    text = f"{amount:,.{currency_digits(currency) if digits is None else digits}f}"
    return f"{text} {currency}" if currency else text


def money_of_any_account(amount: float) -> str:
    """Return an amount whose currency is not at hand: with cents, and in full where cents do not show what it is.

    0.00125 is an amount that counts on an account in bitcoin.
    """
    hidden = abs(amount) < 1.0 and abs(amount - round(amount, 2)) > _HIDDEN * abs(amount)
    return _in_full(amount) if hidden else f"{amount:,.2f}"


def _in_full(amount: float, decimals: int = _LEAST_DECIMALS) -> str:
    """Return a number with so many decimals, and as many more as it has."""
    whole, _, part = f"{amount:,.{_MOST_DECIMALS}f}".partition(".")
    return f"{whole}.{part.rstrip('0').ljust(decimals, '0')}".rstrip(".")

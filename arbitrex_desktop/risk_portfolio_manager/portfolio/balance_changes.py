# SPDX-License-Identifier: MIT
"""Where the balance was seen to change, and what of that is money that came or went, or lost for no known reason."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec

from arbitrex_desktop.mt5.results import AccountInfo

_MOST_DIGITS: Final = 8
EVER: Final = datetime.min.replace(tzinfo=UTC)
"""Before all else."""


class Sight(msgspec.Struct, array_like=True):
    """A sync that saw the balance change: when, by how much, the equity then, and the highest since."""

    at: datetime
    change: float
    equity: float
    highest: float


class Flow(NamedTuple):
    """Money that came or went, when, and the sync that saw it first in the balance."""

    at: datetime
    amount: float
    sight: Sight


class Moved(NamedTuple):
    """What changed since the last closing besides the results of trading.

    Attributes:
        parts: what came or went, named by deals or not.
        lost: what the balance fell by for no known reason, at most 0.
        open_since: when something unexplained was first seen, now for nothing.
    """

    parts: list[Flow]
    lost: float
    open_since: datetime

    def flow(self, since: datetime) -> float:
        """Return what came or went since a moment."""
        return sum(part.amount for part in self.parts if part.at >= since)

    def between(self, seen: datetime, start: datetime) -> float:
        """Return what came or went before a moment, and was not seen by another yet."""
        return sum(part.amount for part in self.parts if part.sight.at > seen and part.at < start)

    def factor(self, since: datetime = EVER, after: datetime = EVER) -> float | None:
        """Return what scales a peak or an anchor; None when there was nothing before it.

        It is of the money that came or went `since` a moment and was seen `after` another: by the equity after it over
        the equity before it.  What the market does until its deal is there is none of it.
        """
        sums: dict[datetime, tuple[float, float]] = {}
        for part in self.parts:
            if part.at >= since and part.sight.at > after:
                equity, before = sums.get(part.sight.at, (part.sight.equity, part.sight.equity))
                sums[part.sight.at] = equity, before - part.amount
        if not all(equity > 0.0 and before > 0.0 for equity, before in sums.values()):
            return None
        return math.prod(equity / before for equity, before in sums.values())

    def peak(self, peak: float, sights: list[Sight], equity: float) -> float:
        """Return the peak after it, whatever was seen while it was not explained; the equity for money into nothing."""
        factor = self.factor()
        if factor is None:
            return equity
        seen = (each.highest * (self.factor(after=each.at) or 0.0) for each in sights)
        return max(peak * factor, *seen)


def of_credit(gap: float, changed: float, smallest: float) -> float:
    """Return what of a gap is the credit's own change, which no trade makes.

    Where balance and credit went opposite ways, one may have become the other, and a loss or profit hide in it: 0.
    """
    rest = gap - changed
    same_way = abs(rest) <= smallest or rest * changed > 0.0
    return changed if same_way and abs(changed) > smallest else 0.0


def smallest_amount(account: AccountInfo) -> float:
    """Return what the balance may differ by for rounding alone: a little more than the currency's smallest amount."""
    digits = min(max(account.currency_digits, 0), _MOST_DIGITS)
    return 1.1 * 10.0**-digits

# SPDX-License-Identifier: MIT
"""What an account's days brought, as a firm that lends it counts them: closing balances, results and trading days."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from arbitrex_desktop.mt5.constants import DealEntry, DealType
from arbitrex_desktop.mt5.results import AccountInfo, TradeDeal

_TRADES = frozenset({DealType.BUY, DealType.SELL})
_OPENING = frozenset({DealEntry.IN, DealEntry.INOUT})


class DayResult(msgspec.Struct, frozen=True, array_like=True):
    """A trading day: its realised result in account currency, and how many positions were opened in it."""

    result: float = 0.0
    opened: int = 0


class TradingRecord(msgspec.Struct, frozen=True):
    """The days of one account.

    Attributes:
        days: by date in ISO form, those in which something was done.
        highest_close: highest balance at the end of a day that has ended; 0 before one has.
        highest_equity: highest equity seen.
        complete: whether the account's whole history was read once.
    """

    days: dict[str, DayResult] = {}
    highest_close: float = 0.0
    highest_equity: float = 0.0
    complete: bool = False

    def after(
        self, account: AccountInfo, day_balance: float, deals: Iterable[tuple[str, TradeDeal]], today: str
    ) -> TradingRecord:
        """Return the record after a sync; `day_balance` at the day's reset, `deals` from the week's reset on or longer.

        Each deal comes with its day, by the firm's clock.  The first time they must be the whole history.  Balances of
        earlier days are what was there at the reset, less what each later day brought.
        """
        days, changes = _by_day(deals)
        close, highest = day_balance, max(self.highest_close, day_balance)
        for day in sorted(changes.keys() - {today}, reverse=True):
            if day < today:
                highest = max(highest, close)
                close -= changes[day]
        return TradingRecord({**self.days, **days}, highest, max(self.highest_equity, account.equity), complete=True)

    def trading_days(self, least_result: float) -> int:
        """Return on how many days positions were opened; with `least_result` above 0, how many days brought it."""
        if least_result > 0.0:
            return sum(each.result >= least_result for each in self.days.values())
        return sum(each.opened > 0 for each in self.days.values())


def _by_day(deals: Iterable[tuple[str, TradeDeal]]) -> tuple[dict[str, DayResult], dict[str, float]]:
    """Return each day's trading, and by how much each day changed the balance."""
    days: dict[str, DayResult] = {}
    changes: dict[str, float] = {}
    for day, deal in deals:
        if deal.type == DealType.CREDIT:  # which is not in the balance
            continue
        amount, known = deal.profit + deal.commission + deal.swap + deal.fee, days.get(day, DayResult())
        changes[day] = changes.get(day, 0.0) + amount
        if deal.type in _TRADES:
            days[day] = DayResult(known.result + amount, known.opened + (deal.entry in _OPENING))
    return days, changes

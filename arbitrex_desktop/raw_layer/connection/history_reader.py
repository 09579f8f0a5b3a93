# SPDX-License-Identifier: MIT
"""Bars, deals and orders of the past, read in portions, between which orders and polls have their turn."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Final, NamedTuple, TypeVar

import numpy as np

from arbitrex_desktop.mt5.arrays import RATE_DTYPE
from arbitrex_desktop.mt5.commands import CopyRates, CountHistory, History, ReadHistory
from arbitrex_desktop.mt5.constants import Timeframe
from arbitrex_desktop.mt5.errors import CallFailed
from arbitrex_desktop.mt5.module import Rows
from arbitrex_desktop.mt5.results import AccountKey, TradeDeal, TradeOrder
from arbitrex_desktop.raw_layer.connection.connector import Ask

T = TypeVar("T")

_WANTED_SECONDS: Final = 0.025
"""How long the terminal should work for a portion: half of what may hold up an order."""
_LEAST_BARS: Final = 16
"""Of bars longer than 15 minutes one: a day's of a replayed file is made of all its ticks."""
_MOST_BARS: Final = 20_000
_WAY_HOLDS: Final = 16
"""After so many answers a long way is measured again, since it may have become shorter."""
_DAY_SECONDS: Final = 86_400
_MOST_SECONDS: Final = 100 * 366 * _DAY_SECONDS
_CHANGE: Final = 4
_GIVEN_AGAIN: Final = 60
"""After so many times all is read again: a broker may cancel a deal, which then is of another kind."""
_ASKERS: Final = 4


class Portion:
    """How much of a history to ask for next, learnt from how long the terminal worked for the last portion.

    Never less than `least`.

    Attributes:
        size: in whatever the history is counted
    """

    def __init__(self, first: int, least: int, most: int) -> None:
        self.size = first
        self._least, self._most = least, most
        self._each = 0.0

    @property
    def is_least(self) -> bool:
        """Whether less cannot be asked for."""
        return self.size == self._least

    def learn(self, size: int, seconds: float, wanted_seconds: float = _WANTED_SECONDS) -> None:
        """Take note of what a portion of a size took; the next is a quarter to four times as large.

        The dearer of the last two portions counts, and the first alone makes none larger: the newest day may be known
        and the one before cost a second.  The rest of a history, which is smaller than what could be asked for, does
        not make the next portion small.
        """
        each = max(seconds, 1e-6) / size
        wanted = wanted_seconds / max(each, self._each) if self._each else min(wanted_seconds / each, self.size)
        self._each = each
        self.size = round(min(max(wanted, size / _CHANGE, self._least), max(size * _CHANGE, self.size), self._most))


class _ReadBefore(NamedTuple):
    """What was read of an account since a second of the server clock, and how often that may still be given again."""

    history: History
    since: int
    left: int = _GIVEN_AGAIN


class HistoryReader:
    """Reads the past through a connection.  Safe from any thread."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._asked: deque[tuple[AccountKey, int]] = deque(maxlen=_ASKERS)
        self._kept: _ReadBefore | None = None
        self._bars: dict[int, Portion] = {}
        self._way, self._answers = 0.0, 0
        self._seconds = Portion(7 * _DAY_SECONDS, _DAY_SECONDS, _MOST_SECONDS)

    def rates(self, symbol: str, timeframe: int, count: int, start: int) -> Rows:
        """Read the last bars of a symbol but `start`, oldest first.

        A bar that begins meanwhile moves all others by one; each is given once all the same.
        """
        least = _LEAST_BARS if timeframe <= Timeframe.M15 else 1
        portion = self._bars.setdefault(timeframe, Portion(least, least, _MOST_BARS))
        if portion.is_least or (self._way > _WANTED_SECONDS and self._answers > _WAY_HOLDS):
            self._measure_way(symbol)
        pieces: list[Rows] = []
        taken = 0
        while taken < count:
            size = min(portion.size, count - taken)
            answer = self._ask(CopyRates(symbol, timeframe, size, start + taken))
            self._way, self._answers = min(self._way, answer.seconds), self._answers + 1
            # Where the way is long, as much work is asked for: less would hold up an order as long, and more often.
            portion.learn(size, answer.seconds - self._way, max(_WANTED_SECONDS, self._way))
            pieces.insert(0, answer.value)
            taken += size
            if len(answer.value) < size:
                break
        rows = np.concatenate([np.empty(0, dtype=RATE_DTYPE), *pieces])
        fresh = np.ones(len(rows), dtype=bool)
        fresh[1:] = rows["time"][1:] > np.maximum.accumulate(rows["time"])[:-1]
        return rows[fresh]

    def _measure_way(self, symbol: str) -> None:
        """Measure what an answer takes for which the terminal hardly works: that of the newest minute."""
        with suppress(CallFailed):  # whoever wants bars hears of it
            self._way, self._answers = self._ask(CopyRates(symbol, Timeframe.M1, 1)).seconds, 0

    def deals(self, account: AccountKey, since: int, until: int) -> History:
        """Read an account's orders and deals between two seconds of the server clock, the newest ones included.

        A day is added at the end, since a broker's clock may run ahead of ours.  Who asks again and again since one
        moment, as the risk manager does each second for a week, is given what was read before while the terminal counts
        as many.
        """
        end = until + _DAY_SECONDS
        kept = self._kept
        if kept is not None and kept.left and (kept.history.account, kept.since) == (account, since):
            found, counted = kept.history, None
            with suppress(CallFailed):  # what is amiss the reading tells, and where nothing is, it goes on
                counted = self._ask(CountHistory(account, since, end)).value
            if counted == (len(found.orders), len(found.deals)):
                self._kept = kept._replace(left=kept.left - 1)
                return found
        history = self._read_deals(account, since, end)
        if (account, since) in self._asked:
            self._kept = _ReadBefore(history, since)
        self._asked.append((account, since))
        return history

    def _read_deals(self, account: AccountKey, since: int, end: int) -> History:
        """Read orders and deals in portions."""
        orders: dict[int, TradeOrder] = {}
        deals: dict[int, TradeDeal] = {}
        while True:
            size = self._seconds.size
            answer = self._ask(ReadHistory(account, since, min(since + size, end)))
            # A stretch in which nothing happened took the way to the terminal, not its work.
            self._seconds.learn(size, answer.seconds if answer.value.deals or answer.value.orders else 0.0)
            orders |= {order.ticket: order for order in answer.value.orders}
            deals |= {deal.ticket: deal for deal in answer.value.deals}
            since += size
            if since >= end:
                return History(account, tuple(orders.values()), tuple(deals.values()))

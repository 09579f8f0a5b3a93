# SPDX-License-Identifier: MIT
"""The equity curve: a point for each sync, thinned as it grows."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile
from typing import Final

from arbitrex_desktop.desk.presentation.snapshot import EquityPoint
from arbitrex_desktop.raw_layer.views import AccountReading

MOST_POINTS: Final = 2_000
"""About as many as a screen has pixels; a snapshot copies them four times a second."""


class EquityTrack:
    """Keeps 2 000 points at most: when full, every second one goes and from then on half as many come.

    One account's: another account, or one in another currency, begins anew.  Points are added on one thread; the
    tuples it gives are frozen, and may be asked for from any.
    """

    def __init__(self) -> None:
        self._points: list[EquityPoint] = []
        self._account: tuple[int, str, str] | None = None
        self._stride = 1
        self._seen = 0

    def add(self, reading: AccountReading) -> None:
        """Take a reading of the account."""
        account = _account_of(reading)
        if account != self._account:
            self._points, self._account, self._stride, self._seen = [], account, 1, 0
        self._seen += 1
        point = _equity_point(reading)
        if (self._seen - 1) % self._stride == 0 or not self._points:
            self._points.append(point)
        if len(self._points) >= MOST_POINTS:
            self._points = self._points[::2]
            self._stride *= 2

    def points(self, newest: AccountReading | None) -> tuple[EquityPoint, ...]:
        """Return the points, oldest first, up to a reading, which is always the last of them; none without one.

        What is shown beside the curve comes from that reading, so that no screen has two equities.
        """
        if newest is None:
            return ()
        before = tuple(self._points) if _account_of(newest) == self._account else ()
        return (*takewhile(lambda point: point.at < _market_time_of(newest), before), _equity_point(newest))


def _equity_point(reading: AccountReading) -> EquityPoint:
    return EquityPoint(_market_time_of(reading), reading.account.equity, reading.account.balance)


def _account_of(reading: AccountReading) -> tuple[int, str, str]:
    account = reading.account
    return (account.login, account.server, account.currency)


def _market_time_of(reading: AccountReading) -> datetime:
    """Return the moment of a reading in market time."""
    return reading.market_at or reading.observed_at

# SPDX-License-Identifier: MIT
"""Reads the account: through the pool that is given, or through one of its own for trying out."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from types import TracebackType
from typing import Any, Self

from arbitrex_desktop.clock import Clock, SystemClock
from arbitrex_desktop.mt5.commands import History
from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.mt5.results import TradeDeal, TradeOrder, TradePosition
from arbitrex_desktop.raw_layer.errors import PoolError
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.portfolio.own_connection import OwnPool, open_own_pool

_log = logging.getLogger(__name__)
_FAILURES = (PoolError, MT5Error, OSError, ValueError, ArithmeticError)
_SEASON = timedelta(days=30)
_MONEY = ("balance", "equity", "profit", "credit", "margin", "margin_free")


class SyncFailed(Exception):  # noqa: N818 - what happened
    """The account could not be read, or what was read cannot be used."""


@dataclass(frozen=True, slots=True)
class SyncedAccount:
    """One good reading with deals and ended orders since the moment asked for; `read_at` in market time, UTC.

    `knows_clock`, whether the server's clock was known before, so that deals are of the right day.
    """

    reading: AccountReading
    deals: tuple[TradeDeal, ...]
    read_at: datetime
    orders: tuple[TradeOrder, ...] = ()
    knows_clock: bool = True


class MT5AccountSync:
    """Reads the account for the risk manager, and counts how that went.

    With `mt5_pool` it reads through that pool, whatever `auto_initialize` says, and never starts or stops it.
    Without one and with `auto_initialize` it opens a pool of its own at the first read, from MT5_LOGIN,
    MT5_PASSWORD, MT5_SERVER and MT5_TERMINAL in the environment or `.env` ("simulated" selects the simulated
    terminal); `close()`, or leaving it as a context manager, stops that one.  Without either it reads nothing.
    Safe to call from any thread; reads block for the round trips.
    """

    def __init__(
        self,
        mt5_pool: PoolReader | None = None,
        auto_initialize: bool = True,  # noqa: FBT001, FBT002 - the contract's position
        *,
        clock: Clock | None = None,
        open_pool: Callable[[], OwnPool] = open_own_pool,
    ) -> None:
        self._given = mt5_pool
        self._auto = auto_initialize
        self._clock = clock or SystemClock()
        self._open_pool = open_pool
        self._own: OwnPool | None = None
        self._lock = Lock()
        self._succeeded = 0
        self._failed = 0
        self._last_at: datetime | None = None
        self._last_error = ""

    @property
    def pool(self) -> PoolReader | None:
        """Return the pool that is read through, None before one of its own was opened."""
        return self._given if self._given is not None else self._own

    @property
    def knows_clock(self) -> bool:
        """Return whether it is known how far the server's clock is ahead, so that deals are of the right day."""
        return self.pool is not None and self.pool.server_zone.is_known

    def read_account(self) -> tuple[AccountReading, datetime]:
        """Read account, positions and orders; return them with market time, UTC (blocks).  Raises `SyncFailed`."""
        pool = self._pool_to_read()
        with _as_sync_failure():
            reading, now = pool.read_account(), pool.market_now()
        _check_reading(reading)
        return reading, now

    def read_history(self, of: AccountReading, since: datetime, now: datetime) -> History:
        """Read deals and ended orders of the account that was read, from a moment on (blocks).  Raises `SyncFailed`.

        Deals of another season need to know whose summer time the server follows, which is found out before.
        """
        pool = self._pool_to_read()
        with _as_sync_failure():
            if now - since > _SEASON:
                pool.learn_summer_time()
            history = pool.read_history(since, now + timedelta(days=1))
        if history.account != of.account.key:
            raise SyncFailed("another account was connected before its history was read")
        if not all(math.isfinite(value) for deal in history.deals for value in _amounts_of_deal(deal)):
            raise SyncFailed("a deal of the history has no usable amount")
        return history

    def note_success(self) -> None:
        """Count a sync that was taken over."""
        with self._lock:
            self._succeeded += 1
            self._last_at = self._clock.now()
            self._last_error = ""

    def note_failure(self, reason: str) -> None:
        """Count a sync that failed; it is logged when the reason is a new one."""
        with self._lock:
            self._failed += 1
            if reason != self._last_error:
                _log.warning("account sync failed: %s", reason)
            self._last_error = reason

    def get_stats(self) -> dict[str, Any]:
        """Return how the syncs went; `last_sync_time` as ISO text, `last_sync_at` the same as a moment in UTC."""
        pool = self.pool
        with self._lock:
            return {
                "using_mt5_pool": self._given is not None,
                "initialized_by_sync": self._own is not None,
                "mt5_initialized": pool is not None and pool.is_connected(),
                "mt5_available": pool is not None,
                "auto_initialize": self._auto and self._given is None,
                "last_sync_time": None if self._last_at is None else self._last_at.isoformat(),
                "last_sync_at": self._last_at,
                "sync_count": self._succeeded,
                "sync_failures": self._failed,
                "last_error": self._last_error,
            }

    def close(self) -> None:
        """Stop a pool of its own; one that was given is left alone."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            own.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _pool_to_read(self) -> PoolReader:
        """Return the pool to read through, opening one of its own if that is allowed."""
        if self._given is not None:
            return self._given
        if not self._auto:
            raise SyncFailed("there is no pool to sync through")
        with self._lock, _as_sync_failure():
            if self._own is None:
                self._own = self._open_pool()
            return self._own


@contextmanager
def _as_sync_failure() -> Iterator[None]:
    """Let what a pool may raise be `SyncFailed`."""
    try:
        yield
    except _FAILURES as error:
        raise SyncFailed(str(error) or type(error).__name__) from error


def _check_reading(reading: AccountReading) -> None:
    """Raise `SyncFailed` for a reading whose numbers cannot be used."""
    account = reading.account
    for name in _MONEY:
        if not math.isfinite(getattr(account, name)):
            raise SyncFailed(f"the account's {name} is no number")
    if not all(_is_usable_position(position) for position in reading.positions):
        raise SyncFailed("a position has no usable volume, price or profit")


def _is_usable_position(position: TradePosition) -> bool:
    """Return whether a position's numbers can be computed with."""
    numbers = (position.volume, position.price_open, position.price_current, position.profit, position.swap)
    return all(math.isfinite(number) for number in numbers) and position.volume > 0.0 and position.price_open > 0.0


def _amounts_of_deal(deal: TradeDeal) -> tuple[float, ...]:
    """Return a deal's amounts."""
    return (deal.profit, deal.commission, deal.swap, deal.fee)

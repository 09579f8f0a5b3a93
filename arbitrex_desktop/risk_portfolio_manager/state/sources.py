# SPDX-License-Identifier: MIT
"""What the manager reads besides its own state: clock, pool, calendar and prices."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from arbitrex_desktop.clock import Clock
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.symbols import UnknownSymbol
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar
from arbitrex_desktop.risk_portfolio_manager.portfolio.instruments import (
    PoolInstruments,
)


@dataclass(slots=True)
class Sources:
    """Answers from memory; not safe for threads, the engine locks.

    Attributes:
        clock: this computer's time.
        pool: the pool; None for a program that gives prices itself.
        calendar: news; None when there is none.
        syncs: whether this manager reads an account at all.
        reading: the account as last synced.
        synced_at: when that sync began, in monotonic seconds.
        newest: what the portfolio shows: the account as last synced, or as polled since.
        polled: what the pool had read last when it was looked at, of whichever account.
        prices: what a program without a pool gave with its intents, by symbol.
        instruments: the pool's; None before one was asked for.
    """

    clock: Clock
    pool: PoolReader | None
    calendar: NewsCalendar | None
    syncs: bool
    reading: AccountReading | None = None
    synced_at: float | None = None
    newest: AccountReading | None = None
    polled: AccountReading | None = None
    prices: dict[str, float] = field(default_factory=dict)
    instruments: PoolInstruments | None = None

    def under_broker_name(self, intent: TradeIntent) -> TradeIntent:
        """Return an intent with the broker's symbol for a plain name; unchanged where that means none or several.

        A position's own symbol is never another's name, so an exit stays what it is.
        """
        pool = self.pool
        name: Any = intent.symbol
        if pool is not None and isinstance(name, str) and pool.symbol_info(name) is None:
            with suppress(UnknownSymbol):
                return msgspec.structs.replace(intent, symbol=pool.resolve(name))
        return intent

    def market_now(self) -> datetime:
        """Return market time, UTC."""
        return self.clock.now() if self.pool is None else self.pool.market_now()


def is_same_account(one: AccountReading, other: AccountReading) -> bool:
    """Return whether two readings are of one account."""
    return one.account.key == other.account.key

# SPDX-License-Identifier: MIT
"""Reads what the pool has in memory of a symbol and of the account."""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from typing import Final

from arbitrex_desktop.mt5.results import AccountInfo
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import AccountReading, Quote
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent
from arbitrex_desktop.risk_portfolio_manager.decision.rule_context import MarketFacts

_NEAR: Final = 0.1


def newer_account(pool: PoolReader | None, synced: AccountReading | None) -> AccountInfo | None:
    """Return the newer of the last synced and the last polled account."""
    polled = None if pool is None else pool.latest_account()
    if synced is None or (polled is not None and polled.monotonic > synced.monotonic):
        synced = polled
    return None if synced is None else synced.account


def add_quote(facts: MarketFacts, pool: PoolReader, intent: TradeIntent, moment: float, near: float) -> None:
    """Fill in what follows from the symbol's quote; nothing when there is none, or none that can be right.

    The intent's own price is what the trade is entered at only while it is within `near` (or the spread) of the
    market, or within a tenth of the distance to its own stop; otherwise it is the market's, since that is what the
    broker will fill at.
    """
    quote = pool.quote(intent.symbol) or _quote_of_properties(pool, intent.symbol, moment)
    if quote is None:
        return
    bid, ask = quote.bid, quote.ask
    if 0.0 < bid <= ask < math.inf:
        facts.mid = mid = quote.mid
        facts.quote_age = quote.age(moment)
        facts.spread_bps = (ask - bid) / mid * 10_000.0
        market, price = ask if intent.direction > 0 else bid, facts.price
        stop = intent.stop_loss
        allowed = max(near, ask - bid) if stop is None else _NEAR * abs(market - stop)
        if price is None or not abs(price - market) <= allowed:
            facts.price = market


def _quote_of_properties(pool: PoolReader, symbol: str, moment: float) -> Quote | None:
    """Return the quote that came with the symbol's properties, for the first moments before a tick arrives."""
    info = pool.symbol_info(symbol)
    if info is None or info.time <= 0:
        return None
    time = pool.server_time_to_utc(info.time)
    age = max(0.0, (pool.market_now() - time) / timedelta(seconds=1))
    return Quote(symbol, info.bid, info.ask, info.last, time.astimezone(UTC), moment, 0, 0, age)

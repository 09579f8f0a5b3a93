# SPDX-License-Identifier: MIT
"""What the pool has in memory of a symbol's price."""

from __future__ import annotations

import math
from datetime import UTC, timedelta
from typing import Final

from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import Quote
from arbitrex_desktop.risk_portfolio_manager.decision.intent import TradeIntent

_SHARE_OF_STOP: Final = 0.1


def latest_quote(pool: PoolReader, symbol: str, moment: float) -> Quote | None:
    """Return a symbol's last quote; None when there is none, or none that can be right."""
    quote = pool.quote(symbol) or _quote_of_properties(pool, symbol, moment)
    return quote if quote is not None and 0.0 < quote.bid <= quote.ask < math.inf else None


def entry_price(quote: Quote, intent: TradeIntent, near: float) -> float:
    """Return what a trade would be entered at.

    It is the worse of the intent's own price and the market's.  The intent's counts only while it is within `near` (or
    the spread) of the market, or within a tenth of the distance to its own stop; otherwise it is the market's, since
    that is what the broker will fill at.
    """
    market = quote.ask if intent.direction > 0 else quote.bid
    price, stop = intent.current_price, intent.stop_loss
    allowed = max(near, quote.ask - quote.bid) if stop is None else _SHARE_OF_STOP * abs(market - stop)
    if price is None or not abs(price - market) <= allowed:
        return market
    return max(price, market) if intent.direction > 0 else min(price, market)


def _quote_of_properties(pool: PoolReader, symbol: str, moment: float) -> Quote | None:
    """Return the quote that came with the symbol's properties, for the first moments before a tick arrives."""
    info = pool.symbol_info(symbol)
    if info is None or info.time <= 0:
        return None
    time = pool.server_time_to_utc(info.time)
    age = max(0.0, (pool.market_now() - time) / timedelta(seconds=1))
    return Quote(symbol, info.bid, info.ask, info.last, time.astimezone(UTC), moment, 0, 0, age)

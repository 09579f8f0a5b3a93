# SPDX-License-Identifier: MIT
"""Which names of the settings stand for the intent's symbol: the broker's own, and plain ones."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from arbitrex_desktop.raw_layer.symbols import is_called
from arbitrex_desktop.risk_portfolio_manager.decision.context import RuleContext


def names_of(context: RuleContext, names: Collection[str]) -> tuple[str, ...]:
    """Return those that are the symbol's name, or a plain name (`EURUSD`) that it may be meant by (`EURUSDm`)."""
    symbol, instrument = context.intent.symbol, context.market.instrument
    if not names or instrument is None:
        return tuple(name for name in names if name == symbol)
    return _names_of_symbol(symbol, instrument.base, instrument.profit, tuple(names))


@lru_cache(maxsize=256)
def _names_of_symbol(symbol: str, base: str, profit: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return those that are a symbol's name; the settings name the same again and again."""
    return tuple(name for name in names if name == symbol or is_called(symbol, base, profit, name))

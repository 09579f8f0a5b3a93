# SPDX-License-Identifier: MIT
"""Parameters that no single rule owns: capital, sizing, and what several rules share."""

from __future__ import annotations

from typing import Final

from arbitrex_desktop.risk_portfolio_manager.decision.regime import Regime
from arbitrex_desktop.risk_portfolio_manager.parameters import Choice, Flag, Parameter, Table, Text, number, upper_limit

_REGIMES: Final = frozenset(each.value for each in Regime)


def _is_currency(text: str) -> bool:
    """Return True for a code of three letters, as ISO 4217 has them."""
    return len(text) == 3  # noqa: PLR2004 - as above


CAPITAL: Final[tuple[Parameter, ...]] = (
    number("total_capital", 100000.0, "Capital", "money", low_open=True, help="Counts until an account is synced."),
    Text(
        "account_currency",
        "USD",
        "Currency of the capital",
        help="Counts only without a pool.",
        check=_is_currency,
        what="a three-letter code",
    ),
    upper_limit(
        "risk_per_trade",
        0.01,
        "Risk per trade",
        "share",
        high=0.05,
        help="Share of capital lost at the stop, before factors.",
    ),
    Choice(
        "risk_base",
        "balance",
        "Risk is a share of",
        help="The balance, the equity, the lesser of both, or none of them: a fixed amount.",
        options=("balance", "equity", "lesser", "amount"),
    ),
    number("risk_amount", 100.0, "Risk per trade as a fixed amount", "money", low_open=True),
    number("commission_per_lot", 0.0, "Commission of a lot, in and out", "money", help="Counts as part of the risk."),
    number("expected_slippage", 0.0, "Slippage expected at the stop", "ticks", help="Counts as part of the risk."),
    Flag("count_swap", False, "The swap to the day's end counts as part of the risk"),
)

SIZING: Final[tuple[Parameter, ...]] = (
    number("atr_window", 14, "Bars in the ATR", "count", low=1, help="For intents that bring no ATR of their own."),
    number("take_profit_ratio", 0.0, "Take-profit distance over stop distance", "x", help="0 sets no take-profit."),
    number("kelly_safety_factor", 0.25, "Share of the Kelly bet that is used", "share"),
    number("kelly_base_max_pct", 0.01, "Greatest Kelly bet", "share"),
    number("kelly_min_win_rate", 0.51, "Least win rate", "share", low_open=False),
    number("kelly_min_sample_size", 30, "Least number of trades behind win statistics", "count"),
    Table(
        "kelly_regime_multipliers",
        {"TRENDING": 1.0, "RANGING": 0.8, "VOLATILE": 0.5, "STRESSED": 0.2, "CRISIS": 0.1},
        "Kelly bet by regime",
        unit="x",
        keys=_REGIMES,
    ),
    Table(
        "regime_adjustments",
        {"TRENDING": 1.2, "RANGING": 1.0, "VOLATILE": 0.7, "STRESSED": 0.3},
        "Size by regime",
        unit="x",
        help="A regime without an entry takes its Kelly multiplier.",
        keys=_REGIMES,
    ),
    number("max_adv_pct", 0.01, "Greatest share of the average daily volume", "share"),
    number("max_market_impact_pct", 0.005, "Greatest expected market impact", "share"),
    number("impact_coefficient", 0.1, "Coefficient of the square-root impact", "x"),
    number("min_adv_units", 10000.0, "Least average daily volume", "units"),
)

MANAGER: Final[tuple[Parameter, ...]] = (
    number("pending_ttl_seconds", 180.0, "An approved trade counts as in flight for", "s", low_open=True),
    number("default_volume_min", 0.01, "Smallest volume without a pool", "lots", low_open=True),
    number("default_volume_step", 0.01, "Volume step without a pool", "lots", low_open=True),
)


GENERAL: Final = (*CAPITAL, *SIZING, *MANAGER)

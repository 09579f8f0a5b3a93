# SPDX-License-Identifier: MIT
"""Named settings for leveraged accounts.

A bare `RPMConfig()` holds exposure to the capital itself, as for an unleveraged account: one ordinary FX trade at 1%
risk and a stop of a few tens of pips is several times the capital, and would always be cut.  The presets raise the
exposure limits to what a leveraged account carries, lower the risk per trade and let no factor raise it, and switch the
pacing rules on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_PACED: Final[dict[str, Any]] = {
    "enforce_time_spacing": True,
    "duplicate_window_seconds": 10.0,
    "max_intents_per_minute": 120,
    "max_orders_per_minute": 10,
    "max_quote_age_seconds": 15.0,
    "max_sync_age_seconds": 60.0,
    "max_price_deviation_pct": 0.005,
    "max_positions_per_symbol": 2,
    "loss_without_stop": 0.02,
}

PRESETS: Final[dict[str, dict[str, Any]]] = {
    "Conservative": {
        **_PACED,
        "risk_per_trade": 0.0025,
        "max_risk_per_trade": 0.0025,
        "max_drawdown": 0.06,
        "max_daily_drawdown": 0.02,
        "daily_loss_limit": 0.01,
        "weekly_loss_limit": 0.03,
        "min_confidence_threshold": 0.70,
        "max_symbol_exposure_units": 500_000.0,
        "max_symbol_exposure_pct": 3.0,
        "max_currency_exposure_pct": 4.0,
        "max_total_exposure_pct": 6.0,
        "max_net_exposure_pct": 5.0,
        "max_correlation_exposure": 4.0,
        "max_exposure_velocity_pct": 3.0,
        "min_margin_level_pct": 500.0,
        "min_free_margin_pct": 0.5,
        "min_time_between_trades_seconds": 300,
        "min_time_between_same_symbol_seconds": 3600,
    },
    "Standard FX": {
        **_PACED,
        "risk_per_trade": 0.005,
        "max_risk_per_trade": 0.005,
        "max_symbol_exposure_units": 2_000_000.0,
        "max_symbol_exposure_pct": 7.0,
        "max_currency_exposure_pct": 10.0,
        "max_total_exposure_pct": 15.0,
        "max_net_exposure_pct": 12.0,
        "max_correlation_exposure": 10.0,
        "max_portfolio_volatility": 0.06,
        "max_var_pct": 0.14,
        "max_cvar_pct": 0.18,
        "max_exposure_velocity_pct": 15.0,
        "min_time_between_trades_seconds": 5,
        "min_time_between_same_symbol_seconds": 30,
        "halt_cooldown_seconds": 900,
    },
    "Prop-firm challenge": {
        **_PACED,
        "risk_per_trade": 0.0025,
        "max_risk_per_trade": 0.0025,
        "max_drawdown": 0.08,
        "max_daily_drawdown": 0.04,
        "daily_loss_limit": 0.03,
        "weekly_loss_limit": 0.06,
        "loss_anchor": "higher",
        "reset_timezone": "Europe/Prague",
        "max_symbol_exposure_units": 1_000_000.0,
        "max_symbol_exposure_pct": 4.0,
        "max_currency_exposure_pct": 6.0,
        "max_total_exposure_pct": 8.0,
        "max_net_exposure_pct": 7.0,
        "max_correlation_exposure": 6.0,
        "max_portfolio_volatility": 0.04,
        "max_var_pct": 0.09,
        "max_cvar_pct": 0.12,
        "max_consecutive_losses": 3,
        "max_exposure_velocity_pct": 6.0,
        "min_time_between_trades_seconds": 60,
        "min_time_between_same_symbol_seconds": 300,
    },
}
"""What each preset changes from the defaults of `RPMConfig`."""

_FULL_LEVERAGE: Final = 100.0
"""From this leverage on an account carries the whole of what follows."""
_FITTED: Final[dict[str, float]] = {
    "max_symbol_exposure_units": 10_000_000.0,
    "max_symbol_exposure_pct": 20.0,
    "max_currency_exposure_pct": 25.0,
    "max_total_exposure_pct": 30.0,
    "max_net_exposure_pct": 30.0,
    "max_correlation_exposure": 25.0,
    "max_exposure_velocity_pct": 30.0,
    "max_portfolio_volatility": 0.12,
    "max_var_pct": 0.25,
    "max_cvar_pct": 0.30,
}


def fitting(leverage: int, least: Mapping[str, Any]) -> dict[str, Any]:
    """Return limits for an account of a leverage (100 for 1:100), none of them below what `least` has.

    Half a percent may be lost with a trade, and exposures reach from that of a capital without leverage to a fifth of
    what a leverage of 100 would carry in one symbol.
    """
    share = min(1.0, max(0, leverage) / _FULL_LEVERAGE)
    limits: dict[str, Any] = {name: max(least[name], most * share) for name, most in _FITTED.items()}
    return limits | {"risk_per_trade": 0.005, "max_risk_per_trade": 0.005, "max_positions_per_symbol": 2}

# SPDX-License-Identifier: MIT
"""Named settings for leveraged accounts, and limits that fit an account's leverage."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[1] / "profiles"
"""Where the files of named settings are that come with the program."""
PRESETS_FILE: Final = FOLDER / "presets.toml"


def _read_presets() -> dict[str, dict[str, Any]]:
    """Return the presets by name."""
    file = tomllib.loads(PRESETS_FILE.read_text(encoding="utf-8"))
    return {each["name"]: {**file["common"], **each["limits"]} for each in file["profile"]}


PRESETS: Final = _read_presets()
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

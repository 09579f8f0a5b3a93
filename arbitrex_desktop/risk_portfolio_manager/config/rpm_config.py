# SPDX-License-Identifier: MIT
"""The settings of the Risk & Portfolio Manager."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import tomlkit

from arbitrex_desktop.risk_portfolio_manager.config.config_fields import FIELD_SPECS
from arbitrex_desktop.risk_portfolio_manager.config.presets import PRESETS
from arbitrex_desktop.risk_portfolio_manager.decision.decision import Regime
from arbitrex_desktop.risk_portfolio_manager.portfolio.tracking import TrackedDict

ANCHORS: Final = ("balance", "equity", "higher")
IMPACTS: Final = ("low", "medium", "high")
_TABLES: Final = (
    "kelly_regime_multipliers",
    "regime_adjustments",
    "correlation_floors",
    "assumed_daily_volatility",
)
_LISTS: Final = ("allowed_symbols", "denied_symbols")


@dataclass(kw_only=True)
class RPMConfig:
    """What may be risked, and how it is measured.

    Shares are of capital (the balance) unless their label in `config_fields.FIELD_SPECS` says otherwise; that
    table has unit and bounds of every number.  A field set at run time counts from the next decision.  The
    time-spacing rules (between trades, in a symbol, after a halt) are off until `enforce_time_spacing` is set.
    `account_currency` counts only without a pool.  `loss_anchor` says what the day's and the week's loss are
    measured from at the reset: balance, equity, or the higher of both.  Empty `allowed_symbols` allow every symbol.
    """

    total_capital: float = 100_000.0
    account_currency: str = "USD"
    risk_per_trade: float = 0.01
    max_drawdown: float = 0.10
    max_daily_drawdown: float = 0.03
    daily_loss_limit: float = 0.02
    weekly_loss_limit: float = 0.05
    loss_anchor: str = "balance"
    reset_hour: int = 0
    reset_timezone: str = "UTC"
    warning_share: float = 0.8
    extreme_volatility_threshold: float = 3.0
    min_confidence_threshold: float = 0.60
    atr_window: int = 14
    atr_multiplier: float = 1.5
    take_profit_ratio: float = 0.0
    kelly_safety_factor: float = 0.25
    kelly_base_max_pct: float = 0.01
    kelly_min_win_rate: float = 0.51
    kelly_min_sample_size: int = 30
    kelly_regime_multipliers: dict[str, float] = field(
        default_factory=lambda: TrackedDict(TRENDING=1.0, RANGING=0.8, VOLATILE=0.5, STRESSED=0.2, CRISIS=0.1)
    )
    regime_adjustments: dict[str, float] = field(
        default_factory=lambda: TrackedDict(TRENDING=1.2, RANGING=1.0, VOLATILE=0.7, STRESSED=0.3)
    )
    max_adv_pct: float = 0.01
    max_spread_bps: float = 20.0
    max_market_impact_pct: float = 0.005
    impact_coefficient: float = 0.1
    min_adv_units: float = 10_000.0
    max_symbol_exposure_units: float = 200_000.0
    max_symbol_exposure_pct: float = 0.30
    max_currency_exposure_pct: float = 0.50
    max_total_exposure_pct: float = 1.0
    max_net_exposure_pct: float = 0.60
    max_correlation_exposure: float = 0.70
    correlation_penalty: float = 0.5
    correlation_floors: dict[str, float] = field(
        default_factory=lambda: TrackedDict(TRENDING=0.2, RANGING=0.3, VOLATILE=0.5, STRESSED=0.8, CRISIS=0.8)
    )
    correlation_prior_weight: int = 30
    max_concurrent_positions: int = 8
    max_positions_per_symbol: int = 1
    max_positions_per_strategy: int = 8
    enforce_time_spacing: bool = False
    min_time_between_trades_seconds: float = 300
    min_time_between_same_symbol_seconds: float = 3600
    halt_cooldown_seconds: float = 3600
    stressed_max_positions: int = 2
    stressed_size_multiplier: float = 0.3
    stressed_min_confidence: float = 0.75
    volatile_max_positions: int = 4
    volatile_size_multiplier: float = 0.7
    volatile_min_confidence: float = 0.70
    min_margin_level_pct: float = 200.0
    min_free_margin_pct: float = 0.10
    max_portfolio_volatility: float = 0.03
    var_confidence: float = 0.99
    max_var_pct: float = 0.05
    max_cvar_pct: float = 0.08
    assumed_daily_volatility: dict[str, float] = field(
        default_factory=lambda: TrackedDict(fx=0.006, metal=0.012, other=0.015)
    )
    max_exposure_velocity_pct: float = 0.0
    exposure_velocity_window_seconds: float = 60.0
    max_consecutive_losses: int = 5
    max_quote_age_seconds: float = 30.0
    max_sync_age_seconds: float = 300.0
    max_price_deviation_pct: float = 0.05
    allowed_symbols: tuple[str, ...] = ()
    denied_symbols: tuple[str, ...] = ()
    duplicate_window_seconds: float = 0.0
    max_intents_per_minute: int = 0
    max_orders_per_minute: int = 0
    rejection_velocity_count: int = 10
    rejection_velocity_window_seconds: float = 300.0
    throttle_interval_seconds: float = 60.0
    throttle_duration_seconds: float = 300.0
    news_minutes_before: float = 30.0
    news_minutes_after: float = 15.0
    news_min_impact: str = "high"
    pending_ttl_seconds: float = 180.0
    default_volume_min: float = 0.01
    default_volume_step: float = 0.01

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a field; raise AttributeError for a name that is none, since a misspelt limit would never be applied."""
        if name not in type(self).__dataclass_fields__:
            raise AttributeError(f"RPMConfig has no setting {name!r}")
        if name in _TABLES and isinstance(value, Mapping):
            value = TrackedDict(value)
        elif name in _LISTS and isinstance(value, list):
            value = tuple(value)
        values = vars(self)
        values[name] = value
        values["_changes"] = values.get("_changes", 0) + 1

    def change_count(self) -> int:
        """Return a number that grows with every change of a field, in place ones of a table included."""
        values: Any = self.__dict__
        tables = values["kelly_regime_multipliers"].version + values["regime_adjustments"].version
        tables += values["correlation_floors"].version + values["assumed_daily_volatility"].version
        return int(values["_changes"] + tables)

    def validate(self) -> bool:
        """Return True, or raise ValueError whose text starts with the field's name and the rule it breaks."""
        for name, spec in FIELD_SPECS.items():
            if not spec.accepts(getattr(self, name)):
                raise ValueError(f"{name} {spec.rule()} (it is {getattr(self, name)!r})")
        for name in _TABLES:
            _check_table(name, getattr(self, name))
        for name in _LISTS:
            _check_symbols(name, getattr(self, name))
        self._check_choices()
        return True

    def _check_choices(self) -> None:
        """Check the fields that are words."""
        for name, allowed in (("loss_anchor", ANCHORS), ("news_min_impact", IMPACTS)):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)} (it is {getattr(self, name)!r})")
        code: Any = self.account_currency
        if not isinstance(code, str) or len(code) != 3:  # noqa: PLR2004 - ISO 4217
            raise ValueError(f"account_currency must be a three-letter code (it is {self.account_currency!r})")
        if not isinstance(self.enforce_time_spacing, bool):
            raise ValueError("enforce_time_spacing must be true or false")  # noqa: TRY004 - one kind of error for all
        try:
            ZoneInfo(self.reset_timezone)
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise ValueError(f"reset_timezone must be a known time zone (it is {self.reset_timezone!r})") from error

    def get_config_hash(self) -> str:
        """Return the SHA-256 of every field, as 64 hexadecimal digits; the same fields give the same hash anywhere."""
        canonical = json.dumps(self._values(), sort_keys=True, default=repr)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return every field and `config_hash`."""
        return {**self._values(), "config_hash": self.get_config_hash()}

    def _values(self) -> dict[str, Any]:
        """Return every field as plain values; numbers as floats where the default is one, so that 1 equals 1.0."""
        plain: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Mapping):
                value = {str(key): _number(item) for key, item in value.items()}
            elif isinstance(value, tuple):
                value = list(value)
            plain[each.name] = _number(value) if each.type == "float" else value
        return plain

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RPMConfig:
        """Build from fields by name and validate; an unknown name raises ValueError, `config_hash` is passed over."""
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(values) - known - {"config_hash"})
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(unknown)}")
        config = cls(**{name: value for name, value in values.items() if name in known})
        config.validate()
        return config

    @classmethod
    def from_toml(cls, path: Path | str) -> RPMConfig:
        """Load from a TOML file; raise OSError when it cannot be read, ValueError when what it says is wrong."""
        text = Path(path).read_text(encoding="utf-8-sig")
        try:
            return cls.from_dict(tomllib.loads(text))
        except ValueError as error:
            raise ValueError(f"{Path(path).name}: {error}") from error

    def to_toml(self, path: Path | str) -> None:
        """Save every field to a TOML file; raise OSError when it cannot be written."""
        Path(path).write_text(tomlkit.dumps(self._values()), encoding="utf-8")

    @classmethod
    def preset(cls, name: str, **changes: Any) -> RPMConfig:
        """Return a named preset with changes; raise ValueError for a name that is not in `presets.PRESETS`."""
        if name not in PRESETS:
            raise ValueError(f"preset must be one of {', '.join(PRESETS)} (it is {name!r})")
        return cls.from_dict({**PRESETS[name], **changes})


def _number(value: Any) -> Any:
    """Return whole numbers as floats, everything else as it is."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_table(name: str, table: Any) -> None:
    """Check that a table's values are finite and not negative, and its keys regimes where they must be."""
    if not isinstance(table, Mapping):
        raise ValueError(f"{name} must be a table")  # noqa: TRY004 - one kind of error for all
    allowed = {"fx", "metal", "other"} if name == "assumed_daily_volatility" else {each.value for each in Regime}
    if name in ("assumed_daily_volatility", "correlation_floors") and set(table) != allowed:
        raise ValueError(f"{name} must have a value for each of {', '.join(sorted(allowed))}")
    for key, value in table.items():
        if key not in allowed:
            raise ValueError(f"{name} must have keys among {', '.join(sorted(allowed))} (found {key!r})")
        highest = 1.0 if name == "correlation_floors" else 10.0
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ValueError(f"{name} must hold numbers ({key} is {value!r})")
        if not 0.0 <= value <= highest:
            raise ValueError(f"{name} must hold numbers in [0, {highest:g}] ({key} is {value!r})")


def _check_symbols(name: str, symbols: Any) -> None:
    """Check that a list of symbols holds names."""
    if not isinstance(symbols, tuple) or not all(isinstance(symbol, str) and symbol for symbol in symbols):
        raise ValueError(f"{name} must be a list of symbol names")

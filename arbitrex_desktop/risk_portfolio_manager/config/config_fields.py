# SPDX-License-Identifier: MIT
"""Every number of `RPMConfig` with its label, unit and bounds: validation and the settings form read this table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A setting that is a number.

    Attributes:
        label: for the settings form
        unit: as in `findings.format_value`
        low, high: bounds (None for no bound)
        low_open: whether `low` itself is refused
        whole: whether only whole numbers are accepted
        zero_off: whether 0 switches the rule off
    """

    label: str
    unit: str
    low: float = 0.0
    high: float | None = None
    low_open: bool = False
    whole: bool = False
    zero_off: bool = False

    def rule(self) -> str:
        """Return the bounds in words, such as "must be in (0, 0.05]"."""
        kind = " and a whole number" if self.whole else ""
        if self.high is None:
            return f"must be {'>' if self.low_open else '>='} {self.low:g}{kind}"
        return f"must be in {'(' if self.low_open else '['}{self.low:g}, {_bound(self.high)}]{kind}"

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a finite number of the right kind within the bounds."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            return False
        if not math.isfinite(value) or value < self.low or (self.low_open and value == self.low):
            return False
        return self.high is None or value <= self.high


def _bound(value: float) -> str:
    """Return a bound as the contract writes it: 1 as "1.0"."""
    return "1.0" if value == 1.0 else f"{value:g}"


def _share(label: str, high: float = 1.0, *, low_open: bool = True) -> FieldSpec:
    """Return a spec of a share of something, by default in (0, 1.0]."""
    return FieldSpec(label, "share", high=high, low_open=low_open)


def _count(label: str, *, low: float = 0.0, zero_off: bool = False) -> FieldSpec:
    """Return a spec of a whole number."""
    return FieldSpec(label, "count", low=low, whole=True, zero_off=zero_off)


def _seconds(label: str, *, zero_off: bool = False) -> FieldSpec:
    """Return a spec of a duration in seconds."""
    return FieldSpec(label, "s", zero_off=zero_off)


FIELD_SPECS: Final[dict[str, FieldSpec]] = {
    "total_capital": FieldSpec("Capital", "money", low_open=True),
    "risk_per_trade": _share("Risk per trade", 0.05),
    "max_drawdown": _share("Greatest drawdown from the peak"),
    "max_daily_drawdown": _share("Greatest fall of equity below the day's anchor"),
    "daily_loss_limit": _share("Greatest realised loss of a day"),
    "weekly_loss_limit": _share("Greatest realised loss of a week"),
    "reset_hour": FieldSpec("Hour at which a trading day begins", "h", high=23, whole=True),
    "warning_share": _share("Warn from this share of a limit on"),
    "extreme_volatility_threshold": FieldSpec("Volatility shock from", "std. deviations", low_open=True),
    "min_confidence_threshold": _share("Least confidence", low_open=False),
    "atr_window": _count("Bars in the ATR", low=1),
    "atr_multiplier": FieldSpec("Stop distance in ATRs", "ATR", low_open=True),
    "take_profit_ratio": FieldSpec("Take-profit distance over stop distance", "x", zero_off=True),
    "kelly_safety_factor": _share("Share of the Kelly bet that is used"),
    "kelly_base_max_pct": _share("Greatest Kelly bet"),
    "kelly_min_win_rate": _share("Least win rate", low_open=False),
    "kelly_min_sample_size": _count("Least number of trades behind win statistics"),
    "max_adv_pct": _share("Greatest share of the average daily volume"),
    "max_spread_bps": FieldSpec("Widest spread", "bps", low_open=True),
    "max_market_impact_pct": _share("Greatest expected market impact"),
    "impact_coefficient": FieldSpec("Coefficient of the square-root impact", "x"),
    "min_adv_units": FieldSpec("Least average daily volume", "units"),
    "max_symbol_exposure_units": FieldSpec("Greatest exposure per symbol in units", "units"),
    "max_symbol_exposure_pct": _share("Greatest exposure per symbol", 100.0),
    "max_currency_exposure_pct": _share("Greatest net exposure per currency", 100.0),
    "max_total_exposure_pct": _share("Greatest sum of exposures", 100.0),
    "max_net_exposure_pct": _share("Greatest long minus short exposure", 100.0),
    "max_correlation_exposure": _share("Greatest exposure that moves together", 100.0),
    "correlation_penalty": _share("Size taken off at full correlation", low_open=False),
    "correlation_prior_weight": _count("Days of bars that weigh as much as the assumed correlation"),
    "max_concurrent_positions": _count("Most positions"),
    "max_positions_per_symbol": _count("Most positions per symbol"),
    "max_positions_per_strategy": _count("Most positions per strategy"),
    "min_time_between_trades_seconds": _seconds("Least time between trades"),
    "min_time_between_same_symbol_seconds": _seconds("Least time between trades in a symbol"),
    "halt_cooldown_seconds": _seconds("Reducing only, after an automatic halt, for"),
    "stressed_max_positions": _count("Most new positions in a stressed market"),
    "stressed_size_multiplier": _share("Size in a stressed market", low_open=False),
    "stressed_min_confidence": _share("Least confidence in a stressed market", low_open=False),
    "volatile_max_positions": _count("Most new positions in a volatile market"),
    "volatile_size_multiplier": _share("Size in a volatile market", low_open=False),
    "volatile_min_confidence": _share("Least confidence in a volatile market", low_open=False),
    "min_margin_level_pct": FieldSpec("Least margin level after a trade", "%"),
    "min_free_margin_pct": _share("Least free margin after a trade, of equity", low_open=False),
    "max_portfolio_volatility": _share("Greatest daily volatility of the portfolio"),
    "var_confidence": FieldSpec("Confidence of value at risk", "share", low=0.5, high=0.999, low_open=True),
    "max_var_pct": _share("Greatest one-day value at risk"),
    "max_cvar_pct": _share("Greatest one-day expected shortfall"),
    "max_exposure_velocity_pct": FieldSpec("Most exposure added within the window", "share", zero_off=True),
    "exposure_velocity_window_seconds": _seconds("Window of added exposure"),
    "max_consecutive_losses": _count("Losses in a row that end the day", zero_off=True),
    "max_quote_age_seconds": FieldSpec("Oldest price", "s", low_open=True),
    "max_sync_age_seconds": FieldSpec("Oldest sync of the account", "s", low_open=True),
    "max_price_deviation_pct": _share("Farthest price from the last good one"),
    "duplicate_window_seconds": _seconds("Same trade refused within", zero_off=True),
    "max_intents_per_minute": _count("Most intents per minute", zero_off=True),
    "max_orders_per_minute": _count("Most approvals per minute", zero_off=True),
    "rejection_velocity_count": _count("Refusals that throttle a strategy", zero_off=True),
    "rejection_velocity_window_seconds": _seconds("Window of refusals"),
    "throttle_interval_seconds": _seconds("One intent per, while throttled"),
    "throttle_duration_seconds": _seconds("A throttle lasts"),
    "news_minutes_before": FieldSpec("No trades before news for", "min"),
    "news_minutes_after": FieldSpec("No trades after news for", "min"),
    "pending_ttl_seconds": FieldSpec("An approved trade counts as under way for", "s", low_open=True),
    "default_volume_min": FieldSpec("Smallest volume without a pool", "lots", low_open=True),
    "default_volume_step": FieldSpec("Volume step without a pool", "lots", low_open=True),
}
"""By field name; a field that is no number is checked by `RPMConfig.validate` itself."""

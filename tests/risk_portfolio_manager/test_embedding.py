# SPDX-License-Identifier: MIT
"""What an embedding program does with the manager by hand: settings, state and single intents, without a pool."""

from __future__ import annotations

import math
import pickle
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from arbitrex_desktop.paths import DATA_DIR_VARIABLE
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.engine import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.schemas import (
    PortfolioState,
    Position,
    RejectionReason,
    RiskMetrics,
    TradeApprovalStatus,
)
from tests.risk_portfolio_manager.helpers import check, intent, reason, static, units, wide

ENTRY = datetime(2025, 1, 1)  # noqa: DTZ001 - programs hand in naive times
BAD: dict[str, tuple[Any, ...]] = {
    "symbol": (None, "", "  ", 5, b"EURUSD"),
    "direction": (0, 2, "1", True, 1.0, np.float64(1.0), None, math.nan),
    "confidence_score": (-0.1, 1.1, "0.8", True, None, math.nan, np.float64("nan"), math.inf, 1 + 0j),
    "regime": ("BULL", "", None, 5, math.nan, []),
    "atr": (0, -1.0, "1", True, None, math.nan, math.inf, np.array([1.0]), np.bool_(1)),
    "vol_percentile": (-0.1, 2, "0.4", None, True, math.nan),
    "current_price": (0, -1.0, "1.1", True, math.nan, -math.inf),
    "win_rate": (2, "0.5", True, math.nan),
    "avg_win": (0, -1.0, "x", math.nan),
    "avg_loss": (0, "x", math.nan),
    "num_trades": (-1, 1.5, "30", True, math.nan),
    "adv_units": (-1, "x", math.nan),
    "spread_pct": (-1, "x", math.inf),
    "daily_volatility": (-1, "x", math.nan),
    "strategy_id": ("", 5),
    "stop_loss": (0, -1.0, "x", math.nan),
    "take_profit": (0, "x", math.nan),
    "requested_volume": (0, -1.0, "x", math.nan),
    "intent_id": ("", 5),
}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("total_capital", 0, "total_capital must be > 0"),
        ("total_capital", -1_000, "total_capital must be > 0"),
        ("risk_per_trade", 0, "risk_per_trade must be in (0, 0.05]"),
        ("risk_per_trade", 0.06, "risk_per_trade must be in (0, 0.05]"),
        ("risk_per_trade", math.nan, "risk_per_trade must be in (0, 0.05]"),
        ("max_drawdown", 0, "max_drawdown must be in (0, 1.0]"),
        ("max_drawdown", 1.5, "max_drawdown must be in (0, 1.0]"),
        ("daily_loss_limit", 0, "daily_loss_limit must be in (0, 1.0]"),
        ("daily_loss_limit", 2, "daily_loss_limit must be in (0, 1.0]"),
    ],
)
def test_a_setting_out_of_bounds_is_refused_by_name_and_rule(field: str, value: float, rule: str) -> None:
    """`validate` raises ValueError whose text starts with the field's name and its rule."""
    with pytest.raises(ValueError, match=r".") as caught:
        RPMConfig.from_dict({field: value})
    assert str(caught.value).startswith(rule)


def test_the_defaults_are_those_that_were_agreed() -> None:
    """Every default that programs rely on has its value, and the defaults are valid."""
    agreed = {
        "total_capital": 100_000, "risk_per_trade": 0.01, "max_drawdown": 0.10, "max_daily_drawdown": 0.03,
        "daily_loss_limit": 0.02, "weekly_loss_limit": 0.05, "extreme_volatility_threshold": 3.0,
        "min_confidence_threshold": 0.60, "atr_window": 14, "atr_multiplier": 1.5, "kelly_safety_factor": 0.25,
        "kelly_base_max_pct": 0.01, "kelly_min_win_rate": 0.51, "kelly_min_sample_size": 30,
        "kelly_regime_multipliers": {"TRENDING": 1, "RANGING": 0.8, "VOLATILE": 0.5, "STRESSED": 0.2, "CRISIS": 0.1},
        "regime_adjustments": {"TRENDING": 1.2, "RANGING": 1.0, "VOLATILE": 0.7, "STRESSED": 0.3},
        "max_adv_pct": 0.01, "max_spread_bps": 20, "max_market_impact_pct": 0.005, "impact_coefficient": 0.1,
        "min_adv_units": 10_000, "max_symbol_exposure_units": 200_000, "max_symbol_exposure_pct": 0.30,
        "max_currency_exposure_pct": 0.50, "max_total_exposure_pct": 1.0, "max_net_exposure_pct": 0.60,
        "max_correlation_exposure": 0.70, "correlation_penalty": 0.5, "max_concurrent_positions": 8,
        "max_positions_per_symbol": 1, "min_time_between_trades_seconds": 300,
        "min_time_between_same_symbol_seconds": 3600, "halt_cooldown_seconds": 3600, "stressed_max_positions": 2,
        "stressed_size_multiplier": 0.3, "stressed_min_confidence": 0.75, "volatile_max_positions": 4,
        "volatile_size_multiplier": 0.7, "volatile_min_confidence": 0.70, "enforce_time_spacing": False,
    }  # fmt: skip
    config = RPMConfig()
    assert config.validate() is True
    assert {name: getattr(config, name) for name in agreed} == agreed
    assert config.to_dict()["config_hash"] == config.get_config_hash() == RPMConfig().get_config_hash()


@pytest.mark.parametrize("field", [each.name for each in fields(RPMConfig)])
def test_every_setting_counts_in_the_hash(field: str) -> None:
    """Two configurations that differ anywhere have different hashes."""
    value = getattr(RPMConfig(), field)
    others: dict[type, Any] = {bool: not value, str: "other", tuple: ("EURUSD",)}
    table = {} if value else {"EURUSD": 1.0}
    other = others[type(value)] if type(value) in others else table if isinstance(value, dict) else value + 1
    changed = RPMConfig()
    setattr(changed, field, other)
    assert changed.get_config_hash() != RPMConfig().get_config_hash()


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in BAD.items() for value in values])
def test_a_bad_field_is_refused_by_name(field: str, value: Any) -> None:
    """Whatever is no usable value is INVALID_INPUT, the details begin with the field, and nothing is raised."""
    output = static().process_trade_intent(**intent(**{field: value}))
    refused = output.decision.rejected_trade
    assert reason(output) == "INVALID_INPUT"
    assert refused is not None
    assert refused.rejection_details.startswith(field)
    assert not output.decision.kill_switch_triggered


def test_the_numbers_of_numpy_are_numbers() -> None:
    """Scalars of numpy give the decision that plain numbers give."""
    scalars = {"direction": np.int64(1), "confidence_score": np.float64(0.8), "num_trades": np.int32(50)}
    plain = {"direction": 1, "confidence_score": 0.8, "num_trades": 50}
    assert units(static().evaluate(**intent(**scalars))) == units(static().evaluate(**intent(**plain))) > 0


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ({"symbol_exposure": {"EURUSD": 200_000.0}}, RejectionReason.SYMBOL_EXPOSURE_LIMIT),
        ({"currency_exposure": {"EUR": 50_000.0}}, RejectionReason.CURRENCY_EXPOSURE_LIMIT),
        ({"currency_exposure": {"USD": -60_000.0}}, RejectionReason.CURRENCY_EXPOSURE_LIMIT),
    ],
)
@pytest.mark.parametrize("price", [1.15, None])
def test_an_exposure_that_is_full_refuses_with_and_without_a_price(
    held: dict[str, Any], code: RejectionReason, price: float | None
) -> None:
    """What is held already may fill a limit by itself; no price is needed to see that."""
    rpm = static()
    for name, value in held.items():
        setattr(rpm.portfolio_state, name, value)
    output = rpm.process_trade_intent(**intent(current_price=price))
    assert reason(output) == code
    assert "exposure" in str(output.decision.rejected_trade)
    assert not output.decision.portfolio_constraints_passed


@pytest.mark.parametrize("code", ["TOTAL_EXPOSURE_LIMIT", "NET_EXPOSURE_LIMIT", "SYMBOL_EXPOSURE_LIMIT"])
def test_positions_fill_the_exposures_without_a_price(code: str) -> None:
    """Positions worth more than the limits refuse an intent that names no price."""
    rpm = static(RPMConfig(max_symbol_exposure_units=1e9, max_positions_per_symbol=9))
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 150_000.0, 1.1, ENTRY)
    output = rpm.evaluate(**intent(current_price=None))
    assert any(each.code == code and each.outcome == "FAIL" for each in output.decision.checks)


def test_a_full_symbol_is_named_before_its_position_count() -> None:
    """A position that fills its symbol's exposure is refused for the exposure; a small one for its count."""
    for held, code in ((200_000.0, "SYMBOL_EXPOSURE_LIMIT"), (1_000.0, "SYMBOL_POSITIONS_REACHED")):
        rpm = static()
        rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, held, 1.1, ENTRY)
        rpm.portfolio_state.symbol_exposure["EURUSD"] = held
        assert reason(rpm.evaluate(**intent(atr=0.001))) == code


@pytest.mark.parametrize("field", ["equity", "peak_equity", "daily_pnl", "weekly_pnl", "current_drawdown"])
def test_a_figure_that_is_no_number_refuses(field: str) -> None:
    """NaN in the portfolio never approves."""
    rpm = static()
    setattr(rpm.portfolio_state, field, math.nan)
    output = rpm.process_trade_intent(**intent())
    assert reason(output) == "INVALID_STATE"
    assert field in str(output.decision.rejected_trade)


def test_sizes_follow_the_formula() -> None:
    """Units are capital x risk / (ATR x multiplier), times each factor, rounded down to the volume step."""
    trade = static(wide()).evaluate(**intent(atr=0.02)).decision.approved_trade
    assert trade is not None
    confidence = 0.5 + 1.0 / (1.0 + math.exp(-10.0 * (0.8 - 0.5)))
    assert trade.base_units == pytest.approx(100_000 * 0.01 / (0.02 * 1.5))
    assert trade.confidence_adjustment == pytest.approx(confidence)
    assert (trade.regime_adjustment, trade.correlation_adjustment) == (1.2, 1.0)
    assert trade.position_units == math.floor(trade.base_units * confidence * 1.2 / 1_000) * 1_000


def test_more_confidence_is_more_size_and_stress_is_less() -> None:
    """The factors move the size the way they say."""
    sizes = [units(static(wide()).evaluate(**intent(confidence_score=score, atr=0.02))) for score in (0.6, 0.75, 0.95)]
    assert sizes == sorted(set(sizes))
    nervous = [units(static(wide()).evaluate(**intent(regime=name, atr=0.02))) for name in ("TRENDING", "STRESSED")]
    assert 0 < nervous[1] < nervous[0]


def test_rounding_is_no_adjustment_and_a_cut_is() -> None:
    """ADJUSTED is said when a portfolio rule cut the size, and of nothing else."""
    rounded = static(wide()).evaluate(**intent()).decision
    assert rounded.status is TradeApprovalStatus.APPROVED
    cut = static(wide(max_symbol_exposure_units=3_000)).evaluate(**intent()).decision
    assert cut.status is TradeApprovalStatus.ADJUSTED
    assert cut.approved_trade is not None
    assert cut.approved_trade.position_units == 3_000


def test_a_size_below_the_smallest_volume_says_what_would_do() -> None:
    """ZERO_POSITION_SIZE names the account risk that the smallest volume needs."""
    output = static(RPMConfig(total_capital=100)).evaluate(**intent())
    assert reason(output) == "ZERO_POSITION_SIZE"
    assert "the risk per trade would have to be" in str(output.decision.rejected_trade)


def test_without_a_pool_the_rules_of_its_facts_are_skipped() -> None:
    """What was never given is listed as SKIPPED and refuses nothing."""
    output = static().evaluate(**intent())
    for code in ("CONNECTION_DOWN", "ACCOUNT_STALE", "QUOTE_STALE", "MARGIN_LEVEL_LIMIT", "NEWS_BLACKOUT"):
        assert check(output, code).outcome == "SKIPPED"
    assert output.decision.status == "APPROVED"


def test_answers_are_frozen_and_survive_pickling() -> None:
    """A decision crosses to another process whole, equals itself, and has every field set for good."""
    output = static().process_trade_intent(**intent())
    decision, trade = output.decision, output.decision.approved_trade
    twin = pickle.loads(pickle.dumps(decision))
    assert (twin, twin.checks) == (decision, decision.checks)
    assert trade is not None
    for record in (output, decision, trade):
        assert msgspec.structs.replace(record) == record
        with pytest.raises(AttributeError):
            setattr(record, record.__struct_fields__[0], None)


def test_records_can_be_made_by_hand() -> None:
    """State, position and figures have constructors with the agreed fields."""
    state = PortfolioState(total_capital=50_000.0, equity=49_000.0, peak_equity=51_000.0)
    position = Position(symbol="EURUSD", direction=-1, units=1_000.0, entry_price=1.1, entry_time=ENTRY)
    assert (state.total_capital, state.equity, state.peak_equity, position.unrealized_pnl) == (
        50_000,
        49_000,
        51_000,
        0,
    )
    assert (RiskMetrics().total_decisions, RiskMetrics().approval_rate) == (0, 0.0)


def test_a_manager_keeps_its_state_in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the data folder set by the environment a halt outlives the manager, there and nowhere else."""
    for folder, halted in (("one", False), ("one", True), ("two", False)):
        monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / folder))
        with RiskPortfolioManager(RPMConfig()) as rpm:
            assert rpm.portfolio_state.trading_halted is halted
            rpm.kill_switches.manual_halt(rpm.portfolio_state, "for the test")

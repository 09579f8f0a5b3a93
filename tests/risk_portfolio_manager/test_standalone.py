# SPDX-License-Identifier: MIT
"""The names and meanings that programs rely on, without a pool."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import (
    PortfolioState,
    Position,
    RejectionReason,
    RPMConfig,
    TradeApprovalStatus,
)
from arbitrex_desktop.risk_portfolio_manager import engine as engine_module
from arbitrex_desktop.risk_portfolio_manager import schemas as schemas_module
from arbitrex_desktop.risk_portfolio_manager.config import rpm_config as config_module
from tests.risk_portfolio_manager.helpers import check, intent, reason, static, units, wide

NOW = datetime(2025, 3, 12, 9, tzinfo=UTC)


def test_the_modules_export_the_names() -> None:
    """Engine, config and schemas are where programs look for them."""
    assert hasattr(engine_module, "RiskPortfolioManager")
    assert hasattr(config_module, "RPMConfig")
    for name in ("TradeApprovalStatus", "RejectionReason", "Position", "PortfolioState", "RiskMetrics", "RPMOutput"):
        assert hasattr(schemas_module, name)


def test_an_ordinary_intent_is_approved() -> None:
    """A small trade comes back approved, with its size, stop and loss at the stop."""
    output = static().process_trade_intent(**intent())
    trade = output.decision.approved_trade
    assert output.decision.status == "APPROVED" == TradeApprovalStatus.APPROVED
    assert trade is not None
    assert trade.base_units == pytest.approx(100_000 * 0.01 / 0.15)
    assert trade.position_units == trade.lots * 100_000
    assert trade.stop_loss == pytest.approx(1.0)
    assert trade.expected_loss == pytest.approx(trade.position_units * 0.15)
    assert output.decision.position_sizing_applied
    assert not output.decision.kill_switch_triggered


def test_the_output_is_safe_for_json() -> None:
    """Approved, adjusted and refused outputs all become strict JSON."""
    rpm = static()
    for changes in ({}, {"symbol": "GBPUSD", "atr": 0.001}, {"confidence_score": 0.1}, {"atr": math.nan}):
        text = json.dumps(rpm.process_trade_intent(**intent(**changes)).to_dict(), allow_nan=False)
        assert "rpm_version" in text


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"current_drawdown": 0.12}, "MAX_DRAWDOWN_EXCEEDED"),
        ({"equity": 88_000.0}, "MAX_DRAWDOWN_EXCEEDED"),
        ({"peak_equity": 115_000.0}, "MAX_DRAWDOWN_EXCEEDED"),
        ({"daily_pnl": -2_500.0}, "DAILY_LOSS_LIMIT"),
        ({"weekly_pnl": -6_000.0}, "WEEKLY_LOSS_LIMIT"),
        ({"trading_halted": True, "halt_reason": "by hand"}, "TRADING_HALTED"),
    ],
)
def test_a_state_set_by_hand_triggers_the_kill_switches(setting: dict[str, Any], expected: str) -> None:
    """Whatever the program sets in the portfolio counts at the next decision, and the one after is halted."""
    rpm = static()
    for name, value in setting.items():
        setattr(rpm.portfolio_state, name, value)
    output = rpm.process_trade_intent(**intent())
    assert output.decision.status == TradeApprovalStatus.REJECTED
    assert output.decision.kill_switch_triggered
    assert reason(output) == expected
    assert output.decision.kill_switch_reason
    assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"


def test_details_name_the_rule_the_value_and_the_limit() -> None:
    """Percentages come with one decimal, the rule in plain words."""
    rpm = static()
    rpm.portfolio_state.daily_pnl = -2_500.0
    refused = rpm.process_trade_intent(**intent()).decision.rejected_trade
    assert refused is not None
    assert "daily loss" in refused.rejection_details
    assert "2.5%" in refused.rejection_details
    assert "2.0%" in refused.rejection_details


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"confidence_score": 0.4}, "LOW_MODEL_CONFIDENCE"),
        ({"vol_percentile": 1.0}, "EXTREME_VOLATILITY"),
    ],
)
def test_confidence_and_volatility_refuse_that_intent_only(changes: dict[str, Any], expected: str) -> None:
    """The kill-switch stage refuses it, trading is not halted, and the next intent passes."""
    rpm = static()
    output = rpm.process_trade_intent(**intent(**changes))
    assert reason(output) == expected
    assert output.decision.kill_switch_triggered
    assert not rpm.portfolio_state.trading_halted
    assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"


def test_a_halt_by_hand_holds_until_a_person_resumes() -> None:
    """`manual_halt` and `manual_resume` switch trading off and on."""
    rpm = static()
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "lunch")
    output = rpm.process_trade_intent(**intent())
    assert reason(output) == RejectionReason.TRADING_HALTED
    assert "lunch" in str(output.decision.kill_switch_reason)
    assert rpm.portfolio_state.halt_timestamp is not None
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"


def test_exposure_set_by_hand_cuts_and_then_refuses() -> None:
    """An exposure that the program wrote into the state leaves less room, and in the end none."""
    rpm = static(wide(max_symbol_exposure_units=200_000))
    rpm.portfolio_state.symbol_exposure["EURUSD"] = 195_000.0
    output = rpm.process_trade_intent(**intent())
    assert output.decision.status == "ADJUSTED"
    assert units(output) == 5_000
    rpm.portfolio_state.symbol_exposure["EURUSD"] = 200_000.0
    assert reason(rpm.evaluate(**intent(intent_id="other"))) == RejectionReason.SYMBOL_EXPOSURE_LIMIT
    fresh = static(wide(max_symbol_exposure_units=200_000))
    fresh.portfolio_state.symbol_exposure = {"EURUSD": 200_000.0}
    output = fresh.evaluate(**intent())
    assert reason(output) == RejectionReason.SYMBOL_EXPOSURE_LIMIT
    assert "exposure" in str(output.decision.rejected_trade)
    assert not output.decision.portfolio_constraints_passed
    assert output.decision.portfolio_constraint_violations


def test_currency_exposure_set_by_hand_counts() -> None:
    """A currency that is full refuses more of it."""
    rpm = static()
    rpm.portfolio_state.currency_exposure["EUR"] = 50_000.0
    assert reason(rpm.evaluate(**intent())) == RejectionReason.CURRENCY_EXPOSURE_LIMIT


@pytest.mark.parametrize("as_list", [False, True])
def test_positions_set_by_hand_count(*, as_list: bool) -> None:
    """Eight positions fill the portfolio, kept in the state's own mapping or in a list."""
    rpm = static(wide())
    positions = [Position(f"AAA{n}", 1, 10.0, 1.0, NOW) for n in range(8)]
    if as_list:
        rpm.portfolio_state.open_positions = positions  # type: ignore[assignment] # programs do such things
    else:
        for position in positions:
            rpm.portfolio_state.open_positions[position.symbol] = position
    output = rpm.evaluate(**intent())
    assert reason(output) == "MAX_POSITIONS_REACHED"
    assert "position" in str(output.decision.rejected_trade)


def test_a_position_changed_in_place_counts() -> None:
    """Units changed inside a position that is already known move the sums."""
    rpm = static(wide(max_positions_per_symbol=5))
    position = Position("EURUSD", 1, 1_000.0, 1.15, datetime(2025, 1, 1))  # noqa: DTZ001 - programs hand in naive times
    rpm.portfolio_state.open_positions["EURUSD"] = position
    before = check(rpm.evaluate(**intent()), "TOTAL_EXPOSURE_LIMIT").observed
    position.units = 500_000.0
    after = check(rpm.evaluate(**intent()), "TOTAL_EXPOSURE_LIMIT").observed
    assert before is not None
    assert after is not None
    assert after - before == pytest.approx(499_000 * 1.15 / 100_000)


def test_a_portfolio_put_in_place_of_the_old_one_counts() -> None:
    """The program may replace the whole state."""
    rpm = static()
    rpm.portfolio_state = PortfolioState(total_capital=100_000.0, equity=80_000.0, peak_equity=100_000.0)
    assert reason(rpm.evaluate(**intent())) == "MAX_DRAWDOWN_EXCEEDED"


def test_settings_changed_at_run_time_count_from_the_next_decision() -> None:
    """A field set on `rpm.config` is used at once, capital included."""
    rpm = static()
    before = rpm.evaluate(**intent()).decision.approved_trade
    rpm.config.risk_per_trade = 0.005
    after = rpm.evaluate(**intent()).decision.approved_trade
    assert before is not None
    assert after is not None
    assert after.base_units == pytest.approx(before.base_units / 2)
    rpm.config.total_capital = 200_000.0
    doubled = rpm.process_trade_intent(**intent()).decision.approved_trade
    assert doubled is not None
    assert doubled.base_units == pytest.approx(before.base_units)
    assert rpm.portfolio_state.total_capital == 200_000.0


@pytest.mark.parametrize("value", [math.nan, -1.0, "a lot", None])
def test_settings_that_turn_invalid_refuse(value: Any) -> None:
    """A wrong setting made at run time refuses every adding trade and says which."""
    rpm = static()
    rpm.config.risk_per_trade = value
    output = rpm.process_trade_intent(**intent())
    assert reason(output) == "INVALID_CONFIGURATION"
    assert '"Risk per trade" must be' in str(output.decision.rejected_trade)


def test_an_invalid_configuration_cannot_start() -> None:
    """The constructor validates."""
    with pytest.raises(ValueError, match="total_capital must be > 0"):
        static(RPMConfig(total_capital=0.0))


def test_the_figures_count_every_recorded_decision() -> None:
    """Totals, statuses, reasons and the approval rate follow the decisions."""
    rpm = static()
    rpm.process_trade_intent(**intent())
    rpm.process_trade_intent(**intent(confidence_score=0.1))
    rpm.process_trade_intent(**intent(symbol="GBPUSD", current_price=1.3, atr=0.001))
    metrics = rpm.risk_metrics
    assert (metrics.total_decisions, metrics.trades_approved, metrics.trades_rejected) == (3, 1, 1)
    assert metrics.trades_adjusted == 1
    assert metrics.rejections_by_reason == {"LOW_MODEL_CONFIDENCE": 1}
    assert metrics.approval_rate == pytest.approx(2 / 3)


def test_evaluating_changes_nothing() -> None:
    """The answer is that of processing; state, figures and room stay as they were."""
    rpm = static()
    before = (rpm.portfolio_state.to_dict(), rpm.risk_metrics)
    previews = [rpm.evaluate(**intent()) for _ in range(3)]
    assert (rpm.portfolio_state.to_dict(), rpm.risk_metrics) == before
    recorded = rpm.process_trade_intent(**intent())
    assert [each.to_dict()["decision"] for each in previews] == [recorded.to_dict()["decision"]] * 3


def test_evaluating_does_not_latch_a_halt() -> None:
    """A preview of a refusal leaves trading as it is."""
    rpm = static()
    rpm.portfolio_state.equity = 80_000.0
    assert reason(rpm.evaluate(**intent())) == "MAX_DRAWDOWN_EXCEEDED"
    assert not rpm.portfolio_state.trading_halted


def test_daily_and_weekly_figures_can_be_reset() -> None:
    """After a reset the day's and the week's loss are zero."""
    rpm = static()
    rpm.portfolio_state.daily_pnl = rpm.portfolio_state.weekly_pnl = -1_000.0
    rpm.reset_daily_metrics()
    assert (rpm.portfolio_state.daily_pnl, rpm.portfolio_state.weekly_pnl) == (0.0, -1_000.0)
    rpm.reset_weekly_metrics()
    assert rpm.portfolio_state.weekly_pnl == 0.0


def test_the_health_status_has_its_parts() -> None:
    """The report names version, hash, portfolio, figures, switches, limits and health."""
    rpm = static()
    status = rpm.get_health_status()
    names = {"rpm_version", "config_hash", "portfolio_state", "risk_metrics", "kill_switches", "health"}
    assert names | {"portfolio_constraints"} <= set(status)
    assert status["health"] == "HEALTHY"
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "test")
    assert rpm.get_health_status()["health"] == "HALTED"
    json.dumps(status, allow_nan=False)


@pytest.mark.expects_log_errors("a decision failed")
def test_a_failure_inside_refuses_instead_of_raising(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks in the risk manager, the trading loop gets a refusal."""

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(engine_module, "decide", broken)
    assert reason(static().process_trade_intent(**intent())) == "INTERNAL_ERROR"


def test_without_a_pool_the_currency_comes_from_the_settings() -> None:
    """A euro account values EURUSD by the price that the intent gives."""
    output = static(wide(account_currency="EUR")).process_trade_intent(**intent())
    trade = output.decision.approved_trade
    assert trade is not None
    assert trade.base_units == pytest.approx(1_000 / (0.15 / 1.15))


def test_a_pair_that_cannot_be_converted_is_refused() -> None:
    """A cross in a third currency without any rate has no known loss, and so no size."""
    assert reason(static().process_trade_intent(**intent(symbol="EURGBP", current_price=0.88))) == "CONVERSION_UNKNOWN"


def test_a_cross_is_converted_by_prices_given_before() -> None:
    """Once the program has given GBPUSD, EURGBP can be valued in dollars."""
    rpm = static()
    rpm.process_trade_intent(**intent(symbol="GBPUSD", current_price=1.3))
    output = rpm.evaluate(**intent(symbol="EURGBP", current_price=0.88))
    trade = output.decision.approved_trade
    assert trade is not None
    assert trade.base_units == pytest.approx(1_000 / (0.15 * 1.3))


def test_a_position_that_was_never_priced_is_listed_and_does_not_refuse() -> None:
    """Without a pool a cross that no price converts is counted as a position, in no exposure, and shown as skipped."""
    rpm = static(wide())
    rpm.portfolio_state.open_positions["AUDCAD"] = Position("AUDCAD", 1, 1_000.0, 0.9, NOW)
    output = rpm.evaluate(**intent())
    assert output.decision.status == "APPROVED"
    verdict = check(output, "CONVERSION_UNKNOWN", "worth of open positions")
    assert verdict.outcome == "SKIPPED"
    assert "AUDCAD" in verdict.message
    rpm.process_trade_intent(**intent(symbol="AUDUSD", current_price=0.65))
    assert check(rpm.evaluate(**intent()), "CONVERSION_UNKNOWN", "worth").outcome == "SKIPPED"
    rpm.process_trade_intent(**intent(symbol="USDCAD", current_price=1.4, confidence_score=0.0))
    assert check(rpm.evaluate(**intent()), "CONVERSION_UNKNOWN", "worth").outcome == "PASS"

# SPDX-License-Identifier: MIT
"""Figures, outputs, settings and what is kept, as the contract's words alone promise them to a plain program."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.engine import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.schemas import (
    RejectionReason,
    RiskMetrics,
    TradeDecision,
)
from tests.risk_portfolio_manager.plain_program import approved, ask, loose, refused


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test its own data folder."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_figures_follow_the_decisions() -> None:
    """Totals, reasons and rate, in the manager and in the output."""
    rpm = RiskPortfolioManager(RPMConfig())
    ask(rpm)
    ask(rpm, confidence_score=0.1)
    output = ask(rpm, confidence_score=0.2)
    metrics: RiskMetrics = rpm.risk_metrics
    assert (metrics.total_decisions, metrics.trades_approved + metrics.trades_adjusted) == (3, 1)
    assert metrics.trades_rejected == 2
    assert metrics.approval_rate == pytest.approx(1 / 3)
    assert metrics.rejections_by_reason[RejectionReason.LOW_MODEL_CONFIDENCE] == 2
    assert output.risk_metrics == metrics


def test_an_output_is_complete_and_safe_for_json() -> None:
    """All parts are there, in the object and in its dictionary."""
    rpm = RiskPortfolioManager(RPMConfig())
    output = ask(rpm)
    decision: TradeDecision = output.decision
    assert decision.order_id
    assert decision.processing_time_ms > 0
    assert decision.position_sizing_applied is True
    assert decision.sizing_adjustments
    assert {check.outcome.value for check in decision.checks} <= {"PASS", "ADJUST", "FAIL", "UNKNOWN", "SKIPPED"}
    assert output.config_hash == rpm.config.get_config_hash()
    assert output.timestamp.utcoffset() == timedelta(0)
    body = json.loads(json.dumps(output.to_dict(), allow_nan=False))
    assert body["decision"]["status"] == "ADJUSTED"
    assert body["decision"]["approved_trade"]["symbol"] == "EURUSD"
    assert body["portfolio_state"]["total_capital"] == 100_000
    assert body["rpm_version"] == output.rpm_version
    text = json.dumps(ask(rpm, confidence_score=0.1).to_dict(), allow_nan=False)
    assert "LOW_MODEL_CONFIDENCE" in text


def test_a_refusal_has_its_context() -> None:
    """What was asked for, and the reason under both of its names."""
    trade = refused(ask(RiskPortfolioManager(RPMConfig()), confidence_score=0.3, strategy_id="trend"))
    assert (trade.symbol, trade.direction, trade.regime, trade.atr) == ("EURUSD", 1, "TRENDING", 0.0010)
    assert (trade.confidence_score, trade.current_price, trade.strategy_id) == (0.3, 1.10, "trend")
    assert (trade.reason, trade.details) == (trade.rejection_reason, trade.rejection_details)


def test_evaluating_answers_and_changes_nothing() -> None:
    """The same trade as processing gives, and no trace of having asked."""
    rpm = RiskPortfolioManager(RPMConfig())
    before = json.dumps(rpm.portfolio_state.to_dict())
    preview = rpm.evaluate("EURUSD", 1, 0.75, "TRENDING", 0.0010, 0.5, 1.10)
    assert rpm.risk_metrics.total_decisions == 0
    assert json.dumps(rpm.portfolio_state.to_dict()) == before
    assert approved(preview) == approved(ask(rpm))
    rpm.portfolio_state.current_drawdown = 0.5
    assert refused(rpm.evaluate("EURUSD", 1, 0.75, "TRENDING", 0.0010, 0.5)).rejection_reason == "MAX_DRAWDOWN_EXCEEDED"
    assert rpm.portfolio_state.trading_halted is False


def test_the_health_report_is_complete() -> None:
    """Every part is there, every limit is listed, and JSON can hold it."""
    rpm = RiskPortfolioManager(RPMConfig())
    health = rpm.get_health_status()
    parts = {"rpm_version", "config_hash", "portfolio_state", "risk_metrics", "kill_switches", "health"}
    assert parts | {"portfolio_constraints"} <= set(health)
    limits = {name for each in health["portfolio_constraints"].values() for name in each}
    assert {name for name in vars(rpm.config) if name.startswith("max_")} - limits == {
        "max_adv_pct",
        "max_market_impact_pct",
    }
    json.dumps(health, allow_nan=False)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("total_capital", 0, r"total_capital must be > 0"),
        ("total_capital", -1_000, r"total_capital must be > 0"),
        ("risk_per_trade", 0.10, r"risk_per_trade must be in \(0, 0.05\]"),
        ("risk_per_trade", 0, r"risk_per_trade must be in \(0, 0.05\]"),
        ("max_drawdown", 1.5, r"max_drawdown must be in \(0, 1.0\]"),
        ("max_drawdown", 0, r"max_drawdown must be in \(0, 1.0\]"),
        ("daily_loss_limit", -0.02, r"daily_loss_limit must be in \(0, 1.0\]"),
        ("min_confidence_threshold", 1.2, r"^min_confidence_threshold must be"),
    ],
)
def test_settings_are_validated_by_name(field: str, value: float, words: str) -> None:
    """`validate` raises; a manager cannot be made of such settings."""
    changes: dict[str, Any] = {field: value}
    config = RPMConfig(**changes)
    with pytest.raises(ValueError, match=words):
        config.validate()
    with pytest.raises(ValueError, match=words):
        RiskPortfolioManager(config)


def test_settings_have_a_hash_of_every_field_and_a_file(tmp_path: Path) -> None:
    """Equal settings hash alike, others do not; a file gives back what was saved and refuses what it does not know."""
    one, other = RPMConfig(), RPMConfig(risk_per_trade=0.02)
    assert one.get_config_hash() == RPMConfig().get_config_hash() != other.get_config_hash()
    assert one.to_dict()["config_hash"] == one.get_config_hash()
    other.to_toml(tmp_path / "rpm.toml")
    assert RPMConfig.from_toml(tmp_path / "rpm.toml").get_config_hash() == other.get_config_hash()
    (tmp_path / "rpm.toml").write_text("risk_per_trade = 0.02\nrisk_per_trad = 0.01\n")
    with pytest.raises(ValueError, match="risk_per_trad"):
        RPMConfig.from_toml(tmp_path / "rpm.toml")


def test_settings_changed_at_run_time_count_at_once() -> None:
    """Fields, and the whole of them replaced."""
    rpm = RiskPortfolioManager(loose(), False)
    before = approved(ask(rpm)).base_units
    rpm.config.risk_per_trade = 0.02
    assert approved(ask(rpm, symbol="GBPUSD")).base_units == 2 * before
    rpm.config.min_confidence_threshold = 0.9
    assert refused(ask(rpm)).rejection_reason == RejectionReason.LOW_MODEL_CONFIDENCE
    rpm.config = loose(max_concurrent_positions=0)
    assert "position" in refused(ask(rpm)).rejection_details


def test_a_restart_finds_what_was_saved() -> None:
    """Peak, profit, halt and figures are what they were when a second manager starts on the same folder."""
    first = RiskPortfolioManager(RPMConfig())
    first.portfolio_state.peak_equity = 105_000
    first.portfolio_state.daily_pnl, first.portfolio_state.weekly_pnl = -500, 250
    ask(first)
    first.kill_switches.manual_halt(first.portfolio_state, "end of day")
    assert first.save_state() is True
    second = RiskPortfolioManager(RPMConfig())
    state = second.portfolio_state
    assert (state.peak_equity, state.daily_pnl, state.weekly_pnl) == (105_000, -500, 250)
    assert (state.trading_halted, state.halt_reason) == (True, "end of day")
    assert second.risk_metrics.total_decisions == 1
    assert refused(ask(second)).rejection_reason == RejectionReason.TRADING_HALTED


def test_a_backup_is_a_file_of_its_own(data_folder: Path) -> None:
    """`create_backup` says where it is."""
    rpm = RiskPortfolioManager(RPMConfig())
    backup = rpm.create_backup()
    assert backup is not None
    assert backup.exists()
    assert backup.parent == data_folder


def test_without_persistence_nothing_is_kept(data_folder: Path) -> None:
    """A halt ends with its manager, and no folder is made."""
    rpm = RiskPortfolioManager(RPMConfig(), enable_persistence=False)
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "x")
    assert rpm.save_state() is False
    assert RiskPortfolioManager(RPMConfig(), enable_persistence=False).portfolio_state.trading_halted is False
    assert not data_folder.exists()

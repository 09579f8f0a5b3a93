# SPDX-License-Identifier: MIT
"""Intents and answers as the contract's words alone promise them, in a plain program with the default clock.

Nothing here uses what the other tests share, so that it breaks where an embedding program would.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import arbitrex_desktop.risk_portfolio_manager as package
from arbitrex_desktop.risk_portfolio_manager.config.rpm_config import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.engine import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.schemas import (
    PortfolioState,
    Position,
    RejectionReason,
    RPMOutput,
    TradeApprovalStatus,
)
from tests.risk_portfolio_manager.plain_program import approved, ask, loose, refused

ENTRY = datetime(2025, 1, 15, 10, 30)  # noqa: DTZ001 - programs hand in naive times


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test its own data folder."""
    monkeypatch.setenv("ARBITREX_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_package_exports_what_its_modules_do() -> None:
    """Every name may be had from the package or from the module that defines it."""
    for name in ("RiskPortfolioManager", "RPMConfig", "MT5AccountSync", "TradeApprovalStatus", "RejectionReason"):
        assert getattr(package, name).__name__ == name
    assert package.RPMConfig is RPMConfig
    assert package.RiskPortfolioManager is RiskPortfolioManager
    assert (package.Position, package.PortfolioState, package.RPMOutput) == (Position, PortfolioState, RPMOutput)
    with pytest.raises(AttributeError, match="NoSuchThing"):
        _ = package.NoSuchThing


def test_a_bare_manager_starts_flat_and_healthy() -> None:
    """No settings, no pool: the defaults, no positions, no profit, no halt, no decisions."""
    rpm = RiskPortfolioManager()
    state = rpm.portfolio_state
    assert rpm.config.get_config_hash() == RPMConfig().get_config_hash()
    assert state.total_capital == state.equity == state.peak_equity == 100_000
    assert (state.daily_pnl, state.weekly_pnl, state.realized_pnl, state.unrealized_pnl) == (0, 0, 0, 0)
    assert (len(state.open_positions), state.current_drawdown, state.trading_halted) == (0, 0, False)
    assert (rpm.risk_metrics.total_decisions, rpm.risk_metrics.approval_rate) == (0, 0)
    assert rpm.get_health_status()["health"] == "HEALTHY"


def test_the_constructor_takes_its_arguments_by_position() -> None:
    """Settings, persistence, sync and pool, in that order."""
    rpm = RiskPortfolioManager(RPMConfig(total_capital=50_000), False, False, None)
    assert rpm.portfolio_state.total_capital == 50_000
    assert rpm.sync_with_mt5_account() is False


def test_an_ordinary_intent_by_position_and_by_name() -> None:
    """Both ways of calling give the same trade."""
    by_position = RiskPortfolioManager(RPMConfig(), False).process_trade_intent(
        "EURUSD", 1, 0.75, "TRENDING", 0.0010, 0.5, 1.10
    )
    assert approved(by_position) == approved(ask(RiskPortfolioManager(RPMConfig(), False)))


def test_whole_numbers_do_where_fractions_are_meant() -> None:
    """1 is as good as 1.0, in intents, settings and state."""
    rpm = RiskPortfolioManager(loose(total_capital=200_000, max_spread_bps=10))
    trade = approved(ask(rpm, symbol="USDJPY", confidence_score=1, atr=1, vol_percentile=0, current_price=150))
    assert trade.base_units == pytest.approx(200_000 * 0.01 / (1.5 / 150))


@pytest.mark.parametrize("regime", ["TRENDING", "RANGING", "VOLATILE", "STRESSED", "CRISIS"])
def test_every_regime_is_known(regime: str) -> None:
    """With enough confidence each of them trades, each at its own size."""
    trade = approved(ask(RiskPortfolioManager(loose()), regime=regime, confidence_score=0.9))
    assert trade.regime == regime
    assert trade.regime_adjustment == {"TRENDING": 1.2, "RANGING": 1, "VOLATILE": 0.7, "STRESSED": 0.3}.get(regime, 0.1)


@pytest.mark.parametrize("symbol", ["EURUSD", "GBPUSD", "AUDUSD", "XAUUSD", "AAPL"])
def test_size_is_risk_capital_over_the_loss_at_the_stop(symbol: str) -> None:
    """Capital x risk / (ATR x multiplier), before the factors; the stop lies that far from the price."""
    price = 1.10
    trade = approved(ask(RiskPortfolioManager(loose(), False), symbol=symbol, atr=0.02, current_price=price))
    assert trade.base_units == pytest.approx(1_000 / 0.03)
    assert trade.stop_loss == pytest.approx(price - 0.03)
    assert trade.expected_loss == pytest.approx(trade.position_units * 0.03)
    assert trade.position_units <= trade.base_units * trade.confidence_adjustment * trade.regime_adjustment


def test_a_short_has_its_stop_above_the_price() -> None:
    """Direction -1 mirrors the trade."""
    long, short = (approved(ask(RiskPortfolioManager(loose(), False), direction=side)) for side in (1, -1))
    assert (short.direction, short.position_units) == (-1, long.position_units)
    assert short.stop_loss == pytest.approx(1.10 + 0.0015)
    assert long.stop_loss == pytest.approx(1.10 - 0.0015)


def test_stop_and_target_may_be_given() -> None:
    """They come back as given, and the stop sets the size."""
    trade = approved(ask(RiskPortfolioManager(loose()), stop_loss=1.09, take_profit=1.12, strategy_id="trend"))
    assert (trade.stop_loss, trade.take_profit, trade.strategy_id) == (1.09, 1.12, "trend")
    assert trade.base_units == pytest.approx(1_000 / 0.01)


def test_a_limit_cuts_the_bare_settings_ordinary_trade() -> None:
    """Unleveraged limits cut an FX trade: ADJUSTED, within every limit, and the cuts are listed."""
    rpm = RiskPortfolioManager(RPMConfig())
    decision = ask(rpm).decision
    assert decision.status == TradeApprovalStatus.ADJUSTED == "ADJUSTED"
    assert decision.approved_trade is not None
    assert decision.approved_trade.position_units <= 200_000
    assert decision.approved_trade.position_units * 1.10 <= 0.30 * 100_000
    assert any("exposure" in words for words in decision.portfolio_constraint_violations)


def test_rounding_down_to_the_step_is_no_adjustment() -> None:
    """An uneven size is APPROVED, rounded down to a hundredth of a lot."""
    decision = ask(RiskPortfolioManager(loose()), atr=0.00123).decision
    assert decision.status == TradeApprovalStatus.APPROVED
    assert decision.approved_trade is not None
    assert decision.approved_trade.position_units % 1_000 == 0
    assert decision.portfolio_constraints_passed
    assert len(decision.portfolio_constraint_violations) == 0


Setting = Callable[[PortfolioState], None]
SWITCHES: list[tuple[str, RejectionReason, str, Setting]] = [
    ("drawdown", RejectionReason.MAX_DRAWDOWN_EXCEEDED, "12.0%", lambda s: setattr(s, "current_drawdown", 0.12)),
    ("drawdown", RejectionReason.MAX_DRAWDOWN_EXCEEDED, "12.0%", lambda s: setattr(s, "equity", 88_000)),
    ("drawdown", RejectionReason.MAX_DRAWDOWN_EXCEEDED, "20.0%", lambda s: setattr(s, "peak_equity", 125_000)),
    ("daily loss", RejectionReason.DAILY_LOSS_LIMIT, "3.0%", lambda s: setattr(s, "daily_pnl", -3_000)),
    ("daily loss", RejectionReason.DAILY_LOSS_LIMIT, "2.0%", lambda s: setattr(s, "daily_pnl", -2_000)),
    ("weekly loss", RejectionReason.WEEKLY_LOSS_LIMIT, "6.0%", lambda s: setattr(s, "weekly_pnl", -6_000)),
]


@pytest.mark.parametrize(("words", "reason", "seen", "setting"), SWITCHES)
def test_a_broken_limit_refuses_and_latches_a_halt(
    words: str, reason: RejectionReason, seen: str, setting: Setting
) -> None:
    """The kill switch names the limit and what was seen; the next intent finds trading halted until it is resumed."""
    rpm = RiskPortfolioManager(RPMConfig())
    setting(rpm.portfolio_state)
    first = ask(rpm)
    assert refused(first).rejection_reason == reason
    assert first.decision.kill_switch_triggered is True
    assert words in str(first.decision.kill_switch_reason)
    assert words in refused(first).rejection_details
    assert seen in refused(first).rejection_details
    assert rpm.portfolio_state.trading_halted is True
    assert rpm.portfolio_state.halt_reason
    assert rpm.portfolio_state.halt_timestamp is not None
    assert refused(ask(rpm)).rejection_reason == RejectionReason.TRADING_HALTED


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("current_drawdown", 0.09),
        ("equity", 91_000),
        ("daily_pnl", -1_900),
        ("weekly_pnl", -4_900),
        ("daily_pnl", 5_000),
    ],
)
def test_a_limit_that_is_not_reached_lets_trade(name: str, value: float) -> None:
    """Close to a limit is not at it."""
    rpm = RiskPortfolioManager(RPMConfig())
    setattr(rpm.portfolio_state, name, value)
    approved(ask(rpm))
    assert rpm.portfolio_state.trading_halted is False


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"confidence_score": 0.59}, RejectionReason.LOW_MODEL_CONFIDENCE, "59.0%"),
        ({"confidence_score": 0}, RejectionReason.LOW_MODEL_CONFIDENCE, "confidence"),
        ({"vol_percentile": 1.0}, RejectionReason.EXTREME_VOLATILITY, "volatility"),
    ],
)
def test_confidence_and_volatility_refuse_one_intent_only(
    changes: dict[str, Any], reason: RejectionReason, words: str
) -> None:
    """They are kill switches that latch nothing."""
    rpm = RiskPortfolioManager(RPMConfig())
    output = ask(rpm, **changes)
    assert refused(output).rejection_reason == reason
    assert words in refused(output).rejection_details
    assert output.decision.kill_switch_triggered is True
    assert rpm.portfolio_state.trading_halted is False
    approved(ask(rpm))


def test_the_confidence_floor_itself_is_enough() -> None:
    """Exactly 60% passes."""
    approved(ask(RiskPortfolioManager(RPMConfig()), confidence_score=0.60))


def test_halting_and_resuming_by_hand() -> None:
    """A person halts with a reason and resumes; so does a program that sets the flag itself."""
    rpm = RiskPortfolioManager(RPMConfig())
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "news ahead")
    assert rpm.portfolio_state.trading_halted is True
    assert rpm.portfolio_state.halt_reason == "news ahead"
    output = ask(rpm)
    assert refused(output).rejection_reason == RejectionReason.TRADING_HALTED
    assert "news ahead" in refused(output).rejection_details
    assert rpm.get_health_status()["kill_switches"]["trading_halted"] is True
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    assert rpm.get_health_status()["kill_switches"]["trading_halted"] is False
    approved(ask(rpm))
    rpm.portfolio_state.trading_halted = True
    assert refused(ask(rpm)).rejection_reason == RejectionReason.TRADING_HALTED


def test_resuming_does_not_mend_the_loss() -> None:
    """Whoever resumes while the limit is still broken is halted again; after the reset trading goes on."""
    rpm = RiskPortfolioManager(RPMConfig())
    rpm.portfolio_state.daily_pnl = -3_000
    ask(rpm)
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    assert refused(ask(rpm)).rejection_reason == RejectionReason.DAILY_LOSS_LIMIT
    rpm.reset_daily_metrics()
    assert rpm.portfolio_state.daily_pnl == 0
    assert refused(ask(rpm)).rejection_reason == RejectionReason.TRADING_HALTED
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    approved(ask(rpm))


def test_the_week_is_reset_by_itself() -> None:
    """The weekly reset leaves the day's loss alone."""
    rpm = RiskPortfolioManager(RPMConfig())
    rpm.portfolio_state.daily_pnl, rpm.portfolio_state.weekly_pnl = -100, -4_000
    rpm.reset_weekly_metrics()
    assert (rpm.portfolio_state.daily_pnl, rpm.portfolio_state.weekly_pnl) == (-100, 0)


def _dictionary(state: PortfolioState, held: list[Position]) -> None:
    state.open_positions = {each.symbol: each for each in held}


def _by_ticket(state: PortfolioState, held: list[Position]) -> None:
    state.open_positions = dict(enumerate(held))  # type: ignore[arg-type] # programs do


def _as_list(state: PortfolioState, held: list[Position]) -> None:
    state.open_positions = held  # type: ignore[assignment] # programs do


def _one_by_one(state: PortfolioState, held: list[Position]) -> None:
    for each in held:
        state.open_positions[each.symbol] = each


def _appended(state: PortfolioState, held: list[Position]) -> None:
    for each in held:
        state.open_positions.append(each)  # type: ignore[attr-defined] # as if it were a list


@pytest.mark.parametrize("fill", [_dictionary, _by_ticket, _as_list, _one_by_one, _appended])
def test_open_positions_count_however_they_are_put_there(
    fill: Callable[[PortfolioState, list[Position]], None],
) -> None:
    """Eight positions are the most; with one taken away there is room for one more."""
    rpm = RiskPortfolioManager(RPMConfig())
    held = [Position(f"SYM{number}", 1, 100, 10.0, ENTRY) for number in range(8)]
    fill(rpm.portfolio_state, held)
    output = ask(rpm)
    assert "position" in refused(output).rejection_details.lower()
    assert output.decision.portfolio_constraints_passed is False
    assert output.decision.kill_switch_triggered is False
    rpm.portfolio_state.open_positions.clear()
    fill(rpm.portfolio_state, held[:7])
    approved(ask(rpm))


def test_a_second_position_in_a_symbol_is_refused() -> None:
    """One per symbol is the default."""
    rpm = RiskPortfolioManager(RPMConfig())
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 10_000, 1.10, ENTRY)
    assert "position" in refused(ask(rpm)).rejection_details
    approved(ask(rpm, symbol="GBPUSD", current_price=1.25))


@pytest.mark.parametrize("price", [1.10, None])
def test_a_symbol_that_is_full_is_refused(price: float | None) -> None:
    """200 000 units in the symbol leave no room, with or without a price."""
    rpm = RiskPortfolioManager(RPMConfig())
    rpm.portfolio_state.symbol_exposure["EURUSD"] = 200_000
    output = ask(rpm, current_price=price)
    assert refused(output).rejection_reason == RejectionReason.SYMBOL_EXPOSURE_LIMIT
    assert "exposure" in refused(output).rejection_details


def test_a_symbol_that_is_nearly_full_is_cut() -> None:
    """What is left of the 200 000 units is all that is approved."""
    rpm = RiskPortfolioManager(loose(max_symbol_exposure_units=200_000))
    rpm.portfolio_state.symbol_exposure = {"EURUSD": 190_000}
    output = ask(rpm)
    assert approved(output).position_units == 10_000
    assert output.decision.status == TradeApprovalStatus.ADJUSTED


def test_a_currency_that_is_full_is_refused() -> None:
    """Half of the capital in euros leaves no room for more of them; less of them is no problem."""
    rpm = RiskPortfolioManager(RPMConfig())
    rpm.portfolio_state.currency_exposure["EUR"] = 50_000
    assert refused(ask(rpm)).rejection_reason == RejectionReason.CURRENCY_EXPOSURE_LIMIT
    approved(ask(rpm, direction=-1))


def test_correlated_positions_cut_and_then_refuse() -> None:
    """Two positions that move together take most of what may; a third that takes the rest is refused for it."""
    rpm = RiskPortfolioManager(loose(max_correlation_exposure=0.70))
    for symbol, price in (("GBPUSD", 1.25), ("AUDUSD", 0.65)):
        rpm.portfolio_state.open_positions[symbol] = Position(symbol, 1, 40_000, price, ENTRY)
    trade = approved(ask(rpm))
    assert trade.correlation_adjustment < 1
    rpm.portfolio_state.open_positions["NZDUSD"] = Position("NZDUSD", 1, 200_000, 0.60, ENTRY)
    output = ask(rpm, symbol="USDCAD", direction=-1, current_price=1.4)
    assert refused(output).rejection_reason == RejectionReason.CORRELATION_LIMIT
    assert output.decision.portfolio_constraints_passed is False


def test_a_stressed_market_allows_two_new_positions_of_high_confidence() -> None:
    """Below 75%, or with two of today open already, the regime refuses."""
    rpm = RiskPortfolioManager(loose())
    assert refused(ask(rpm, regime="STRESSED", confidence_score=0.74)).rejection_reason == "STRESSED_REGIME"
    for symbol in ("AAA", "BBB"):
        rpm.portfolio_state.open_positions[symbol] = Position(symbol, 1, 10, 10, datetime.now(UTC))
    output = ask(rpm, regime="STRESSED", confidence_score=0.9)
    assert refused(output).rejection_reason == RejectionReason.STRESSED_REGIME
    assert output.decision.kill_switch_triggered is False
    approved(ask(rpm))


def test_a_size_too_small_to_trade_says_what_would_do() -> None:
    """A hundred dollars cannot trade a hundredth of a lot."""
    output = ask(RiskPortfolioManager(RPMConfig(total_capital=100)), atr=0.01)
    assert refused(output).rejection_reason == RejectionReason.ZERO_POSITION_SIZE
    assert "%" in refused(output).rejection_details


def test_a_trade_that_closes_passes_a_halt() -> None:
    """Selling what is held reduces risk, whoever asks and whatever is broken."""
    rpm = RiskPortfolioManager(RPMConfig())
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 10_000, 1.10, ENTRY, unrealized_pnl=-50)
    rpm.portfolio_state.daily_pnl = -50_000
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "over")
    assert refused(ask(rpm)).rejection_reason == RejectionReason.TRADING_HALTED
    assert approved(ask(rpm, direction=-1, confidence_score=0.1)).position_units == 10_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("symbol", ""),
        ("direction", 0),
        ("direction", "BUY"),
        ("confidence_score", 1.5),
        ("confidence_score", float("nan")),
        ("regime", "BULLISH"),
        ("atr", 0),
        ("atr", -0.001),
        ("atr", float("inf")),
        ("vol_percentile", 50),
        ("current_price", -1.1),
        ("requested_volume", 0),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(field: str, value: Any) -> None:
    """INVALID_INPUT names the field; nothing is raised, nothing is halted."""
    rpm = RiskPortfolioManager(RPMConfig())
    output = ask(rpm, **{field: value})
    assert refused(output).rejection_reason == "INVALID_INPUT"
    assert field in refused(output).rejection_details
    assert rpm.portfolio_state.trading_halted is False


def test_win_statistics_cap_and_refuse() -> None:
    """Good statistics trade, a losing game and a small sample do not."""
    good: dict[str, Any] = {"win_rate": 0.6, "avg_win": 0.02, "avg_loss": 0.01, "num_trades": 100}
    rpm = RiskPortfolioManager(loose(), False)
    assert approved(ask(rpm, **good)).position_units > 0
    for bad in ({"win_rate": 0.3}, {"num_trades": 10}, {"avg_loss": 0.9}):
        refused(ask(rpm, **{**good, **bad}))


def test_liquidity_caps_the_size() -> None:
    """One hundredth of the daily volume at most; a wide spread refuses."""
    rpm = RiskPortfolioManager(loose(), False)
    assert approved(ask(rpm, adv_units=1_000_000, spread_pct=0.0001)).position_units <= 10_000
    refused(ask(rpm, adv_units=1_000))
    refused(ask(rpm, spread_pct=0.01))


def test_rapid_decisions_never_raise() -> None:
    """A thousand intents of all kinds come back with an answer each."""
    rpm, random = RiskPortfolioManager(RPMConfig(), False), np.random.default_rng(7)
    for number in range(1_000):
        output = ask(
            rpm,
            symbol=("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")[number % 4],
            direction=int(random.choice((-1, 1))),
            confidence_score=float(random.random()),
            atr=float(random.random()) + 1e-6,
            vol_percentile=float(random.random()),
        )
        assert output.decision.status in TradeApprovalStatus
    assert rpm.risk_metrics.total_decisions == 1_000
    assert "INTERNAL_ERROR" not in rpm.risk_metrics.rejections_by_reason

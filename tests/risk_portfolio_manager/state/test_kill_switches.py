# SPDX-License-Identifier: MIT
"""Halts and switches: latched, scoped, lifted by hand, and never in the way of reducing risk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import Position, RiskPortfolioManager, TradingState
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, units, wide

NOW = datetime(2025, 3, 12, 9, tzinfo=UTC)


def holding(units_held: float = 100_000.0, direction: int = 1, **config: Any) -> RiskPortfolioManager:
    """Return a manager that holds EURUSD."""
    rpm = static(wide(**config))
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", direction, units_held, 1.15, NOW)
    return rpm


def test_a_reducing_trade_passes_a_halt() -> None:
    """Selling what is held is approved while HALTED, up to the whole position, and needs no stop."""
    rpm = holding()
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "stop")
    output = rpm.process_trade_intent(**intent(direction=-1))
    trade = output.decision.approved_trade
    assert trade is not None
    assert (trade.reducing, trade.position_units, trade.lots, trade.stop_loss) == (True, 100_000, 1.0, None)


def test_a_trade_that_would_turn_the_position_is_not_reducing() -> None:
    """More than is held adds risk on the other side, and is halted like any other."""
    rpm = holding()
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "stop")
    assert reason(rpm.evaluate(**intent(direction=-1, requested_volume=1.5))) == "TRADING_HALTED"
    assert units(rpm.evaluate(**intent(direction=-1, requested_volume=0.4))) == 40_000


def test_reductions_together_never_take_more_than_is_held() -> None:
    """Two reductions under way leave the rest; a third finds nothing to reduce."""
    rpm = holding()
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "stop")
    assert units(rpm.process_trade_intent(**intent(direction=-1, requested_volume=0.7))) == 70_000
    assert units(rpm.process_trade_intent(**intent(direction=-1))) == 30_000
    assert reason(rpm.process_trade_intent(**intent(direction=-1))) == "TRADING_HALTED"


@pytest.mark.parametrize(
    "spoil",
    [
        {"equity": 1.0},
        {"daily_pnl": -90_000.0},
        {"total_capital": float("nan")},
        {"peak_equity": float("nan")},
        {"trading_halted": True},
        {"reducing_reason": "cooling"},
    ],
)
def test_no_guard_against_adding_stops_a_reduction(spoil: dict[str, Any]) -> None:
    """Losses, halts and even a broken state do not keep anyone from getting out."""
    rpm = holding(denied_symbols=("EURUSD",), max_intents_per_minute=1)
    rpm.evaluate(**intent())
    for name, value in spoil.items():
        setattr(rpm.portfolio_state, name, value)
    low = {"confidence_score": 0.0, "vol_percentile": 1.0, "regime": "CRISIS", "spread_pct": 0.5}
    assert units(rpm.process_trade_intent(**intent(direction=-1, **low))) == 100_000


def test_a_broken_setting_does_not_stop_a_reduction() -> None:
    """Settings that turned invalid refuse what adds, not what reduces."""
    rpm = holding()
    rpm.evaluate(**intent())
    rpm.config.risk_per_trade = float("nan")
    assert units(rpm.process_trade_intent(**intent(direction=-1))) == 100_000


@pytest.mark.parametrize(("level", "name"), [("GLOBAL", ""), ("SYMBOL", "EURUSD"), ("STRATEGY", "alpha")])
def test_a_suspended_scope_only_reduces(level: str, name: str) -> None:
    """SUSPEND refuses adding in its scope, lets reductions through, and leaves other scopes alone."""
    rpm = holding(max_positions_per_symbol=9)
    rpm.kill_switches.set(level, name, "SUSPEND", "odd fills")
    output = rpm.evaluate(**intent(strategy_id="alpha"))
    assert reason(output) == "KILL_SWITCH_ACTIVE"
    assert "odd fills" in str(output.decision.kill_switch_reason)
    assert units(rpm.evaluate(**intent(direction=-1, strategy_id="alpha"))) == 100_000
    if level != "GLOBAL":
        other = intent(symbol="GBPUSD", current_price=1.3, strategy_id="beta")
        assert rpm.evaluate(**other).decision.status == "APPROVED"
    assert rpm.kill_switches.lift(level, name, "looked into")
    assert not rpm.kill_switches.lift(level, name, "again")
    assert rpm.evaluate(**intent(strategy_id="alpha")).decision.status == "APPROVED"


def test_a_strategy_that_is_shut_down_gets_out() -> None:
    """R26: SHUTDOWN refuses all that adds risk, and no exit, whoever asks for it."""
    rpm = holding()
    rpm.kill_switches.set("STRATEGY", "alpha", "SHUTDOWN", "runaway")
    assert units(rpm.evaluate(**intent(direction=-1, strategy_id="alpha"))) == 100_000
    assert reason(rpm.evaluate(**intent(symbol="GBPUSD", current_price=1.3, strategy_id="alpha"))) == (
        "KILL_SWITCH_ACTIVE"
    )
    rpm.kill_switches.set("GLOBAL", "", "SHUTDOWN", "everything off")
    assert units(rpm.evaluate(**intent(direction=-1))) == 100_000
    assert reason(rpm.evaluate(**intent(symbol="GBPUSD", current_price=1.3))) == "KILL_SWITCH_ACTIVE"


def test_a_throttled_strategy_gets_one_intent_per_interval() -> None:
    """THROTTLE lets the first through, refuses the next, and lets one through again after the interval."""
    clock = ManualClock()
    rpm = static(wide(max_positions_per_symbol=9), clock)
    rpm.kill_switches.set("STRATEGY", "alpha", "THROTTLE", "noisy")
    asked = intent(strategy_id="alpha")
    assert rpm.process_trade_intent(**asked).decision.status == "APPROVED"
    clock.advance(59)
    assert reason(rpm.process_trade_intent(**asked)) == "STRATEGY_THROTTLED"
    clock.advance(1)
    assert rpm.process_trade_intent(**asked).decision.status == "APPROVED"


@pytest.mark.parametrize("strategy", [None, "alpha"])
@pytest.mark.parametrize(("level", "name"), [("GLOBAL", ""), ("SYMBOL", "EURUSD")])
def test_a_throttled_scope_gets_one_intent_per_interval_from_everybody(
    level: str, name: str, strategy: str | None
) -> None:
    """Whoever sends, a person or any strategy, the scope lets one adding intent through; another symbol is free."""
    clock = ManualClock()
    rpm = static(wide(max_positions_per_symbol=9), clock)
    rpm.kill_switches.set(level, name, "THROTTLE", "calm down")
    assert rpm.process_trade_intent(**intent(strategy_id=strategy)).decision.status == "APPROVED"
    for other in (None, "alpha", "beta"):
        assert reason(rpm.evaluate(**intent(strategy_id=other))) == "STRATEGY_THROTTLED"
    elsewhere = rpm.evaluate(**intent(symbol="GBPUSD", current_price=1.3))
    assert elsewhere.decision.status == ("REJECTED" if level == "GLOBAL" else "APPROVED")
    clock.advance(60)
    assert rpm.evaluate(**intent(strategy_id="beta")).decision.status == "APPROVED"


def test_an_intent_that_a_throttle_held_back_does_not_prolong_it() -> None:
    """Asking again and again within the interval does not move its end, and reductions do not count."""
    clock = ManualClock()
    rpm = static(wide(max_positions_per_symbol=9), clock)
    rpm.portfolio_state.open_positions["EURUSD"] = Position("EURUSD", 1, 100_000, 1.15, NOW)
    rpm.kill_switches.set("GLOBAL", "", "THROTTLE", "calm down")
    assert rpm.process_trade_intent(**intent(direction=-1, requested_volume=0.1)).decision.status == "APPROVED"
    assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"
    for _ in range(5):
        clock.advance(11)
        assert reason(rpm.process_trade_intent(**intent())) == "STRATEGY_THROTTLED"
    clock.advance(5)
    assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"


def test_switches_need_sensible_names() -> None:
    """A global switch has no name, the others have one; unknown levels and actions raise."""
    switches = static().kill_switches
    for level, name, action in (("GLOBAL", "x", "SUSPEND"), ("SYMBOL", "", "SUSPEND"), ("ALL", "", "SUSPEND")):
        with pytest.raises(ValueError):
            switches.set(level, name, action, "why")
    with pytest.raises(ValueError):
        switches.set("GLOBAL", "", "PAUSE", "why")


def test_resuming_into_a_cool_down_only_reduces_for_a_while() -> None:
    """With time spacing on, an automatic halt that is resumed early leaves the state REDUCING until the hour is up."""
    clock = ManualClock()
    rpm = static(wide(enforce_time_spacing=True), clock)
    rpm.portfolio_state.daily_pnl = -3_000.0
    assert reason(rpm.process_trade_intent(**intent())) == "DAILY_LOSS_LIMIT"
    rpm.reset_daily_metrics()
    clock.advance(600)
    rpm.kill_switches.manual_resume(rpm.portfolio_state, "seen")
    assert rpm.portfolio_state.trading_state is TradingState.REDUCING
    assert reason(rpm.process_trade_intent(**intent())) == "TRADING_REDUCING"
    clock.advance(3_000)
    assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"


def test_a_manual_halt_has_no_cool_down() -> None:
    """What a person halted, a person resumes at once."""
    rpm = static(wide(enforce_time_spacing=True))
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "coffee")
    rpm.kill_switches.manual_resume(rpm.portfolio_state, "back")
    assert rpm.portfolio_state.trading_state is TradingState.ACTIVE


def test_reducing_by_hand_holds_until_resumed() -> None:
    """`reduce_only` refuses adding trades until a person resumes."""
    rpm = static()
    rpm.kill_switches.reduce_only(rpm.portfolio_state, "closing the week")
    assert reason(rpm.evaluate(**intent())) == "TRADING_REDUCING"
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_a_second_halt_keeps_the_first_reason() -> None:
    """A limit that breaks while trading is halted already does not hide why it was."""
    rpm = static()
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "by hand")
    rpm.portfolio_state.equity = 50_000.0
    assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
    assert rpm.portfolio_state.halt_reason == "by hand"


def test_a_strategy_that_trades_too_often_is_suspended_until_a_person_resumes(tmp_path: Path) -> None:
    """The third trade within the window is its last; others and persons go on; a restart forgets nothing."""
    clock = ManualClock()
    config = wide(max_executions=3, executions_window_seconds=60.0, max_positions_per_symbol=99)
    kept = {"enable_persistence": True, "data_dir": tmp_path}
    rpm = static(config, clock, **kept)
    asked = intent(strategy_id="alpha", requested_volume=0.01)
    for _ in range(2):
        assert rpm.process_trade_intent(**asked).decision.status == "APPROVED"
    clock.advance(61.0)
    for _ in range(3):
        assert rpm.process_trade_intent(**asked).decision.status == "APPROVED"
    refused = rpm.process_trade_intent(**asked)
    assert reason(refused) == "KILL_SWITCH_ACTIVE"
    assert "3 trades in a short time" in str(refused.decision.rejected_trade)
    assert rpm.evaluate(**{**asked, "strategy_id": "beta"}).decision.status == "APPROVED"
    rpm.kill_switches.set("STRATEGY", "gamma", "SUSPEND", "by a person")
    clock.advance(3_600.0)
    rpm.close()
    again = static(config, clock, **kept)
    assert reason(again.evaluate(**asked)) == "KILL_SWITCH_ACTIVE"
    again.kill_switches.manual_resume(again.portfolio_state, "looked at it")
    assert again.process_trade_intent(**asked).decision.status == "APPROVED"
    assert [each.name for each in again.kill_switches.active()] == ["gamma"], "what a person set, a person lifts"


@pytest.mark.parametrize("order", ["person first", "limit first"])
def test_a_person_s_switch_and_a_limit_s_stand_beside_each_other(order: str) -> None:
    """A throttle that a person has set hides no suspension by a limit, and lifting the one leaves the other."""
    clock = ManualClock()
    rpm = static(wide(max_executions=1, executions_window_seconds=60.0, max_positions_per_symbol=99), clock)
    asked = intent(strategy_id="alpha", requested_volume=0.01)
    if order == "person first":
        rpm.kill_switches.set("STRATEGY", "alpha", "THROTTLE", "noisy")
    assert rpm.process_trade_intent(**asked).decision.status == "APPROVED"
    if order == "limit first":
        rpm.kill_switches.set("STRATEGY", "alpha", "THROTTLE", "noisy")
    clock.advance(3_600.0)
    assert reason(rpm.evaluate(**asked)) == "KILL_SWITCH_ACTIVE"
    assert rpm.kill_switches.lift("STRATEGY", "alpha", "calm again")
    assert not rpm.kill_switches.lift("STRATEGY", "alpha", "and the limit's")
    assert reason(rpm.evaluate(**asked)) == "KILL_SWITCH_ACTIVE"
    rpm.kill_switches.manual_resume(rpm.portfolio_state, "looked at it")
    assert rpm.evaluate(**asked).decision.status == "APPROVED"


@pytest.mark.parametrize("name", ["EURUSD", "eur/usd", "EURUSDm"])
def test_a_switch_is_known_by_either_name(name: str) -> None:
    """A switch on the plain name or on the broker's covers the broker's symbol, and no other."""
    rpm = pooled(FakePool(symbols=("EURUSDm", "GBPUSDm")), wide(max_positions_per_symbol=9))
    rpm.kill_switches.set("SYMBOL", name, "SUSPEND", "odd fills")
    for asked in ("EURUSD", "EURUSDm"):
        assert reason(rpm.evaluate(**intent(symbol=asked))) == "KILL_SWITCH_ACTIVE"
    assert rpm.evaluate(**intent(symbol="GBPUSD", current_price=1.3)).decision.status == "APPROVED"
    assert rpm.kill_switches.lift("SYMBOL", name, "looked into")
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


@pytest.mark.parametrize("first", ["before", "after"])
@pytest.mark.parametrize("name", ["EURUSD", "EURUSDm"])
def test_a_throttle_is_known_by_either_name(name: str, first: str) -> None:
    """Whether the first trade came before the throttle or after it, the next one is held back for the interval."""
    pool = FakePool(symbols=("EURUSDm", "GBPUSDm"))
    rpm = pooled(pool, wide(max_positions_per_symbol=9))
    if first == "after":
        rpm.kill_switches.set("SYMBOL", name, "THROTTLE", "calm down")
    assert rpm.process_trade_intent(**intent()).decision.status == "APPROVED"
    if first == "before":
        rpm.kill_switches.set("SYMBOL", name, "THROTTLE", "calm down")
    assert reason(rpm.evaluate(**intent())) == "STRATEGY_THROTTLED"
    assert rpm.evaluate(**intent(symbol="GBPUSD", current_price=1.3)).decision.status == "APPROVED"
    pool.clock.advance(60)
    pool.refresh_quotes()
    pool.poll()
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"

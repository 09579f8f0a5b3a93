# SPDX-License-Identifier: MIT
"""What cannot be read is not overwritten, and while nothing can be saved nothing that adds risk passes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.state import persistence
from arbitrex_desktop.risk_portfolio_manager.state.persistence import FILE_NAME
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, reason, static, wide


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program's lock is not waited for as long as with a trader."""
    monkeypatch.setattr(persistence, "BUSY_SECONDS", 0.05)


@pytest.mark.expects_log_errors("could not be read")
def test_a_locked_state_is_not_overwritten_and_counts_once_it_can_be_read(tmp_path: Path) -> None:
    """Nothing adding risk passes meanwhile, no save replaces what is there; then the halt of before stands again."""
    clock = ManualClock()
    with static(wide(), clock, enable_persistence=True, data_dir=tmp_path) as rpm:
        rpm.kill_switches.manual_halt(rpm.portfolio_state, "by hand")
        rpm.kill_switches.set("SYMBOL", "GBPUSD", "SUSPEND", "odd")
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    rpm = static(wide(), clock, enable_persistence=True, data_dir=tmp_path)
    rpm.kill_switches.manual_resume(rpm.portfolio_state, "test")
    assert reason(rpm.process_trade_intent(**intent())) == "STATE_NOT_SAVED"
    other.execute("ROLLBACK")
    other.close()
    assert not rpm.save_state()
    clock.advance(6.0)
    assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
    assert rpm.portfolio_state.halt_reason == "by hand"
    assert [switch.name for switch in rpm.kill_switches.active()] == ["GBPUSD"]
    assert rpm.save_state()
    rpm.close()


def test_a_pool_without_sync_keeps_halts_and_switches(tmp_path: Path) -> None:
    """A program that reads prices through the pool and sets its portfolio up itself is halted after a restart too."""
    more: dict[str, Any] = {"enable_persistence": True, "data_dir": tmp_path}
    pool = FakePool()
    with RiskPortfolioManager(wide(), mt5_pool=pool, clock=pool.clock, **more) as rpm:
        rpm.kill_switches.manual_halt(rpm.portfolio_state, "by hand")
        assert rpm.save_state()
    with RiskPortfolioManager(wide(), mt5_pool=pool, clock=pool.clock, **more) as rpm:
        assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"


@pytest.mark.expects_log_errors("not being kept")
def test_while_a_state_cannot_be_saved_nothing_that_adds_risk_passes(tmp_path: Path) -> None:
    """The log of approvals would take it, the state itself not: a switch that was set would be forgotten."""
    clock = ManualClock()
    with static(wide(), clock, enable_persistence=True, data_dir=tmp_path) as rpm:
        assert rpm.process_trade_intent(**intent(intent_id="a", requested_volume=0.01)).decision.approved_trade
        rpm.release_intent("a")
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        rpm.kill_switches.set("SYMBOL", "GBPUSD", "SUSPEND", "odd")
        assert reason(rpm.process_trade_intent(**intent(intent_id="b", requested_volume=0.01))) == "STATE_NOT_SAVED"
        other.execute("ROLLBACK")
        other.close()
        assert rpm.process_trade_intent(**intent(intent_id="c", requested_volume=0.01)).decision.approved_trade

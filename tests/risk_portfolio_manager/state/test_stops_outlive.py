# SPDX-License-Identifier: MIT
"""What a person has stopped stays stopped: before the first sync, over restarts, and whichever account comes up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.mt5.errors import MT5Error
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from arbitrex_desktop.risk_portfolio_manager.state.repository import StateRepository
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, wide


def manager(pool: FakePool, folder: Path) -> RiskPortfolioManager:
    """Return a manager that keeps its state, as a program that starts now."""
    return pooled(pool, wide(), enable_persistence=True, data_dir=folder)


def stop_all(rpm: RiskPortfolioManager) -> None:
    """Stop in every way a person has."""
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "by hand")
    rpm.kill_switches.set("SYMBOL", "GBPUSD", "SUSPEND", "odd")
    rpm.kill_switches.reduce_only(rpm.portfolio_state, "less")


def assert_stopped(rpm: RiskPortfolioManager) -> None:
    """Check that all of it stands."""
    state = rpm.portfolio_state
    assert (state.trading_halted, state.halt_reason, state.halt_code) == (True, "by hand", "MANUAL")
    assert state.halt_timestamp is not None
    assert (state.reducing_reason, state.reducing_until) == ("less", None)
    assert [each.name for each in rpm.kill_switches.active()] == ["GBPUSD"]
    assert reason(rpm.process_trade_intent(**intent())) == "TRADING_HALTED"


def test_before_the_first_sync_a_stop_survives_a_restart(tmp_path: Path) -> None:
    """R9 B9: halted while no account could be read, killed, started again: halted at once and after the first sync."""
    pool = FakePool()
    pool.connected = False
    stop_all(manager(pool, tmp_path))
    pool.connected = False
    again = manager(pool, tmp_path)
    assert_stopped(again)
    pool.connected = True
    assert again.sync_with_mt5_account()
    assert_stopped(again)


def test_a_stop_of_one_account_stands_when_another_comes_up_after_a_restart(tmp_path: Path) -> None:
    """Halted on the first account, killed, and the fail-over list connects the second one."""
    pool = FakePool()
    stop_all(manager(pool, tmp_path))
    pool.account = replace(pool.account, login=pool.account.login + 1)
    assert_stopped(manager(pool, tmp_path))


def test_resuming_ends_it_for_the_account_and_for_new_ones(tmp_path: Path) -> None:
    """After a restart the account is not halted any more, nor is one that is seen for the first time."""
    pool = FakePool()
    pool.connected = False
    rpm = manager(pool, tmp_path)
    stop_all(rpm)
    pool.connected = True
    assert rpm.sync_with_mt5_account()
    rpm.kill_switches.manual_resume(rpm.portfolio_state)
    assert rpm.kill_switches.lift("SYMBOL", "GBPUSD", "well again")
    rpm.close()
    for login in (pool.account.login, pool.account.login + 1):
        pool.account = replace(pool.account, login=login)
        with manager(pool, tmp_path) as again:
            assert again.process_trade_intent(**intent()).decision.status == "APPROVED"
            assert not again.kill_switches.active()


def test_a_limit_of_one_account_stops_no_other(tmp_path: Path) -> None:
    """The first account's drawdown halts it, also after a restart; another account that comes up then is its own."""
    pool = FakePool()
    rpm = manager(pool, tmp_path)
    pool.account = replace(pool.account, equity=50_000.0)
    assert rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.halt_code == "MAX_DRAWDOWN_EXCEEDED"
    first = pool.account
    pool.account = replace(pool.account, login=first.login + 1, equity=first.balance)
    assert not manager(pool, tmp_path).portfolio_state.trading_halted
    pool.account = first
    assert manager(pool, tmp_path).portfolio_state.halt_code == "MAX_DRAWDOWN_EXCEEDED"


@pytest.mark.parametrize("failure", [MT5Error("no"), RuntimeError("no")])
@pytest.mark.expects_log_errors("failed in an unforeseen way")
def test_a_sync_that_fails_in_any_way_clears_nothing(tmp_path: Path, failure: Exception) -> None:
    """Nor does one of a manager that was halted before."""
    pool = FakePool()
    rpm = manager(pool, tmp_path)
    stop_all(rpm)
    for method in ("read_account", "read_history"):
        pool.fail(method, failure)
        assert not rpm.sync_with_mt5_account()
        pool.recover()
        assert_stopped(rpm)


def test_an_older_state_is_not_written_over_a_newer_one(tmp_path: Path) -> None:
    """Two threads save: what was taken down first comes to the disk last, and the halt of the other stays."""
    rpm = static(wide(), ManualClock(), enable_persistence=True, data_dir=tmp_path)
    repository: StateRepository = rpm._repository
    older: list[Any] = repository.whole(rpm._state)
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "by hand")
    assert repository.write(older)
    assert static(wide(), enable_persistence=True, data_dir=tmp_path).portfolio_state.halt_reason == "by hand"

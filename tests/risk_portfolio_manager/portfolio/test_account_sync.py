# SPDX-License-Identifier: MIT
"""The account is read through the one pool; a reading that fails changes nothing."""

from __future__ import annotations

import math
import threading
from datetime import datetime
from typing import Any

import pytest

from arbitrex_desktop.mt5.errors import CallFailed, DeadlineExceeded
from arbitrex_desktop.raw_layer.errors import PoolUnavailable, SessionConfigError
from arbitrex_desktop.raw_layer.views import AccountReading
from arbitrex_desktop.risk_portfolio_manager import MT5AccountSync, RiskPortfolioManager, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.portfolio.own_connection import OwnPool
from tests.fakes.broker_data import make_deal, make_position
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, static, wide


def test_a_sync_takes_over_balance_equity_profit_and_positions() -> None:
    """The portfolio has the account's numbers as soon as the manager is made."""
    pool = FakePool()
    pool.account = replace(pool.account, balance=50_000.0, equity=50_250.0, profit=250.0)
    pool.positions = (
        make_position("EURUSD", 1, 0.2, ticket=1, profit=200.0),
        make_position("EURUSD", 1, 0.1, ticket=2, profit=25.0),
        make_position("XAUUSD", -1, 0.03, ticket=3, profit=25.0),
    )
    state = pooled(pool).portfolio_state
    assert (state.total_capital, state.equity, state.unrealized_pnl) == (50_000.0, 50_250.0, 250.0)
    assert list(state.open_positions) == ["EURUSD", "EURUSD#2", "XAUUSD"]
    assert [position.units for position in state.positions()] == [20_000.0, 10_000.0, 3.0]
    assert state.symbol_exposure == {"EURUSD": pytest.approx(30_000.0), "XAUUSD": -3.0}
    assert state.currency_exposure["XAU"] == pytest.approx(-7_800.0)
    assert state.last_update == START


def test_units_use_the_symbols_own_contract() -> None:
    """A broker with mini lots has a tenth of the units."""
    pool = FakePool()
    pool.infos["EURUSD"] = replace(pool.infos["EURUSD"], trade_contract_size=10_000.0)
    pool.positions = (make_position("EURUSD", 1, 1.0),)
    assert [position.units for position in pooled(pool).portfolio_state.positions()] == [10_000.0]


def test_with_a_pool_nothing_is_initialized_or_stopped() -> None:
    """The stats prove it, and closing the manager leaves the pool alone."""
    pool = FakePool()
    rpm = pooled(pool)
    stats = rpm.get_mt5_sync_stats()
    assert (stats["using_mt5_pool"], stats["initialized_by_sync"], stats["mt5_initialized"]) == (True, False, True)
    assert stats["mt5_available"] is True
    assert datetime.fromisoformat(stats["last_sync_time"]) == START == stats["last_sync_at"]
    assert (stats["sync_count"], stats["sync_failures"]) == (1, 0)
    rpm.close()
    assert pool.calls["stop"] == pool.calls["start_tick_collection"] == 0
    assert MT5AccountSync(pool, auto_initialize=True).get_stats()["initialized_by_sync"] is False


@pytest.mark.parametrize(
    "error", [PoolUnavailable("gone"), CallFailed("positions_get", -1, "no"), DeadlineExceeded("hung"), ValueError("x")]
)
@pytest.mark.parametrize("method", ["read_account", "read_history"])
def test_a_failed_sync_changes_nothing(error: Exception, method: str) -> None:
    """It returns False, is counted, leaves positions and halt as they were, and never reads as flat."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 0.2),)
    rpm = pooled(pool)
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "keep")
    before = rpm.portfolio_state.to_dict()
    pool.positions = ()
    pool.fail(method, error)
    assert rpm.sync_with_mt5_account() is False
    assert rpm.portfolio_state.to_dict() == before
    stats = rpm.get_mt5_sync_stats()
    assert (stats["sync_count"], stats["sync_failures"]) == (1, 1)
    assert stats["last_error"]


@pytest.mark.parametrize("name", ["balance", "equity", "profit"])
def test_an_account_that_is_no_number_is_a_failed_sync(name: str) -> None:
    """NaN from the terminal is not taken over."""
    pool = FakePool()
    rpm = pooled(pool)
    changes: dict[str, Any] = {name: math.nan}
    pool.account = replace(pool.account, **changes)
    assert rpm.sync_with_mt5_account() is False
    assert rpm.portfolio_state.equity == 100_000.0


@pytest.mark.expects_log_errors("unforeseen")
def test_an_unforeseen_failure_is_a_failed_sync_too() -> None:
    """Whatever breaks while reading, the caller gets False."""
    pool = FakePool()
    pool.fail("read_account", RuntimeError("bug"))
    assert pooled(pool).sync_with_mt5_account() is False


def test_without_a_pool_and_without_leave_nothing_is_synced() -> None:
    """`sync_with_mt5_account` returns False and nothing changes."""
    rpm = static()
    before = rpm.portfolio_state.to_dict()
    assert rpm.sync_with_mt5_account() is False
    assert rpm.portfolio_state.to_dict() == before
    stats = rpm.get_mt5_sync_stats()
    assert not any(stats[name] for name in ("using_mt5_pool", "initialized_by_sync", "mt5_initialized"))
    assert stats["last_sync_time"] is None


def test_without_a_pool_it_opens_and_closes_its_own() -> None:
    """For trying out: the stats say so the other way round, and closing stops what was opened."""
    own = FakePool()
    sync = MT5AccountSync(None, clock=own.clock, open_pool=lambda: own)
    with RiskPortfolioManager(None, False, True, clock=own.clock, account_sync=sync) as rpm:
        stats = rpm.get_mt5_sync_stats()
        assert (stats["using_mt5_pool"], stats["initialized_by_sync"], stats["mt5_initialized"]) == (False, True, True)
        assert rpm.portfolio_state.total_capital == 100_000.0
        assert rpm.evaluate(**intent()).decision.status == "APPROVED"
    assert own.calls["stop"] == 1


def test_an_own_connection_that_cannot_be_opened_is_a_failed_sync() -> None:
    """Missing credentials are told in the stats, and nothing is approved on an account that was never seen."""

    def missing() -> OwnPool:
        raise SessionConfigError("MT5_LOGIN is missing in .env")

    clock = ManualClock()
    sync = MT5AccountSync(clock=clock, open_pool=missing)
    rpm = RiskPortfolioManager(wide(), False, True, clock=clock, account_sync=sync)
    assert "MT5_LOGIN" in rpm.get_mt5_sync_stats()["last_error"]
    assert reason(rpm.evaluate(**intent())) == "ACCOUNT_STALE"


def test_closed_trades_are_the_days_and_the_weeks_profit() -> None:
    """Profit, commission, swap and fee of the deals since each reset; deposits are none of it."""
    pool = FakePool()
    now = int(START.timestamp())
    pool.deals = [
        make_deal(1, now - 2 * 86_400, profit=-300.0, commission=-5.0),
        make_deal(2, now - 3_600, profit=120.0, commission=-5.0, swap=-2.0, fee=-1.0),
        make_deal(3, now - 60, profit=-50.0),
        make_deal(4, now - 30, type=2, profit=10_000.0, symbol=""),
    ]
    state = pooled(pool).portfolio_state
    assert state.daily_pnl == pytest.approx(62.0)
    assert state.weekly_pnl == pytest.approx(-243.0)
    assert state.consecutive_losses == 1


def test_deal_times_are_on_the_servers_clock() -> None:
    """A deal at 00:30 of a server two hours ahead was made yesterday in UTC."""
    pool = FakePool()
    pool.server_offset = 7_200
    midnight = int(START.timestamp()) // 86_400 * 86_400
    pool.deals = [make_deal(1, midnight + 1_800, profit=-100.0), make_deal(2, midnight + 9_000, profit=-7.0)]
    assert pooled(pool).portfolio_state.daily_pnl == pytest.approx(-7.0)


def test_a_loss_limit_broken_at_a_sync_halts_at_once() -> None:
    """Nobody has to ask for a trade before a broken limit latches."""
    pool = FakePool()
    rpm = pooled(pool)
    pool.account = replace(pool.account, equity=89_000.0)
    rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.trading_halted
    assert "drawdown" in str(rpm.portfolio_state.halt_reason)
    pool.account = replace(pool.account, equity=100_000.0)
    rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.trading_halted


def test_a_new_day_starts_without_loss() -> None:
    """After the reset hour the day's loss is zero, even before the next sync."""
    pool = FakePool()
    pool.deals = [make_deal(1, int(START.timestamp()) - 60, profit=-1_500.0)]
    rpm = pooled(pool, RPMConfig(max_sync_age_seconds=1e6))
    assert rpm.portfolio_state.daily_pnl == -1_500.0
    pool.clock.advance(86_400)
    pool.refresh_quotes()
    loss = [each for each in rpm.evaluate(**intent()).decision.checks if each.code == "DAILY_LOSS_LIMIT"]
    assert loss[0].observed == 0.0


def test_another_account_has_its_own_figures_and_keeps_the_halt() -> None:
    """Switching to another login starts with that account's figures; a halt is lifted by a person alone."""
    pool = FakePool()
    rpm = pooled(pool)
    rpm.kill_switches.manual_halt(rpm.portfolio_state, "this account")
    pool.account = replace(pool.account, login=7, equity=50_000.0, balance=50_000.0)
    rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.halt_reason == "this account"
    assert rpm.portfolio_state.peak_equity == 50_000.0


def test_a_position_belongs_to_the_strategy_whose_trade_it_was() -> None:
    """A new position that fits a trade under way counts for that strategy from then on."""
    pool = FakePool()
    rpm = pooled(pool, wide(max_positions_per_strategy=1, max_positions_per_symbol=9))
    ask = intent(strategy_id="alpha")
    assert rpm.process_trade_intent(**ask).decision.status == "APPROVED"
    pool.positions = (make_position("EURUSD", 1, 0.11, ticket=5),)
    for _ in range(2):
        rpm.sync_with_mt5_account()
        assert [position.strategy_id for position in rpm.portfolio_state.positions()] == ["alpha"]
    pool.clock.advance(20)
    assert reason(rpm.evaluate(**ask)) == "STRATEGY_POSITIONS_REACHED"


def test_bars_are_measured_a_few_at_a_time() -> None:
    """A sync reads the bars of at most two symbols, each no more than once an hour; a failure stays harmless.

    The first sync, for which the program's start waits, and one that is asked not to, read none.
    """
    pool = FakePool()
    pool.positions = tuple(
        make_position(symbol, 1, 0.1, ticket=n) for n, symbol in enumerate(("EURUSD", "GBPUSD", "USDJPY"))
    )
    rpm = pooled(pool)
    assert rpm.sync_with_mt5_account(measure=False) is True
    assert pool.calls["read_rates"] == 0
    rpm.sync_with_mt5_account()
    assert pool.calls["read_rates"] == 2
    pool.fail("read_rates")
    assert rpm.sync_with_mt5_account() is True
    assert pool.calls["read_rates"] == 3
    pool.recover()
    rpm.sync_with_mt5_account()
    assert pool.calls["read_rates"] == 3


def test_many_threads_decide_and_sync_at_once() -> None:
    """Every decision is counted once, none is lost, and no sync disturbs one."""
    pool = FakePool()
    pool.positions = (make_position("GBPUSD", 1, 0.1),)
    rpm = pooled(pool, wide(max_positions_per_symbol=999, max_concurrent_positions=999))
    failed: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(40):
                rpm.process_trade_intent(**intent())
                rpm.evaluate(**intent(direction=-1))
                if number % 10 == 0:
                    assert rpm.sync_with_mt5_account()
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert rpm.risk_metrics.total_decisions == 160
    assert rpm.risk_metrics.rejections_by_reason.get("INTERNAL_ERROR") is None


def test_a_history_of_another_account_is_a_failed_sync() -> None:
    """A fail-over between account and history: its deals would be this account's loss, days and payments."""
    pool = FakePool()
    rpm = pooled(pool)
    before, read = rpm.portfolio_state.to_dict(), pool.read_account

    def read_and_fail_over() -> AccountReading:
        reading = read()
        pool.account = replace(pool.account, login=7)
        pool.deals.append(make_deal(9, int(START.timestamp()), profit=-5_000.0))
        return reading

    pool.read_account = read_and_fail_over  # type: ignore[method-assign] # as before, and then the pool goes over
    assert rpm.sync_with_mt5_account() is False
    assert rpm.portfolio_state.to_dict() == before
    assert "another account" in rpm.get_mt5_sync_stats()["last_error"]

# SPDX-License-Identifier: MIT
"""Right after the start nobody knows how far the server's clock is ahead: its deals may be of another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from arbitrex_desktop.risk_portfolio_manager import Outcome
from tests.fakes.broker_data import make_account, make_deal
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, wide

MORNING = datetime(2025, 3, 5, 7, 0, tzinfo=UTC)


def lost_last_evening() -> FakePool:
    """Return an account that lost 2,500 at 22:30 UTC, half past midnight of today on a server two hours ahead."""
    pool = FakePool(ManualClock(MORNING), account=make_account(balance=97_500.0, equity=97_500.0))
    pool.server_offset = 7_200
    evening = MORNING - timedelta(hours=8, minutes=30)
    pool.deals = [make_deal(1, int(evening.timestamp()) + 7_200, profit=-2_500.0)]
    return pool


def test_a_loss_of_last_evening_halts_nothing_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as today's until the clock is known: trades are refused, and nothing is halted or closed for it."""
    pool = lost_last_evening()
    pool.clock_known = False
    monkeypatch.setattr(pool, "server_time_to_utc", lambda seconds: datetime.fromtimestamp(seconds, UTC))
    rpm = pooled(pool, wide(daily_loss_limit=0.02, max_daily_drawdown=0.5, max_drawdown=0.5, weekly_loss_limit=0.5))
    assert reason(rpm.evaluate(**intent())) == "DAILY_LOSS_LIMIT"
    assert rpm.process_trade_intent(**intent()).decision.status == "REJECTED"
    assert not rpm.portfolio_state.trading_halted
    assert not [each for each in rpm.limits_in_use() if each.outcome is Outcome.FAIL]
    monkeypatch.undo()
    pool.clock_known = True
    pool.clock.advance(1.0)
    pool.refresh_quotes()
    assert rpm.sync_with_mt5_account()
    state = rpm.portfolio_state
    assert (state.daily_pnl, state.day_anchor) == (0.0, 97_500.0)
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_a_loss_of_today_halts_once_the_clock_is_known() -> None:
    """What was only put off is done by the first sync that knows."""
    pool = lost_last_evening()
    pool.deals = [replace(each, time=each.time + 3 * 3_600) for each in pool.deals]
    pool.clock_known = False
    rpm = pooled(pool, wide(daily_loss_limit=0.02, max_daily_drawdown=0.5, max_drawdown=0.5, weekly_loss_limit=0.5))
    assert not rpm.portfolio_state.trading_halted
    pool.clock_known = True
    assert rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.halt_code == "DAILY_LOSS_LIMIT"
    assert [each.code for each in rpm.limits_in_use() if each.outcome is Outcome.FAIL] == ["DAILY_LOSS_LIMIT"]


def test_an_equity_that_fell_halts_at_once() -> None:
    """What no clock bears on is no matter of it."""
    pool = lost_last_evening()
    pool.clock_known = False
    rpm = pooled(pool, wide(max_drawdown=0.05))
    pool.account = replace(pool.account, equity=90_000.0)
    assert rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.halt_code == "MAX_DRAWDOWN_EXCEEDED"
    pool.clock_known = True
    assert rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.peak_equity == 97_500.0

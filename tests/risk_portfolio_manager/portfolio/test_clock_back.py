# SPDX-License-Identifier: MIT
"""A clock that was a day ahead forgets no loss when it is right again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from tests.fakes.broker_data import make_account, make_deal
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, intent, pooled, reason, static, wide


@pytest.mark.parametrize("days", [1, 7])
def test_a_day_begins_once(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """R12: 100,000 at the reset, and a loss of 1,900 since: so before the clock was ahead and after it."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=100_000.0))
    manager = pooled(pool, wide())
    pool.clock.advance(60.0)
    pool.deals = [make_deal(9, int(pool.clock.now().timestamp()), profit=-1_900.0)]
    pool.account = replace(pool.account, balance=98_100.0, equity=97_200.0)
    anchors, lost = list[float | None](), list[float | None]()
    for ahead in (0, days, 0, days, 0):
        moment = pool.clock.now() + timedelta(days=ahead)
        monkeypatch.setattr(pool, "market_now", lambda moment=moment: moment)
        assert manager.sync_with_mt5_account()
        pool.refresh_quotes()
        output = manager.evaluate(**intent())
        anchors.append(manager.portfolio_state.day_anchor)
        lost.append(check(output, "DAILY_LOSS_LIMIT").observed)
    assert anchors == [100_000.0, 98_100.0, 100_000.0, 98_100.0, 100_000.0]
    assert lost[::2] == pytest.approx([0.019] * 3)
    assert manager.portfolio_state.week_anchor == 100_000.0


def lost(manager: RiskPortfolioManager) -> list[float | None]:
    """Return the day's and the week's loss as a decision sees them, as shares."""
    output = manager.evaluate(**intent())
    return [check(output, code).observed for code in ("DAILY_LOSS_LIMIT", "WEEKLY_LOSS_LIMIT")]


@pytest.mark.parametrize("days", [1, 7])
@pytest.mark.parametrize("restart", [False, True])
def test_without_a_pool_a_day_begins_once(tmp_path: Path, days: int, *, restart: bool) -> None:
    """R12: 1,900 lost, a decision while the clock is ahead, and after it: 1,900, and what was lost meanwhile."""
    clock = ManualClock()

    def manager() -> RiskPortfolioManager:
        return static(wide(max_positions_per_symbol=9), clock, enable_persistence=True, data_dir=tmp_path)

    rpm = manager()
    state = rpm.portfolio_state
    state.total_capital, state.equity, state.day_anchor, state.week_anchor = 98_100.0, 98_100.0, 1e5, 1e5
    state.daily_pnl, state.weekly_pnl, state.consecutive_losses = -1_900.0, -2_500.0, 2
    rpm.process_trade_intent(**intent())
    clock.set_wall(clock.now() + timedelta(days=days))
    rpm.process_trade_intent(**intent(symbol="GBPUSD", current_price=1.3))
    assert (state.daily_pnl, state.day_anchor, state.consecutive_losses) == (0.0, 98_100.0, 0)
    state.daily_pnl, state.weekly_pnl, state.consecutive_losses = -50.0, state.weekly_pnl - 50.0, 1
    clock.set_wall(clock.now() - timedelta(days=days))
    if restart:
        rpm.close()
        rpm = manager()
    assert lost(rpm) == pytest.approx([0.0195, 0.0255])
    rpm.process_trade_intent(**intent(symbol="USDJPY", current_price=150.0, atr=10.0))
    state = rpm.portfolio_state
    assert (state.daily_pnl, state.day_anchor, state.consecutive_losses) == (-1_950.0, 1e5, 3)
    assert state.week_anchor == 1e5
    assert lost(rpm) == pytest.approx([0.0195, 0.0255])
    clock.set_wall(clock.now() + timedelta(days=days))
    assert lost(rpm)[0] == 0.0


def test_a_new_day_forgets_the_losses_in_a_row_at_once() -> None:
    """The first decision of a day is not refused for those of the day before."""
    clock = ManualClock()
    rpm = static(wide(), clock)
    rpm.portfolio_state.consecutive_losses = 99
    assert reason(rpm.process_trade_intent(**intent())) == "CONSECUTIVE_LOSSES"
    clock.set_wall(clock.now() + timedelta(days=1))
    assert rpm.evaluate(**intent()).decision.status == "APPROVED"


def test_between_syncs_a_clock_that_was_ahead_forgets_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sync while it was ahead; right again, the next decision knows the day's loss before the next sync."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=100_000.0))
    manager = pooled(pool, wide())
    pool.clock.advance(60.0)
    pool.deals = [make_deal(9, int(pool.clock.now().timestamp()), profit=-1_900.0)]
    pool.account = replace(pool.account, balance=98_100.0, equity=98_100.0)
    now = pool.clock.now()
    for ahead in (0, 1):
        monkeypatch.setattr(pool, "market_now", lambda ahead=ahead: now + timedelta(days=ahead))
        assert manager.sync_with_mt5_account()
    monkeypatch.setattr(pool, "market_now", lambda: now)
    pool.refresh_quotes()
    assert lost(manager)[0] == pytest.approx(0.019)

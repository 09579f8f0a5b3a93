# SPDX-License-Identifier: MIT
"""What the pool has seen since the last sync counts in the next decision, under every rule."""

from __future__ import annotations

import pytest

from tests.fakes.broker_data import make_account, make_position
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import check, closing, intent, pooled, reason, units, wide


def later(pool: FakePool, seconds: float = 60.0) -> None:
    """Let time pass, and the pool poll the account as it is then."""
    pool.clock.advance(seconds)
    pool.refresh_quotes()
    pool.poll()


def money(pool: FakePool, balance: float, equity: float | None = None) -> None:
    """Set what the account holds."""
    equity = balance if equity is None else equity
    pool.account = replace(pool.account, balance=balance, equity=equity, margin_free=equity)


def test_a_fall_of_equity_that_was_polled_halts() -> None:
    """100,000 synced, 80,000 polled: the drawdown is 20%, not 0."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=100_000.0))
    manager = pooled(pool)
    money(pool, 100_000.0, 80_000.0)
    later(pool)
    output = manager.process_trade_intent(**intent())
    assert check(output, "MAX_DRAWDOWN_EXCEEDED").observed == pytest.approx(0.2)
    assert reason(output) == "MAX_DRAWDOWN_EXCEEDED"
    assert manager.portfolio_state.trading_halted


def test_a_balance_that_was_polled_lower_is_a_loss_of_the_day() -> None:
    """2,500 of 100,000 are gone before any deal is known: the day's loss is 2.5% at once, and once only."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=100_000.0))
    manager = pooled(pool)
    money(pool, 97_500.0)
    later(pool, 1.0)
    manager.evaluate(**intent())
    later(pool, 1.0)
    output = manager.evaluate(**intent())
    assert check(output, "DAILY_LOSS_LIMIT").observed == pytest.approx(0.025)
    assert reason(output) == "DAILY_LOSS_LIMIT"


def test_positions_that_were_polled_count() -> None:
    """Ten positions appeared since the sync, of eight allowed."""
    pool = FakePool()
    manager = pooled(pool, wide())
    pool.positions = tuple(make_position("EURUSD", 1, 5.0, ticket=number) for number in range(1, 11))
    later(pool)
    output = manager.process_trade_intent(**intent())
    assert reason(output) == "MAX_POSITIONS_REACHED"
    assert check(output, "SYMBOL_POSITIONS_REACHED").observed == 10
    assert {verdict.code: verdict.observed for verdict in manager.limits_in_use()}["MAX_POSITIONS_REACHED"] == 10


def test_a_position_that_was_polled_closed_is_not_reduced() -> None:
    """A sale against a position that is gone would open one: a halt refuses it."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 1.0),)
    manager = pooled(pool, wide())
    manager.kill_switches.manual_halt(manager.portfolio_state, "test")
    assert units(manager.evaluate(**closing())) == 100_000.0
    pool.positions = ()
    later(pool)
    assert reason(manager.process_trade_intent(**closing())) == "TRADING_HALTED"


def test_an_older_poll_does_not_replace_a_sync() -> None:
    """The newest of both counts, whichever it is."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=100_000.0))
    manager = pooled(pool)
    old = pool.poll()
    pool.clock.advance(5.0)
    money(pool, 99_000.0)
    assert manager.sync_with_mt5_account()
    pool._latest = old  # a poll that took longer than the sync
    manager.evaluate(**intent())
    assert manager.portfolio_state.total_capital == 99_000.0


def test_while_the_terminal_is_on_another_account_nothing_is_known() -> None:
    """The polled account is not the synced one: it is not taken for it, and nothing that adds risk passes."""
    pool = FakePool()
    manager = pooled(pool, wide())
    pool.account = replace(pool.account, login=pool.account.login + 1)
    later(pool, 1.0)
    assert reason(manager.process_trade_intent(**intent())) == "ACCOUNT_STALE"


def test_what_was_polled_is_in_the_answer_and_in_the_limits_at_once() -> None:
    """The first evaluation after a poll has its positions in its copy of the portfolio, the next too; so do limits."""
    pool = FakePool()
    manager = pooled(pool, wide())
    for held in (1, 2, 3):
        manager.evaluate(**intent())
        pool.positions = tuple(make_position("EURUSD", 1, 5.0, ticket=number) for number in range(1, held + 1))
        later(pool, 1.0)
        for _ in range(2):
            output = manager.evaluate(**intent())
            assert len(output.portfolio_state.open_positions) == held
            assert check(output, "SYMBOL_POSITIONS_REACHED").observed == held
    pool.positions = ()
    later(pool, 1.0)
    assert {verdict.code: verdict.observed for verdict in manager.limits_in_use()}["MAX_POSITIONS_REACHED"] == 0


def test_a_poll_with_the_same_positions_does_not_make_them_anew() -> None:
    """Equity that moved is taken over; positions that did not are the objects they were."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 1.0),)
    manager = pooled(pool, wide())
    before = manager.portfolio_state.open_positions["EURUSD"]
    money(pool, 100_000.0, 99_000.0)
    later(pool, 1.0)
    manager.evaluate(**intent())
    assert manager.portfolio_state.equity == 99_000.0
    assert manager.portfolio_state.open_positions["EURUSD"] is before
    pool.positions = (make_position("EURUSD", 1, 2.0),)
    later(pool, 1.0)
    manager.evaluate(**intent())
    assert manager.portfolio_state.open_positions["EURUSD"].lots == 2.0

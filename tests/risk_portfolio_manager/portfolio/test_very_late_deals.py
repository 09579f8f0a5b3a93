# SPDX-License-Identifier: MIT
"""Deals that come hours or days after the balance has changed: no profit becomes a loss, and no loss is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arbitrex_desktop.mt5.constants import DealType
from arbitrex_desktop.risk_portfolio_manager.portfolio.pnl_ledger import PnlLedger
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import pooled, wide
from tests.risk_portfolio_manager.portfolio.test_pnl_ledger import NOW, STARTS, Books

FLOW = {"type": int(DealType.BALANCE)}
MIDNIGHT = STARTS[0] + timedelta(days=1)


def drawdown(books: Books, peak: float) -> float:
    """Return the fall from a peak."""
    return 1.0 - books.account.equity / peak


@pytest.mark.parametrize("minutes", [11, 180, 13 * 60])
def test_a_profit_is_one_whenever_its_deal_comes(minutes: int) -> None:
    """Until then it is taken for money that came; at no time is anything lost."""
    books = Books()
    deal = books.move(3_700.0, late=True)
    for _ in range(4):
        figures = books.sync()
        assert (figures.unexplained, figures.daily_pnl, figures.rise.amount) == (0.0, 0.0, 3_700.0)
        assert drawdown(books, figures.peak) == pytest.approx(0.0)
        books.now += timedelta(minutes=minutes / 4)
    books.deals.append(deal)
    figures = books.sync()
    assert (figures.peak, figures.day.balance, figures.daily_pnl) == (103_700.0, 100_000.0, 3_700.0)
    assert (figures.unexplained, figures.rise.amount, books.ledger.open_since) == (0.0, 0.0, None)


@pytest.mark.parametrize("amount", [3_700.0, -3_700.0])
@pytest.mark.parametrize("kind", [DealType.SELL, DealType.BALANCE])
def test_a_deal_that_comes_after_the_books_closed_without_it_is_nothing_new(amount: float, kind: DealType) -> None:
    """Two days later: nothing is lost and nothing came, the peak is not moved a second time."""
    books = Books()
    deal = books.move(amount, late=True, type=int(kind))
    books.sync()
    books.now += timedelta(days=1)
    closed = books.sync()
    books.now += timedelta(days=1)
    books.deals.append(deal)
    for _ in range(2):
        figures = books.sync((STARTS[0] + timedelta(days=2), STARTS[1]))
        assert (figures.unexplained, figures.rise.amount, figures.daily_pnl) == (0.0, 0.0, 0.0)
        withdrawn = kind is DealType.BALANCE and amount < 0.0
        assert drawdown(books, figures.peak) == pytest.approx(0.0 if withdrawn else drawdown(books, closed.peak))
    assert books.ledger.open_since is None


def test_what_falls_after_an_unnamed_rise_is_a_loss() -> None:
    """Neither a fall without a deal, nor a profit that is made and told meanwhile, names what came long ago."""
    books = Books()
    books.move(3_700.0, late=True)
    books.sync()
    books.now += timedelta(days=1)
    books.sync()
    books.now += timedelta(minutes=5)
    books.move(3_700.0)
    books.move(-3_700.0, late=True)
    assert books.sync((MIDNIGHT, STARTS[1])).unexplained == -3_700.0


def test_a_rise_that_is_unexplained_over_midnight_is_in_the_firms_closing_balance() -> None:
    """3,000 were made and their deal is late: the next day the firm's floor is 10,000 below 103,000 all the same."""
    pool = FakePool()
    firm = {"initial_balance": 100_000.0, "firm_max_loss": 0.1, "firm_floor": "end of day", "firm_buffer": 0.0}
    rpm = pooled(pool, wide(**firm))
    pool.account = replace(pool.account, balance=103_000.0, equity=103_000.0)
    for _ in range(2):
        assert rpm.sync_with_mt5_account()
        floor = next(each.limit for each in rpm.limits_in_use() if each.code == "ACCOUNT_FLOOR")
        assert floor == (90_000.0 if pool.clock.now().day == 12 else 93_000.0)
        pool.clock.advance(15 * 3_600.0)
    assert pool.clock.now().day > 12


def test_what_falls_when_an_old_deal_comes_is_a_loss_of_its_own() -> None:
    """Of 3,700 that came long ago 1,000 are named when 500 are lost whose deal is late: 500 are lost, not 1,500."""
    books = Books()
    deal = books.move(1_000.0, late=True)
    books.move(2_700.0, late=True)
    books.sync()
    books.now += timedelta(days=1)
    books.sync()
    books.deals.append(deal)
    books.now += timedelta(minutes=5)
    books.move(-500.0, late=True)
    figures = books.sync((MIDNIGHT, STARTS[1]))
    assert (figures.unexplained, figures.daily_pnl) == (-500.0, -500.0)


@pytest.mark.parametrize(("amount", "kind"), [(4_200.0, DealType.SELL), (-4_200.0, DealType.BUY)])
def test_a_deal_from_before_the_account_was_seen_is_in_its_balance(amount: float, kind: DealType) -> None:
    """A program starts two seconds after a close whose deal is not there yet: no loss, no deposit, a right day."""
    books = Books()
    books.now = NOW
    deal = books.move(amount, late=True, type=int(kind))
    books.now += timedelta(seconds=2)
    books.ledger = PnlLedger()
    figures = books.sync()
    assert figures.peak == books.account.equity
    books.deals.append(deal)
    for _ in range(2):
        figures = books.sync()
        assert (figures.unexplained, figures.rise.amount, figures.peak) == (0.0, 0.0, books.account.equity)
        assert (figures.daily_pnl, figures.day.balance) == (amount, 100_000.0)


@pytest.mark.parametrize("amount", [-5_000.0, 3_000.0])
def test_an_account_that_was_first_seen_by_a_clock_that_was_ahead_counts_each_deal_once(amount: float) -> None:
    """A day ahead at first, right at once after: what is made or lost then is no deal of before."""
    books = Books()
    books.now, books.ledger = NOW + timedelta(days=1), PnlLedger()
    books.sync((MIDNIGHT, STARTS[1]))
    books.now = NOW
    books.sync()
    books.now += timedelta(minutes=5)
    books.move(amount)
    for _ in range(2):
        figures = books.sync()
        assert (figures.daily_pnl, figures.unexplained, figures.rise.amount) == (amount, 0.0, 0.0)


def test_a_day_that_begins_while_a_rise_is_unexplained_keeps_its_beginning() -> None:
    """5,000 float over midnight and are lost after it: the day is measured from the equity that was seen before it."""
    books = Books()
    books.now = MIDNIGHT - timedelta(minutes=30)
    books.sync()
    deal = books.move(1_000.0, late=True)
    books.float(5_000.0)
    books.now = MIDNIGHT - timedelta(seconds=20)
    books.sync()
    books.now = MIDNIGHT + timedelta(seconds=20)
    for equity in (0.0, -3_000.0, -2_000.0):
        books.float(equity)
        day = books.sync((MIDNIGHT, STARTS[1])).day
        assert day.by("higher") == pytest.approx(106_000.0)
    books.deals.append(deal)
    for _ in range(2):
        day = books.sync((MIDNIGHT, STARTS[1])).day
        assert (day.balance, day.by("higher")) == (101_000.0, 106_000.0)

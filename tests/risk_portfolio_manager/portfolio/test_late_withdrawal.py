# SPDX-License-Identifier: MIT
"""A fall of the balance is a loss until a deal names it; a halt for it ends when it was a withdrawal, and only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from arbitrex_desktop.mt5.constants import DealType
from arbitrex_desktop.risk_portfolio_manager import RiskPortfolioManager
from tests.fakes.broker_data import make_account, make_deal
from tests.fakes.pool import FakePool
from tests.fakes.records import replace
from tests.risk_portfolio_manager.helpers import intent, pooled, reason, wide


class Account:
    """An account whose balance falls before a deal says why, and a manager that keeps its state."""

    def __init__(self, folder: Path, equity: float = 100_000.0) -> None:
        self.folder = folder
        self.pool = FakePool(account=make_account(balance=100_000.0, equity=equity))
        self.rpm = self.start()

    def start(self) -> RiskPortfolioManager:
        """Return a manager of now."""
        return pooled(self.pool, wide(), enable_persistence=True, data_dir=self.folder)

    def fall(self, amount: float) -> None:
        """Let the balance fall, and sync."""
        account = self.pool.account
        self.pool.account = replace(account, balance=account.balance - amount, equity=account.equity - amount)
        self.sync()

    def explain(self, amount: float, kind: DealType) -> None:
        """Let a deal say what it was, and sync."""
        when, number = int(self.pool.clock.now().timestamp()), len(self.pool.deals) + 9
        self.pool.deals.append(make_deal(number, when, type=int(kind), profit=-amount))
        self.sync()

    def sync(self, seconds: float = 1.0) -> None:
        """Let time pass and read the account."""
        self.pool.clock.advance(seconds)
        self.pool.refresh_quotes()
        assert self.rpm.sync_with_mt5_account()

    @property
    def code(self) -> str:
        """Why it is halted."""
        return self.rpm.portfolio_state.halt_code


@pytest.mark.parametrize("polled", [False, True])
@pytest.mark.parametrize("restart", [False, True])
def test_a_halt_for_a_withdrawal_ends_when_its_deal_is_there(tmp_path: Path, *, polled: bool, restart: bool) -> None:
    """Half the money is gone: halted; the balance deal comes, and the next trade is approved."""
    account = Account(tmp_path)
    if polled:
        money = account.pool.account
        account.pool.account = replace(money, balance=50_000.0, equity=50_000.0)
        account.pool.clock.advance(1.0)
        account.pool.poll()
        assert reason(account.rpm.process_trade_intent(**intent())) == "MAX_DRAWDOWN_EXCEEDED"
    else:
        account.fall(50_000.0)
        assert account.code == "MAX_DRAWDOWN_EXCEEDED"
        assert reason(account.rpm.process_trade_intent(**intent())) == "TRADING_HALTED"
    if restart:
        account.rpm.close()
        account.rpm = account.start()
    account.explain(50_000.0, DealType.BALANCE)
    assert account.code == ""
    assert account.rpm.process_trade_intent(**intent()).decision.status == "APPROVED"


def test_a_halt_for_a_loss_stays_when_its_deal_is_there(tmp_path: Path) -> None:
    """Also when the loss is of yesterday by then."""
    account = Account(tmp_path)
    account.fall(5_000.0)
    assert account.code == "DAILY_LOSS_LIMIT"
    account.sync(86_000.0 / 2)
    account.pool.clock.advance(43_000.0)
    account.explain(5_000.0, DealType.SELL)
    assert account.code == "DAILY_LOSS_LIMIT"


def test_what_a_withdrawal_does_not_explain_stays(tmp_path: Path) -> None:
    """Of 50,000 that are gone 40,000 were withdrawn; or a deposit came beside, which explains nothing."""
    account = Account(tmp_path)
    account.fall(50_000.0)
    account.explain(40_000.0, DealType.BALANCE)
    assert account.code == "MAX_DRAWDOWN_EXCEEDED"
    account.explain(10_000.0, DealType.SELL)
    assert account.code == "MAX_DRAWDOWN_EXCEEDED"


def test_a_limit_that_was_broken_besides_keeps_its_halt(tmp_path: Path) -> None:
    """Equity was 12% below its peak when money was withdrawn, and recovers before the deal is there."""
    account = Account(tmp_path)
    money = account.pool.account
    account.pool.account = replace(money, balance=70_000.0, equity=58_000.0)
    account.sync()
    assert account.code == "MAX_DRAWDOWN_EXCEEDED"
    account.pool.account = replace(money, balance=70_000.0, equity=70_000.0)
    account.explain(30_000.0, DealType.BALANCE)
    assert account.code == "MAX_DRAWDOWN_EXCEEDED"


def test_what_a_person_has_stopped_stays(tmp_path: Path) -> None:
    """A halt by hand meanwhile, and reducing, are no limit's to end."""
    account = Account(tmp_path)
    account.rpm.kill_switches.reduce_only(account.rpm.portfolio_state, "less")
    account.fall(50_000.0)
    account.rpm.kill_switches.manual_halt(account.rpm.portfolio_state, "by hand")
    account.explain(50_000.0, DealType.BALANCE)
    assert account.code == "MANUAL"
    other = Account(tmp_path / "other")
    other.rpm.kill_switches.reduce_only(other.rpm.portfolio_state, "less")
    other.fall(50_000.0)
    other.explain(50_000.0, DealType.BALANCE)
    assert other.code == ""
    assert other.rpm.portfolio_state.reducing_reason == "less"


def test_a_fall_that_is_resumed_by_hand_halts_again_only_for_itself(tmp_path: Path) -> None:
    """A person resumes, the limit is still broken and halts again; the deal then ends that one, too."""
    account = Account(tmp_path)
    account.fall(50_000.0)
    account.rpm.kill_switches.manual_resume(account.rpm.portfolio_state)
    account.sync()
    assert account.code == "MAX_DRAWDOWN_EXCEEDED"
    account.explain(50_000.0, DealType.BALANCE)
    assert account.code == ""


@pytest.mark.parametrize(
    "limits",
    [{}, {"initial_balance": 100_000.0, "firm_daily_loss": 0.05, "max_daily_drawdown": 1.0}, {"max_drawdown": 0.03}],
)
@pytest.mark.parametrize("kind", [DealType.SELL, DealType.BALANCE])
def test_a_profit_whose_deal_is_late_halts_nothing(limits: dict[str, Any], kind: DealType) -> None:
    """4,000 are made beside 4,500 that float: refused until a deal says what it was, and nothing is closed."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=99_500.0, profit=-500.0))
    rpm = pooled(pool, wide(**limits))
    pool.account = replace(pool.account, balance=104_000.0, equity=99_500.0, profit=-4_500.0)
    pool.clock.advance(1.0)
    pool.refresh_quotes()
    assert rpm.sync_with_mt5_account()
    assert not rpm.portfolio_state.trading_halted
    assert rpm.process_trade_intent(**intent()).decision.kill_switch_triggered
    assert not rpm.portfolio_state.trading_halted
    assert not [each for each in rpm.limits_in_use() if each.blocks]
    pool.deals.append(make_deal(9, int(pool.clock.now().timestamp()), type=int(kind), profit=4_000.0))
    pool.clock.advance(1.0)
    pool.refresh_quotes()
    assert rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.trading_halted == (kind is DealType.BALANCE), "a deposit leaves 4.5% of a day's loss"


def test_a_loss_beside_a_rise_halts() -> None:
    """What is broken however the rise is taken is broken."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=100_000.0))
    rpm = pooled(pool, wide())
    pool.account = replace(pool.account, balance=101_000.0, equity=90_000.0, profit=-11_000.0)
    pool.clock.advance(1.0)
    assert rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.halt_code == "MAX_DRAWDOWN_EXCEEDED"


class Credited(Account):
    """An account with 40,000 of credit beside 60,000, seen once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.money(balance=60_000.0, credit=40_000.0)
        self.rpm.close()
        self.rpm = self.start()

    def money(self, balance: float | None = None, credit: float | None = None) -> None:
        """Let balance and credit be others, without a position."""
        account = self.pool.account
        balance, credit = (
            (account.balance if balance is None else balance),
            (account.credit if credit is None else credit),
        )
        self.pool.account = replace(account, balance=balance, credit=credit, equity=balance + credit)


@pytest.mark.parametrize("limits", [{}, {"initial_balance": 100_000.0, "firm_daily_loss": 0.05}])
@pytest.mark.parametrize("polled", [False, True])
@pytest.mark.parametrize("credit", [0.0, 90_000.0])
def test_credit_that_comes_or_goes_halts_nothing_while_its_deal_is_late(
    tmp_path: Path, limits: dict[str, Any], credit: float, *, polled: bool
) -> None:
    """The account itself tells of its credit, which no trade changes; peak and loss limits go along, a day long."""
    account = Credited(tmp_path)
    account.rpm.close()
    account.rpm = pooled(account.pool, wide(**limits))
    account.money(credit=credit)
    account.pool.clock.advance(1.0)
    if polled:
        account.pool.poll()
        assert account.rpm.process_trade_intent(**intent()).decision.status == "APPROVED"
    account.sync()
    state = account.rpm.portfolio_state
    assert (account.code, state.current_drawdown, state.daily_pnl) == ("", 0.0, 0.0)
    assert state.peak_equity == pytest.approx(60_000.0 + credit)
    if not polled:
        assert account.rpm.process_trade_intent(**intent()).decision.status == "APPROVED"
    account.money(balance=54_000.0)
    account.sync()
    assert state.daily_pnl == -6_000.0
    when = int(account.pool.clock.now().timestamp())
    account.pool.deals.append(make_deal(9, when - 2, type=int(DealType.CREDIT), profit=credit - 40_000.0))
    account.pool.deals.append(make_deal(10, when, type=int(DealType.SELL), profit=-6_000.0))
    account.sync()
    assert (state.daily_pnl, round(state.peak_equity, 2)) == (-6_000.0, 60_000.0 + credit)


def test_the_deal_of_credit_that_comes_after_a_day_is_nothing_new(tmp_path: Path) -> None:
    """The books closed on what the account had said."""
    account = Credited(tmp_path)
    account.money(credit=0.0)
    account.sync()
    account.sync(86_401.0)
    assert account.code == ""
    account.explain(40_000.0, DealType.CREDIT)
    state = account.rpm.portfolio_state
    assert (account.code, state.current_drawdown, state.daily_pnl) == ("", 0.0, 0.0)


@pytest.mark.parametrize("polled", [False, True])
def test_credit_that_is_turned_into_balance_hides_no_loss(tmp_path: Path, *, polled: bool) -> None:
    """Where both have changed, a fall of the sum is a loss until deals say otherwise."""
    account = Credited(tmp_path)
    account.money(balance=93_000.0, credit=0.0)
    account.pool.clock.advance(1.0)
    if polled:
        account.pool.poll()
        account.rpm.process_trade_intent(**intent())
    else:
        account.sync()
    assert account.code == "DAILY_LOSS_LIMIT"


@pytest.mark.parametrize(
    ("amount", "equity", "halted"),
    [
        (-50_000.0, 45_501.0, False),
        (-50_000.0, 45_499.0, True),
        (50_000.0, 145_501.0, False),
        (50_000.0, 145_499.0, True),
    ],
)
def test_money_moves_a_firms_day_by_its_amount(amount: float, equity: float, *, halted: bool) -> None:
    """The day began with 100,000 and may lose 4,500; at a floating loss of 3,000 money goes or comes."""
    pool = FakePool(account=make_account(balance=100_000.0, equity=97_000.0, profit=-3_000.0))
    firm = {"initial_balance": 100_000.0, "firm_daily_loss": 0.05, "firm_buffer": 0.1}
    rpm = pooled(pool, wide(**firm, max_drawdown=1.0, max_daily_drawdown=1.0))
    pool.deals.append(make_deal(9, int(pool.clock.now().timestamp()), type=int(DealType.BALANCE), profit=amount))
    pool.account = replace(pool.account, balance=100_000.0 + amount, equity=97_000.0 + amount)
    pool.clock.advance(1.0)
    assert rpm.sync_with_mt5_account()
    assert not rpm.portfolio_state.trading_halted
    pool.account = replace(pool.account, equity=equity)
    pool.clock.advance(1.0)
    assert rpm.sync_with_mt5_account()
    assert rpm.portfolio_state.halt_code == ("FIRM_DAILY_LOSS" if halted else "")

# SPDX-License-Identifier: MIT
"""Deposits and withdrawals are neither profit nor drawdown, whenever their deals arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import DealEntry, DealType
from arbitrex_desktop.mt5.results import AccountInfo, TradeDeal
from arbitrex_desktop.risk_portfolio_manager.portfolio.pnl_ledger import PnlFigures, PnlLedger, losing_run, result_of
from tests.fakes.broker_data import make_account, make_deal
from tests.fakes.records import replace

NOW = datetime(2025, 3, 12, 10, tzinfo=UTC)
STARTS = (datetime(2025, 3, 12, tzinfo=UTC), datetime(2025, 3, 10, tzinfo=UTC))


class Books:
    """A broker's books: an account, its deals, and a ledger that is told of both."""

    def __init__(self, balance: float = 100_000.0) -> None:
        self.account: AccountInfo = make_account(balance=balance, equity=balance)
        self.deals: list[TradeDeal] = []
        self.ledger = PnlLedger()
        self.now = NOW
        self.sync()

    def move(self, amount: float, *, late: bool = False, **deal: Any) -> TradeDeal:
        """Change the balance by a deal, which a late history does not show yet."""
        made = make_deal(len(self.deals) + 100, int(self.now.timestamp()), profit=amount, **deal)
        self.account = replace(self.account, balance=self.account.balance + amount, equity=self.account.equity + amount)
        if not late:
            self.deals.append(made)
        return made

    def float(self, amount: float) -> None:
        """Let equity move with open positions."""
        self.account = replace(self.account, equity=self.account.equity + amount)

    def sync(self, starts: tuple[datetime, datetime] = STARTS) -> PnlFigures:
        """Take a reading."""
        self.now += timedelta(seconds=1)
        to_utc = lambda seconds: datetime.fromtimestamp(seconds, UTC)  # noqa: E731 - one line of a fake
        return self.ledger.update(self.account, self.deals, to_utc, self.now, starts)


def test_the_first_peak_is_the_equity() -> None:
    """An account that was never seen has no drawdown."""
    assert Books(80_000.0).sync().peak == 80_000.0


@pytest.mark.parametrize(("amount", "late"), [(50_000.0, False), (50_000.0, True), (-50_000.0, False)])
def test_money_in_or_out_keeps_the_drawdown(amount: float, *, late: bool) -> None:
    """The fall from the peak stays 5% through a deposit or withdrawal, while its deal is missing and after."""
    books = Books()
    books.float(-5_000.0)
    assert books.sync().peak == 100_000.0
    deal = books.move(amount, late=late, type=int(DealType.BALANCE))
    for _ in range(2):
        figures = books.sync()
        assert 1 - books.account.equity / figures.peak == pytest.approx(0.05)
        assert figures.daily_pnl == figures.weekly_pnl == 0.0
    if late:
        books.deals.append(deal)
    figures = books.sync()
    assert 1 - books.account.equity / figures.peak == pytest.approx(0.05)
    assert 1 - books.account.equity / figures.day.balance == pytest.approx(0.05)


@pytest.mark.parametrize("seconds", [1, 59, 61, 3_600])
def test_a_loss_whose_deal_is_late_is_a_loss_at_once(seconds: int) -> None:
    """The balance fell and no deal says why: peak, anchor and profit show a loss, however far apart the syncs are."""
    books = Books()
    books.now += timedelta(seconds=seconds)
    deal = books.move(-5_000.0, late=True)
    for _ in range(2):
        figures = books.sync()
        assert (figures.peak, figures.day.balance, figures.week.balance) == (100_000.0, 100_000.0, 100_000.0)
        assert (figures.daily_pnl, figures.weekly_pnl) == (-5_000.0, -5_000.0)
        books.now += timedelta(seconds=seconds)
    books.deals.append(deal)
    figures = books.sync()
    assert (figures.peak, figures.day.balance) == (100_000.0, 100_000.0)
    assert (figures.daily_pnl, figures.weekly_pnl, figures.realized) == (-5_000.0, -5_000.0, -5_000.0)


def test_a_withdrawal_is_none_until_its_deal_names_it() -> None:
    """Half the money is gone: a loss of 50% first, and no loss at all once the balance deal is there."""
    books = Books()
    books.float(-5_000.0)
    books.sync()
    deal = books.move(-50_000.0, late=True, type=int(DealType.BALANCE))
    figures = books.sync()
    assert 1 - books.account.equity / figures.peak == pytest.approx(0.55)
    assert figures.daily_pnl == -50_000.0
    books.now += timedelta(minutes=10)
    books.deals.append(deal)
    figures = books.sync()
    assert 1 - books.account.equity / figures.peak == pytest.approx(0.05)
    assert figures.daily_pnl == figures.weekly_pnl == 0.0


def test_a_fall_that_is_never_explained_stays_a_loss() -> None:
    """The books close on it after a day; the peak does not come down, and new peaks meanwhile are kept."""
    books = Books()
    books.move(-5_000.0, late=True)
    books.sync()
    books.float(9_000.0)
    assert books.sync().peak == 104_000.0
    books.float(-4_000.0)
    assert books.sync().peak == 104_000.0
    books.now += timedelta(days=1)
    assert books.sync().peak == 104_000.0
    assert books.ledger.open_since is None
    assert books.sync().peak == 104_000.0


@pytest.mark.parametrize(("digits", "deposit"), [(0, 5.0), (2, 0.02), (8, 0.0005)])
def test_the_smallest_amount_is_the_currencys(digits: int, deposit: float) -> None:
    """Half a thousandth of a bitcoin is money; the last digit of a yen or a cent may be rounding."""
    books = Books(0.01 if digits == 8 else 100_000.0)
    books.account = replace(books.account, currency_digits=digits)
    peak = books.sync().peak
    books.move(deposit, type=int(DealType.BALANCE))
    assert books.sync().peak == pytest.approx(peak + deposit, rel=1e-12)
    books.account = replace(books.account, balance=books.account.balance - 10.0**-digits)
    books.sync()
    assert books.ledger.open_since is None


def test_profit_raises_the_peak_and_nothing_else() -> None:
    """A closed profit counts for day, week and peak; the day's anchor stays."""
    books = Books()
    books.move(2_000.0)
    figures = books.sync()
    assert (figures.peak, figures.daily_pnl, figures.realized) == (102_000.0, 2_000.0, 2_000.0)
    assert figures.day.balance == 100_000.0


def test_money_that_is_never_explained_counts_as_a_flow_in_the_end() -> None:
    """A change of the balance without any deal is taken for money that came, after a day."""
    books = Books()
    books.move(10_000.0, late=True)
    books.sync()
    books.now += timedelta(days=1)
    assert books.sync().peak == pytest.approx(110_000.0)
    books.float(1_000.0)
    assert books.sync().peak == pytest.approx(111_000.0)


@pytest.mark.parametrize("minutes", [1, 5, 9])
def test_a_profit_whose_deal_comes_minutes_late_leaves_no_trace(minutes: int) -> None:
    """Its deal explains the rise, which was no deposit and is followed by no loss."""
    books = Books()
    deal = books.move(2_000.0, late=True)
    for _ in range(minutes):
        books.sync()
        books.now += timedelta(minutes=1)
    books.deals.append(deal)
    figures = books.sync()
    assert (figures.peak, figures.day.balance, figures.daily_pnl) == (102_000.0, 100_000.0, 2_000.0)
    assert (figures.rise.amount, figures.unexplained, books.ledger.open_since) == (0.0, 0.0, None)


def test_a_rise_hides_no_loss() -> None:
    """While it is not known what 10,000 are, a loss of 4,000 whose deal is late is one at once."""
    books = Books()
    deposit = books.move(10_000.0, late=True, type=int(DealType.BALANCE))
    books.sync()
    books.now += timedelta(seconds=5)
    deal = books.move(-4_000.0, late=True)
    figures = books.sync()
    assert (figures.unexplained, figures.daily_pnl, figures.rise.amount) == (-4_000.0, -4_000.0, 10_000.0)
    assert 1 - books.account.equity / figures.peak == pytest.approx(4_000 / 110_000)
    books.deals += [deal, deposit]
    figures = books.sync()
    assert (figures.unexplained, figures.daily_pnl, figures.rise.amount) == (0.0, -4_000.0, 0.0)
    assert figures.peak == pytest.approx(110_000.0)


def test_a_reading_that_was_wrong_leaves_no_trace() -> None:
    """A balance that is there again is no loss and no deposit."""
    books = Books()
    books.move(-50_000.0, late=True)
    assert books.sync().daily_pnl == -50_000.0
    books.move(50_000.0, late=True)
    figures = books.sync()
    assert (figures.peak, figures.day.balance, figures.daily_pnl) == (100_000.0, 100_000.0, 0.0)
    assert books.ledger.open_since is None


def test_an_empty_account_that_is_funded_starts_anew() -> None:
    """After a deposit into nothing the peak is what was deposited."""
    books = Books(0.0)
    books.move(5_000.0, type=int(DealType.BALANCE))
    assert books.sync().peak == 5_000.0


def test_a_new_day_is_anchored_at_its_reset() -> None:
    """The new day's anchor is the balance at the reset, without what was made since."""
    books = Books()
    books.move(1_000.0)
    books.sync()
    books.now = NOW + timedelta(days=1)
    books.move(300.0)
    tomorrow = (STARTS[0] + timedelta(days=1), STARTS[1])
    figures = books.sync(tomorrow)
    assert figures.day.balance == pytest.approx(101_000.0)
    assert figures.daily_pnl == 300.0
    assert figures.weekly_pnl == 1_300.0
    assert figures.week.balance == pytest.approx(100_000.0)


def test_the_anchor_may_be_balance_equity_or_the_higher() -> None:
    """An equity seen just before the reset is the day's equity anchor."""
    books = Books()
    books.float(700.0)
    books.now = STARTS[0] + timedelta(days=1, seconds=-5)
    books.sync()
    books.now += timedelta(seconds=10)
    day = books.sync((STARTS[0] + timedelta(days=1), STARTS[1])).day
    assert (day.by("balance"), day.by("equity"), day.by("higher")) == (100_000.0, 100_700.0, 100_700.0)


def test_a_manual_reset_begins_the_day_at_that_moment() -> None:
    """Losses before the reset no longer count."""
    books = Books()
    books.move(-500.0)
    books.sync()
    books.now += timedelta(minutes=5)
    books.ledger.reset_day(books.now)
    books.ledger.reset_week(books.now)
    figures = books.sync()
    assert (figures.daily_pnl, figures.weekly_pnl, figures.day.balance) == (0.0, 0.0, 99_500.0)


def test_it_goes_on_where_it_was_saved() -> None:
    """A withdrawal made while the program was away is seen as one after a restart."""
    books = Books()
    books.float(-5_000.0)
    books.sync()
    books.ledger = msgspec.json.decode(msgspec.json.encode(books.ledger), type=PnlLedger)
    books.move(-20_000.0, type=int(DealType.BALANCE))
    figures = books.sync()
    assert 1 - books.account.equity / figures.peak == pytest.approx(0.05)


def test_a_losing_run_counts_closing_deals_only() -> None:
    """Openings do not end a run, a deal that gained does, and commission makes a loss of nothing."""
    deals = [
        make_deal(1, 10, profit=5.0),
        make_deal(2, 20, profit=-1.0),
        make_deal(3, 30, entry=0),
        make_deal(4, 40, profit=0.0, commission=-2.0),
    ]
    assert losing_run(deals) == 2
    assert losing_run([]) == 0
    assert result_of(deals[3]) == -2.0


def test_a_position_that_was_closed_in_parts_is_one_loss() -> None:
    """Five partial closes of one position are one loss; one that gained on the whole ends the run."""
    parts = [make_deal(number, number, profit=-1.0, position_id=7) for number in range(1, 6)]
    assert losing_run(parts) == 1
    assert losing_run([*parts, make_deal(6, 6, profit=-1.0, position_id=8)]) == 2
    assert losing_run([*parts, make_deal(6, 6, profit=9.0, position_id=7)]) == 0
    assert losing_run([make_deal(1, 1, profit=-1.0, position_id=0), make_deal(2, 2, profit=-1.0, position_id=0)]) == 2


def test_two_positions_that_were_closed_by_each_other_are_one_loss() -> None:
    """The result of both is in one half, whichever comes last; the empty half is no trade that broke even."""
    by = int(DealEntry.OUT_BY)
    for first, second in ((-250.0, 0.0), (0.0, -250.0)):
        halves = [make_deal(n, n, entry=by, profit=p, position_id=n) for n, p in ((1, first), (2, second))]
        assert losing_run(halves) == 1


Move = st.tuples(st.sampled_from(["trade", "flow", "float"]), st.floats(-3_000, 3_000), st.booleans())


@given(st.lists(Move, max_size=12))
def test_flows_never_change_the_drawdown(moves: list[tuple[str, float, bool]]) -> None:
    """Whatever happens, the drawdown equals that of an account that sees the same returns and no flows."""
    books, unit, highest = Books(), 1.0, 1.0
    for kind, size, _ in moves:
        before = books.account.equity
        if kind == "flow":
            books.move(size, type=int(DealType.BALANCE))
        else:
            (books.move if kind == "trade" else books.float)(size)
            unit *= books.account.equity / before
            highest = max(highest, unit)
        figures = books.sync()
    if moves:
        assert 1 - books.account.equity / figures.peak == pytest.approx(1 - unit / highest, abs=1e-6)


@pytest.mark.parametrize("before_reset", [False, True])
@pytest.mark.parametrize("amount", [50_000.0, -50_000.0])
def test_money_that_comes_or_goes_over_a_reset_is_no_loss_of_the_new_day(amount: float, *, before_reset: bool) -> None:
    """A program away over midnight: 5,000 of 100,000 lost today, money moved before the reset or after it: 5% or so."""
    books = Books()
    midnight = STARTS[0] + timedelta(days=1)
    books.now = midnight + timedelta(hours=1 if not before_reset else -1)
    books.move(amount, type=int(DealType.BALANCE))
    books.now = midnight + timedelta(hours=2)
    books.move(-5_000.0)
    books.now = midnight + timedelta(hours=3)
    figures = books.sync((midnight, STARTS[1]))
    began = 100_000.0 + amount if before_reset else 100_000.0 * (95_000.0 + amount) / 95_000.0
    assert figures.day.balance == pytest.approx(began)
    assert figures.day.equity == pytest.approx(began)
    assert figures.daily_pnl == -5_000.0


@pytest.mark.parametrize("amount", [50_000.0, -50_000.0])
def test_what_the_market_does_until_a_deal_is_there_is_a_loss(amount: float) -> None:
    """Equity loses 1% between the money's coming or going and its deal: the drawdown is 1%, of peak and anchor."""
    books = Books()
    deal = books.move(amount, late=True, type=int(DealType.BALANCE))
    books.sync()
    books.float(-0.01 * books.account.equity)
    books.sync()
    books.deals.append(deal)
    for _ in range(2):
        figures = books.sync()
        assert 1 - books.account.equity / figures.peak == pytest.approx(0.01)
        assert 1 - books.account.equity / figures.day.balance == pytest.approx(0.01)

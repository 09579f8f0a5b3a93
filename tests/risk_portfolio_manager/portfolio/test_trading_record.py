# SPDX-License-Identifier: MIT
"""Closing balances, results and trading days, from deals alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import DealEntry, DealType
from arbitrex_desktop.mt5.results import TradeDeal
from arbitrex_desktop.risk_portfolio_manager import RPMConfig
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_days import trading_day
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_record import DayResult, TradingRecord
from tests.fakes.broker_data import make_account, make_deal
from tests.fakes.clock import ManualClock
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import intent, pooled, wide

MONDAY = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)

changes = st.lists(
    st.tuples(st.integers(0, 13), st.floats(-3_000, 3_000).map(lambda x: round(x, 2)), st.sampled_from([0, 1, 2])),
    max_size=25,
)


@given(changes)
def test_closing_balances_are_those_that_a_book_would_show(found: list[Any]) -> None:
    """Fourteen days of trades and flows: the highest close of days that have ended is the book's."""
    deals, balances, balance = [], {}, 100_000.0
    results: dict[str, float] = defaultdict(float)
    for number, (day, money, kind) in enumerate(sorted(found, key=lambda each: each[0])):
        at = MONDAY + timedelta(days=day, minutes=number)
        kinds: dict[str, Any] = (
            {"type": int(DealType.BALANCE)} if kind == 2 else {"type": int(DealType.BUY), "entry": kind}
        )
        deals.append(make_deal(number + 1, int(at.timestamp()), profit=money, **kinds))
        balance = round(balance + money, 2)
        balances[at.date()] = balance
        if kind != 2:
            results[at.date().isoformat()] += money
    now = MONDAY + timedelta(days=13, hours=10)
    at_reset = balance - sum(
        deal.profit for deal in deals if datetime.fromtimestamp(deal.time, UTC).date() == now.date()
    )
    record = TradingRecord().after(
        make_account(balance=balance, equity=balance),
        at_reset,
        [(datetime.fromtimestamp(deal.time, UTC).date().isoformat(), deal) for deal in deals],
        now.date().isoformat(),
    )
    ended = [close for day, close in balances.items() if day < now.date()]
    assert abs(record.highest_close - max([*ended, at_reset])) < 1e-6
    assert {day: round(each.result, 6) for day, each in record.days.items()} == {
        day: round(each, 6) for day, each in results.items()
    }


def test_days_are_those_of_the_firms_clock() -> None:
    """23:30 in London is tomorrow in Prague; 17:00 in Chicago begins another day, in summer as in winter."""
    assert trading_day(datetime(2025, 1, 6, 23, 30, tzinfo=UTC), 0, "Europe/Prague") == date(2025, 1, 7)
    for month, utc_hour in ((1, 23), (7, 22)):
        before = datetime(2025, month, 6, utc_hour, tzinfo=UTC) - timedelta(seconds=1)
        assert trading_day(before, 17, "America/Chicago") == date(2025, month, 5)
        assert trading_day(before + timedelta(seconds=1), 17, "America/Chicago") == date(2025, month, 6)


def test_the_whole_history_is_read_once_and_days_outlive_the_week() -> None:
    """A deal of two months ago counts as a trading day and for the highest close, also after a restart of the week."""
    clock = ManualClock(MONDAY)
    pool = FakePool(clock, account=make_account(balance=104_000.0, equity=104_000.0))
    old = int((MONDAY - timedelta(days=60)).timestamp())
    pool.deals = [
        make_deal(1, old - 86_400, type=int(DealType.BALANCE), profit=100_000.0),
        make_deal(2, old, type=int(DealType.BUY), entry=int(DealEntry.IN), profit=0.0),
        make_deal(3, old + 60, type=int(DealType.SELL), entry=int(DealEntry.OUT), profit=6_000.0),
        make_deal(4, old + 90_000, type=int(DealType.SELL), entry=int(DealEntry.OUT), profit=-2_000.0),
    ]
    rpm = pooled(pool, wide(initial_balance=100_000.0, firm_max_loss=0.05, firm_floor="end of day", firm_buffer=0.0))
    record = rpm._state.ledger.record
    assert record.highest_close == 106_000.0
    assert record.trading_days(0.0) == 1
    assert "101,000.00" in next(
        each.message for each in rpm.evaluate(**intent()).decision.checks if "floor" in each.message
    )
    clock.advance(8 * 86_400)
    pool.deals = []
    rpm.sync_with_mt5_account()
    assert rpm._state.ledger.record.highest_close == 106_000.0
    assert pooled(pool, RPMConfig())._state.ledger.record == TradingRecord(), "nobody's firm, no record"


def test_a_day_that_was_read_whole_is_not_made_less_by_a_part_of_it() -> None:
    """The program ends on Friday afternoon and is back on Monday: Friday keeps what it brought in the morning."""
    clock = ManualClock(MONDAY + timedelta(days=4, hours=7, minutes=30))
    pool = FakePool(clock, account=make_account(balance=100_200.0, equity=100_200.0))
    friday = int(clock.now().timestamp()) - 15 * 3_600 - 1_800

    def deal(number: int, hour: int, entry: DealEntry, profit: float = 0.0) -> TradeDeal:
        return make_deal(number, friday + hour * 3_600, type=int(DealType.BUY), entry=int(entry), profit=profit)

    pool.deals = [deal(1, 9, DealEntry.IN), deal(2, 10, DealEntry.OUT, 200.0), deal(3, 15, DealEntry.IN)]
    rpm = pooled(pool, wide(initial_balance=100_000.0))
    known = rpm._state.ledger.record.days
    assert known == {"2025-03-07": DayResult(result=200.0, opened=2)}
    clock.advance(2 * 86_400 + 19 * 3_600)
    assert rpm.sync_with_mt5_account()
    assert rpm._state.ledger.record.days == known


def test_days_wait_for_the_broker_s_clock() -> None:
    """Right after the start nobody knows how far the server is ahead: a day that is counted wrong then would stay so.

    What is months ago was in summer, so whose summer time the server follows is found out before.
    """
    clock = ManualClock(MONDAY)
    pool = FakePool(clock, account=make_account(balance=100_100.0, equity=100_100.0))
    late = datetime(2024, 7, 9, 21, 30, tzinfo=UTC)  # half past midnight on the server, in summer
    pool.server_offset, pool.learns, pool.clock_known = 7_200, "Europe/Athens", False
    opened = make_deal(1, int(late.timestamp()) + 10_800, type=int(DealType.BUY), entry=int(DealEntry.IN), profit=0.0)
    pool.deals = [opened]
    rpm = pooled(pool, wide(initial_balance=100_000.0, reset_hour=0, reset_timezone="UTC"))
    assert rpm._state.ledger.record == TradingRecord()
    pool.clock_known = True
    assert rpm.sync_with_mt5_account()
    record = rpm._state.ledger.record
    assert (record.complete, record.days) == (True, {"2024-07-09": DayResult(0.0, opened=1)})
    assert rpm.sync_with_mt5_account()
    assert pool.calls["learn_summer_time"] == 1

# SPDX-License-Identifier: MIT
"""Each of a firm's limits at its last value and the next."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arbitrex_desktop.risk_portfolio_manager import Outcome, RPMConfig
from arbitrex_desktop.risk_portfolio_manager.config.profiles import firm_profiles
from arbitrex_desktop.risk_portfolio_manager.market.calendar import NewsCalendar, NewsEvent
from arbitrex_desktop.risk_portfolio_manager.portfolio.trading_record import DayResult, TradingRecord
from arbitrex_desktop.risk_portfolio_manager.rules.account_floor import AccountFloor, account_floor
from arbitrex_desktop.risk_portfolio_manager.rules.firm_daily_loss import FirmDailyLoss
from arbitrex_desktop.risk_portfolio_manager.rules.news_blackout import NewsBlackout
from arbitrex_desktop.risk_portfolio_manager.rules.profit_target import BestDay, ProfitTarget
from arbitrex_desktop.risk_portfolio_manager.rules.session_end import SessionEnd
from arbitrex_desktop.risk_portfolio_manager.rules.total_lots import TotalLots
from tests.fakes.broker_data import make_position
from tests.fakes.pool import FakePool
from tests.risk_portfolio_manager.helpers import check, closing, pooled, wide
from tests.risk_portfolio_manager.rules.contexts import context, told


def lent(**changes: Any) -> RPMConfig:
    """Return settings of a lent account of 100 000: floor 10%, day 5%, no buffer."""
    firm = {"initial_balance": 100_000.0, "firm_max_loss": 0.1, "firm_daily_loss": 0.05, "firm_buffer": 0.0}
    return RPMConfig(**{**firm, **changes})


@pytest.mark.parametrize(
    ("kind", "locks", "close", "peak", "floor"),
    [
        ("static", 0.0, 115_000.0, 120_000.0, 90_000.0),
        ("end of day", 0.0, 0.0, 120_000.0, 90_000.0),
        ("end of day", 0.0, 104_000.0, 120_000.0, 94_000.0),
        ("end of day", 0.0, 95_000.0, 120_000.0, 90_000.0),
        ("end of day", 1.0, 115_000.0, 120_000.0, 100_000.0),
        ("trailing", 0.0, 104_000.0, 106_000.0, 96_000.0),
        ("trailing", 1.0, 104_000.0, 150_000.0, 100_000.0),
    ],
)
def test_the_floor_is_where_the_firm_has_it(kind: str, locks: float, close: float, peak: float, floor: float) -> None:
    """Static, behind closes or peaks, never falling below the beginning, and no higher than where it locks."""
    record = TradingRecord(highest_close=close, highest_equity=peak, complete=True)
    config = lent(firm_floor=kind, firm_floor_locks_at=locks)
    for equity, outcome in ((floor + 0.01, Outcome.PASS), (floor, Outcome.FAIL), (math.nan, Outcome.UNKNOWN)):
        case = context(config, account={"equity": equity, "record": record})
        assert account_floor(case.account, case.config) == floor
        assert AccountFloor().check(case).outcome is outcome


def test_what_the_floor_needs_must_be_known() -> None:
    """Without the initial balance, or the days where they count, nothing can be checked; 0 is off."""
    assert told(AccountFloor(), context(RPMConfig())).outcome is Outcome.SKIPPED
    assert AccountFloor().check(context(lent(initial_balance=0.0))).outcome is Outcome.UNKNOWN
    assert AccountFloor().check(context(lent(firm_floor="end of day"))).outcome is Outcome.UNKNOWN
    assert FirmDailyLoss().check(context(lent(initial_balance=0.0))).outcome is Outcome.UNKNOWN
    assert FirmDailyLoss().check(context(lent())).outcome is Outcome.UNKNOWN, "no reset was seen"


@pytest.mark.parametrize(
    ("of", "anchor", "floor"), [("initial balance", 140_000.0, 135_000.0), ("day", 140_000.0, 133_000.0)]
)
def test_the_days_loss_is_an_amount_from_where_the_day_began(of: str, anchor: float, floor: float) -> None:
    """5% of the initial balance below 140 000 is 135 000: 134 600 is refused; of the day it would be 133 000."""
    config = lent(firm_daily_loss_of=of)
    for equity, outcome in ((floor + 0.01, Outcome.PASS), (floor, Outcome.FAIL)):
        assert (
            FirmDailyLoss().check(context(config, account={"equity": equity, "day_anchor": anchor})).outcome is outcome
        )


def test_the_buffer_stops_before_the_firm_does() -> None:
    """A tenth of the loss that is allowed."""
    config = lent(firm_buffer=0.1)
    for equity, outcome in ((91_000.01, Outcome.PASS), (91_000.0, Outcome.FAIL)):
        assert AccountFloor().check(context(config, account={"equity": equity})).outcome is outcome
    for equity, outcome in ((95_500.01, Outcome.PASS), (95_500.0, Outcome.FAIL)):
        day = {"equity": equity, "day_anchor": 100_000.0}
        assert FirmDailyLoss().check(context(config, account=day)).outcome is outcome


def test_an_equity_that_is_no_number_holds_no_floor() -> None:
    """It is above no floor and below none: not known, which refuses."""
    found = AccountFloor().check(context(lent(firm_max_loss=0.1), account={"equity": math.nan}))
    assert (found.outcome, found.note) == (Outcome.UNKNOWN, "equity is no number")


def test_trading_ends_at_the_target_once_the_days_are_done() -> None:
    """Before, with days missing, at it; a day counts by its profit where that is asked for."""
    days = {f"2025-03-{day:02}": DayResult(500.0, 1) for day in range(3, 7)}
    config = lent(profit_target=0.1, min_trading_days=4)
    for capital, known, outcome in (
        (109_999.0, days, Outcome.PASS),
        (110_000.0, days, Outcome.FAIL),
        (110_000.0, dict(list(days.items())[:3]), Outcome.PASS),
    ):
        account = {"capital": capital, "record": TradingRecord(days=known)}
        assert ProfitTarget().check(context(config, account=account)).outcome is outcome
    record = TradingRecord(days=days)
    assert (record.trading_days(0.0), record.trading_days(500.0), record.trading_days(500.01)) == (4, 4, 0)
    assert told(ProfitTarget(), context(lent())).outcome is Outcome.SKIPPED


def test_no_day_brings_more_than_its_share() -> None:
    """Half of a target of 10 000, or of the whole profit where that is more."""
    config = lent(profit_target=0.1, best_day_share=0.5)
    for pnl, capital, outcome in (
        (4_999.0, 105_000.0, Outcome.PASS),
        (5_000.0, 105_000.0, Outcome.FAIL),
        (5_000.0, 112_000.0, Outcome.PASS),
        (-50.0, 99_000.0, Outcome.PASS),
    ):
        assert BestDay().check(context(config, account={"daily_pnl": pnl, "capital": capital})).outcome is outcome


@pytest.mark.parametrize(
    ("profit", "held", "lots", "left"),
    [
        (0.0, 1.9, 0.1, 0.1),
        (1_499.0, 0.0, 2.5, 2.0),
        (1_500.0, 0.0, 3.5, 3.0),
        (2_500.0, 0.0, 5.5, 5.0),
        (-900.0, 0.0, 3, 2.0),
    ],
)
def test_lots_grow_with_the_profit_of_days_that_have_ended(
    profit: float, held: float, lots: float, left: float
) -> None:
    """Two at first, three from 1 500 on, five from 2 000 on; what is held counts, whatever its side."""
    config = lent(max_total_lots=5.0, lots_by_profit={"0": 2.0, "2000": 5.0, "1500": 3.0})
    case = context(
        config, account={"day_anchor": 100_000.0 + profit}, exposure={"lots": held}, size={"units": lots * 1e5}
    )
    result = TotalLots().check(case)
    assert result.headroom == pytest.approx(left * 100_000)
    assert result.outcome is (Outcome.PASS if lots <= left else Outcome.ADJUST)


def test_steps_are_amounts_and_what_is_not_known_is_refused() -> None:
    """A key that is no number is no step; without a day's beginning there is no profit."""
    with pytest.raises(ValueError, match="lots_by_profit must have amounts of money as keys"):
        RPMConfig(lots_by_profit={"much": 1.0}).validate()
    assert TotalLots().check(context(lent(lots_by_profit={"0": 2.0}))).outcome is Outcome.UNKNOWN
    assert told(TotalLots(), context(lent())).outcome is Outcome.SKIPPED


CHICAGO = {"session_end": "15:10", "session_start": "17:00", "session_timezone": "America/Chicago"}
WEEK = {**CHICAGO, "session_end": "16:55", "session_timezone": "America/New_York", "session_days": "Friday"}


@pytest.mark.parametrize(
    ("config", "moment", "open_"),
    [
        (CHICAGO, (12, 19, 59), True),  # Wednesday 14:59 in Chicago: eleven minutes before
        (CHICAGO, (12, 20, 0), False),  # ten minutes before
        (CHICAGO, (12, 21, 59), False),
        (CHICAGO, (12, 22, 0), True),  # 17:00
        (CHICAGO, (14, 20, 1), False),  # Friday
        (CHICAGO, (15, 12, 0), False),  # Saturday
        (CHICAGO, (16, 21, 59), False),  # Sunday before 17:00
        (CHICAGO, (16, 22, 0), True),
        (WEEK, (12, 20, 55), True),
        (WEEK, (14, 20, 44), True),
        (WEEK, (14, 20, 45), False),  # Friday 16:45 in New York
        (WEEK, (16, 20, 59), False),
        (WEEK, (16, 21, 0), True),
        ({**WEEK, "session_start": ""}, (16, 23, 0), False),
        ({**WEEK, "session_start": ""}, (17, 4, 0), True),  # Monday's midnight
    ],
)
def test_nothing_is_opened_before_the_sessions_end_nor_after_it(
    config: dict[str, Any], moment: tuple[int, int, int], open_: bool
) -> None:
    """Ten minutes before it, until the next begins; summer time is the session's own."""
    now = datetime(2025, 3, *moment, tzinfo=UTC)
    result = SessionEnd().check(context(RPMConfig(no_entry_minutes=10.0, **config), market={"now": now}))
    assert (result.outcome is Outcome.PASS) is open_
    assert told(SessionEnd(), context()).outcome is Outcome.SKIPPED


def test_a_calendar_that_is_needed_must_be_there() -> None:
    """A profile that forbids trades around news trades nothing without knowing them."""
    assert NewsBlackout().check(context(RPMConfig())).outcome is Outcome.SKIPPED
    assert NewsBlackout().check(context(RPMConfig(news_calendar_needed=True))).outcome is Outcome.UNKNOWN


def test_what_passes_says_what_it_was_held_against() -> None:
    """Floor and day name the firm's limit and the buffer; lots are those held and those of the trade."""
    day = context(lent(), account={"day_anchor": 100_000.0})
    assert FirmDailyLoss().check(day).note == "the firm's limit of the day, and its buffer"
    assert AccountFloor().check(day).note == "the firm's floor, and its buffer"
    result = TotalLots().check(context(RPMConfig(max_total_lots=5.0), exposure={"lots": 2.0}))
    assert result.observed == pytest.approx(2.1)
    assert (result.limit, result.headroom) == (5.0, 300_000.0)


@pytest.mark.parametrize(
    ("minutes", "counts", "said"),
    [
        (1, True, "news: USD payrolls at 10:01 UTC: the firm forbids closing now"),
        (-1, True, "news: USD payrolls at 09:59 UTC: the firm forbids closing now"),
        (9, True, "news: this trade only reduces risk"),
        (1, False, "news: this trade only reduces risk"),
        (-5_000, True, "news: the calendar has no entries for today or later: the firm may forbid closing now"),
        (None, True, "news: this trade only reduces risk"),
    ],
)
def test_a_firm_that_forbids_closing_near_news_holds_up_no_exit(
    minutes: int | None, said: str, *, counts: bool
) -> None:
    """The exit passes, and what the firm says of it is told; what adds risk at that moment is refused."""
    pool = FakePool()
    pool.positions = (make_position("EURUSD", 1, 0.5, ticket=7),)
    at = pool.clock.now() + timedelta(minutes=minutes or 0)
    calendar = None if minutes is None else NewsCalendar([NewsEvent(at, "USD", "high", "payrolls")])
    config = wide(news_minutes_before=2.0, news_minutes_after=2.0, news_closing_counts=counts)
    rpm = pooled(pool, config, calendar)
    output = rpm.process_trade_intent(**closing(position_ticket=7))
    assert output.decision.status == "APPROVED"
    assert check(output, "NEWS_BLACKOUT").message == said


def test_ftmos_accounts_over_news_say_so_of_exits() -> None:
    """The funded accounts that forbid it, and no others."""
    names = [name for name in firm_profiles() if RPMConfig.preset(name).news_closing_counts]
    assert names == ["FTMO Account 2-Step Standard", "FTMO Account 1-Step Standard"]

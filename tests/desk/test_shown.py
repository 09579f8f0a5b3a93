# SPDX-License-Identifier: MIT
"""What the snapshot says is one truth: no two figures of one thing, limits as the rules measure them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from arbitrex_desktop.desk.presentation.equity import EquityTrack
from arbitrex_desktop.desk.presentation.snapshot import RiskRow
from arbitrex_desktop.mt5.constants import OrderTime, OrderType
from tests.desk.conftest import Desk, intent
from tests.fakes.broker_data import make_order
from tests.fakes.clock import START
from tests.fakes.pool import FakePool
from tests.fakes.records import replace


def risk_of(desk: Desk, **changes: Any) -> RiskRow:
    """Return the risk as shown when the portfolio's figures are others."""
    for name, value in changes.items():
        setattr(desk.rpm.portfolio_state, name, value)
    risk = desk.core.snapshot().risk
    assert risk is not None
    return risk


def test_one_screen_has_one_equity(desk: Desk) -> None:
    """The curve ends where the account stands, also when a poll brought a newer reading than the last sync."""
    desk.step()
    desk.broker.account = replace(desk.broker.account, equity=99_123.45)
    desk.clock.advance(0.25)
    desk.broker.poll()
    snapshot = desk.core.snapshot()
    assert snapshot.account is not None
    assert snapshot.account.equity == 99_123.45
    last = snapshot.equity[-1]
    assert (last.equity, last.balance, last.at) == (99_123.45, snapshot.account.capital, snapshot.account.observed_at)
    assert [point.at for point in snapshot.equity] == sorted({point.at for point in snapshot.equity})


def test_the_curve_does_not_run_ahead_of_the_account() -> None:
    """A sync that came while a snapshot was taken waits for the next one."""
    pool, track = FakePool(), EquityTrack()
    first = pool.poll()
    track.add(first)
    pool.clock.advance(1.0)
    track.add(pool.poll())
    assert [point.at for point in track.points(first)] == [START]
    assert len(track.points(pool.latest_account())) == 2
    assert track.points(None) == ()


def test_the_curve_is_in_market_time() -> None:
    """On a weekend, whose market is Friday's on a simulated account, it goes on where what was kept ends."""
    reading = FakePool().poll()
    friday = reading.observed_at - timedelta(days=1)
    track = EquityTrack()
    track.add(replace(reading, market_at=friday))
    assert [point.at for point in track.points(replace(reading, market_at=friday))] == [friday]
    plain = replace(reading, market_at=None)
    assert track.points(plain)[-1].at == reading.observed_at


def test_another_account_begins_a_curve_of_its_own() -> None:
    """One account's equity is never drawn as another's past."""
    pool, track = FakePool(), EquityTrack()
    track.add(pool.poll())
    pool.clock.advance(1.0)
    pool.account = replace(pool.account, login=8, equity=7.0)
    other = pool.poll()
    assert [point.equity for point in track.points(other)] == [7.0]
    track.add(other)
    pool.clock.advance(1.0)
    assert [point.equity for point in track.points(pool.poll())] == [7.0, 7.0]


def test_what_turned_while_an_intent_waits_is_in_its_row(desk: Desk) -> None:
    """Size and decision are compared with the RPM's first answer; a price that moves is no change."""
    intent_id = desk.core.submit(intent())
    desk.broker.set_quote("EURUSD", desk.broker.quotes["EURUSD"].mid + 0.0005)
    desk.step()
    assert desk.row(intent_id).changed == ""
    desk.rpm.lots = 0.04
    desk.step()
    assert desk.row(intent_id).changed == "0.10 \N{RIGHTWARDS ARROW} 0.04 lots"
    desk.rpm.refusal = ("SPREAD", "the spread is too wide")
    desk.step()
    assert desk.row(intent_id).changed == (
        "APPROVED \N{RIGHTWARDS ARROW} REJECTED, 0.10 \N{RIGHTWARDS ARROW} 0.00 lots"
    )
    desk.rpm.refusal, desk.rpm.lots = None, 0.1
    desk.step()
    assert desk.row(intent_id).changed == ""


def test_an_intent_that_would_close_another_position_says_so(desk: Desk) -> None:
    """What an approval would do to the account is part of the answer; once decided, nothing waits any more."""
    desk.core.approve(desk.core.submit(intent()))
    desk.step()
    waiting = desk.core.submit(intent(direction=-1))
    desk.rpm.reducing = True
    desk.step()
    (position,) = desk.core.snapshot().positions
    assert desk.row(waiting).changed == f"opens \N{RIGHTWARDS ARROW} closes #{position.ticket}"
    desk.core.reject(waiting)
    assert desk.row(waiting).changed == ""


def test_limits_of_loss_are_measured_as_the_rules_do(desk: Desk) -> None:
    """From the day's and the week's anchor where one is known, from capital before."""
    risk = risk_of(desk, total_capital=100_000.0)
    assert (risk.daily_limit, risk.weekly_limit) == (2_000.0, 5_000.0)
    risk = risk_of(desk, day_anchor=110_000.0, week_anchor=90_000.0)
    assert (risk.daily_limit, risk.weekly_limit) == pytest.approx((2_200.0, 4_500.0))


def test_the_days_drawdown_counts_floating_loss(desk: Desk) -> None:
    """(anchor - equity) / anchor, never below zero, and not known before a daily reset was seen."""
    assert risk_of(desk).daily_drawdown is None
    risk = risk_of(desk, day_anchor=100_000.0, equity=98_200.0)
    assert risk.daily_drawdown == pytest.approx(0.018)
    assert (risk.max_daily_drawdown, risk.day_anchor) == (0.03, 100_000.0)
    assert risk_of(desk, equity=100_400.0).daily_drawdown == 0.0


@pytest.mark.parametrize(
    ("kind", "seconds", "at", "for_the_day"),
    [
        (OrderTime.GTC, 0, None, False),
        (OrderTime.DAY, 0, None, True),
        (OrderTime.SPECIFIED, 7_200, START, False),
        (OrderTime.SPECIFIED_DAY, 93_600, START + timedelta(days=1), True),
    ],
)
def test_orders_tell_when_they_end(desk: Desk, kind: int, seconds: int, at: object, for_the_day: bool) -> None:
    """The broker's own moment, turned to UTC, and whether it means a whole trading day; none is invented."""
    desk.broker.server_offset = 7_200
    moment = int(START.timestamp()) + seconds if seconds else 0
    order = make_order("EURUSD", OrderType.BUY_LIMIT, 0.1, type_time=kind, time_expiration=moment)
    desk.broker.orders = (order,)
    desk.broker.poll()
    (row,) = desk.core.snapshot().orders
    assert (row.expires_at, row.for_the_day) == (at, for_the_day)


@pytest.mark.parametrize(
    ("digits", "words"), [(0, "5,000 USD \N{RIGHTWARDS ARROW} 7,000 USD"), (8, "5,000.00000000 USD")]
)
def test_a_risk_that_grew_is_told_with_the_accounts_decimals(desk: Desk, digits: int, words: str) -> None:
    """Yen have none, bitcoin eight; it is no matter of the amount."""
    desk.broker.account = replace(desk.broker.account, currency_digits=digits)
    desk.broker.poll()
    intent_id = desk.core.submit(intent())
    assert desk.core.desk is not None
    arrived = desk.intent(intent_id)
    assert arrived.judgement is not None
    desk.core.desk.pending._latest[intent_id] = replace(arrived.judgement, risk_amount=7_000.0)
    arrived = replace(arrived, judgement=replace(arrived.judgement, risk_amount=5_000.0))
    assert f"it risks more now: {words}" in desk.core.desk.pending.escalation(arrived)

# SPDX-License-Identifier: MIT
"""A simulated week of random trades: Review's figures equal an independent reckoning from the broker's own books."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from arbitrex_desktop.desk.review.statistics import grouped, statistics
from arbitrex_desktop.desk.review.trades import CHARGE, CREDIT, DEPOSIT, WITHDRAWAL, ClosedTrade, TradeBook, read_deals
from arbitrex_desktop.mt5.simulator.broker.records import units
from tests.desk.review.reckoning import Trade, reckon
from tests.desk.review.week import Week

DIGITS = {"USD": 2, "EUR": 2, "JPY": 0}


def to_utc(seconds: float) -> datetime:
    """Return a moment of a broker that keeps UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def minor(amount: float, currency: str) -> Fraction:
    """Return an amount in minor units, exactly as it reads; what is no whole number of them fails."""
    scaled = amount * 10 ** DIGITS[currency]
    whole = round(scaled)
    assert math.isclose(scaled, whole, rel_tol=0.0, abs_tol=1e-5)
    return Fraction(whole)


def same_price(ours: float | None, theirs: Fraction) -> bool:
    """Return whether a mean price is the exact one, as far as a float can hold it."""
    return ours is not None and math.isclose(ours, float(theirs), rel_tol=1e-12)


def check_trade(ours: ClosedTrade, theirs: Trade, currency: str) -> None:
    """Compare one trade: side, volumes, prices, money and moments."""
    assert ours.position == theirs.position
    assert (ours.direction, ours.exits) == (theirs.side, theirs.exits)
    assert (units(ours.volume), units(ours.closed_volume)) == (theirs.volume_in, theirs.volume_out)
    assert same_price(ours.entry, theirs.entry)
    assert same_price(ours.exit, theirs.exit)
    assert minor(ours.net, currency) == theirs.money
    assert ours.opened_at == to_utc(theirs.began / 1000)
    assert ours.closed_at == to_utc(theirs.ended / 1000)
    assert ours.whole is (theirs.volume_in == theirs.volume_out)


def check_statistics(trades: Sequence[ClosedTrade], theirs: Sequence[Trade], currency: str) -> None:
    """Compare the figures of all trades with sums of whole units."""
    figures = statistics(trades, DIGITS[currency])
    whole = sorted((each for each in theirs if each.volume_in == each.volume_out), key=lambda each: each.ended)
    money = [each.money for each in whole]
    assert figures.trades == len(money)
    assert (figures.wins, figures.losses) == (sum(each > 0 for each in money), sum(each < 0 for each in money))
    assert minor(figures.net, currency) == sum(money)
    assert minor(figures.won, currency) == sum(each for each in money if each > 0)
    assert minor(figures.lost, currency) == sum(each for each in money if each < 0)
    level = peak = fall = Fraction(0)
    for each in money:
        level += each
        peak = max(peak, level)
        fall = max(fall, peak - level)
    if len({each.ended for each in whole}) == len(whole):
        assert minor(figures.max_drawdown, currency) == fall


def check_week(week: Week, book: TradeBook, currency: str) -> int:
    """Compare every trade and every sum; return how many trades there were."""
    theirs = reckon(week.house.terminal.books.deals)
    closed = [each for each in theirs.trades if each.exits]
    assert len(book.trades) == len(closed)
    ours = sorted(book.trades, key=lambda trade: (trade.position, trade.life))
    for trade, each in zip(ours, sorted(closed, key=lambda each: each.position), strict=True):
        check_trade(trade, each, currency)
    check_statistics(book.trades, closed, currency)
    by_symbol = grouped(book.trades, lambda trade: trade.symbol, DIGITS[currency])
    assert sum(group.figures.trades for group in by_symbol) == sum(each.volume_in == each.volume_out for each in closed)
    flows = math.fsum(flow.amount for flow in book.flows)
    assert minor(flows, currency) == theirs.other
    assert {flow.kind for flow in book.flows} <= {DEPOSIT, WITHDRAWAL, CREDIT, CHARGE}
    booked = math.fsum(flow.amount for flow in book.flows if flow.kind != CREDIT)
    balance = math.fsum((*(trade.net for trade in book.trades), book.open_costs, booked))
    assert minor(balance, currency) == minor(week.house.account.balance, currency)
    assert minor(math.fsum(step.amount for step in book.steps), currency) == week.house.terminal.books.balance
    return len(closed)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(seed=424960, hedging=False, currency="JPY")
@given(seed=st.integers(0, 2**32), hedging=st.booleans(), currency=st.sampled_from(["USD", "EUR", "JPY"]))
def test_figures_equal_the_brokers_own(seed: int, hedging: bool, currency: str) -> None:
    """Every trade, sum and flow of a week equals what the broker's books say, on both kinds of account."""
    week = Week(seed, hedging=hedging, currency=currency)
    week.run()
    check_week(week, read_deals(week.deals(), to_utc, DIGITS[currency]), currency)

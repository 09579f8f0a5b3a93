# SPDX-License-Identifier: MIT
"""Trades from deals, case by case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from arbitrex_desktop.desk.review.trades import CHARGE, CREDIT, DEPOSIT, WITHDRAWAL, read_deals
from arbitrex_desktop.mt5.constants import DealEntry, DealReason, DealType
from arbitrex_desktop.mt5.results import TradeDeal
from tests.fakes.broker_data import make


def to_utc(seconds: float) -> datetime:
    """Return a moment of a broker that keeps UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def deal(ticket: int, kind: DealType, entry: DealEntry, volume: float, price: float, **more: Any) -> TradeDeal:
    """Return a deal of position 7, an hour after the one before."""
    values: dict[str, Any] = {"position_id": 7, "symbol": "EURUSD", "time_msc": ticket * 3_600_000, "order": ticket}
    values |= {"reason": DealReason.EXPERT, "type": kind, "entry": entry, "volume": volume, "price": price}
    return make(TradeDeal, ticket=ticket, **values | more)


BUY, SELL = DealType.BUY, DealType.SELL
IN, OUT, INOUT = DealEntry.IN, DealEntry.OUT, DealEntry.INOUT


def test_entry_and_exit_are_weighted_by_volume() -> None:
    """Two entries and two exits make one trade, with the mean prices and all costs in its result."""
    book = read_deals(
        (
            deal(1, BUY, IN, 0.1, 1.10, commission=-1.0),
            deal(2, BUY, IN, 0.3, 1.14, commission=-3.0),
            deal(3, SELL, OUT, 0.2, 1.15, profit=40.0, commission=-2.0, swap=-0.5),
            deal(4, SELL, OUT, 0.2, 1.17, profit=80.0, commission=-2.0, swap=-0.5, fee=-0.25, reason=DealReason.TP),
        ),
        to_utc,
    )
    (trade,) = book.trades
    assert trade.entry == pytest.approx(1.13)
    assert trade.exit == pytest.approx(1.16)
    assert trade.net == pytest.approx(110.75)
    assert (trade.commission, trade.swap, trade.fee) == (-8.0, -1.0, -0.25)
    assert trade.volume == pytest.approx(0.4)
    assert (trade.exits, trade.reason, trade.whole) == (2, "target", True)
    assert trade.seconds == 3 * 3600


def test_a_reversal_ends_one_trade_and_begins_another() -> None:
    """Profit and swap go to what was closed, commission goes by volume, to the cent and without a rest."""
    book = read_deals(
        (
            deal(1, BUY, IN, 0.1, 1.10, commission=-1.0),
            deal(2, SELL, INOUT, 0.3, 1.20, profit=100.0, swap=-2.0, commission=-1.0),
            deal(3, BUY, OUT, 0.2, 1.25, profit=-100.0),
        ),
        to_utc,
    )
    first, second = book.trades
    assert (first.key, first.direction, first.reason) == ("7.0", 1, "reversed")
    assert (second.key, second.direction, second.entry) == ("7.1", -1, 1.20)
    assert first.net == pytest.approx(96.67)
    assert second.net == pytest.approx(-100.67)
    assert second.volume == pytest.approx(0.2)


def test_a_part_that_is_still_open_is_said() -> None:
    """A partial close is there with what it brought; the trade is not whole."""
    (trade,) = read_deals((deal(1, BUY, IN, 0.3, 1.1), deal(2, SELL, OUT, 0.1, 1.2, profit=9.0)), to_utc).trades
    assert (trade.whole, trade.volume, trade.closed_volume, trade.net) == (False, 0.3, 0.1, 9.0)


def test_a_trade_whose_opening_is_not_in_the_history_has_no_entry() -> None:
    """What is not known is not invented: neither price nor moment nor duration of the entry."""
    (trade,) = read_deals((deal(5, SELL, OUT, 0.2, 1.2, profit=9.0, reason=DealReason.SL),), to_utc).trades
    assert (trade.entry, trade.opened_at, trade.seconds, trade.r) == (None, None, None, None)
    assert (trade.direction, trade.volume, trade.net, trade.reason) == (1, 0.2, 9.0, "stop")


def test_what_is_open_costs_already() -> None:
    """The commission of a position that is open is no trade's yet."""
    book = read_deals((deal(1, BUY, IN, 0.3, 1.1, commission=-2.1),), to_utc)
    assert (book.trades, book.open_costs) == ((), -2.1)


def held(deals: tuple[TradeDeal, ...]) -> dict[int, tuple[float, float]]:
    """Return lots and costs of what is open."""
    return {number: (round(cost.lots, 8), cost.commission) for number, cost in read_deals(deals, to_utc).held.items()}


def test_what_is_still_open_has_its_share_of_what_opening_cost() -> None:
    """In whole cents; a position without opening deals, and one that is closed, have none."""
    costs = {"commission": -2.0, "fee": -0.1}
    part = (deal(1, BUY, IN, 0.3, 1.1, **costs), deal(2, SELL, OUT, 0.1, 1.2, commission=-0.7, profit=9.0))
    assert held(part) == {7: (0.2, -1.4)}
    assert held((*part, deal(3, SELL, OUT, 0.2, 1.2))) == {}
    assert held(part[1:]) == {}
    reversed_to = (deal(1, BUY, IN, 0.3, 1.1, **costs), deal(2, SELL, INOUT, 0.5, 1.2, commission=-5.0))
    assert held(reversed_to) == {7: (0.2, -2.0)}


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        (DealType.BALANCE, 500.0, DEPOSIT),
        (DealType.BALANCE, -500.0, WITHDRAWAL),
        (DealType.BONUS, 50.0, DEPOSIT),
        (DealType.CREDIT, 50.0, CREDIT),
        (DealType.INTEREST, -3.0, CHARGE),
        (DealType.COMMISSION_MONTHLY, -30.0, CHARGE),
    ],
)
def test_money_that_no_trade_made(kind: DealType, amount: float, said: str) -> None:
    """Deposits, withdrawals, credit and charges are told apart; credit leaves the balance as it is."""
    booked = deal(1, kind, IN, 0.0, 0.0, position_id=0, symbol="", profit=amount)
    book = read_deals((booked,), to_utc)
    assert [(flow.kind, flow.amount) for flow in book.flows] == [(said, amount)]
    assert [step.amount for step in book.steps] == ([] if said == CREDIT else [amount])


def test_a_deal_that_is_told_twice_counts_once() -> None:
    """Portions of a history overlap."""
    deals = (deal(1, BUY, IN, 0.1, 1.1), deal(2, SELL, OUT, 0.1, 1.2, profit=9.0))
    assert read_deals(deals + deals, to_utc) == read_deals(deals, to_utc)

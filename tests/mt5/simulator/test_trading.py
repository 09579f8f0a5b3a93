# SPDX-License-Identifier: MIT
"""Market orders, stops and closing: what the trade server does, and what it refuses with which code."""

from __future__ import annotations

from typing import Any

import pytest

from arbitrex_desktop.mt5.constants import (
    DealEntry,
    DealReason,
    OrderFilling,
    OrderState,
    OrderType,
    TradeAction,
    TradeRetcode,
)
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.broker.rules import BrokerRules
from tests.fakes.broker_house import BrokerHouse


@pytest.fixture
def house() -> BrokerHouse:
    """Return a hedging account of 100 000 USD without positions."""
    return BrokerHouse()


@pytest.fixture
def netting() -> BrokerHouse:
    """Return a netting account."""
    return BrokerHouse(SimulationSpec(demo_positions=False, hedging=False, server_clock="UTC"))


def test_deal_opens_a_position_with_everything_that_was_asked_for(house: BrokerHouse) -> None:
    """A market order is filled at the ask; stop, target, magic and comment arrive on the position and the deal."""
    result = house.deal("EURUSD", 1, 0.1, sl=1.09, tp=1.12, magic=77, comment="intent 12")
    position = house.position(result.order)
    assert (result.retcode, result.volume, result.price) == (TradeRetcode.DONE, 0.1, 1.1001)
    assert (position.sl, position.tp, position.magic, position.comment) == (1.09, 1.12, 77, "intent 12")
    assert (position.type, position.price_open, position.profit) == (0, 1.1001, -1.0)
    (deal,) = house.module.history_deals_get(position=position.ticket)
    assert (deal.ticket, deal.entry, deal.magic, deal.comment) == (result.deal, DealEntry.IN, 77, "intent 12")
    (order,) = house.module.history_orders_get(ticket=result.order)
    assert (order.state, order.volume_current, order.position_id) == (OrderState.FILLED, 0.0, position.ticket)


def test_closing_books_the_profit_that_was_shown(house: BrokerHouse) -> None:
    """The profit of the position goes to the balance to the cent, less what the closing costs."""
    ticket = house.deal("EURUSD", -1, 0.5).order
    house.quote("EURUSD", 1.0950)
    shown, before = house.position(ticket).profit, house.account.balance
    house.close(ticket)
    assert house.account.balance == pytest.approx(before + shown - 1.5, abs=1e-9)
    assert house.module.positions_get() == ()
    assert house.deals()[-1].reason == DealReason.EXPERT


def test_part_of_a_position_can_be_closed(house: BrokerHouse) -> None:
    """The rest stays open under its ticket, at its price."""
    ticket = house.deal("EURUSD", 1, 0.3).order
    assert house.close(ticket, 0.1).retcode == TradeRetcode.DONE
    assert (house.position(ticket).volume, house.position(ticket).price_open) == (0.2, 1.1001)


def test_hedging_keeps_opposite_positions_and_margins_the_larger(house: BrokerHouse) -> None:
    """A sell beside a buy is a second position, and needs no margin while it is the smaller one."""
    house.deal("EURUSD", 1, 0.2)
    margin = house.account.margin
    house.deal("EURUSD", -1, 0.1)
    assert len(house.module.positions_get()) == 2
    assert house.account.margin == margin


def test_netting_averages_reduces_and_reverses(netting: BrokerHouse) -> None:
    """One position per symbol: more of the same side averages, the other side reduces and then reverses."""
    netting.deal("EURUSD", 1, 0.1)
    netting.quote("EURUSD", 1.1020)
    netting.deal("EURUSD", 1, 0.1)
    (position,) = netting.module.positions_get()
    assert (position.volume, position.price_open) == (0.2, pytest.approx(1.1011))
    netting.deal("EURUSD", -1, 0.05)
    assert netting.module.positions_get()[0].volume == 0.15
    netting.deal("EURUSD", -1, 0.25)
    (position,) = netting.module.positions_get()
    assert (position.type, position.volume, position.price_open) == (1, 0.1, 1.102)
    assert netting.deals()[-1].entry == DealEntry.INOUT


def test_close_by_takes_both_off_and_books_their_difference_once(house: BrokerHouse) -> None:
    """Two opposite positions close one another at their open prices."""
    buy = house.deal("EURUSD", 1, 0.2).order
    house.quote("EURUSD", 1.1050)
    sell = house.deal("EURUSD", -1, 0.1).order
    before = house.account.balance
    result = house.send(action=TradeAction.CLOSE_BY, symbol="EURUSD", position=buy, position_by=sell)
    assert result.retcode == TradeRetcode.DONE
    assert house.account.balance == pytest.approx(before + 49.0 - 0.6)
    assert [(item.ticket, item.volume) for item in house.module.positions_get()] == [(buy, 0.1)]
    assert [deal.entry for deal in house.deals()[-2:]] == [DealEntry.OUT_BY, DealEntry.OUT_BY]


def test_stops_are_changed(house: BrokerHouse) -> None:
    """SLTP changes a position, answers 10009 with no deal, order or price, and 10025 when nothing changes."""
    ticket = house.deal("EURUSD", 1, 0.1).order
    request = {"action": TradeAction.SLTP, "symbol": "EURUSD", "position": ticket, "sl": 1.095, "tp": 1.11}
    result = house.send(**request)
    assert (result.retcode, result.deal, result.order, result.price) == (TradeRetcode.DONE, 0, 0, 0.0)
    assert (house.position(ticket).sl, house.position(ticket).tp) == (1.095, 1.11)
    assert house.send(**request).retcode == TradeRetcode.NO_CHANGES
    wrong = house.send(**(request | {"sl": 1.2}))
    assert wrong.retcode == TradeRetcode.INVALID_STOPS


REFUSED: list[tuple[str, dict[str, Any], TradeRetcode]] = [
    ("EURUSD", {"volume": 0.001}, TradeRetcode.INVALID_VOLUME),
    ("EURUSD", {"volume": 0.015}, TradeRetcode.INVALID_VOLUME),
    ("EURUSD", {"volume": 101.0}, TradeRetcode.INVALID_VOLUME),
    ("EURUSD", {"volume": float("nan")}, TradeRetcode.INVALID_VOLUME),
    ("EURUSD", {"sl": 1.2}, TradeRetcode.INVALID_STOPS),
    ("EURUSD", {"tp": 1.0}, TradeRetcode.INVALID_STOPS),
    ("EURUSD", {"sl": float("nan")}, TradeRetcode.INVALID_STOPS),
    ("NZDUSD", {"sl": 0.59985}, TradeRetcode.INVALID_STOPS),
    ("EURUSD", {"type_filling": OrderFilling.RETURN}, TradeRetcode.INVALID_FILL),
    ("NZDUSD", {"type_filling": OrderFilling.IOC}, TradeRetcode.INVALID_FILL),
    ("EURCHF", {"type_filling": OrderFilling.FOK}, TradeRetcode.INVALID_FILL),
    ("MXSHAR", {"volume": 1.0, "type_filling": OrderFilling.FOK}, TradeRetcode.INVALID_FILL),
    ("GBPAUD", {"price": 0.0}, TradeRetcode.INVALID_PRICE),
    ("GBPAUD", {"price": 1.9}, TradeRetcode.REQUOTE),
    ("EURUSD", {"volume": 95.0}, TradeRetcode.NO_MONEY),
    ("EURUSD", {"position": 5}, TradeRetcode.POSITION_CLOSED),
    ("EURUSD", {"type": OrderType.BUY_LIMIT}, TradeRetcode.INVALID),
    ("EURUSD", {"action": 99}, TradeRetcode.INVALID),
]


@pytest.mark.parametrize(("symbol", "change", "retcode"), REFUSED)
def test_refusals(house: BrokerHouse, symbol: str, change: dict[str, Any], retcode: TradeRetcode) -> None:
    """Each fault of a request has its own code, in the check as in the sending, and changes nothing."""
    result = house.deal(symbol, 1, **({"volume": 0.1} | change))
    assert result.retcode == retcode
    assert house.module.order_check(dict(result.request._asdict())).retcode == retcode
    assert house.module.positions_get() == ()
    assert house.account.balance == 100_000.0


def test_unknown_symbols_positions_and_orders_are_refused(house: BrokerHouse) -> None:
    """A request about something that the server does not know is refused by what it does not know."""
    request = {"volume": 0.1, "type": 0, "type_filling": 1}
    assert house.send(action=TradeAction.DEAL, symbol="NOSUCH", **request).retcode == TradeRetcode.INVALID
    assert house.send(action=TradeAction.REMOVE, order=5).retcode == TradeRetcode.INVALID_ORDER
    assert house.send(action=TradeAction.MODIFY, order=5, price=1.0).retcode == TradeRetcode.INVALID_ORDER
    assert house.send(action=TradeAction.SLTP, position=5, sl=1.0).retcode == TradeRetcode.POSITION_CLOSED


def test_instant_execution_fills_within_the_deviation(house: BrokerHouse) -> None:
    """A price that has moved less than the deviation is filled at the present one."""
    result = house.deal("GBPAUD", 1, 0.1, price=2.0001, deviation=10)
    assert (result.retcode, result.price) == (TradeRetcode.DONE, 2.0002)


def test_closed_market_and_missing_prices_have_their_codes(house: BrokerHouse) -> None:
    """Nothing is traded or changed while the market is closed."""
    ticket = house.deal("EURUSD", 1, 0.1).order
    house.feed.open = False
    assert house.deal("EURUSD", 1, 0.1).retcode == TradeRetcode.MARKET_CLOSED
    assert house.close(ticket).retcode == TradeRetcode.MARKET_CLOSED


def test_closing_names_the_right_position(house: BrokerHouse) -> None:
    """Closing more than there is, on the wrong side, or for another symbol is refused."""
    ticket = house.deal("EURUSD", 1, 0.1).order
    assert house.deal("EURUSD", -1, 0.2, position=ticket).retcode == TradeRetcode.INVALID_CLOSE_VOLUME
    assert house.deal("EURUSD", 1, 0.1, position=ticket).retcode == TradeRetcode.INVALID
    assert house.deal("USDJPY", -1, 0.1, position=ticket).retcode == TradeRetcode.INVALID


def test_frozen_positions_are_left_alone(house: BrokerHouse) -> None:
    """Within the freeze level of its stop a position can be neither changed nor closed."""
    ticket = house.deal("NZDUSD", 1, 0.1, sl=0.5995).order
    house.quote("NZDUSD", 0.59954)
    assert house.close(ticket).retcode == TradeRetcode.FROZEN
    change = house.send(action=TradeAction.SLTP, symbol="NZDUSD", position=ticket, sl=0.599)
    assert change.retcode == TradeRetcode.FROZEN


def test_volume_limit_counts_all_positions_of_a_side(house: BrokerHouse) -> None:
    """A symbol's limit on a side's volume holds over several orders."""
    rich = BrokerHouse(SimulationSpec(demo_positions=False, deposit=1e9, server_clock="UTC"))
    codes = [rich.deal("XAGUSD", 1, 50.0).retcode for _ in range(4)]
    assert codes == [*[TradeRetcode.DONE] * 3, TradeRetcode.LIMIT_VOLUME]


def test_too_many_requests_within_a_second() -> None:
    """Beyond the broker's pace requests are refused, and a second later taken again."""
    house = BrokerHouse(rules=BrokerRules(requests_per_second=3, exit_deal_delay_msc=0))
    codes = [house.deal("EURUSD", 1, 0.01).retcode for _ in range(4)]
    assert codes[-1] == TradeRetcode.TOO_MANY_REQUESTS
    house.clock.advance(1.0)
    assert house.deal("EURUSD", 1, 0.01).retcode == TradeRetcode.DONE


def test_check_tells_the_margin_after_the_order(house: BrokerHouse) -> None:
    """The check's margin is what the account has after the order is sent."""
    request = {"action": 1, "symbol": "EURUSD", "volume": 0.3, "type": 0, "type_filling": 1}
    checked = house.module.order_check(request)
    house.send(**request)
    assert (checked.retcode, checked.comment, checked.margin) == (0, "Done", house.account.margin)


def test_exit_deals_come_late() -> None:
    """The deal of an exit reaches the history up to a second after the fact; the position is gone at once."""
    house = BrokerHouse(rules=BrokerRules(exit_deal_delay_msc=1000))
    ticket = house.deal("EURUSD", 1, 0.1).order
    house.close(ticket)
    assert house.module.positions_get() == ()
    assert len(house.module.history_deals_get(position=ticket)) == 1
    house.clock.advance(1.0)
    assert len(house.module.history_deals_get(position=ticket)) == 2


def test_queries_find_by_symbol_group_and_ticket(house: BrokerHouse) -> None:
    """Filters select; an unknown ticket gives nothing, and neither does an unknown symbol."""
    ticket = house.deal("EURUSD", 1, 0.1).order
    house.deal("USDJPY", 1, 0.1)
    module = house.module
    assert [item.ticket for item in module.positions_get(symbol="EURUSD")] == [ticket]
    assert [item.symbol for item in module.positions_get(group="*,!EUR*")] == ["USDJPY"]
    assert module.positions_get(ticket=1) == ()
    assert module.positions_get(symbol="NOSUCH") == module.orders_get(symbol="NOSUCH") == ()
    assert module.last_error()[0] == 1
    assert (module.positions_total(), module.orders_total()) == (2, 0)
    assert module.history_deals_total(0, 2**31 - 1) == len(house.deals())
    assert [deal.symbol for deal in module.history_deals_get(0, 2**31 - 1, group="*JPY*")] == ["USDJPY"]


def test_a_reversal_keeps_the_positions_identifier(netting: BrokerHouse) -> None:
    """The reversed position has the reversing order's ticket and the first one's identifier, which finds its past."""
    first = netting.deal("EURUSD", 1, 0.1).order
    reversing = netting.deal("EURUSD", -1, 0.3).order
    (position,) = netting.module.positions_get()
    assert (position.ticket, position.identifier) == (reversing, first)
    netting.deal("EURUSD", -1, 0.1)
    netting.close(reversing)
    assert netting.module.positions_get() == ()
    deals = netting.module.history_deals_get(position=first)
    assert [deal.entry for deal in deals] == [DealEntry.IN, DealEntry.INOUT, DealEntry.IN, DealEntry.OUT]
    orders = netting.module.history_orders_get(position=first)
    assert [order.position_id for order in orders] == [first] * 4
    assert netting.module.history_deals_get(position=reversing) == ()


@pytest.mark.parametrize(
    ("kind", "price", "retcode"),
    [
        (OrderType.BUY_LIMIT, 47.0, TradeRetcode.LIMIT_VOLUME),
        (OrderType.BUY_STOP, 49.0, TradeRetcode.LIMIT_VOLUME),
        (OrderType.SELL_STOP, 47.0, TradeRetcode.DONE),
    ],
)
def test_volume_limit_counts_positions_and_orders_of_one_side(
    kind: OrderType, price: float, retcode: TradeRetcode
) -> None:
    """What is open and what waits on one side of a symbol share its limit of 150 lots; the other side has its own."""
    house = BrokerHouse(SimulationSpec(demo_positions=False, deposit=1e9, server_clock="UTC"))
    for _ in range(2):
        assert house.deal("XAGUSD", 1, 50.0).retcode == TradeRetcode.DONE
    assert house.pending("XAGUSD", OrderType.BUY_LIMIT, 30.0, 46.0).retcode == TradeRetcode.DONE
    assert house.pending("XAGUSD", kind, 20.01, price).retcode == retcode
    assert house.deal("XAGUSD", 1, 20.01).retcode == TradeRetcode.LIMIT_VOLUME
    assert house.deal("XAGUSD", 1, 20.0).retcode == TradeRetcode.DONE


def test_orders_of_the_history_have_the_price_at_which_they_were_done(house: BrokerHouse) -> None:
    """Filled, cancelled and expired orders keep the market's price of that moment."""
    filled = house.deal("EURUSD", 1, 0.1).order
    cancelled = house.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09).order
    soon = house.now_msc // 1000 + 5
    expired = house.pending("EURUSD", OrderType.SELL_LIMIT, 0.1, 1.2, type_time=2, expiration=soon).order
    house.quote("EURUSD", 1.1050)
    house.send(action=TradeAction.REMOVE, order=cancelled)
    house.quote("EURUSD", 1.1060, after=60)
    prices = {order.ticket: order.price_current for order in house.module.history_orders_get(0, 2**31 - 1)}
    assert prices == {filled: 1.1001, cancelled: 1.1051, expired: 1.105}

# SPDX-License-Identifier: MIT
"""What happens between two looks at the account: stops, targets, pending orders, swaps, stop-out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from arbitrex_desktop.mt5.constants import DealReason, OrderState, OrderTime, OrderType, TradeAction, TradeRetcode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from tests.fakes.broker_house import BrokerHouse

DAY = 86_400.0


@pytest.fixture
def house() -> BrokerHouse:
    """Return a hedging account without positions, on a Wednesday at 10:00."""
    return BrokerHouse()


@pytest.mark.parametrize(
    ("side", "price", "reason"),
    [(1, 1.0890, DealReason.SL), (1, 1.1130, DealReason.TP), (-1, 1.1130, DealReason.SL), (-1, 1.0880, DealReason.TP)],
)
def test_stop_and_target_close_at_the_tick_that_hits_them(
    house: BrokerHouse, side: int, price: float, reason: DealReason
) -> None:
    """A tick between two calls closes the position at its own price, though the price has come back since."""
    low, high = 1.0900, 1.1110
    stops = {"sl": low, "tp": high} if side > 0 else {"sl": high, "tp": low}
    ticket = house.deal("EURUSD", side, 0.1, **stops).order
    house.quote("EURUSD", price)
    house.quote("EURUSD", 1.1000)
    assert house.module.positions_get() == ()
    deal = house.module.history_deals_get(position=ticket)[-1]
    assert (deal.reason, deal.price) == (reason, price if side > 0 else round(price + 0.0001, 5))
    assert deal.comment.startswith("[sl" if reason == DealReason.SL else "[tp")


@pytest.mark.parametrize(
    ("kind", "price", "trigger"),
    [
        (OrderType.BUY_LIMIT, 1.0950, 1.0945),
        (OrderType.SELL_LIMIT, 1.1050, 1.1055),
        (OrderType.BUY_STOP, 1.1050, 1.1055),
        (OrderType.SELL_STOP, 1.0950, 1.0945),
    ],
)
def test_pending_orders_wait_and_fill(house: BrokerHouse, kind: OrderType, price: float, trigger: float) -> None:
    """A pending order rests till a tick reaches it, then becomes a position under its ticket, stops and all."""
    sl = price - 0.01 if kind % 2 == 0 else price + 0.01
    placed = house.pending("EURUSD", kind, 0.1, price, sl=sl, magic=5)
    assert (placed.retcode, placed.price, placed.deal) == (TradeRetcode.DONE, 0.0, 0)
    assert [order.state for order in house.module.orders_get()] == [OrderState.PLACED]
    house.quote("EURUSD", trigger)
    position = house.position(placed.order)
    assert (position.magic, position.sl, house.module.orders_get()) == (5, sl, ())
    assert position.price_open == (round(trigger + 0.0001, 5) if position.type == 0 else trigger)


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        (OrderType.BUY_LIMIT, 1.2),
        (OrderType.SELL_LIMIT, 1.0),
        (OrderType.BUY_STOP, 1.0),
        (OrderType.SELL_STOP, 1.2),
        (OrderType.BUY_STOP, 0.0),
    ],
)
def test_pending_orders_stand_on_their_side(house: BrokerHouse, kind: OrderType, price: float) -> None:
    """An order that would fill at once, or has no price, is refused."""
    assert house.pending("EURUSD", kind, 0.1, price).retcode == TradeRetcode.INVALID_PRICE


def test_stop_limit_becomes_a_limit(house: BrokerHouse) -> None:
    """A stop-limit that is reached waits as a limit at its second price."""
    placed = house.pending("EURUSD", OrderType.BUY_STOP_LIMIT, 0.1, 1.1050, stoplimit=1.1030)
    house.quote("EURUSD", 1.1051)
    (order,) = house.module.orders_get()
    assert (order.ticket, order.type, order.price_open) == (placed.order, OrderType.BUY_LIMIT, 1.1030)
    house.quote("EURUSD", 1.1020)
    assert house.position(placed.order).price_open == 1.1021


def test_pending_orders_are_changed_removed_and_expire(house: BrokerHouse) -> None:
    """Modify moves an order, remove ends it, and time ends it too."""
    order = house.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09).order
    assert house.send(action=TradeAction.MODIFY, order=order, price=1.08).retcode == TradeRetcode.DONE
    assert house.module.orders_get()[0].price_open == 1.08
    assert house.send(action=TradeAction.MODIFY, order=order, price=1.08).retcode == TradeRetcode.NO_CHANGES
    assert house.send(action=TradeAction.REMOVE, order=order).retcode == TradeRetcode.DONE
    assert house.send(action=TradeAction.REMOVE, order=order).retcode == TradeRetcode.INVALID_ORDER
    today = house.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09, type_time=OrderTime.DAY).order
    later = house.now_msc // 1000 + 60
    soon = house.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09, type_time=OrderTime.SPECIFIED, expiration=later)
    house.clock.advance(61)
    assert [item.ticket for item in house.module.orders_get()] == [today]
    house.clock.advance(DAY)
    assert house.module.orders_get() == ()
    states = {item.ticket: item.state for item in house.module.history_orders_get(0, 2**31 - 1)}
    expected = {order: OrderState.CANCELED, today: OrderState.EXPIRED, soon.order: OrderState.EXPIRED}
    assert states == expected


def test_expiration_in_the_past_is_refused(house: BrokerHouse) -> None:
    """An order cannot be dead on arrival."""
    past = {"type_time": OrderTime.SPECIFIED, "expiration": house.now_msc // 1000 - 1}
    assert house.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09, **past).retcode == TradeRetcode.INVALID_EXPIRATION


def test_a_pending_order_without_money_is_rejected(house: BrokerHouse) -> None:
    """An order that cannot be paid when it is reached ends as rejected, and nothing is opened."""
    order = house.pending("EURUSD", OrderType.BUY_LIMIT, 100.0, 1.09).order
    house.quote("EURUSD", 1.08)
    assert house.module.positions_get() == ()
    assert house.module.history_orders_get(ticket=order)[0].state == OrderState.REJECTED


@pytest.mark.parametrize(("days", "nights"), [(1, 3), (2, 4), (3, 5), (4, 5), (5, 5), (6, 6)])
def test_swaps_come_at_midnight_three_on_wednesday_none_at_weekends(house: BrokerHouse, days: int, nights: int) -> None:
    """From a Wednesday on: three nights, one, one, then a free weekend. -3.5 points of 0.1 lot are 35 cents."""
    ticket = house.deal("EURUSD", 1, 0.1).order
    house.clock.advance(days * DAY)
    assert house.position(ticket).swap == pytest.approx(-0.35 * nights)
    assert house.account.profit == pytest.approx(house.position(ticket).profit + house.position(ticket).swap)


def test_a_swap_is_booked_when_its_position_closes(house: BrokerHouse) -> None:
    """Closing half takes half of the swap, the rest the rest: nothing is lost to rounding."""
    ticket = house.deal("EURUSD", 1, 0.2).order
    house.clock.advance(DAY)
    swap = house.position(ticket).swap
    house.close(ticket, 0.07)
    house.close(ticket)
    assert sum(deal.swap for deal in house.deals()) == pytest.approx(swap)


def test_stop_out_closes_the_worst_first() -> None:
    """At half the margin the position with the greatest loss is closed, and the rest lives on."""
    house = BrokerHouse(SimulationSpec(demo_positions=False, deposit=2_000.0, server_clock="UTC"))
    losing = house.deal("EURUSD", 1, 1.0).order
    other = house.deal("USDJPY", 1, 0.5).order
    house.quote("EURUSD", 1.0880)
    house.quote("EURUSD", 1.0870)
    assert [item.ticket for item in house.module.positions_get()] == [other]
    deal = house.module.history_deals_get(position=losing)[-1]
    assert deal.reason == DealReason.SO
    assert deal.comment.startswith("[so")
    assert house.account.margin_level > 50


def test_looking_seldom_or_often_makes_no_difference() -> None:
    """An account that nobody looked at for two days is as one that was looked at every hour."""
    outcomes = []
    for looks in (1, 96):
        house = BrokerHouse()
        house.deal("EURUSD", 1, 0.1, sl=1.095)
        house.deal("USDJPY", -1, 0.1)
        house.pending("EURGBP", OrderType.SELL_STOP, 0.1, 0.84, tp=0.82)
        start = house.now_msc
        for symbol, minute, price in (("EURGBP", 50, 0.839), ("EURUSD", 900, 1.094), ("EURGBP", 1700, 0.819)):
            house.feed.quote(symbol, price, round(price + 0.0001, 5), start + minute * 60_000)
        for _ in range(looks):
            house.clock.advance(2 * DAY / looks)
            house.module.positions_get()
        outcomes.append((house.deals(), house.module.positions_get(), house.account))
    assert str(outcomes[0]) == str(outcomes[1])


def test_setting_the_clock_back_undoes_nothing(house: BrokerHouse) -> None:
    """A computer whose clock is set back keeps its positions, and goes on from there."""
    ticket = house.deal("EURUSD", 1, 0.1).order
    house.clock.set_wall(datetime(2025, 3, 12, 9, 59, 30, tzinfo=UTC))
    assert house.position(ticket).volume == 0.1
    house.clock.advance(3600)
    assert house.position(ticket).volume == 0.1


def test_a_night_is_paid_once_also_when_it_comes_twice(house: BrokerHouse) -> None:
    """A clock that is set back over midnight does not book the swaps of that night again."""
    ticket = house.deal("EURUSD", 1, 0.1).order
    house.clock.advance(DAY)
    swap = house.position(ticket).swap
    house.clock.set_wall(datetime(2025, 3, 12, 23, 0, tzinfo=UTC))
    assert house.position(ticket).swap == swap
    house.clock.advance(7200)
    assert house.position(ticket).swap == swap


@pytest.mark.parametrize("jump", [86_400, -3_600])
def test_an_expiry_is_given_by_the_clock_that_is_shown(house: BrokerHouse, jump: int) -> None:
    """A server clock that is wrong shows the expiry that was asked for, and the order ends when it shows that time."""
    house.terminal.time.jump_msc = jump * 1000
    shown = house.now_msc // 1000 + jump
    asked = shown + 600
    ticket = house.pending(
        "EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09, type_time=OrderTime.SPECIFIED, expiration=asked
    ).order
    (order,) = house.module.orders_get(ticket=ticket)
    assert order.time_expiration == asked
    house.quote("EURUSD", 1.1, after=590.0)
    assert house.module.orders_get(ticket=ticket)
    house.quote("EURUSD", 1.1, after=20.0)
    assert not house.module.orders_get(ticket=ticket)


@pytest.mark.parametrize("lifetime", [OrderTime.SPECIFIED, OrderTime.SPECIFIED_DAY])
def test_an_expiry_that_is_said_again_stays(house: BrokerHouse, lifetime: OrderTime) -> None:
    """An order that is moved with the expiry that the broker shows ends when it would have."""
    asked = house.now_msc // 1000 + 600
    ticket = house.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.09, type_time=lifetime, expiration=asked).order
    (order,) = house.module.orders_get(ticket=ticket)
    house.send(
        action=TradeAction.MODIFY, order=ticket, price=1.08, type_time=lifetime, expiration=order.time_expiration
    )
    (moved,) = house.module.orders_get(ticket=ticket)
    assert (moved.price_open, moved.time_expiration) == (1.08, order.time_expiration)

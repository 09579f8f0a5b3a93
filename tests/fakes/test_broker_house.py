# SPDX-License-Identifier: MIT
"""The test's broker trades at the prices that the test sets."""

from __future__ import annotations

from arbitrex_desktop.mt5.constants import OrderType, TradeRetcode
from tests.fakes.broker_house import BrokerHouse


def test_a_round_trip_at_scripted_prices() -> None:
    """Prices move when told; what is opened is found and can be closed."""
    house = BrokerHouse()
    opened = house.deal("EURUSD", 1, 0.1)
    assert (opened.retcode, opened.price) == (TradeRetcode.DONE, 1.1001)
    house.quote("EURUSD", 1.1050)
    assert house.position(opened.order).price_current == 1.1050
    assert house.close(opened.order).retcode == TradeRetcode.DONE
    assert house.account.balance == sum(deal.profit + deal.commission + deal.swap for deal in house.deals())


def test_a_pending_order_waits() -> None:
    """A pending order is placed and stays."""
    house = BrokerHouse()
    placed = house.pending("EURUSD", OrderType.BUY_LIMIT, 0.1, 1.0900)
    assert [order.ticket for order in house.module.orders_get()] == [placed.order]

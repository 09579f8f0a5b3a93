# SPDX-License-Identifier: MIT
"""The fake pool behaves as `PoolReader` promises."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arbitrex_desktop.mt5.constants import OrderType
from arbitrex_desktop.mt5.errors import DeadlineExceeded
from arbitrex_desktop.raw_layer.errors import PoolUnavailable
from arbitrex_desktop.raw_layer.events import Trigger
from arbitrex_desktop.raw_layer.pool_protocol import PoolReader
from arbitrex_desktop.raw_layer.views import ConnectionState
from tests.fakes.broker_data import make_deal, make_position, make_symbol
from tests.fakes.clock import START, ManualClock
from tests.fakes.pool import FakePool

BUY = {"action": 1, "symbol": "EURUSD", "type": int(OrderType.BUY), "volume": 0.1, "magic": 7, "comment": "abc"}


def test_it_is_a_pool_view() -> None:
    """The fake fits the protocol that the layers above use."""
    view: PoolReader = FakePool()
    assert view.is_connected()


def test_the_latest_reading_is_that_of_the_last_poll() -> None:
    """Positions set after a poll are not seen before the next one."""
    pool = FakePool()
    assert pool.latest_account() is None
    pool.poll()
    pool.positions = (make_position("EURUSD", 1, 0.5),)
    latest = pool.latest_account()
    assert latest is not None
    assert latest.positions == ()
    assert pool.read_account().positions == pool.positions


def test_a_method_fails_until_it_recovers() -> None:
    """Failures are raised, counted as calls, and end when told to."""
    pool = FakePool()
    pool.fail("read_account")
    with pytest.raises(PoolUnavailable):
        pool.read_account()
    pool.recover()
    pool.read_account()
    assert pool.calls["read_account"] == 2


def test_without_a_connection_only_memory_answers() -> None:
    """A disconnected pool still has its quotes, and cannot ask."""
    pool = FakePool()
    pool.connected = False
    assert pool.quote("EURUSD") is not None
    with pytest.raises(PoolUnavailable):
        pool.read_history(START, START)


def test_history_is_filtered_by_utc_moments() -> None:
    """Deals carry the server's clock; the window asked for is in UTC."""
    pool = FakePool()
    pool.server_offset = 7_200
    inside = make_deal(1, int(START.timestamp()) + 7_200)
    pool.deals = [inside, make_deal(2, int(START.timestamp()))]
    found = pool.read_history(START - timedelta(minutes=1), START + timedelta(minutes=1))
    assert found.deals == (inside,)
    assert pool.server_time_to_utc(inside.time) == START


def test_a_request_is_filled_at_the_quote_and_closed_by_ticket() -> None:
    """An order opens a position that carries its magic and comment; a deal against it closes it."""
    pool = FakePool()
    result = pool.send_order(BUY)
    (position,) = pool.positions
    assert (position.magic, position.comment, position.volume) == (7, "abc", 0.1)
    assert result.price == pool.quotes["EURUSD"].ask
    pool.send_order({**BUY, "type": int(OrderType.SELL), "position": position.ticket})
    assert pool.positions == ()
    assert len(pool.sent) == 2


def test_a_lost_reply_still_fills() -> None:
    """The broker has the order although the answer never came."""
    pool = FakePool()
    pool.lose_next_reply()
    with pytest.raises(DeadlineExceeded):
        pool.send_order(BUY)
    assert len(pool.positions) == 1


def test_quotes_age_with_the_clock() -> None:
    """A quote grows old as time passes, and refreshing makes it new."""
    clock = ManualClock()
    pool = FakePool(clock)
    clock.advance(30)
    assert pool.quotes["EURUSD"].age(clock.monotonic()) == 30
    pool.refresh_quotes()
    assert pool.quotes["EURUSD"].age(clock.monotonic()) == 0


def test_tick_values_are_in_the_accounts_currency() -> None:
    """A pip of EURUSD on one lot is worth ten dollars, and the same in euros at the rate."""
    assert make_symbol("EURUSD").trade_tick_value * 10 == pytest.approx(10.0)
    assert make_symbol("EURUSD", "EUR").trade_tick_value * 10 == pytest.approx(10.0 / 1.15)


def test_it_tells_of_states_until_nobody_listens() -> None:
    """A change of state is announced and holds; who left hears nothing."""
    pool = FakePool()
    heard: list[object] = []
    leave = pool.subscribe(heard.append)
    pool.change_state(ConnectionState.LOST, Trigger.DROPPED, "cut")
    assert (pool.is_connected(), pool.stats().state) == (False, ConnectionState.LOST)
    leave()
    pool.change_state(ConnectionState.CONNECTED, Trigger.RECONCILED)
    assert pool.is_connected()
    assert len(heard) == 1

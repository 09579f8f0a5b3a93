# SPDX-License-Identifier: MIT
"""`Buy`, `Sell` and `Close`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.constants import ResultCode, TradeRetcode
from arbitrex_desktop.mt5.simulation_spec import SimulationSpec
from arbitrex_desktop.mt5.simulator.module.backend import BackendError
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.fakes.broker_house import BrokerHouse
from tests.mt5.simulator.recording_backend import RecordingBackend, connected_module, sample

DONE, REQUOTE, PRICE_OFF, NO_MONEY = 10009, 10004, 10021, 10019


def answering(retcodes: Sequence[int]) -> Callable[[results.TradeRequest], results.OrderSendResult]:
    """Return an `order_send` that answers the retcodes one after the other."""
    left = iter(retcodes)
    return lambda request: sample(results.OrderSendResult, retcode=next(left), request=request)


def requests(backend: RecordingBackend) -> list[results.TradeRequest]:
    """Return the requests that reached the terminal."""
    return [arguments["request"] for name, arguments in backend.calls if name == "order_send"]


def position(ticket: int, side: int) -> results.TradePosition:
    """Return an open position of half a lot."""
    return sample(results.TradePosition, ticket=ticket, type=side, volume=0.5, symbol="EURUSD")


@pytest.mark.parametrize(("name", "side", "price"), [("Buy", 0, 1.2), ("Sell", 1, 1.1)])
def test_market_order_at_the_current_price(name: str, side: int, price: float) -> None:
    """Buy takes the ask and Sell the bid; deviation is 10 points and no filling mode is chosen."""
    module, backend = connected_module()
    answer = getattr(module, name)("EURUSD", 0.1, comment="c", ticket=3)
    expected = sample(
        results.TradeRequest,
        action=1,
        symbol="EURUSD",
        volume=0.1,
        type=side,
        price=price,
        deviation=10,
        comment="c",
        position=3,
    )
    assert requests(backend) == [expected]
    assert answer.retcode == DONE


@pytest.mark.parametrize("name", ["Buy", "Sell"])
def test_given_price_is_tried_once(name: str) -> None:
    """With a price of its own an order is sent once, whatever the answer."""
    module, backend = connected_module()
    backend.answers["order_send"] = answering([REQUOTE])
    assert getattr(module, name)("EURUSD", 0.1, 1.5).retcode == REQUOTE
    assert [request.price for request in requests(backend)] == [1.5]
    assert "symbol_info_tick" not in backend.asked()


@pytest.mark.parametrize(
    ("retcodes", "tries"),
    [([REQUOTE, PRICE_OFF, DONE], 3), ([NO_MONEY], 1), ([REQUOTE] * 10, 10)],
)
def test_requotes_are_tried_again(retcodes: list[int], tries: int) -> None:
    """A requote or missing price is tried again with a new price, ten times at most; other answers end it."""
    module, backend = connected_module()
    backend.answers["order_send"] = answering(retcodes)
    answer = module.Buy("EURUSD", 0.1)
    assert answer is not None
    assert answer.retcode == retcodes[-1]
    assert backend.asked() == ["symbol_info_tick", "order_send"] * tries


def test_no_answer_ends_it() -> None:
    """When a request gets no answer at all, it is not sent again."""
    module, backend = connected_module()
    backend.answers["order_send"] = BackendError.of(ResultCode.E_INTERNAL_FAIL_RECEIVE)
    assert module.Sell("EURUSD", 0.1) is None
    assert len(requests(backend)) == 1


def test_integer_volume_is_refused() -> None:
    """The volume is handed on as it is, so an int is refused as `order_send` refuses it."""
    module, _ = connected_module()
    assert module.Buy("EURUSD", 1) is None
    assert module.last_error() == (-2, 'Invalid "volume" argument')


@pytest.mark.parametrize(
    ("retcodes", "expected"),
    [
        ([DONE, DONE], True),
        ([DONE, NO_MONEY], "Partially"),
        ([NO_MONEY, REQUOTE, DONE], "Partially"),
        ([NO_MONEY] * 2, False),
    ],
)
def test_close_says_how_much_was_closed(retcodes: list[int], expected: Any) -> None:
    """Close sends an opposite deal for each position and tells whether all, some or none were done."""
    module, backend = connected_module()
    backend.answers["positions_get"] = [position(1, 0), position(2, 1)]
    backend.answers["order_send"] = answering(retcodes)
    assert module.Close("EURUSD") == expected
    sides = {request.position: (request.type, request.price, request.volume) for request in requests(backend)}
    assert sides == {1: (1, 1.1, 0.5), 2: (0, 1.2, 0.5)}


def test_close_of_a_ticket() -> None:
    """With a ticket only that position is asked for."""
    module, backend = connected_module()
    module.Close("EURUSD", ticket=8)
    assert backend.last("positions_get") == {"symbol": None, "group": None, "ticket": 8}


def test_close_with_nothing_open() -> None:
    """Close is False when there is nothing to close."""
    module, backend = connected_module()
    backend.answers["positions_get"] = []
    assert module.Close("EURUSD") is False


@pytest.mark.parametrize("name", ["symbol_info_tick", "order_send"])
def test_close_gives_up_without_quote_or_answer(name: str) -> None:
    """Close answers None at once when there is no quote or a request gets no answer."""
    module, backend = connected_module()
    backend.answers[name] = BackendError.of(ResultCode.E_INTERNAL_FAIL_SEND)
    assert module.Close("EURUSD") is None


def test_without_a_connection_they_raise() -> None:
    """As in the package, Buy and Sell raise AttributeError without a quote, and Close TypeError without positions."""
    module = SimulatedMetaTrader5()
    for order in (module.Buy, module.Sell):
        with pytest.raises(AttributeError):
            order("EURUSD", 0.1)
    with pytest.raises(TypeError):
        module.Close("EURUSD")
    assert module.last_error() == (-10004, "No IPC connection")


def test_the_private_function_that_others_import_is_there() -> None:
    """`_RawOrder`, private in the package and imported by clients, sends one market order at a price."""
    house = BrokerHouse(SimulationSpec(demo_positions=False, server_clock="UTC"))
    opened = house.module._RawOrder(0, "EURUSD", 0.1, 1.1001)
    assert opened.retcode == TradeRetcode.DONE
    closed = house.module._RawOrder(1, "EURUSD", 0.1, 1.1, "done with it", opened.order)
    assert (closed.retcode, house.deals()[-1].comment) == (TradeRetcode.DONE, "done with it")
    assert house.module.positions_get() == ()

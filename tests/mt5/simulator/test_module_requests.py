# SPDX-License-Identifier: MIT
"""The rules for trade requests and for the filters of positions, orders and history."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict, defaultdict
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.constants import TradeAction
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5

NO_CONNECTION = (-10004, "No IPC connection")
INVALID_ARGUMENTS = (-2, "Invalid arguments")
START = 1_700_000_000

U32_KEYS = ("action", "type", "type_filling", "type_time")
U64_KEYS = ("magic", "order", "deviation", "position", "position_by")
FLOAT_KEYS = ("volume", "price", "stoplimit", "sl", "tp")
TEXT_KEYS = ("symbol", "comment")

NOT_INTEGERS = st.sampled_from(
    [
        None,
        1.0,
        "1",
        b"1",
        [1],
        Decimal(1),
        np.int64(1),
        np.uint8(1),
        np.float64(1),
        dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    ]
)
NOT_FLOATS = st.sampled_from([None, 0, 1, True, "1", b"1", [1.0], Decimal("1.5"), np.float32(1.5), np.int64(1)])
NOT_TEXTS = st.sampled_from([None, 1, 1.0, b"EURUSD", ["EURUSD"], True])


@pytest.fixture
def module() -> SimulatedMetaTrader5:
    """Return a module with no terminal."""
    return SimulatedMetaTrader5()


def invalid(name: str) -> tuple[int, str]:
    """Return the last error for a refused key or keyword."""
    return -2, f'Invalid "{name}" argument'


def sent(request: Any) -> tuple[int, str]:
    """Send a request with no terminal, which answers None, and return the last error."""
    module = SimulatedMetaTrader5()
    assert module.order_send(request) is None
    return module.last_error()


@given(key=st.sampled_from(U32_KEYS), value=st.integers(0, 2**32 - 1))
def test_u32_key_takes_its_whole_range(key: str, value: int) -> None:
    """Any int of 32 unsigned bits passes for the enumeration fields of a request."""
    assert sent({key: value}) == NO_CONNECTION


@given(key=st.sampled_from(U64_KEYS), value=st.integers(0, 2**64 - 1))
def test_u64_key_takes_its_whole_range(key: str, value: int) -> None:
    """Any int of 64 unsigned bits passes for tickets, magic and deviation."""
    assert sent({key: value}) == NO_CONNECTION


@given(value=st.integers(-(2**63), 2**63 - 1))
def test_expiration_takes_negative_numbers(value: int) -> None:
    """The expiration is the one signed field of a request."""
    assert sent({"expiration": value}) == NO_CONNECTION


@given(data=st.data())
def test_integer_out_of_range_raises_system_error(data: st.DataObject) -> None:
    """A negative or oversized int raises SystemError, and the last error names the key."""
    key = data.draw(st.sampled_from((*U32_KEYS, *U64_KEYS)))
    most = 2 ** (32 if key in U32_KEYS else 64)
    value = data.draw(st.integers(max_value=-1) | st.integers(min_value=most))
    module = SimulatedMetaTrader5()
    with pytest.raises(SystemError, match="order_send"):
        module.order_send({key: value})
    assert module.last_error() == invalid(key)


@given(key=st.sampled_from((*U32_KEYS, *U64_KEYS, "expiration")), value=NOT_INTEGERS)
def test_integer_key_refuses_all_but_ints(key: str, value: Any) -> None:
    """What is no int, numpy's integers included, is refused without an exception."""
    assert sent({key: value}) == invalid(key)


@given(key=st.sampled_from((*U32_KEYS, *U64_KEYS, "expiration")), value=st.booleans() | st.sampled_from(TradeAction))
def test_integer_key_takes_bool_and_enumeration(key: str, value: int) -> None:
    """A bool and an IntEnum are ints."""
    assert sent({key: value}) == NO_CONNECTION


@given(key=st.sampled_from(FLOAT_KEYS), value=st.floats() | st.floats().map(np.float64))
def test_float_key_takes_any_float(key: str, value: float) -> None:
    """Any float passes, NaN, infinity and numpy's float64 too."""
    assert sent({key: value}) == NO_CONNECTION


@given(key=st.sampled_from(FLOAT_KEYS), value=NOT_FLOATS)
def test_float_key_refuses_ints(key: str, value: Any) -> None:
    """A price or volume that is no float is refused, 0 and 1 too."""
    assert sent({key: value}) == invalid(key)


@given(key=st.sampled_from(TEXT_KEYS), value=st.text(max_size=40))
def test_text_key_is_measured_in_utf16_units(key: str, value: str) -> None:
    """A symbol or comment has at most 29 UTF-16 units."""
    units = sum(2 if ord(char) > 0xFFFF else 1 for char in value)
    assert sent({key: value}) == (NO_CONNECTION if units <= 29 else invalid(key))


@given(key=st.sampled_from(TEXT_KEYS), value=NOT_TEXTS)
def test_text_key_refuses_all_but_str(key: str, value: Any) -> None:
    """A symbol or comment that is no str is refused."""
    assert sent({key: value}) == invalid(key)


def test_lone_surrogate_is_text(module: SimulatedMetaTrader5) -> None:
    """Half of a surrogate pair counts as one unit and is not refused."""
    assert module.symbol_info("\ud800" * 29) is None
    assert module.last_error() == NO_CONNECTION


def test_first_wrong_key_is_named(module: SimulatedMetaTrader5) -> None:
    """Of several wrong keys the last error names the first in the order of the struct, not of the dict."""
    assert module.order_send({"position_by": None, "comment": None, "volume": None, "magic": None}) is None
    assert module.last_error() == invalid("magic")


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "Invalid number of arguments"),
        (({}, {}), {}, "Invalid number of arguments"),
        (({},), {"magic": 1}, "Unnamed arguments not allowed"),
        ((1,), {"magic": 1}, "Unnamed arguments not allowed"),
        (([],), {}, "Invalid arguments"),
        ((SimulatedMetaTrader5.TradeRequest(range(17)),), {}, "Invalid arguments"),
    ],
)
@pytest.mark.parametrize("name", ["order_send", "order_check"])
def test_request_shape(name: str, args: Any, kwargs: Any, message: str) -> None:
    """A request is one dict, or keywords; both together, none, two, or another type are refused."""
    module = SimulatedMetaTrader5()
    assert getattr(module, name)(*args, **kwargs) is None
    assert module.last_error() == (-2, message)


@pytest.mark.parametrize("request_dict", [{}, {"bogus": object()}, OrderedDict(magic=1), defaultdict(object)])
def test_any_dict_will_do(request_dict: Any) -> None:
    """An empty dict, unknown keys and subclasses of dict pass; a missing key is not asked for."""
    assert sent(request_dict) == NO_CONNECTION


@pytest.mark.parametrize(
    ("kwargs", "error"),
    [
        ({}, NO_CONNECTION),
        ({"ticket": 1, "symbol": None, "group": None}, NO_CONNECTION),
        ({"symbol": "EURUSD", "group": None}, NO_CONNECTION),
        ({"ticket": np.int64(1)}, invalid("ticket")),
        ({"symbol": "a" * 30}, invalid("symbol")),
        ({"group": "a" * 1997}, NO_CONNECTION),
        ({"group": "a" * 1998}, invalid("group")),
        ({"group": 1}, invalid("group")),
        ({"bogus": 1}, NO_CONNECTION),
    ],
)
@pytest.mark.parametrize("name", ["positions_get", "orders_get"])
def test_open_filter(name: str, kwargs: Any, error: tuple[int, str]) -> None:
    """A ticket counts before a symbol and that before a group; those that do not count are not looked at."""
    module = SimulatedMetaTrader5()
    assert getattr(module, name)(**kwargs) is None
    assert module.last_error() == error


@pytest.mark.parametrize("ticket", [-1, 2**64])
def test_ticket_out_of_range(module: SimulatedMetaTrader5, ticket: int) -> None:
    """A ticket outside of 64 unsigned bits raises SystemError."""
    with pytest.raises(SystemError):
        module.positions_get(ticket=ticket)
    assert module.last_error() == invalid("ticket")


@pytest.mark.parametrize(
    ("args", "kwargs", "error"),
    [
        ((START, START), {"ticket": None}, NO_CONNECTION),
        ((START, START), {"group": None}, invalid("group")),
        ((START, None), {"group": None}, INVALID_ARGUMENTS),
        ((), {"group": "*"}, INVALID_ARGUMENTS),
        ((), {"ticket": 1, "position": None}, NO_CONNECTION),
        ((), {"position": 1}, NO_CONNECTION),
        ((START,), {"ticket": None}, (-2, "Unnamed arguments not allowed")),
        ((START, START, START), {"position": 1}, (-2, "Unnamed arguments not allowed")),
        ((START, START, START), {"group": "*"}, INVALID_ARGUMENTS),
    ],
)
@pytest.mark.parametrize("name", ["history_orders_get", "history_deals_get"])
def test_history_query(name: str, args: Any, kwargs: Any, error: tuple[int, str]) -> None:
    """History is asked for by exactly two positional dates, or by a ticket, or by a position."""
    module = SimulatedMetaTrader5()
    assert getattr(module, name)(*args, **kwargs) is None
    assert module.last_error() == error

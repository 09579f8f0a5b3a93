# SPDX-License-Identifier: MIT
"""The rules for dates, parsed numbers, symbols and the connection's arguments."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.mt5.simulator.recording_backend import connected_module

NO_CONNECTION = (-10004, "No IPC connection")
INVALID_ARGUMENTS = (-2, "Invalid arguments")
START = 1_700_000_000

DATED_CALLS = (
    "copy_ticks_from",
    "copy_ticks_range",
    "copy_rates_from",
    "copy_rates_range",
    "history_orders_get",
    "history_deals_get",
    "history_orders_total",
    "history_deals_total",
)


@pytest.fixture
def module() -> SimulatedMetaTrader5:
    """Return a module with no terminal."""
    return SimulatedMetaTrader5()


def invalid(name: str) -> tuple[int, str]:
    """Return the last error for a refused key or keyword."""
    return -2, f'Invalid "{name}" argument'


def dated(module: SimulatedMetaTrader5, name: str, first: Any, second: Any = START) -> Any:
    """Call a function that takes dates with the given ones."""
    arguments = {
        "copy_ticks_from": ("EURUSD", first, 10, -1),
        "copy_ticks_range": ("EURUSD", first, second, -1),
        "copy_rates_from": ("EURUSD", 1, first, 10),
        "copy_rates_range": ("EURUSD", 1, first, second),
    }
    return getattr(module, name)(*arguments.get(name, (first, second)))


@given(
    name=st.sampled_from(DATED_CALLS),
    date=st.integers(-(2**31), 2**31 - 1)
    | st.floats()
    | st.booleans()
    | st.floats().map(np.float64)
    | st.datetimes(timezones=st.just(dt.UTC))
    | st.datetimes(dt.datetime(1970, 1, 3), dt.datetime(3000, 1, 1)),  # noqa: DTZ001 - naive means local time
)
def test_date_takes_numbers_and_datetimes(name: str, date: Any) -> None:
    """Ints of 32 bits, any float, any datetime with a zone, and local ones that Windows can convert are dates."""
    module = SimulatedMetaTrader5()
    assert dated(module, name, date) is None
    assert module.last_error() == NO_CONNECTION


@given(
    name=st.sampled_from(DATED_CALLS),
    date=st.sampled_from(
        [
            None,
            "2024-01-02",
            b"1",
            dt.date(2024, 1, 2),
            np.datetime64("2024-01-02"),
            np.int64(1),
            np.float32(1),
            Decimal(1),
        ]
    ),
)
def test_date_refuses_the_rest(name: str, date: Any) -> None:
    """A date, a numpy integer or datetime64, a float32, a Decimal or text is no date."""
    module = SimulatedMetaTrader5()
    assert dated(module, name, date) is None
    assert module.last_error() == INVALID_ARGUMENTS


@given(
    name=st.sampled_from(DATED_CALLS),
    date=st.integers(min_value=2**31) | st.integers(max_value=-(2**31) - 1),
)
def test_oversized_date_surfaces_only_at_the_end(name: str, date: int) -> None:
    """An int that does not fit 32 bits raises SystemError, but only after the call has gone its way."""
    module = SimulatedMetaTrader5()
    with pytest.raises(SystemError):
        dated(module, name, date)
    assert module.last_error() == NO_CONNECTION


@pytest.mark.parametrize("second", [None, dt.datetime(2024, 1, 2, tzinfo=dt.UTC)])
def test_date_after_an_oversized_one(module: SimulatedMetaTrader5, second: Any) -> None:
    """After an oversized date a second one that must be refused, or be converted by a method, is refused."""
    with pytest.raises(SystemError):
        dated(module, "copy_rates_range", 2**40, second)
    assert module.last_error() == INVALID_ARGUMENTS


@pytest.mark.parametrize("date", [dt.datetime(1969, 6, 1), dt.datetime.max])  # noqa: DTZ001, DTZ901 - local time is meant
def test_local_time_that_windows_cannot_convert(module: SimulatedMetaTrader5, date: dt.datetime) -> None:
    """A naive datetime before 1970 or after 3000 raises SystemError, since `timestamp()` fails on Windows."""
    with pytest.raises(SystemError):
        module.copy_ticks_from("EURUSD", date, 10, -1)
    assert module.last_error() == INVALID_ARGUMENTS


@given(value=st.integers(-(2**31), 2**31 - 1))
def test_counted_argument_takes_what_has_an_index(value: int) -> None:
    """Timeframe, position, count and flags take ints and numpy's integers of 32 signed bits."""
    for number in (value, np.int64(value)):
        module = SimulatedMetaTrader5()
        assert module.copy_rates_from_pos("EURUSD", number, number, number) is None
        assert module.last_error() == NO_CONNECTION


@given(value=st.sampled_from([None, 1.0, "1", Decimal(1), np.float64(1), [1], 2**31, -(2**31) - 1]))
def test_counted_argument_raises_for_the_rest(value: Any) -> None:
    """Timeframe, position, count and flags of another type or size raise SystemError, before the symbol is read."""
    module = SimulatedMetaTrader5()
    with pytest.raises(SystemError):
        module.copy_rates_from_pos(None, 1, 0, value)
    assert module.last_error() == INVALID_ARGUMENTS


@given(action=st.integers(), volume=st.floats() | st.integers(-(10**9), 10**9) | st.decimals(allow_nan=False))
def test_calculation_takes_any_int_action_and_any_number(action: int, volume: Any) -> None:
    """The action of `order_calc_*` may be any int, and numbers any that has `__float__`."""
    module = SimulatedMetaTrader5()
    assert module.order_calc_margin(action, "EURUSD", volume, np.float32(1.5)) is None
    assert module.last_error() == NO_CONNECTION


@pytest.mark.parametrize(
    "args",
    [
        (1.0, "E", 0.1, 1.1),
        (np.int64(0), "E", 0.1, 1.1),
        (0, "E", "0.1", 1.1),
        (0, "E", 0.1, None),
        (0, "E", 10**400, 1),
    ],
)
def test_calculation_raises_for_the_rest(module: SimulatedMetaTrader5, args: tuple[Any, ...]) -> None:
    """An action that is no int, or a volume or price that is no number, raises SystemError."""
    with pytest.raises(SystemError):
        module.order_calc_margin(*args)
    assert module.last_error() == INVALID_ARGUMENTS


@pytest.mark.parametrize("name", ["symbol_info", "symbol_info_tick", "market_book_get", "market_book_add"])
@pytest.mark.parametrize("args", [(), ("EURUSD", "x"), (1,), (None,), ("a" * 30,)])
def test_symbol_only_functions(name: str, args: tuple[Any, ...]) -> None:
    """A function of one symbol refuses another count, type or length with None."""
    module = SimulatedMetaTrader5()
    assert getattr(module, name)(*args) is None
    assert module.last_error() == INVALID_ARGUMENTS


@pytest.mark.parametrize("args", [(), ("EURUSD", True, 1), (b"x",), ("a" * 30, True)])
def test_symbol_select_answers_false(module: SimulatedMetaTrader5, args: tuple[Any, ...]) -> None:
    """`symbol_select` refuses with False, not None."""
    assert module.symbol_select(*args) is False
    assert module.last_error() == INVALID_ARGUMENTS


def test_symbol_select_needs_a_truth(module: SimulatedMetaTrader5) -> None:
    """A second argument whose truth cannot be told raises SystemError."""
    with pytest.raises(SystemError):
        module.symbol_select("EURUSD", np.array([1, 2]))
    assert module.last_error() == INVALID_ARGUMENTS


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        (("*", "x"), {}, "Invalid number of arguments"),
        ((None,), {}, "Invalid 1st unnamed argument"),
        (("a" * 1998,), {}, "Invalid 1st unnamed argument"),
        (("*",), {"group": None}, 'Invalid "group" argument'),
    ],
)
def test_symbols_get_answers_false(module: SimulatedMetaTrader5, args: Any, kwargs: Any, message: str) -> None:
    """`symbols_get` takes a group by position or name and refuses a wrong one with False."""
    assert module.symbols_get(*args, **kwargs) is False
    assert module.last_error() == (-2, message)


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, 'Invalid "login" argument'),
        ((0,), {}, 'Invalid "login" argument'),
        ((1, "p", "s", 1), {}, "Invalid number of arguments"),
        (("1",), {}, "Invalid 1st unnamed argument"),
        ((1, None), {}, "Invalid 2nd unnamed argument"),
        ((1, "p", "s" * 254), {}, "Invalid 3rd unnamed argument"),
        ((1,), {"login": None}, 'Invalid "login" argument'),
        ((1,), {"password": 1, "server": 1}, 'Invalid "server" argument'),
        ((1,), {"password": "p" * 254}, 'Invalid "password" argument'),
        ((1,), {"timeout": 1.0}, 'Invalid "timeout" argument'),
    ],
)
def test_login_refuses(module: SimulatedMetaTrader5, args: Any, kwargs: Any, message: str) -> None:
    """`login` checks its positions, then login, server, password, time-out, then that the login is not 0."""
    assert module.login(*args, **kwargs) is False
    assert module.last_error() == (-2, message)


@pytest.mark.parametrize("kwargs", [{"login": -1}, {"login": 2**64}, {"timeout": 2**32}, {"timeout": -1}])
@pytest.mark.parametrize("name", ["login", "initialize"])
def test_credentials_out_of_range_raise(name: str, kwargs: Any) -> None:
    """A login outside of 64 or a time-out outside of 32 unsigned bits raises SystemError."""
    module = SimulatedMetaTrader5()
    with pytest.raises(SystemError):
        getattr(module, name)(**kwargs)
    assert module.last_error() == invalid(next(iter(kwargs)))


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "MetaTrader 5 x64 not found"),
        (("",), {}, "MetaTrader 5 x64 not found"),
        (("a" * 257,), {}, f"Process create failed '{'a' * 257}'"),
        (("x.exe\0y",), {}, "Process create failed 'x.exe'"),
        (("x.exe",), {"path": "y.exe"}, "Process create failed 'y.exe'"),
    ],
)
def test_initialize_without_a_terminal(module: SimulatedMetaTrader5, args: Any, kwargs: Any, message: str) -> None:
    """Without a path no terminal is found; with one its process cannot be created, and the path is told."""
    assert module.initialize(*args, **kwargs) is False
    assert module.last_error() == (-10003, f"IPC initialize failed, {message}")


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        (("x", "y"), {}, "Invalid number of arguments"),
        (("a" * 258,), {}, "Invalid 1st unnamed argument"),
        ((), {"path": "a" * 258}, 'Invalid "path" argument'),
        ((), {"path": None, "timeout": None}, 'Invalid "timeout" argument'),
        ((), {"server": b"s", "login": "1"}, 'Invalid "login" argument'),
    ],
)
def test_initialize_refuses(module: SimulatedMetaTrader5, args: Any, kwargs: Any, message: str) -> None:
    """`initialize` checks its position, then login, server, password, time-out and path."""
    assert module.initialize(*args, **kwargs) is False
    assert module.last_error() == (-2, message)


def test_portable_whose_truth_cannot_be_told(module: SimulatedMetaTrader5) -> None:
    """`portable` is taken by its truth; where asking raises, the call goes on and ends in SystemError."""
    with pytest.raises(SystemError):
        module.initialize(portable=np.array([1, 2]))
    assert module.last_error() == (-10003, "IPC initialize failed, MetaTrader 5 x64 not found")


@pytest.mark.parametrize(
    "name",
    [
        "shutdown",
        "version",
        "last_error",
        "terminal_info",
        "account_info",
        "symbols_total",
        "orders_total",
        "positions_total",
    ],
)
def test_functions_without_arguments(name: str) -> None:
    """A function that takes nothing raises TypeError for anything, and leaves the last error as it was."""
    module = SimulatedMetaTrader5()
    module.positions_get(1)
    before = module.last_error()
    for args, kwargs in (((1,), {}), ((), {"x": 1})):
        with pytest.raises(TypeError):
            getattr(module, name)(*args, **kwargs)
    assert module.last_error() == before


@given(text=st.text(max_size=14))
def test_text_ends_at_the_first_nul(text: str) -> None:
    """What follows a NUL in a symbol never reaches the terminal; 14 characters are at most 28 UTF-16 units."""
    module, backend = connected_module()
    module.symbol_info(text)
    assert backend.last("symbol_info") == {"symbol": text.partition("\0")[0]}

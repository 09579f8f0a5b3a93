# SPDX-License-Identifier: MIT
"""The simulated module in front of a terminal: what is forwarded, what comes back, what a failure becomes."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrex_desktop.mt5 import results
from arbitrex_desktop.mt5.arrays import RATE_DTYPE, TICK_DTYPE
from arbitrex_desktop.mt5.constants import ResultCode
from arbitrex_desktop.mt5.simulator.module.backend import ERROR_TEXTS, BackendError, TerminalBackend
from arbitrex_desktop.mt5.simulator.module.module import SimulatedMetaTrader5
from tests.mt5.simulator.recording_backend import BUILD, RecordingBackend, connected_module, sample

SUCCESS = (1, "Success")
NOT_FOUND = (-4, "Terminal: Not found")
NO_CONNECTION = (-10004, "No IPC connection")
START = 1_700_000_000

QUERIES: dict[str, tuple[Any, ...]] = {
    "terminal_info": (),
    "account_info": (),
    "symbols_total": (),
    "symbols_get": (),
    "symbol_info": ("EURUSD",),
    "symbol_info_tick": ("EURUSD",),
    "market_book_get": ("EURUSD",),
    "copy_rates_from": ("EURUSD", 1, START, 10),
    "copy_rates_from_pos": ("EURUSD", 1, 0, 10),
    "copy_rates_range": ("EURUSD", 1, START, START),
    "copy_ticks_from": ("EURUSD", START, 10, -1),
    "copy_ticks_range": ("EURUSD", START, START, -1),
    "orders_total": (),
    "orders_get": (),
    "positions_total": (),
    "positions_get": (),
    "history_orders_total": (START, START),
    "history_orders_get": (START, START),
    "history_deals_total": (START, START),
    "history_deals_get": (START, START),
    "order_calc_margin": (0, "EURUSD", 0.1, 1.1),
    "order_calc_profit": (0, "EURUSD", 0.1, 1.1, 1.2),
    "order_check": ({},),
    "order_send": ({},),
}
IPC_FAULTS = (ResultCode.E_INTERNAL_FAIL_SEND, ResultCode.E_INTERNAL_FAIL_RECEIVE, ResultCode.E_INTERNAL_FAIL_CONNECT)


def not_connected() -> tuple[SimulatedMetaTrader5, RecordingBackend]:
    """Return a module with a terminal that was not asked to connect yet."""
    backend = RecordingBackend()
    return SimulatedMetaTrader5(cast("TerminalBackend", backend)), backend


@pytest.mark.parametrize(("name", "args"), QUERIES.items())
def test_query_reaches_the_terminal(name: str, args: tuple[Any, ...]) -> None:
    """A valid query asks the terminal exactly once, by its own name, and succeeds."""
    module, backend = connected_module()
    assert getattr(module, name)(*args) is not None
    assert module.last_error() == SUCCESS
    assert backend.asked() == [name]


@pytest.mark.parametrize("code", IPC_FAULTS)
@pytest.mark.parametrize(("name", "args"), QUERIES.items())
def test_failed_query_answers_none(name: str, args: tuple[Any, ...], code: ResultCode) -> None:
    """A query that fails behind the arguments answers None, and the last error is the failure's."""
    module, backend = connected_module()
    backend.answers[name] = BackendError.of(code)
    assert getattr(module, name)(*args) is None
    assert module.last_error() == (code, ERROR_TEXTS[code])


@pytest.mark.parametrize("name", QUERIES)
def test_nothing_is_asked_before_initialize(name: str) -> None:
    """A terminal that was not connected to is not asked; the symbol list complains of versions instead."""
    module, backend = not_connected()
    assert getattr(module, name)(*QUERIES[name]) is None
    assert module.last_error()[0] == (-5 if name.startswith("symbols_") else -10004)
    assert backend.calls == []


def test_initialize_forwards_what_was_given() -> None:
    """Path, account, time-out and portable reach the terminal as given."""
    module, backend = not_connected()
    assert module.initialize("t.exe", login=5, password="p", server="s", timeout=10, portable=1)
    expected = {"path": "t.exe", "login": 5, "password": "p", "server": "s", "timeout": 10, "portable": True}
    assert backend.last("initialize") == expected


def test_initialize_fills_in_the_rest() -> None:
    """What was not given is None to the terminal, the time-out 60 s."""
    module, backend = not_connected()
    assert module.initialize()
    expected = {"path": None, "login": None, "password": None, "server": None, "timeout": 60_000, "portable": False}
    assert backend.last("initialize") == expected


@pytest.mark.parametrize("kwargs", [{}, {"timeout": None}])
def test_any_initialize_drops_the_connection_first(kwargs: Any) -> None:
    """The present connection is dropped by `initialize`, even when its argument is refused."""
    module, backend = connected_module()
    connected = module.initialize(**kwargs)
    assert backend.asked()[0] == "shutdown"
    assert (module.account_info() is not None) is connected


def test_failed_initialize_leaves_no_connection() -> None:
    """After an `initialize` that failed every query says that there is no connection."""
    module, backend = not_connected()
    backend.answers["initialize"] = BackendError.of(ResultCode.E_AUTH_FAILED)
    assert module.initialize() is False
    assert module.last_error() == (-6, "Terminal: Authorization failed")
    assert module.account_info() is None
    assert module.last_error() == NO_CONNECTION


def test_shutdown_drops_the_connection() -> None:
    """`shutdown` is True always, also over a broken pipe, and queries fail from then on."""
    module, backend = connected_module()
    backend.answers["shutdown"] = BackendError.of(ResultCode.E_INTERNAL_FAIL_SEND)
    assert module.shutdown() is True
    assert module.last_error() == SUCCESS
    assert module.symbols_total() is None
    assert module.last_error() == NO_CONNECTION


def test_old_build_has_no_symbol_list() -> None:
    """A terminal older than build 2364 gives no symbol list: -5."""
    module, backend = not_connected()
    backend.answers["version"] = (500, 2363, "1 Jan 2020")
    assert module.initialize()
    assert module.symbols_get() is None
    assert module.last_error()[0] == -5


def test_version() -> None:
    """The version is the terminal's, and (0, 0, "") when asking for it fails."""
    module, backend = connected_module()
    assert module.version() == (500, BUILD, "1 Jan 2026")
    backend.answers["version"] = BackendError.of(ResultCode.E_INTERNAL_FAIL_RECEIVE)
    assert module.version() == (0, 0, "")
    assert module.last_error() == (-10002, "IPC recv failed")


def test_login_forwards() -> None:
    """`login` hands on its arguments, keywords before positions, and answers False when it is refused."""
    module, backend = connected_module()
    assert module.login(5, "p", server="s", login=6)
    assert backend.last("login") == {"login": 6, "password": "p", "server": "s", "timeout": 60_000}
    backend.answers["login"] = BackendError.of(ResultCode.E_AUTH_FAILED)
    assert module.login(5) is False
    assert module.last_error()[0] == -6


@pytest.mark.parametrize("name", ["market_book_add", "market_book_release"])
def test_book_switch_fails_silently(name: str) -> None:
    """The depth of market's switches answer False on failure while the last error says Success."""
    module, backend = connected_module()
    assert getattr(module, name)("EURUSD") is True
    backend.answers[name] = BackendError.not_found()
    assert getattr(module, name)("EURUSD") is False
    assert module.last_error() == SUCCESS


@pytest.mark.parametrize(("enable", "expected"), [(True, True), (0, False), ("x", True), ([], False)])
def test_symbol_select_forwards_the_truth(enable: Any, expected: bool) -> None:
    """`symbol_select` hands its second argument's truth on; an unknown symbol gives False and -4."""
    module, backend = connected_module()
    assert module.symbol_select("EURUSD", enable) is True
    assert backend.last("symbol_select") == {"symbol": "EURUSD", "enable": expected}
    backend.answers["symbol_select"] = BackendError.not_found()
    assert module.symbol_select("EURUSD") is False
    assert module.last_error() == NOT_FOUND


@pytest.mark.parametrize("name", ["symbol_info", "symbol_info_tick", "copy_rates_from_pos", "positions_get"])
def test_unknown_symbol(name: str) -> None:
    """An unknown symbol gives None and -4."""
    module, backend = connected_module()
    backend.answers[name] = BackendError.not_found()
    arguments: dict[str, Any] = {"symbol": "NONE"} if name == "positions_get" else {}
    assert getattr(module, name)(*QUERIES[name], **arguments) is None
    assert module.last_error() == NOT_FOUND


def test_nothing_found_is_no_failure() -> None:
    """No rows are an empty tuple or array, and Success."""
    module, backend = connected_module()
    backend.answers |= {"positions_get": [], "copy_ticks_from": np.zeros(0, TICK_DTYPE)}
    assert module.positions_get(ticket=1) == ()
    ticks = module.copy_ticks_from("EURUSD", START, 10, -1)
    assert ticks is not None
    assert ticks.shape == (0,)
    assert module.last_error() == SUCCESS


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, {}),
        ({"ticket": 1, "symbol": "x"}, {"ticket": 1}),
        ({"symbol": "x", "group": "y"}, {"symbol": "x"}),
        ({"group": "*USD*"}, {"group": "*USD*"}),
    ],
)
@pytest.mark.parametrize("name", ["positions_get", "orders_get"])
def test_one_filter_is_forwarded(name: str, kwargs: Any, expected: Any) -> None:
    """Of the filters only the one that counts reaches the terminal."""
    module, backend = connected_module()
    getattr(module, name)(**kwargs)
    assert backend.last(name) == {"symbol": None, "group": None, "ticket": None} | expected


@given(seconds=st.integers(0, 2**31 - 1), micros=st.integers(0, 999_999))
def test_dates_travel_as_whole_seconds(seconds: int, micros: int) -> None:
    """A date with a fraction reaches the terminal as the whole second before, also for ticks."""
    module, backend = connected_module()
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=micros)
    for date in (seconds, moment):
        module.copy_ticks_from("EURUSD", date, 10, -1)
        assert backend.last("copy_ticks_from")["date_from"] == seconds


def test_naive_datetime_is_local_time() -> None:
    """A datetime without a zone means this machine's local time."""
    module, backend = connected_module()
    local = dt.datetime(2024, 7, 1, 12)  # noqa: DTZ001 - the case that is tested
    module.history_deals_total(local, local)
    assert backend.last("history_deals_total")["date_from"] == int(local.timestamp())


def test_negative_fraction_is_cut_towards_zero() -> None:
    """A float is cut, not rounded down, and one that does not fit becomes the least 32-bit number."""
    module, backend = connected_module()
    module.history_orders_total(-1.9, float("nan"))
    assert backend.last("history_orders_total") == {"date_from": -1, "date_to": -(2**31)}


def test_oversized_date_is_asked_for_all_the_same() -> None:
    """The terminal is asked with -1 for an oversized date before SystemError is raised."""
    module, backend = connected_module()
    with pytest.raises(SystemError):
        module.history_deals_get(2**40, START)
    assert backend.last("history_deals_get")["date_from"] == -1
    assert module.last_error() == SUCCESS


def test_action_of_a_calculation_is_cut_to_32_bits() -> None:
    """The action of `order_calc_*` wraps around silently."""
    module, backend = connected_module()
    assert module.order_calc_profit(-1, "EURUSD", 1, 2, 3) == 20.0
    expected = {"action": 2**32 - 1, "symbol": "EURUSD", "volume": 1.0, "price_open": 2.0, "price_close": 3.0}
    assert backend.last("order_calc_profit") == expected


def test_missing_keys_of_a_request_are_zero() -> None:
    """Keys that a request lacks are 0 or empty to the terminal: the filling mode becomes fill or kill."""
    module, backend = connected_module()
    module.order_send(action=1, symbol="EURUSD", volume=0.1, bogus=1)
    request = sample(results.TradeRequest, action=1, symbol="EURUSD", volume=0.1)
    assert backend.last("order_send") == {"request": request}


@pytest.mark.parametrize("name", ["order_send", "order_check"])
def test_answer_to_a_request_nests_the_request(name: str) -> None:
    """The answer's `request` is a TradeRequest tuple, which `_asdict()` leaves a tuple."""
    module, _ = connected_module()
    answer = getattr(module, name)({})
    assert type(answer.request) is module.TradeRequest
    assert type(answer._asdict()["request"]) is module.TradeRequest


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("symbols_get", "SymbolInfo"),
        ("orders_get", "TradeOrder"),
        ("positions_get", "TradePosition"),
        ("history_orders_get", "TradeOrder"),
        ("history_deals_get", "TradeDeal"),
        ("market_book_get", "BookInfo"),
    ],
)
def test_rows_are_a_tuple_of_the_modules_tuples(name: str, kind: str) -> None:
    """Lists come as a tuple of the module's own result type, and convert back to what the terminal gave."""
    module, backend = connected_module()
    rows = getattr(module, name)(*QUERIES[name])
    assert type(rows) is tuple
    assert {type(row) for row in rows} == {getattr(module, kind)}
    assert [getattr(results, kind).from_module(row) for row in rows] == backend.answers[name]


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("copy_rates_from", RATE_DTYPE), ("copy_ticks_from", TICK_DTYPE)],
)
def test_arrays_are_read_only(name: str, dtype: np.dtype[Any]) -> None:
    """Arrays cannot be written to, and the terminal's own array stays as it is."""
    module, backend = connected_module()
    rows = getattr(module, name)(*QUERIES[name])
    assert rows.dtype == dtype
    assert not rows.flags.writeable
    assert backend.answers[name].flags.writeable


def test_modules_share_nothing() -> None:
    """Each object has its own connection and last error."""
    first, _ = connected_module()
    second = SimulatedMetaTrader5()
    second.account_info()
    assert second.last_error() == NO_CONNECTION
    assert first.last_error() == SUCCESS
